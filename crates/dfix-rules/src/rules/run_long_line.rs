//! No line of a `RUN` that runs out of the window.

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves};
use dfix_model::{Join, Model};

pub(crate) const RULE: Rule = Rule {
    id: "run-long-line",
    aliases: &[],
    groups: &[Group::Style],
    severity: Severity::Advice,
    summary: "break a long line of a `RUN` between its commands",
    why: "What stands behind the edge of the window is not read, and not reviewed.",
    phase: Phase::Layout,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nRUN curl -fsSL -o /usr/local/share/some-archive-with-a-name.tar.gz https://example.com/some-archive-with-a-name.tar.gz && true\n",
            "FROM debian:12\nRUN curl -fsSL -o /usr/local/share/some-archive-with-a-name.tar.gz https://example.com/some-archive-with-a-name.tar.gz \\\n    && true\n",
        ),
        leaves("FROM debian:12\nRUN curl -fsSL -o /a https://example.com/a && true\n"),
        // There is no place to break it.
        leaves(
            "FROM debian:12\nRUN curl -fsSL -o /usr/local/share/some-archive-with-a-name.tar.gz https://example.com/some-archive-with-a-name.tar.gz\n",
        ),
    ],
};

/// How long a line may be, in letters.
const LONGEST: usize = 120;

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for step in file.steps() {
        let joins = step.joins();
        let is_long = |it: &&Join<'_>| it.line_end().is_none() && it.width_of_line() > LONGEST;
        let found: Vec<Join<'_>> = joins.iter().filter(is_long).copied().collect();
        let Some(first) = found.first() else { continue };
        let message = "a long line of several commands";
        out.judge(first.range(), Safety::Safe, message, |case| {
            case.declare(Effect::Layout)
                .fix(|edit| edit.break_lines(&joins, &found));
            Ok(())
        });
    }
}
