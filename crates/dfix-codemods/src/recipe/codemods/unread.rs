//! Commands that may run others, which nobody sees.

use dfix_catalogue::programs::{Kind, Mark};
use dfix_model::{Command, Word};

/// Whether a command may call others that nobody sees here.
pub(super) fn calls_others(it: &Command<'_>) -> bool {
    let is_shell = it.known().is_some_and(|it| it.kind() == Kind::Shell);
    [Mark::BuildsNative, Mark::BuildScript, Mark::StartsOthers]
        .iter()
        .any(|mark| it.is_marked(*mark))
        || (is_shell && !it.is_read_here())
        || it
            .program()
            .is_some_and(|it| it.starts_with("./") || has_script_ending(it))
        || is_of_a_folder(it)
}

/// Whether a program that nobody knows is called by its folder: it may be a script of the project.
fn is_of_a_folder(it: &Command<'_>) -> bool {
    let has_folder = |it: Word<'_>| it.source_text().contains('/');
    it.known().is_none() && it.executable().is_some_and(has_folder)
}

fn has_script_ending(word: Word<'_>) -> bool {
    word.value()
        .is_some_and(|it| dfix_model::path::has_ending(it, ".sh"))
}
