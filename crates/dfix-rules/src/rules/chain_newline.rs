//! A line of its own for each command of a long `RUN`.

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves};
use dfix_model::{Join, Model};

pub(crate) const RULE: Rule = Rule {
    id: "chain-newline",
    aliases: &[],
    groups: &[Group::Style],
    severity: Severity::Advice,
    summary: "write each command of a chain in a `RUN` on a line of its own",
    why: "One command a line is read at a glance, and a change of one shows as a change of one line.",
    phase: Phase::Layout,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n",
            "FROM debian:12\nRUN apt-get update \\\n    && apt-get install -y curl \\\n    && rm -rf /var/lib/apt/lists/*\n",
        ),
        fixes(
            "FROM debian:12\nRUN a && b \\\n  && c && d\nRUN a && b && c\n",
            "FROM debian:12\nRUN a \\\n  && b \\\n  && c \\\n  && d\nRUN a \\\n    && b \\\n    && c\n",
        ),
        fixes(
            "FROM debian:12\nRUN a && b && \\\n  c\n",
            "FROM debian:12\nRUN a && \\\n  b && \\\n  c\n",
        ),
        // Two fit on one line.
        leaves("FROM debian:12\nRUN a && b\nRUN a && (b && c)\nCMD a && b && c\n"),
        leaves("FROM debian:12\nRUN a \\\n  && b \\\n  && c\n"),
        leaves("FROM debian:12\nRUN <<EOF\na && b && c\nEOF\n"),
        leaves("FROM debian:12\nRUN sh -c 'a && b && c'\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for step in file.steps() {
        let joins = step.joins();
        let on_one_line = |it: &&Join<'_>| it.line_end().is_none();
        let found: Vec<Join<'_>> = joins.iter().filter(on_one_line).copied().collect();
        let Some(first) = found.first().filter(|_| joins.len() > 1) else {
            continue;
        };
        let message = "several commands on one line";
        out.judge(first.range(), Safety::Safe, message, |case| {
            case.declare(Effect::Layout)
                .fix(|edit| edit.break_lines(&joins, &found));
            Ok(())
        });
    }
}
