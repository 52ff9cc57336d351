//! Which step puts a file where it is used, as far as its words tell: something downloads, copies, links or
//! unpacks it. What a package manager brings is none of these.

use dfix_catalogue::is_manifest;
use dfix_catalogue::programs::Mark;

use crate::handles::{Command, Redirect, Stage, Step, Word};
use crate::path::{file_name, folder_and_name};

/// The first step of a stage, or of one that it is based on, that may put a file at the absolute path. An
/// archive or a folder of the file's name elsewhere does not count: a package may be called so.
pub(crate) fn first_put<'m>(stage: Stage<'m>, path: &str) -> Option<Step<'m>> {
    stage
        .base_chain()
        .flat_map(Stage::steps)
        .filter(|step| may_put(*step, path))
        .min_by_key(|step| step.index())
}

/// Whether a `COPY` or `ADD` of the build context puts nothing there but what says which packages are to be installed.
pub(crate) fn puts_only_manifests(step: Step<'_>) -> bool {
    let is_one = |word: Word<'_>| is_manifest(last_name(word.literal_prefix()));
    step.source().is_none() && step.sources().all(is_one)
}

fn may_put(step: Step<'_>, path: &str) -> bool {
    let (folder, name) = folder_and_name(path);
    let is_path = |word: Word<'_>| bare(word) == path;
    let is_folder = |word: Word<'_>| bare(word).trim_end_matches(['.', '/']) == folder;
    if let Some(target) = step.target() {
        return is_path(target)
            || (is_folder(target) && step.sources().any(|source| may_be(source, name)));
    }
    if !step.is_run() {
        return false;
    }
    // What is downloaded or unpacked has more to its name: `tool-1.2-linux.tar.gz`.
    let is_its = |word: Word<'_>| last_name(bare(word)).starts_with(name);
    let names_folder = || {
        let mut words = step.commands().flat_map(|c| c.args().chain(targets(c)));
        words.any(is_folder)
    };
    step.commands().any(|command| {
        let puts = command.is_marked(Mark::Puts);
        let installs = command.is_marked(Mark::PutsPrograms);
        targets(command).any(is_path)
            || (installs && command.args().any(is_its))
            || (puts && command.args().any(is_path))
            || (puts && command.args().any(is_its) && names_folder())
    })
}

/// Whether a source of a `COPY` into the folder may be the file, or hold it: `COPY bin/* /usr/local/bin/`.
fn may_be(source: Word<'_>, name: &str) -> bool {
    let text = bare(source);
    last_name(text) == name
        || text.contains(['*', '$'])
        || matches!(file_name(text), "" | "." | "bin" | "scripts")
}

/// The files that a command's redirections name.
fn targets(command: Command<'_>) -> impl Iterator<Item = Word<'_>> {
    command.redirects().filter_map(Redirect::target)
}

/// The word as written, without quotes around it.
fn bare(word: Word<'_>) -> &str {
    word.source_text().trim_matches(['"', '\''])
}

fn last_name(path: &str) -> &str {
    file_name(path.trim_end_matches('/'))
}
