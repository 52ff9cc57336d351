//! No more than one empty line in a row.

use dfix_engine::{
    Effect, Findings, Group, OptionKind, Phase, Rule, RuleOption, Safety, Setting, Severity, fixes,
    leaves,
};
use dfix_model::Model;

pub(crate) const RULE: Rule = Rule {
    id: "blank-lines-multiple",
    aliases: &[],
    groups: &[Group::Style],
    severity: Severity::Advice,
    summary: "leave no more than one empty line in a row",
    why: "One empty line parts what does not belong together; more of them only take the rest off the screen.",
    phase: Phase::Layout,
    check,
    options: &[RuleOption {
        name: "most",
        kind: OptionKind::Number,
        summary: "how many empty lines may stand in a row (1)",
    }],
    examples: &[
        fixes(
            "FROM alpine:3.22\n\n\nRUN true\n  \n\n\n# note\nCMD [\"sh\"]\n",
            "FROM alpine:3.22\n\nRUN true\n  \n# note\nCMD [\"sh\"]\n",
        ),
        fixes("\n\nFROM alpine:3.22\n\n\n", "\nFROM alpine:3.22\n\n"),
        leaves("FROM alpine:3.22\n\nRUN <<E\necho a\n\n\necho b\nE\n\nCMD [\"sh\"]\n"),
        // Lines inside an instruction are another rule's.
        leaves("FROM alpine:3.22\nRUN apk add \\\n\n\n    curl\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let most = out.option("most").and_then(Setting::as_number);
    let most = most.and_then(|it| usize::try_from(it).ok()).unwrap_or(1);
    let lines = file.repeated_empty_lines(most);
    let Some(first) = lines.first() else { return };
    out.judge(*first, Safety::Safe, "empty lines in a row", |case| {
        case.declare(Effect::Layout).fix(|edit| {
            for line in &lines {
                edit.replace_token(*line, "");
            }
        });
        Ok(())
    });
}
