//! One `ENTRYPOINT` in a stage.

use dfix_engine::{Findings, Group, Phase, Rule, Severity, fixes, leaves};
use dfix_model::{Model, StepKind};

use crate::replaced;

pub(crate) const RULE: Rule = Rule {
    id: "entrypoint-multiple",
    aliases: &["DL4004", "MultipleInstructionsDisallowed"],
    groups: &[Group::Correctness],
    severity: Severity::Warning,
    summary: "write one `ENTRYPOINT` in a stage",
    why: "Each takes the place of the one before it, so that only the last one starts anything. Whoever reads the file \
          thinks that all do.",
    phase: Phase::Equivalent,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM alpine:3.22\nENTRYPOINT [\"a\"]\nUSER app\nENTRYPOINT [\"b\"]\nENTRYPOINT c\n",
            "FROM alpine:3.22\nUSER app\nENTRYPOINT c\n",
        ),
        fixes(
            "FROM alpine:3.22\n# first\nENTRYPOINT c \\\n  # second\n  x\nUSER app\nENTRYPOINT [\"b\"]\n",
            "FROM alpine:3.22\n# first\n# second\nUSER app\nENTRYPOINT [\"b\"]\n",
        ),
        // The last one of each stage counts, and that of another stage not at all.
        leaves("FROM alpine:3.22 AS base\nENTRYPOINT [\"a\"]\nFROM base\nENTRYPOINT [\"b\"]\n"),
        leaves("FROM alpine:3.22\nONBUILD ENTRYPOINT [\"a\"]\nENTRYPOINT [\"b\"]\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    replaced::check(StepKind::Entrypoint, file, out);
}
