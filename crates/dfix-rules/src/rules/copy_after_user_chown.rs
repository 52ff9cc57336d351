//! What is copied after `USER` belongs to root, and what the user writes must not.

use dfix_engine::{Findings, Group, Phase, Rule, Safety, Severity, leaves, remedy, reports};
use dfix_model::{Access, Model, Stage, Step};

pub(crate) const RULE: Rule = Rule {
    id: "copy-after-user-chown",
    aliases: &[],
    groups: &[Group::Broken],
    severity: Severity::Warning,
    summary: "give what is copied after `USER` to the user who writes it",
    why: "`COPY` makes files root's, whatever `USER` says: the application fails when it writes there.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        reports(
            "FROM node:22\nUSER node\nCOPY . /srv/app\nWORKDIR /srv/app\nCMD [\"node\", \"server.js\"]\n",
            "`server.js` (line 1) writes `/srv/app/log.txt`",
        )
        .with_context(WRITES),
        leaves("FROM node:22\nUSER node\nCOPY --chown=node . /srv/app\nWORKDIR /srv/app\nCMD [\"node\", \"server.js\"]\n")
            .with_context(WRITES),
        leaves("FROM node:22\nUSER node\nCOPY . /srv/app\nWORKDIR /srv/app\nUSER root\nCMD [\"node\", \"server.js\"]\n")
            .with_context(WRITES),
        leaves("FROM node:22\nUSER node\nCOPY . /srv/app\nWORKDIR /srv/app\nCMD [\"node\", \"server.js\"]\n")
            .with_context(&[("server.js", "require('http')\n")]),
    ],
};

#[rustfmt::skip]
const WRITES: &[(&str, &str)] = &[("server.js", "require('fs').writeFileSync('/srv/app/log.txt', 'x')\n")];

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.targets() {
        look_at(stage, out);
    }
}

fn look_at(stage: Stage<'_>, out: &mut Findings<'_>) {
    let user = stage.final_user();
    let (Some(name), Some(switch)) = (&user.name, user.step) else {
        return;
    };
    let Some(account) = stage
        .accounts()
        .account(name)
        .filter(|_| user.is_root().is_no())
    else {
        return;
    };
    let files = stage.filesystem();
    for write in &stage.run_time_writes().known {
        if !files.may(&account, Access::Write, &write.path).is_no() {
            continue;
        }
        let is_it = |step: &Step<'_>| {
            let mut landings = files.landings().filter(|it| it.step == step.index());
            step.index() > switch.index()
                && landings.any(|it| !it.has_owner && write.path.is_below(&it.path))
        };
        let Some(copy) = stage.copies().rev().find(is_it) else {
            continue;
        };
        let (who, path, folder) = (&write.who, &write.path, write.folder());
        out.judge(copy, Safety::Safe, format!("{who} writes `{path}`, which {name} may not"), |_| {
            Err(remedy!(
                "give `{folder}` to {name} before `USER` (`RUN install -d -o {name} {folder}`), and copy with `--chown={name}`"
            ))
        });
        return;
    }
}
