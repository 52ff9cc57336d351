//! Commands that may run others, which nobody sees.

use dfix_catalogue::programs::Mark;
use dfix_model::{Command, Word};

/// Whether a command may call others that nobody sees here.
pub(super) fn calls_others(it: &Command<'_>) -> bool {
    let is_shell = it.is_one_of(&["sh", "bash", "dash"]);
    [Mark::BuildsNative, Mark::BuildScript, Mark::StartsOthers]
        .iter()
        .any(|mark| it.is_marked(*mark))
        || (is_shell && !it.is_read_here())
        || it
            .program()
            .is_some_and(|it| it.starts_with("./") || has_script_ending(it))
}

fn has_script_ending(word: Word<'_>) -> bool {
    word.value()
        .is_some_and(|it| dfix_model::path::has_ending(it, ".sh"))
}
