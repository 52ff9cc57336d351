//! `# syntax=` asks for the builder that a file needs.

use dfix_engine::{Findings, Group, Phase, Rule, Safety, Severity, leaves, remedy, reports};
use dfix_model::{ImagePlace, ImagePosition, Model, Step};

pub(crate) const RULE: Rule = Rule {
    id: "syntax-directive-missing",
    aliases: &[],
    groups: &[Group::Correctness],
    severity: Severity::Advice,
    summary: "ask for the builder that mounts and here-documents need by `# syntax=docker/dockerfile:1`",
    why: "An older Docker reads a file with it as the newest one does; without it, it does not know what \
          `RUN --mount` and here-documents are.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        reports("FROM debian:12\nRUN <<EOF\nls\nEOF\n", "first line"),
        reports(
            "FROM debian:12\nRUN --mount=type=cache,target=/a ls\n",
            "first line",
        ),
        leaves("# syntax=docker/dockerfile:1\nFROM debian:12\nRUN <<EOF\nls\nEOF\n"),
        leaves("FROM debian:12\nRUN ls\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let is_syntax = |it: &ImagePosition<'_>| matches!(it.place, ImagePlace::Syntax(_));
    if file.image_positions().iter().any(is_syntax) {
        return;
    }
    let needs = |step: &Step<'_>| {
        step.mounts().next().is_some() || step.instruction().heredocs().next().is_some()
    };
    if let Some(step) = file.steps().find(needs) {
        out.judge(
            step,
            Safety::Safe,
            "an older builder does not know this",
            |_| {
                Err(remedy!(
                    "write `# syntax=docker/dockerfile:1` as the first line"
                ))
            },
        );
    }
}
