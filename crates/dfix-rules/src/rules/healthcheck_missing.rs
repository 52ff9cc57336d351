//! An image says how to tell that its container is well.

use dfix_engine::{Findings, Group, Phase, Rule, Safety, Severity, leaves, remedy, reports};
use dfix_model::{Model, Stage, StepKind};

pub(crate) const RULE: Rule = Rule {
    id: "healthcheck-missing",
    aliases: &["DL3057", "CKV_DOCKER_2", "DS-0026"],
    groups: &[Group::Correctness],
    severity: Severity::Advice,
    summary: "say by `HEALTHCHECK` how to tell that the container is well",
    why: "Without it Docker calls a container well as long as its process is there, although it may answer nobody.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        reports("FROM nginx:1.29\nCOPY a /a\n", "`HEALTHCHECK NONE`"),
        leaves("FROM nginx:1.29\nHEALTHCHECK CMD curl -f http://localhost/\n"),
        leaves("FROM nginx:1.29\nHEALTHCHECK NONE\n"),
        // The stage has it from the one that it is based on.
        leaves("FROM nginx:1.29 AS base\nHEALTHCHECK CMD /check\nFROM base\nCOPY a /a\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let has_check = |stage: Stage<'_>| {
        let mut chain = stage.base_chain();
        chain.any(|it| it.steps_of(StepKind::Healthcheck).next().is_some())
    };
    for stage in file.targets().filter(|it| !has_check(*it)) {
        out.judge(stage.from_step(), Safety::Safe, "the file does not tell whether the container is well", |_| {
            Err(remedy!(
                "add a `HEALTHCHECK` that asks the application, or `HEALTHCHECK NONE` where something else does, as \
                 Kubernetes with its probes"
            ))
        });
    }
}
