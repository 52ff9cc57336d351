//! `USER` is a number.

use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Rule, Safety, Severity, fixes, leaves, remedy,
    reports,
};
use dfix_model::{Model, Step, StepKind, Word};

pub(crate) const RULE: Rule = Rule {
    id: "user-non-numeric",
    aliases: &["DL3066"],
    groups: &[Group::Style],
    severity: Severity::Advice,
    summary: "write the user of `USER` as a number",
    why: "Kubernetes does not start a container with `runAsNonRoot` whose user is a name: only a number shows that it is \
          not root's. The number is that of the same user, with its group and home.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes("FROM node:22\nUSER node\n", "FROM node:22\nUSER 1000\n")
            .that_says("`node` is number 1000"),
        fixes(
            "FROM debian:12\nRUN useradd -u 1234 app\nUSER app:staff\n",
            "FROM debian:12\nRUN useradd -u 1234 app\nUSER 1234:staff\n",
        ),
        fixes("FROM debian:12\nUSER root\n", "FROM debian:12\nUSER 0\n"),
        leaves("FROM node:22\nUSER 12345\nUSER 1234:5678\n"),
        leaves("FROM node:22\nARG APP_UID\nUSER ${APP_UID}\nUSER $OTHER:app\n"),
        leaves("FROM acme/base:1\nUSER root\n").that_says("whether `root` is number 0"),
        leaves("FROM debian:12\nRUN useradd app\nUSER app\n"),
        leaves("FROM acme/base:1\nUSER app\n"),
        // Whoever builds it may give another number.
        leaves("FROM debian:12\nARG N=1234\nRUN useradd -u $N app\nUSER app\n"),
        reports(
            "FROM debian:12\nRUN useradd -u 1234 app && useradd -o -u 1234 b\nUSER app\n",
            "two users",
        ),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for step in file
        .steps()
        .filter(|it| it.is(StepKind::User) && !it.is_onbuild())
    {
        let Some((word, text)) = step.word().and_then(|it| Some((it, it.value()?))) else {
            continue;
        };
        let name = text.split(':').next().unwrap_or_default();
        if !name.is_empty() && !name.bytes().all(|it| it.is_ascii_digit()) {
            look_at(step, word, name, out);
        }
    }
}

fn look_at<'m>(step: Step<'m>, word: Word<'m>, name: &'m str, out: &mut Findings<'_>) {
    let Some(stage) = step.stage() else { return };
    let accounts = stage.accounts().at(step);
    let account = accounts.account(name).filter(|it| it.is_uid_fixed);
    let number = account.and_then(|it| it.uid);
    // Where nobody knows the number there is nothing to write: a rule that makes a user needs not know it.
    let Some(number) = number.or_else(|| (name == "root").then_some(0)) else {
        return;
    };
    out.judge(
        step,
        Safety::Checked,
        format!("`{name}` is no number"),
        |case| {
            if number == 0 && crate::base::facts(stage).is_none() {
                case.open(OpenCondition::new(
                    "whether `root` is number 0 in the base image",
                    "look into its `/etc/passwd`",
                ));
            }
            let mut namesakes = accounts
                .all()
                .into_iter()
                .filter(|it| it.uid == Some(number));
            if namesakes.any(|it| it.name != name) {
                return Err(remedy!(
                    "two users have the number {number}: give one of them another"
                ));
            }
            case.open(accounts.exists(name).open().filter(|_| number > 0))
                .evidence(format!("`{name}` is number {number}"))
                .declare([
                    Effect::changed(step),
                    Effect::User {
                        stage: stage.index(),
                    },
                ])
                .fix(|edit| {
                    let new =
                        word.value()
                            .unwrap_or_default()
                            .replacen(name, &number.to_string(), 1);
                    edit.replace_word(word, &new);
                });
            Ok(())
        },
    );
}
