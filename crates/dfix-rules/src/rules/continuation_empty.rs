//! No empty lines inside an instruction.

use dfix_engine::{
    Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves, remedy, reports,
};
use dfix_model::Model;

pub(crate) const RULE: Rule = Rule {
    id: "continuation-empty",
    aliases: &["NoEmptyContinuation"],
    groups: &[Group::Deprecated],
    severity: Severity::Warning,
    summary: "leave no empty line inside an instruction",
    why: "The builder passes over it and warns: one day it will refuse it. And a reader takes the instruction to end there.",
    phase: Phase::Layout,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM alpine:3.22\nRUN apk add --no-cache \\\n\n    curl \\\n  \n\n    git\n",
            "FROM alpine:3.22\nRUN apk add --no-cache \\\n    curl \\\n    git\n",
        ),
        fixes(
            "FROM alpine:3.22\nRUN apk add \\\n\n    # to download\n\n    curl\n",
            "FROM alpine:3.22\nRUN apk add \\\n    # to download\n    curl\n",
        ),
        fixes(
            "FROM alpine:3.22\nENV A=1 \\\n\n    B=2\n",
            "FROM alpine:3.22\nENV A=1 \\\n    B=2\n",
        ),
        leaves("FROM alpine:3.22\n\nRUN apk add \\\n    # note\n    curl\n\nRUN true\n"),
        leaves("FROM alpine:3.22\nRUN <<EOF\necho a \\\n\necho b\n\nEOF\n"),
        reports(
            "FROM alpine:3.22\nRUN make \\\n\n# Where it lies.\nENV HOME /root\n",
            "`ENV` is a part of",
        ),
        reports(
            "FROM alpine:3.22\nRUN apk add \\\n    curl \\\n\nCMD [\"sh\"]\n",
            "`CMD` is a part of",
        ),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for step in file.steps() {
        let lines = step.empty_lines();
        let Some(first) = lines.first() else {
            continue;
        };
        let message = format!("an empty line inside {}", step.label());
        out.judge(*first, Safety::Safe, message, |case| {
            if let Some(keyword) = step.swallowed_instruction() {
                return Err(remedy!(
                    "`{keyword}` is a part of {} as it stands: take the last `{}` above the empty line away",
                    step.label(),
                    file.escape()
                ));
            }
            case.declare(Effect::Layout).fix(|edit| {
                for line in &lines {
                    edit.replace_token(*line, "");
                }
            });
            Ok(())
        });
    }
}
