//! An empty line above each stage.

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves};
use dfix_model::{Model, Stage};

pub(crate) const RULE: Rule = Rule {
    id: "blank-line-between",
    aliases: &[],
    groups: &[Group::Style],
    severity: Severity::Advice,
    summary: "set each stage apart by an empty line",
    why: "A `FROM` in the middle of other lines is overlooked, and what stands below it is another image. Comments right above a `FROM` \
          belong to it.",
    phase: Phase::Layout,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM golang:1.25 AS build\nRUN go build\nFROM alpine:3.22\nCOPY --from=build /a /a\n",
            "FROM golang:1.25 AS build\nRUN go build\n\nFROM alpine:3.22\nCOPY --from=build /a /a\n",
        ),
        fixes(
            "FROM golang:1.25 AS build\nRUN <<E\n# go\nE\n# What runs.\n  # Small.\nFROM alpine:3.22\n",
            "FROM golang:1.25 AS build\nRUN <<E\n# go\nE\n\n# What runs.\n  # Small.\nFROM alpine:3.22\n",
        ),
        leaves("ARG A\n# The first.\nFROM alpine:$A\nRUN a\nCMD a\n"),
        leaves(
            "FROM golang:1.25 AS build\n\n# What runs.\nFROM alpine:3.22\n  \nFROM build\nFROM golang:1.25\n",
        ),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let places = file.crowded_stages();
    let stages = file.stages().skip(1);
    let Some(first) = places.first().and_then(|at| {
        let mut below = stages.map(Stage::from_step);
        below.find(|it| it.range().start() >= at.start())
    }) else {
        return;
    };
    let message = "a stage begins right below another";
    out.judge(first, Safety::Safe, message, |case| {
        case.declare(Effect::Layout).fix(|edit| {
            for place in &places {
                edit.replace_token(*place, "\n");
            }
        });
        Ok(())
    });
}
