//! `user-last-root`: the last `USER` is not root.

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves, reports};
use dfix_model::{Model, Step};

use super::non_root_user;
use crate::base::chosen_image;

pub(crate) const RULE: Rule = Rule {
    id: "user-last-root",
    aliases: &["DL3002", "CKV_DOCKER_8"],
    groups: &[Group::Practices, Group::Security],
    severity: Severity::Warning,
    summary: "let the last `USER` be another one than root",
    why: "Who writes `USER root` to install something, and does not switch back, has the container run as root, \
          although a user was there for it.",
    phase: Phase::Meaning,
    check,
    options: non_root_user::OPTIONS,
    examples: &[
        fixes(
            "FROM node:22\nWORKDIR /app\nCOPY --chown=node . .\nUSER node\nRUN npm run build\nUSER root\nRUN rm -rf /tmp/x\nCMD [\"node\", \"server.js\"]\n",
            "FROM node:22\nWORKDIR /app\nCOPY --chown=node . .\nUSER node\nRUN npm run build\nUSER root\nRUN rm -rf /tmp/x\nRUN chown node /app\nUSER node\nCMD [\"node\", \"server.js\"]\n",
        )
        .with_unsafe(),
        // What is built apart is root before it as after it, and no container runs it.
        fixes(
            "FROM debian:12 AS build\nUSER root\nRUN make\nFROM scratch\nCOPY --from=build /a /a\nUSER 1000\n",
            "FROM debian:12 AS build\nRUN make\nFROM scratch\nCOPY --from=build /a /a\nUSER 1000\n",
        ),
        leaves("ARG V=12\nFROM debian:$V AS build\nUSER root\nRUN make\nFROM scratch\nCOPY --from=build /a /a\nUSER 1000\n")
            .that_says("whether every build takes the image"),
        leaves("FROM debian:12 AS build\nUSER app\nUSER root\nFROM scratch\nCOPY --from=build /a /a\nUSER 1000\n"),
        leaves("FROM acme/base:1 AS build\nUSER root\nFROM scratch\nCOPY --from=build /a /a\nUSER 1000\n"),
        leaves("FROM debian:12\nUSER root\nRUN id\nUSER 1000\n"),
        // It gives root's rights up by itself.
        leaves("FROM postgres:16\nUSER root\n"),
        reports("FROM debian:12\nRUN useradd app\nUSER app\nRUN id\nUSER root\n", "nothing says what is started"),
        reports("FROM debian:12\nUSER 0:0\n", "nothing says what is started"),
        reports("FROM debian:12 AS base\nUSER root\nRUN id\nFROM base\nRUN id\n", "nothing says what is started"),
        fixes(
            "FROM jenkins/jenkins:lts\nUSER root\nRUN apt-get update\n",
            "FROM jenkins/jenkins:lts\nUSER root\nRUN apt-get update\nUSER jenkins\n",
        )
        .with_unsafe(),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.targets() {
        if let Some(step) = stage.final_user().step {
            non_root_user::check_last_user(stage, step, out);
        }
    }
    for stage in file.stages().filter(|stage| !stage.is_shipped()) {
        let step = stage.final_user().step;
        if let Some(step) = step.filter(|it| it.stage() == Some(stage) && changes_nothing(*it)) {
            out.judge(step, Safety::Safe, "the build is root already", |case| {
                let by_image = stage.user_at(step).step.is_none();
                case.open(by_image.then(|| chosen_image(stage)).flatten())
                    .declare([
                        Effect::removed(step),
                        Effect::User {
                            stage: stage.index(),
                        },
                    ])
                    .fix(|edit| edit.remove_instruction(step));
                Ok(())
            });
        }
    }
}

/// Whether a `USER` names root where it is root that builds.
fn changes_nothing(step: Step<'_>) -> bool {
    let says_root = step.word().is_some_and(|it| it.is("root") || it.is("0"));
    let before = step.stage().map(|stage| stage.user_at(step));
    says_root
        && before.is_some_and(|user| {
            user.is_root().is_yes() && user.group.is_none() && user.name.is_some()
        })
}
