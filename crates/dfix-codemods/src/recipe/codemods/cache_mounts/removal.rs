//! Commands that go with the cache that they emptied.

use dfix_engine::Edit;
use dfix_model::{Command, Operator, Word};
use dfix_syntax::{TextRange, TextSize};

/// Whether it is the last of several with `;` before it: then it tells whether the step succeeds.
pub(super) fn is_last_of_many(command: Command<'_>) -> bool {
    let is_after_semicolon = command
        .before()
        .is_some_and(|it| it.operator == Operator::Semicolon);
    is_after_semicolon && command.after().is_none()
}

/// Whether it can be taken away, as far as can be seen without trying.
pub(super) fn can_go(command: Command<'_>) -> bool {
    let is_joined = |it: Operator| {
        [command.before(), command.after()]
            .into_iter()
            .flatten()
            .any(|join| join.operator == it)
    };
    let is_alone = command.before().is_none() && command.after().is_none();
    !is_alone
        && ![Operator::Or, Operator::Pipe, Operator::Background]
            .into_iter()
            .any(is_joined)
        && (!is_last_of_many(command) || fails_early(command))
}

/// Takes the last of several away, where the shell has ended at the first that failed.
pub(super) fn remove_last(command: Command<'_>, edit: &mut Edit<'_>) {
    let Some(join) = command.before().filter(|_| fails_early(command)) else {
        edit.fail("whether its step succeeds would be told by another command");
        return;
    };
    let step = command.step();
    let ends = step.commands().map(|it| it.range().end());
    let Some(from) = ends.filter(|it| *it <= join.range.start()).max() else {
        return;
    };
    let at = |place: TextSize| usize::from(place - step.range().start());
    let between = &step.source_text()[at(from)..at(join.range.start())];
    if between
        .chars()
        .all(|it| it.is_whitespace() || matches!(it, '\\' | '`'))
    {
        edit.replace_node(TextRange::new(from, command.range().end()), "");
    } else {
        edit.fail("what stands before the last command is no command alone");
    }
}

/// Whether the step's own list begins with `set -e`, and the command is of that list.
fn fails_early(command: Command<'_>) -> bool {
    let around = command.around();
    let is_nested = around.subshell || around.substitution || around.function || around.looped;
    let first = command.step().commands().next();
    let sets = |it: Command<'_>| {
        it.is("set")
            && it
                .args()
                .filter_map(Word::value)
                .any(|text| text.starts_with('-') && !text.starts_with("--") && text.contains('e'))
    };
    command.outer().is_none() && !is_nested && !around.conditional && first.is_some_and(sets)
}
