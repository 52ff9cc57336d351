//! A line end after the last line.

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves};
use dfix_model::Model;
use dfix_syntax::TextRange;

pub(crate) const RULE: Rule = Rule {
    id: "eof-newline",
    aliases: &[],
    groups: &[Group::Style],
    severity: Severity::Advice,
    summary: "end the last line as the others",
    why: "Without it whoever adds a line changes two, and what is appended by a program becomes a part of the last one.",
    phase: Phase::Layout,
    check,
    options: &[],
    examples: &[
        fixes("FROM alpine:3.22\nRUN true", "FROM alpine:3.22\nRUN true\n"),
        fixes(
            "FROM alpine:3.22\r\nRUN true",
            "FROM alpine:3.22\r\nRUN true\r\n",
        ),
        fixes("FROM alpine:3.22\n# note", "FROM alpine:3.22\n# note\n"),
        fixes(
            "FROM alpine:3.22\nRUN <<E\ntrue\nE",
            "FROM alpine:3.22\nRUN <<E\ntrue\nE\n",
        ),
        leaves("FROM alpine:3.22\n"),
        // The line would go on.
        leaves("FROM alpine:3.22\nRUN true \\"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let text = file.text();
    if text.is_empty() || text.ends_with('\n') || text.trim_end().ends_with(file.escape()) {
        return;
    }
    let end = TextRange::empty(file.range().end());
    out.judge(end, Safety::Safe, "the last line has no end", |case| {
        case.declare(Effect::Layout)
            .fix(|edit| edit.replace_token(end, "\n"));
        Ok(())
    });
}
