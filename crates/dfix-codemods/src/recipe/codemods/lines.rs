//! Lines of the file, for people.

use dfix_model::Command;

/// The line of the file that a command stands in; of one in a script, that of the instruction that runs it.
pub(super) fn line_of(command: Command<'_>) -> usize {
    let step = command.step();
    if command.is_of_script() {
        return step.line();
    }
    let before = command.range().start().checked_sub(step.range().start());
    let text = before.and_then(|it| step.source_text().get(..usize::from(it)));
    step.line() + text.map_or(0, |it| it.matches('\n').count())
}

/// `line 3`, `lines 3 and 5`, `lines 3, 5 and 8`.
pub(super) fn lines(mut numbers: Vec<usize>) -> String {
    numbers.sort_unstable();
    numbers.dedup();
    let texts: Vec<String> = numbers.iter().map(usize::to_string).collect();
    match texts.split_last() {
        None => String::new(),
        Some((one, [])) => format!("line {one}"),
        Some((last, rest)) => format!("lines {} and {last}", rest.join(", ")),
    }
}
