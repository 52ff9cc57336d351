//! One `HEALTHCHECK` in a stage.

use dfix_engine::{Findings, Group, Phase, Rule, Severity, fixes, leaves};
use dfix_model::{Model, StepKind};

use crate::replaced;

pub(crate) const RULE: Rule = Rule {
    id: "healthcheck-multiple",
    aliases: &["DL3012", "MultipleInstructionsDisallowed"],
    groups: &[Group::Correctness],
    severity: Severity::Warning,
    summary: "write one `HEALTHCHECK` in a stage",
    why: "Each takes the place of the one before it, so that only the last one is ever asked. Whoever reads the file \
          thinks that all are.",
    phase: Phase::Equivalent,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM alpine:3.22\nHEALTHCHECK CMD a\nUSER app\nHEALTHCHECK --interval=5s CMD [\"b\"]\nHEALTHCHECK CMD c\n",
            "FROM alpine:3.22\nUSER app\nHEALTHCHECK CMD c\n",
        ),
        fixes(
            "FROM alpine:3.22\n# first\nHEALTHCHECK CMD c \\\n  # second\n  x\nUSER app\nHEALTHCHECK --interval=5s CMD [\"b\"]\n",
            "FROM alpine:3.22\n# first\n# second\nUSER app\nHEALTHCHECK --interval=5s CMD [\"b\"]\n",
        ),
        // The last one of each stage counts, and that of another stage not at all.
        leaves(
            "FROM alpine:3.22 AS base\nHEALTHCHECK CMD a\nFROM base\nHEALTHCHECK --interval=5s CMD [\"b\"]\n",
        ),
        leaves(
            "FROM alpine:3.22\nONBUILD HEALTHCHECK CMD a\nHEALTHCHECK --interval=5s CMD [\"b\"]\n",
        ),
        fixes(
            "FROM alpine:3.22\nHEALTHCHECK CMD a\nHEALTHCHECK NONE\n",
            "FROM alpine:3.22\nHEALTHCHECK NONE\n",
        ),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    replaced::check(StepKind::Healthcheck, file, out);
}
