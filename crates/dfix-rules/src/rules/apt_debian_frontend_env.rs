//! `ARG`, not `ENV`, for what only the build is told.

mod reach;

use dfix_catalogue::SystemPackageManager;
use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves, reports};
use dfix_model::{EnvFrom, EnvValue, Model, Pair, Stage, Step, StepKind};

use crate::base::lacks;
use reach::{NAME, VALUE};

pub(crate) const RULE: Rule = Rule {
    id: "apt-debian-frontend-env",
    aliases: &[],
    groups: &[Group::Correctness],
    severity: Severity::Advice,
    summary: "set `DEBIAN_FRONTEND` by `ARG`, for the build alone",
    why: "What an `ENV` sets is there in every container, too, and in all images on top of it: who installs a package in one is \
          not asked anything any more. An `ARG` is there for the `RUN`s of its stage.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nENV DEBIAN_FRONTEND=noninteractive\nRUN apt-get update && apt-get install -y tzdata\nCMD [\"sleep\", \"9\"]\n",
            "FROM debian:12\nARG DEBIAN_FRONTEND=noninteractive\nRUN apt-get update && apt-get install -y tzdata\nCMD [\"sleep\", \"9\"]\n",
        ),
        fixes(
            "FROM debian:12\n# No questions.\nENV DEBIAN_FRONTEND noninteractive\nRUN apt-get install -y a\nCMD sleep 9\n",
            "FROM debian:12\n# No questions.\nARG DEBIAN_FRONTEND=noninteractive\nRUN apt-get install -y a\nCMD sleep 9\n",
        ),
        fixes(
            "FROM debian:12\nENV LANG=C.UTF-8 \\\n    DEBIAN_FRONTEND=\"noninteractive\" \\\n    A=b\nRUN apt-get install -y a\nCMD sleep 9\n",
            "FROM debian:12\nENV LANG=C.UTF-8 \\\n    A=b\nARG DEBIAN_FRONTEND=noninteractive\nRUN apt-get install -y a\nCMD sleep 9\n",
        ),
        // Somebody installs when the container runs, or in a stage that an `ARG` does not reach.
        reports(
            "FROM debian:12\nENV DEBIAN_FRONTEND=noninteractive\nCMD apt-get install -y a && sleep 9\n",
            "when the container runs",
        ),
        reports(
            "FROM debian:12 AS a\nENV DEBIAN_FRONTEND=noninteractive\nFROM a\nRUN apt-get install -y b\nCMD sleep 9\n",
            "an `ARG` does not reach",
        ),
        fixes(
            "FROM debian:12 AS a\nENV DEBIAN_FRONTEND=noninteractive\nFROM a\nARG DEBIAN_FRONTEND=noninteractive\nRUN apt-get install -y b\nCMD sleep 9\n",
            "FROM debian:12 AS a\nARG DEBIAN_FRONTEND=noninteractive\nFROM a\nARG DEBIAN_FRONTEND=noninteractive\nRUN apt-get install -y b\nCMD sleep 9\n",
        ),
        leaves("FROM debian:12 AS a\nENV DEBIAN_FRONTEND=noninteractive\nFROM a\nRUN ./all.sh\nCMD sleep 9\n")
            .that_says("whether `all.sh` installs by apt"),
        reports("FROM debian:12\nENV DEBIAN_FRONTEND=noninteractive\nONBUILD RUN make\nCMD sleep 9\n", "`ONBUILD`"),
        leaves("FROM debian:12\nENV DEBIAN_FRONTEND=noninteractive\nCMD [\"bash\"]\n")
            .that_says("whether nobody has `bash`"),
        leaves("FROM debian:12\nENV DEBIAN_FRONTEND=noninteractive\nRUN apt-get install -y a\n")
            .that_says("images that are based on this one"),
        leaves("FROM debian:12\nENV DEBIAN_FRONTEND=noninteractive\nCOPY run.sh /\nCMD [\"/run.sh\"]\n")
            .that_says("run.sh"),
        leaves("FROM acme/base:1\nENV DEBIAN_FRONTEND=noninteractive\nCMD sleep 9\n")
            .that_says("whether the base image sets it"),
        // It is set otherwise at the end, of another value, or for nobody.
        leaves("FROM debian:12\nENV DEBIAN_FRONTEND=noninteractive\nRUN apt-get install -y a\nENV DEBIAN_FRONTEND=dialog\nCMD sleep 9\n"),
        leaves("FROM debian:12\nENV DEBIAN_FRONTEND=teletype\nONBUILD ENV DEBIAN_FRONTEND=noninteractive\nCMD sleep 9\n"),
        leaves("FROM debian:12 AS build\nENV DEBIAN_FRONTEND=noninteractive\nFROM alpine:3.22\nENV DEBIAN_FRONTEND=noninteractive\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages() {
        let is_shipped = stage.with_descendants().any(Stage::is_shipped);
        if !is_shipped || lacks(stage, SystemPackageManager::Apt) {
            continue;
        }
        let Some((step, pair)) = lasting(stage) else {
            continue;
        };
        let is_alone = step.pairs().len() == 1;
        let message = format!("`{NAME}` is set in every container, too");
        out.judge(pair, Safety::Checked, message, |case| {
            let open = reach::open(stage, step)?;
            case.evidence(
                open.is_empty().then_some(
                    "nothing that was read installs by apt where the `ARG` does not reach",
                ),
            )
            .open(open)
            .declare([
                Effect::environment(stage.index(), [NAME]),
                Effect::Inserted {
                    stage: stage.index(),
                    keyword: "ARG",
                },
            ])
            .declare(is_alone.then(|| Effect::removed(step)))
            .fix(|edit| {
                let arg = format!("ARG {NAME}={VALUE}");
                if is_alone {
                    edit.replace_instruction(step, &arg);
                } else {
                    edit.remove_pair(pair);
                    edit.insert_instruction_after(step, &arg);
                }
            });
            Ok(())
        });
    }
}

/// The one `ENV` of a stage that sets it, where that is what its image has.
fn lasting(stage: Stage<'_>) -> Option<(Step<'_>, Pair<'_>)> {
    let EnvValue::Set(setting) = stage.final_env(NAME) else {
        return None;
    };
    let is_it = setting.value == Some(VALUE) && matches!(setting.from, EnvFrom::Stage(_));
    let pairs = stage.steps_of(StepKind::Env).flat_map(|step| {
        let pairs = step.pairs().filter(|it| it.key_text() == Some(NAME));
        pairs.map(move |pair| (step, pair))
    });
    let mut pairs = pairs.filter(|_| is_it);
    let found = pairs.next();
    found.filter(|(_, pair)| pairs.next().is_none() && pair.value().is_some_and(|it| it.is(VALUE)))
}
