//! Whether a module that the start is told is found in the container's working folder, where `flask` looks for it.

use dfix_model::context::Answer;
use dfix_model::{Command, ImagePath, Stage, Word};

/// Whether a command runs in another folder than the container begins in, or looks for modules in another: after a `cd`,
/// or by an option. What it is told is there, and not where `flask` is called.
pub(super) fn is_elsewhere(stage: Stage<'_>, command: Command<'_>) -> bool {
    let start = stage.final_workdir();
    let goes = command.working_directory() != start;
    let told = value_of(command, "--chdir");
    let is_start = |path: &str| {
        let start = start.as_deref().map(ImagePath::new);
        start.is_some_and(|start| start.join(path) == start)
    };
    goes || command.has_option("--pythonpath")
        || (command.has_option("--chdir") && !told.is_some_and(is_start))
}

/// Whether the container's working folder may hold a module that a server is told (`package.module:name`): not the root of
/// the file system, where nobody has put it.
pub(super) fn may_hold(stage: Stage<'_>, target: &str) -> bool {
    let is_root = stage.final_workdir().is_some_and(|it| it == "/");
    let is_absent = |file: &String| matches!(stage.source(file), Answer::Absent);
    !is_root || target.starts_with('/') || !files_of_target(target).iter().all(is_absent)
}

/// The files that may hold `package.module:name`.
pub(super) fn files_of_target(target: &str) -> [String; 2] {
    let module = target.split(':').next().unwrap_or(target);
    let path = module.replace('.', "/");
    [format!("{path}.py"), format!("{path}/__init__.py")]
}

/// The value of an option, as one word with it or as the next.
fn value_of<'m>(command: Command<'m>, option: &str) -> Option<&'m str> {
    let mut after = command.args().skip(1);
    command.args().find_map(|word| {
        let next = after.next();
        let joined = word.value()?.strip_prefix(option)?;
        match joined.strip_prefix('=') {
            Some(value) => Some(value),
            None if joined.is_empty() => next.and_then(Word::value),
            None => None,
        }
    })
}
