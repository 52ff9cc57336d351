//! What is not read, and may install by an index of apk that is there.

use dfix_model::path::has_ending;
use dfix_model::scripts::ScriptAt;
use dfix_model::{Command, PackageCommand, PackageManager, Stage, Word};

/// Whether a command that is none of apk may install by it: what the build calls, and scripts that the container starts.
/// `keeps_none`: whether a command of apk needs no index that is kept.
pub(super) fn may_install<'m>(
    command: Command<'m>,
    keeps_none: &dyn Fn(&PackageCommand<'_>) -> bool,
) -> bool {
    if command.step().is_run() {
        return command.may_call(PackageManager::Apk, &|it| keeps_none(it));
    }
    let is_one = |it: Command<'m>| {
        PackageCommand::of(it)
            .is_some_and(|it| it.manager == PackageManager::Apk && !keeps_none(&it))
    };
    let started = command.stage().map(|it| it.script_started_by(command));
    match started {
        Some(ScriptAt::Shell(script)) => script.has_opaque_text() || script.commands().any(is_one),
        Some(ScriptAt::Unread(_)) => true,
        // A script by its name, and nobody knows who puts it there.
        Some(ScriptAt::Elsewhere) => {
            let program = command.program().map_or("", Word::literal_prefix);
            program.contains('/') && has_ending(program, ".sh")
        }
        _ => false,
    }
}

/// Whether apk fetches an index where it finds none: since Alpine 3.9.
pub(super) fn finds_an_index(stage: Stage<'_>) -> bool {
    let release = stage.any_base_facts().foundation.and_then(|it| it.release);
    let mut numbers = release
        .unwrap_or_default()
        .split('.')
        .map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor) >= (3, 9),
        _ => release == Some("edge"),
    }
}
