//! `COPY --from` takes what the image needs, not all of a file system.

use dfix_engine::{Findings, Group, Phase, Rule, Safety, Severity, leaves, remedy, reports};
use dfix_model::{Model, StepKind};

pub(crate) const RULE: Rule = Rule {
    id: "copy-from-whole-fs",
    aliases: &["DL3067"],
    groups: &[Group::Size],
    severity: Severity::Advice,
    summary: "copy from a stage what the image needs, not all of its files",
    why: "Compilers, caches and sources come along, what is there already is written over, and the image shares no \
          layer with any other.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        reports(
            "FROM debian:12 AS build\nFROM scratch\nCOPY --from=build / /\n",
            "the folders",
        ),
        reports(
            "FROM debian:12 AS build\nFROM scratch\nCOPY --from=build [\"/\", \"/\"]\n",
            "the folders",
        ),
        leaves("FROM debian:12\nCOPY / /\n"),
        leaves(
            "FROM debian:12 AS build\nFROM scratch\nCOPY --from=build /app /\nCOPY --from=build / /app\n",
        ),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for step in file.steps().filter(|it| it.is(StepKind::Copy)) {
        let takes_all = step.sources().any(|it| it.is("/"));
        let is_to_root = step.target().is_some_and(|it| it.is("/"));
        if step.flag("from").is_some() && takes_all && is_to_root {
            out.judge(step, Safety::Safe, "all of a stage's files are copied", |_| {
                Err(remedy!(
                    "name the folders that the image needs; where layers shall be put together only, let the stage be \
                     the last one, or build with `--squash`"
                ))
            });
        }
    }
}
