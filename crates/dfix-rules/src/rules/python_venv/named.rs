//! Programs of pip's that are named by their whole path where nobody calls them: by what handles files, in texts, in variables.

use dfix_catalogue::programs::{self, Mark};
use dfix_model::{Command, Redirect, Step, Word};

use super::site::{Site, VENV, is_pip};
use super::tools::Installed;

/// The first word that names one and is not put right by itself, as a sentence.
pub(super) fn first(site: &Site<'_>) -> Option<String> {
    let installed = Installed::of(site);
    let held = site.later_steps().flat_map(Step::held_paths);
    let mut held = held.filter(|it| it.command.is_none_or(|it| !site.is_before(it)));
    let it = held.find(|it| {
        let is_the_images =
            programs::is_python(it.name) || it.name.starts_with("python") || is_pip(it.name);
        let is_its = site.is_folder_of_programs(it.folder) && installed.has(it.name);
        is_its && !is_the_images && !is_put(site, &format!("{}/{}", it.folder, it.name), it.word)
    })?;
    let (folder, name) = (it.folder, it.name);
    Some(format!(
        "`{}` names `{folder}/{name}`, which pip puts there: it would be {VENV}/bin/{name}; say that there by hand",
        it.word.shortened()
    ))
}

/// Whether something that is not pip is seen to put a file of the path before the word ends.
fn is_put(site: &Site<'_>, path: &str, word: Word<'_>) -> bool {
    let end = word.range().end();
    let by_copy = site.stage.first_put(path);
    if by_copy.is_some_and(|it| !it.is_run() && it.range().start() < end) {
        return true;
    }
    let is_path = |it: Word<'_>| it.value() == Some(path);
    let puts = |it: Command<'_>| {
        let marked = it.is_marked(Mark::Puts) && !it.is_marked(Mark::LeavesNothing);
        let last = it.args().next_back();
        let is_target = if it.is_marked(Mark::HandlesFiles) {
            it.args().len() > 1 && last.is_some_and(is_path)
        } else {
            it.args().any(is_path)
        };
        let mut targets = it.redirects().filter_map(Redirect::target);
        (marked && is_target) || targets.any(is_path)
    };
    let mut built = site.built();
    built.any(|it| it.range().start() < end && puts(it))
}
