//! Builds of programs from their source, beside what any package manager knows.

use dfix_catalogue::programs::Mark;

use crate::handles::{Assignment, Command, Step, Word};

/// What the step's builds from source, and what fetches or settles these, are told that is wanted: the first
/// such word or name of a variable, as it is written. None where the step builds nothing.
pub(crate) fn told_to_builds(step: Step<'_>, is_wanted: impl Fn(&str) -> bool) -> Option<&str> {
    if !step.is_run() || !step.commands().any(builds) {
        return None;
    }
    step.commands()
        .filter(|command| builds(*command) || prepares(*command))
        .find_map(|command| {
            let words = command.words().map(Word::source_text);
            let variables = command.assignments().map(Assignment::name);
            words.chain(variables).find(|text| is_wanted(text))
        })
}

fn builds(command: Command<'_>) -> bool {
    command.is_marked(Mark::BuildsNative)
}

/// Commands that fetch a source, go to it, or settle how it is built.
fn prepares(command: Command<'_>) -> bool {
    command.program().is_none()
        || command.is_one_of(&["cd", "curl", "export", "git", "tar", "unzip", "wget"])
}
