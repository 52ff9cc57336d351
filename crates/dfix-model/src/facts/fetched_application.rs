//! Applications of which nothing was read, since a build fetches them, or an image that nobody knows brings them.

use dfix_catalogue::programs::Mark;
use dfix_catalogue::served_application;

use crate::context::Answer;
use crate::facts::application::fetches;
use crate::facts::application_sources::application_sources;
use crate::facts::context_files::final_context_path_of;
use crate::facts::fetched_start::{OF_THE_SYSTEM, Started, fetched_start, started};
use crate::facts::runtime;
use crate::facts::started_sources::brings_a_project;
use crate::handles::{Command, Source, Stage, Step, Word};

/// What the container starts of an application that was fetched when the image was built, or that comes with an image of which
/// nothing is known: a file, a module, or the program that serves it, where the build context has no source at all, or nothing of
/// it is copied. None where something is copied from a context that is not known.
pub(crate) fn fetched_application(stage: Stage<'_>) -> Option<String> {
    if let Some(named) = fetched_start(stage) {
        return Some(named);
    }
    let context = stage.file().context();
    let sources = application_sources(stage);
    let is_read = !sources.files.is_empty() || !sources.unread_files.is_empty();
    let takes_none = || !stage.file().steps().any(takes_from_context);
    if is_read || !(matches!(context.list(""), Answer::Found(_)) || takes_none()) {
        return None;
    }
    let mut chain = stage.base_chain();
    let mut steps = stage.file().steps();
    let brings = chain.any(|it| it.copies().any(brings_unread)) || fetches(stage);
    if !(brings || steps.any(brings_a_project)) {
        return None;
    }
    runtime::of(stage).processes().find_map(|process| {
        let command = process.command;
        if let Some(started) = started(command) {
            let is_there = |path: &String| final_context_path_of(stage, path).is_some();
            let is_known = started.places.iter().any(is_there) || is_of_system(&started);
            return (!is_known).then_some(started.name);
        }
        serves_an_application(command).then(|| command.called())
    })
}

/// Whether all that a command starts lies where the programs of the distribution are; `/usr/src` is for sources.
fn is_of_system(started: &Started) -> bool {
    let is_one = |path: &String| {
        OF_THE_SYSTEM.iter().any(|it| path.starts_with(it)) && !path.starts_with("/usr/src/")
    };
    started.places.iter().all(is_one)
}

/// Whether a command runs files of an application, whichever those are.
fn serves_an_application(command: Command<'_>) -> bool {
    let is_told = || command.args().next().is_some();
    [Mark::Application, Mark::RunsFiles]
        .iter()
        .any(|mark| command.is_marked(*mark))
        || served_application(command.name()).is_some()
        || (command.is("java") && is_told())
}

/// Whether a step copies files of the build context, or sees them by a mount.
fn takes_from_context(step: Step<'_>) -> bool {
    let is_address = |it: Word<'_>| it.literal_prefix().contains("://");
    let copies = step.is_copy_or_add() && step.source().is_none();
    (copies && !step.sources().all(is_address)) || step.mounts().next().is_some()
}

/// Whether a step puts in what nobody has read: files by their address, or those of an image that nothing is known of.
fn brings_unread(step: Step<'_>) -> bool {
    let is_address = |it: Word<'_>| it.literal_prefix().contains("://");
    match step.source() {
        None => step.sources().any(is_address),
        Some(Source::Stage(from)) => !from.any_base_facts().is_known(),
        Some(Source::Image(_) | Source::Unknown) => true,
    }
}
