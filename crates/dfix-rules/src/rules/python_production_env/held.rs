//! What the names of a module hold: `flask` loads nothing but its own applications.

use dfix_catalogue::web_frameworks;
use dfix_model::context::Answer;
use dfix_model::{SourceFile, Stage};

use super::folder;

/// The names in which `flask` looks first (Flask's documentation, "Application Discovery").
const LOOKED_FOR: [&str; 2] = ["app", "application"];

/// Whether what `module:name` names is made by another framework.
pub(super) fn names_another(stage: Stage<'_>, target: &str) -> bool {
    let mut files = folder::files_of_target(target).into_iter();
    files.any(|file| match (stage.source(&file), target.split_once(':')) {
        (Answer::Found(source), Some((_, name))) => holds_another(stage, &source, name, true),
        (Answer::Found(source), None) => finds_another(stage, &source),
        (Answer::Absent | Answer::Unknown(_), _) => false,
    })
}

/// Whether what `flask` would find in a source is made by another framework, and nothing there may be Flask's: what a
/// source gets from Flask itself, or the `server` that Dash keeps.
pub(super) fn finds_another(stage: Stage<'_>, source: &SourceFile) -> bool {
    !source.imports("flask")
        && !source.mentions(".server")
        && LOOKED_FOR
            .iter()
            .any(|name| holds_another(stage, source, name, true))
}

/// Whether a name is given an object of another framework, here or in the module that it is imported from.
fn holds_another(stage: Stage<'_>, source: &SourceFile, name: &str, follows: bool) -> bool {
    let Some(value) = source.assigned(name) else {
        let module = source.module_of(name).filter(|_| follows);
        let mut files = module
            .into_iter()
            .flat_map(|it| folder::files_of_target(it.trim_start_matches('.')));
        return files.any(|file| match stage.source(&file) {
            Answer::Found(source) => holds_another(stage, &source, name, false),
            Answer::Absent | Answer::Unknown(_) => false,
        });
    };
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    let Some((called, _)) = value
        .split_once('(')
        .filter(|(it, _)| it.chars().all(is_of_name))
    else {
        return false;
    };
    let module = match called.split_once('.') {
        Some((first, _)) => Some(first.to_owned()),
        None => source.module_of(called),
    };
    module.is_some_and(|module| {
        let first = module.split('.').next().unwrap_or(&module);
        web_frameworks().any(|it| it == first)
    })
}
