//! An empty line above each stage.

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves};
use dfix_model::{Model, Stage, Step};
use dfix_syntax::TextRange;

pub(crate) const RULE: Rule = Rule {
    id: "blank-line-between",
    aliases: &[],
    groups: &[Group::Style],
    severity: Severity::Advice,
    summary: "set each stage, and what follows a here-document, apart by an empty line",
    why: "A `FROM` in the middle of other lines is overlooked, and what stands below it is another image. Comments right above a `FROM` \
          belong to it. What stands right below the end of a here-document is taken for a part of it, and hadolint does not read it.",
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
        fixes(
            "FROM alpine:3.22\nRUN <<E\na\nE\n# The next.\nUSER x\nCOPY <<A <<B /c/\na\nA\nb\nB\nRUN a\n",
            "FROM alpine:3.22\nRUN <<E\na\nE\n\n# The next.\nUSER x\nCOPY <<A <<B /c/\na\nA\nb\nB\n\nRUN a\n",
        ),
        leaves("FROM alpine:3.22\nRUN <<E\na\nE\n\nRUN <<E\na\nE\n"),
        leaves("ARG A\n# The first.\nFROM alpine:$A\nRUN a\nCMD a\n"),
        leaves(
            "FROM golang:1.25 AS build\n\n# What runs.\nFROM alpine:3.22\n  \nFROM build\nFROM golang:1.25\n",
        ),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let stages = file.stages().skip(1).map(Stage::from_step);
    let message = "a stage begins right below another";
    set_apart(&file.crowded_stages(), stages, message, out);
    let message = "an instruction begins right below a here-document";
    set_apart(&file.crowded_heredocs(), file.steps(), message, out);
}

/// Has an empty line at these places, of which the first is above one of the instructions.
fn set_apart<'m>(
    places: &[TextRange],
    mut instructions: impl Iterator<Item = Step<'m>>,
    message: &str,
    out: &mut Findings<'_>,
) {
    let Some(first) = places.first() else { return };
    let Some(below) = instructions.find(|it| it.range().start() >= first.start()) else {
        return;
    };
    out.judge(below, Safety::Safe, message, |case| {
        case.declare(Effect::Layout).fix(|edit| {
            for place in places {
                edit.replace_token(*place, "\n");
            }
        });
        Ok(())
    });
}
