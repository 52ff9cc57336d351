//! One `CMD` in a stage.

use dfix_engine::{Findings, Group, Phase, Rule, Severity, fixes, leaves};
use dfix_model::{Model, StepKind};

use crate::replaced;

pub(crate) const RULE: Rule = Rule {
    id: "cmd-multiple",
    aliases: &["DL4003", "MultipleInstructionsDisallowed"],
    groups: &[Group::Correctness],
    severity: Severity::Warning,
    summary: "write one `CMD` in a stage",
    why: "Each takes the place of the one before it, so that only the last one starts anything. Whoever reads the file \
          thinks that all do.",
    phase: Phase::Equivalent,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM alpine:3.22\nCMD [\"a\"]\nUSER app\nCMD [\"b\"]\nCMD c\n",
            "FROM alpine:3.22\nUSER app\nCMD c\n",
        ),
        fixes(
            "FROM alpine:3.22\n# first\nCMD c \\\n  # second\n  x\nUSER app\nCMD [\"b\"]\n",
            "FROM alpine:3.22\n# first\n# second\nUSER app\nCMD [\"b\"]\n",
        ),
        // The last one of each stage counts, and that of another stage not at all.
        leaves("FROM alpine:3.22 AS base\nCMD [\"a\"]\nFROM base\nCMD [\"b\"]\n"),
        leaves("FROM alpine:3.22\nONBUILD CMD [\"a\"]\nCMD [\"b\"]\n"),
        // An `ENTRYPOINT` between them takes away none that the file sets.
        fixes(
            "FROM alpine:3.22\nCMD [\"a\"]\nENTRYPOINT [\"e\"]\nCMD [\"b\"]\n",
            "FROM alpine:3.22\nENTRYPOINT [\"e\"]\nCMD [\"b\"]\n",
        ),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    replaced::check(StepKind::Cmd, file, out);
}
