//! Whose the tree is that a program works on.

use dfix_model::{Command, Stage, Step};

use super::runs::Runs;

/// Words that make a tree, or ask for none.
const WITHOUT_TREE: [&str; 9] = [
    "--version",
    "clone",
    "config",
    "credential",
    "help",
    "init",
    "lfs",
    "ls-remote",
    "version",
];

/// Whether a command of git may work on a tree of another user than its own: one that is mounted where the container runs, or
/// that was copied for another user.
pub(super) fn may_differ(runs: &Runs<'_>, command: Command<'_>) -> bool {
    let steps = || runs.stage.with_descendants().flat_map(Stage::steps);
    if has_none(command) || steps().any(|it| it.mentions("safe.directory")) {
        return false;
    }
    let step = command.step();
    if step.is_run_time() {
        let mut others = runs.commands.iter();
        let makes = |it: &Command<'_>| {
            it.is("git") && it.step().is_run_time() && (it.has_arg("clone") || it.has_arg("init"))
        };
        return !others.any(makes);
    }
    let Some(stage) = command.stage() else {
        return false;
    };
    let is_before = |it: &Step<'_>| it.index() < step.index() && it.is_copy_or_add();
    let copies: Vec<Step<'_>> = stage
        .base_chain()
        .flat_map(Stage::steps)
        .filter(is_before)
        .collect();
    let is_given = |it: &Step<'_>| it.flag("chown").is_some();
    if stage.user_at(command).is_root().is_yes() {
        copies.iter().any(is_given)
    } else {
        !copies.is_empty() && !copies.iter().any(is_given)
    }
}

/// Whether it needs no tree that is there before it.
fn has_none(command: Command<'_>) -> bool {
    let mut words = command.args().take(3);
    words.any(|word| WITHOUT_TREE.iter().any(|it| word.is(it)))
}
