//! Ports that are named on lines right below each other are named by one `EXPOSE`.

use dfix_engine::{Findings, Group, Phase, Rule, Severity, fixes, leaves};
use dfix_model::{Model, StepKind};

use crate::neighbours;

pub(crate) const RULE: Rule = Rule {
    id: "expose-merge",
    aliases: &[],
    groups: &[Group::Style],
    severity: Severity::Advice,
    summary: "name ports that stand together by one `EXPOSE`",
    why: "Where the container is reached is one instruction, and one line of the image's history.",
    phase: Phase::Equivalent,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM alpine:3.22\nEXPOSE 80\nEXPOSE 443/tcp $PORT\nCMD [\"sh\"]\n",
            "FROM alpine:3.22\nEXPOSE 80 443/tcp $PORT\nCMD [\"sh\"]\n",
        ),
        leaves("FROM alpine:3.22\nEXPOSE 80\n# For the metrics.\nEXPOSE 9090\n\nEXPOSE 1\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    neighbours::merge(file, StepKind::Expose, out);
}
