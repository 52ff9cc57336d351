//! A line of its own for each command of a long `RUN`.

use dfix_engine::{Edit, Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves};
use dfix_model::{Command, Connector, Model, Operator, Step, StepKind};
use dfix_syntax::TextRange;

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
    for step in file.steps().filter(|it| it.is(StepKind::Run)) {
        let text = file.text();
        if step.instruction().heredocs().next().is_some() || step.is_exec_form() {
            continue;
        }
        let joins = joins(step);
        let escape = file.escape();
        let on_one_line = |it: &&TextRange| style(text, **it, escape).is_none();
        let found: Vec<TextRange> = joins.iter().filter(on_one_line).copied().collect();
        if joins.len() < 2 || found.is_empty() {
            continue;
        }
        out.judge(
            found[0],
            Safety::Safe,
            "several commands on one line",
            |case| {
                case.declare(Effect::Layout)
                    .fix(|edit| break_lines(edit, file, &joins, &found));
                Ok(())
            },
        );
    }
}

/// Has a line end at each of these `&&`s, as the others of the list have it.
pub(super) fn break_lines(
    edit: &mut Edit<'_>,
    file: &Model<'_>,
    joins: &[TextRange],
    found: &[TextRange],
) {
    let (text, escape) = (file.text(), file.escape());
    let style = joins.iter().find_map(|it| style(text, *it, escape));
    let (before, indent) = style.unwrap_or((true, "    "));
    for place in found {
        let source = if before {
            format!("{escape}\n{indent}&&")
        } else {
            format!("&& {escape}\n{indent}")
        };
        edit.replace_token(with_blank(text, *place, before), &source);
    }
}

/// The `&&`s of the list that the whole `RUN` is.
pub(super) fn joins(step: Step<'_>) -> Vec<TextRange> {
    let is_of_the_list = |it: &Command<'_>| {
        let around = it.around();
        it.outer().is_none()
            && !(around.subshell || around.looped || around.function || around.substitution)
    };
    let and = |it: Connector| (it.operator == Operator::And).then_some(it.range);
    let commands = step.commands().filter(is_of_the_list);
    commands
        .filter_map(|it| it.before().and_then(and))
        .collect()
}

/// How a `&&` stands at a line's end or beginning: whether it begins one, and what the line is set in by.
pub(super) fn style(text: &str, place: TextRange, escape: char) -> Option<(bool, &str)> {
    let (start, end): (usize, usize) = (place.start().into(), place.end().into());
    let indent = |line: &'_ str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let line = text[..start].rfind('\n').map_or(0, |it| it + 1);
    if line > 0 && text[line..start].trim().is_empty() {
        return Some((true, &text[line..start]));
    }
    let rest = &text[end..];
    let (own, next) = rest.split_once('\n')?;
    let is_last = own.trim().strip_suffix(escape) == Some("");
    is_last.then(|| (false, &next[..indent(next)]))
}

/// The place of a `&&`, with the blank behind it where a line begins there instead.
fn with_blank(text: &str, place: TextRange, before: bool) -> TextRange {
    let has_blank = text[usize::from(place.end())..].starts_with(' ');
    if before || !has_blank {
        place
    } else {
        TextRange::new(place.start(), place.end() + dfix_syntax::TextSize::from(1))
    }
}
