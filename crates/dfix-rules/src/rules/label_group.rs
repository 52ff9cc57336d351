//! Labels that stand on lines right below each other are set by one `LABEL`.

use dfix_engine::{Findings, Group, Phase, Rule, Severity, fixes, leaves};
use dfix_model::{Model, StepKind};

use crate::neighbours;

pub(crate) const RULE: Rule = Rule {
    id: "label-group",
    aliases: &[],
    groups: &[Group::Style],
    severity: Severity::Advice,
    summary: "set labels that stand together by one `LABEL`",
    why: "What is said of the image is one instruction, and one line of its history.",
    phase: Phase::Equivalent,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM alpine:3.22\nLABEL a=1\nLABEL \"b\"=\"2 3\"\nLABEL c=$a d='4'\n",
            "FROM alpine:3.22\nLABEL a=1 \\\n    \"b\"=\"2 3\" \\\n    c=$a \\\n    d='4'\n",
        ),
        leaves("FROM alpine:3.22\nLABEL a=1\nLABEL a=2\n"),
        leaves("FROM alpine:3.22\nLABEL a=1 \\\n    # Of another.\n    b=2\nLABEL c=3\n"),
        leaves("FROM alpine:3.22\nARG K\nLABEL a=1\nLABEL $K=2\nLABEL b 3\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    neighbours::merge(file, StepKind::Label, out);
}
