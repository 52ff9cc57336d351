//! Variables that are set on lines right below each other are set by one `ENV`.

use dfix_engine::{Findings, Group, Phase, Rule, Severity, fixes, leaves};
use dfix_model::{Model, StepKind};

use crate::neighbours;

pub(crate) const RULE: Rule = Rule {
    id: "env-multi-merge",
    aliases: &[],
    groups: &[Group::Style],
    severity: Severity::Advice,
    summary: "set variables that stand together by one `ENV`",
    why: "What belongs together is one instruction, and one line of the image's history. What a line takes from the one before, or \
          sets anew, stays on its own: in one `ENV` it would have the value from before.",
    phase: Phase::Equivalent,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM alpine:3.22\nENV A=1\nENV B=\"2 3\" C=$X\nRUN true\n",
            "FROM alpine:3.22\nENV A=1 \\\n    B=\"2 3\" \\\n    C=$X\nRUN true\n",
        ),
        fixes(
            "FROM alpine:3.22\nENV A=1 \\\n  B=2\nENV C=3\n",
            "FROM alpine:3.22\nENV A=1 \\\n    B=2 \\\n    C=3\n",
        ),
        // The second is for those who read the first.
        leaves("FROM alpine:3.22\nENV A=1\nENV PATH=$A/bin\nENV PATH=/b:$PATH\n"),
        leaves("FROM alpine:3.22\nENV A=1\n# Of another.\nENV B=2\n\nENV C=3\nRUN true\nENV D=4\n"),
        leaves("FROM alpine:3.22\nENV A=1\nENV B 2 3\nONBUILD ENV C=3\nONBUILD ENV D=3\n"),
        leaves("FROM alpine:3.22\nENV A=1\nENV B=\"${C:-$A}\"\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    neighbours::merge(file, StepKind::Env, out);
}
