//! Lines of the file, for people.

use dfix_model::Command;

/// The line of the file that a command stands in; of one in a script, that of the instruction that runs it.
pub(super) fn line_of(command: Command<'_>) -> usize {
    let step = command.step();
    if command.is_of_script() {
        return step.line();
    }
    step.line_at(command.range().start())
}

/// Places with the verb that fits their number.
pub(super) fn verb(places: &str, one: &str, several: &str) -> String {
    let verb = if places.starts_with("lines") {
        several
    } else {
        one
    };
    format!("{places} {verb}")
}
