//! A user that is made becomes the user of the container.

use dfix_catalogue::{is_service_account, is_system_account};
use dfix_engine::{Findings, Group, Phase, Rule, Safety, Severity, leaves, remedy, reports};
use dfix_model::{Account, MadeBy, Model, Stage, Step};

pub(crate) const RULE: Rule = Rule {
    id: "user-created-unused",
    aliases: &[],
    groups: &[Group::Security],
    severity: Severity::Advice,
    summary: "name a user that is made by `USER`, or do not make it",
    why: "A user that nothing runs as protects nothing, although it looks so.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        reports(
            "FROM debian:12\nRUN useradd -m app\nCMD [\"./run\"]\n",
            "`USER app`",
        ),
        leaves("FROM debian:12\nRUN useradd -m app\nUSER app\nCMD [\"./app\"]\n"),
        leaves("FROM debian:12\nRUN useradd -m -u 1234 app\nUSER 1234\nCMD [\"./app\"]\n"),
        leaves("FROM debian:12\nRUN useradd -m app\nCMD [\"gosu\", \"app\", \"./app\"]\n"),
        leaves("FROM debian:12\nRUN useradd -m app\nRUN su app -c make\n"),
        // A server that becomes another user by its own settings.
        leaves("FROM debian:12\nRUN useradd -r nginx\nCMD [\"nginx\"]\n"),
        leaves(
            "FROM debian:12 AS build\nRUN useradd app\nFROM scratch\nCOPY --from=build /etc/passwd /etc/\n",
        ),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.targets() {
        if !stage.final_user().is_root().is_yes() || stage.runtime().is_silent() {
            continue;
        }
        for account in stage.accounts().all() {
            let MadeBy::Step(at) = account.made_by else {
                continue;
            };
            let Some(step) = file.step(at) else { continue };
            let is_service = is_service_account(&account.name) || is_system_account(&account.name);
            if is_service || account.is_system || is_used(stage, step, &account) {
                continue;
            }
            let name = &account.name;
            let message = format!("nothing runs as the user `{name}`, which is made here");
            out.judge(step, Safety::Safe, message, |_| {
                Err(remedy!(
                    "end the stage with `USER {name}`, and give it what it writes; or do not make the user"
                ))
            });
        }
    }
}

/// Whether anything beside what makes the user names it.
fn is_used(stage: Stage<'_>, making: Step<'_>, account: &Account) -> bool {
    let number = account.uid.map(|it| it.to_string());
    let names = |step: Step<'_>| {
        step.mentions(&account.name) || number.as_ref().is_some_and(|it| step.mentions(it))
    };
    let mut chain = stage.base_chain().flat_map(Stage::steps);
    let of_file = chain.any(|it| it.index() != making.index() && names(it));
    // What a script does may be done as the user.
    let mut processes = stage.runtime().processes();
    of_file || processes.any(|it| it.script.is_some())
}
