//! No line of a `RUN` that runs out of the window.

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves};
use dfix_model::{Model, StepKind};
use dfix_syntax::TextRange;

use super::chain_newline::{break_lines, joins, style};

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
    for step in file.steps().filter(|it| it.is(StepKind::Run)) {
        if step.instruction().heredocs().next().is_some() || step.is_exec_form() {
            continue;
        }
        let text = file.text();
        let joins = joins(step);
        let is_long = |place: &&TextRange| {
            let (start, end): (usize, usize) = (place.start().into(), place.end().into());
            let line = text[..start].rfind('\n').map_or(0, |it| it + 1);
            let next = text[end..].find('\n').map_or(text.len(), |it| end + it);
            text[line..next].chars().count() > LONGEST
        };
        let on_one_line = |it: &&TextRange| style(text, **it, file.escape()).is_none();
        let found: Vec<TextRange> = joins
            .iter()
            .filter(is_long)
            .filter(on_one_line)
            .copied()
            .collect();
        let Some(first) = found.first() else { continue };
        out.judge(
            *first,
            Safety::Safe,
            "a long line of several commands",
            |case| {
                case.declare(Effect::Layout)
                    .fix(|edit| break_lines(edit, file, &joins, &found));
                Ok(())
            },
        );
    }
}
