//! The sources in Python that a start names, and whether they are among those that are shipped.

use dfix_catalogue::programs::{self, Mark};
use dfix_catalogue::{FileMark, file_is, is_of_python};

use crate::context::Answer;
use crate::facts::absent_copies::has_project;
use crate::facts::application_sources::application_sources;
use crate::facts::context_files::final_context_path_of;
use crate::facts::fetched_start::brings_sources;
use crate::facts::filesystem::Filesystem;
use crate::facts::filesystem::entry::{Entry, Landing, Origin};
use crate::facts::runtime::{self, Process};
use crate::facts::setting::EnvValue;
use crate::facts::variables;
use crate::facts::workdir::final_workdir;
use crate::handles::{Command, Given, Stage, Step, Word};
use crate::path::{ImagePath, file_name, has_ending};

/// A file or module that the start names and that none of the sources is: `app.main`. Whatever it does was not read. Where
/// no source at all is in the build context, one that would be copied from there counts; but nothing is told where no
/// context is known, or the Dockerfile lies there alone.
pub(crate) fn missing(stage: Stage<'_>) -> Option<String> {
    if let Some(named) = fetched(stage) {
        return Some(named);
    }
    let sources = application_sources(stage);
    if !sources.unread.is_empty() {
        return None;
    }
    if sources.files.is_empty() {
        return named_sources(stage).find(|named| is_absent(stage, named));
    }
    let is_there = |named: &String| {
        let path = match named.strip_suffix(".py") {
            Some(file) => file.rsplit('/').next().unwrap_or(file).to_owned(),
            None => named.replace('.', "/"),
        };
        let ends = [".py", "/__init__.py", "/__main__.py"];
        let mut files = sources.files.iter().map(|file| file.context_path.as_str());
        let is_it = |file: &str| {
            let bare = ends.iter().find_map(|end| file.strip_suffix(end));
            let rest = bare.and_then(|bare| bare.strip_suffix(path.as_str()));
            rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
        };
        files.any(is_it)
    };
    named_sources(stage).find(|named| !is_there(named))
}

/// A file that the start gives to an interpreter, that the build context has not, and that a build which fetches something
/// may have fetched.
fn fetched(stage: Stage<'_>) -> Option<String> {
    let file = stage.file();
    let is_context_known = || matches!(file.context().list(""), Answer::Found(_));
    let of_start = |process: Process<'_>| {
        let call = process.command.interpreting()?;
        let Given::File(word) = call.given else {
            return None;
        };
        let path = word.value()?;
        let is_source = [".py", ".js", ".mjs", ".cjs"]
            .iter()
            .any(|ending| has_ending(path, ending));
        let is_absent = is_source && final_context_path_of(stage, path).is_none();
        is_absent.then(|| path.to_owned())
    };
    let named = runtime::of(stage)
        .processes()
        .filter(|process| process.script.is_none())
        .find_map(of_start)?;
    let fetches = || file.steps().any(brings_a_project);
    (is_context_known() && fetches()).then_some(named)
}

/// Whether a step fetches a project: its sources, or an archive that is unpacked.
fn brings_a_project(step: Step<'_>) -> bool {
    let fetches = |command: Command<'_>| command.is_marked(Mark::Fetches) && !command.is("git");
    let unpacks = |command: Command<'_>| command.is_one_of(&["tar", "bsdtar", "unzip"]);
    let is_archive = |word: Word<'_>| {
        let text = word.source_text();
        let address = text.split(['#', '?']).next().unwrap_or(text);
        text.contains("://") && file_is(file_name(address), FileMark::Archive)
    };
    brings_sources(step)
        || (step.commands().any(fetches) && step.commands().any(unpacks))
        || (step.is_copy_or_add() && step.sources().any(is_archive))
}

/// The files and modules that the start names, `app.py` or `app.main`.
fn named_sources(stage: Stage<'_>) -> impl Iterator<Item = String> {
    runtime::of(stage)
        .processes()
        .filter(|process| process.script.is_none())
        .filter_map(|process| named_by(process.command))
}

/// Whether a file or module would be copied from the build context, and is not there.
fn is_absent(stage: Stage<'_>, named: &str) -> bool {
    let paths = match named.strip_suffix(".py") {
        Some(_) => vec![named.to_owned()],
        None => {
            let path = named.replace('.', "/");
            vec![format!("{path}.py"), format!("{path}/__init__.py")]
        }
    };
    let Some(folder) = final_workdir(stage) else {
        return false;
    };
    let folder = ImagePath::new(&folder);
    let is_missing = |path: &String| {
        let place = folder.join(path);
        let mut landings = Filesystem::of(stage).all_landings();
        let is_around = |it: &Landing| {
            let from_context = matches!(it.from, Some(Origin::Context(_)));
            from_context && it.entry == Entry::Folder && place.is_below(&it.path)
        };
        landings.any(is_around) && final_context_path_of(stage, path).is_none()
    };
    paths.iter().all(is_missing) && has_project(stage.file())
}

/// The file or module of the application that a command names: `python app.py`, `gunicorn shop.wsgi:app`.
fn named_by(command: Command<'_>) -> Option<String> {
    if let Some(call) = command.interpreting() {
        return match call.given {
            Given::File(word) => {
                let path = word.value().filter(|it| has_ending(it, ".py"));
                path.map(str::to_owned)
            }
            Given::Module(module, _) => {
                let packages = command.stage()?.python_packages();
                let package = module.split('.').next().unwrap_or(module);
                let is_known = is_of_python(package)
                    || programs::find(package).is_some()
                    || packages.has(&package.replace('_', "-"));
                (!is_known).then(|| module.to_owned())
            }
            _ => None,
        };
    }
    if command.is("flask") {
        let EnvValue::Set(setting) = variables::final_env(command.stage()?, "FLASK_APP") else {
            return None;
        };
        let module = setting.value?.split([':', '(']).next()?;
        let is_named = has_ending(module, ".py") || !module.contains('/');
        return (!module.is_empty() && is_named).then(|| module.to_owned());
    }
    if !command.is_marked(Mark::Application) {
        return None;
    }
    let object = served_objects(command).first().copied()?;
    object.split(':').next().map(str::to_owned)
}

/// The words of a server that are `module:name` or `module:factory()`.
pub(crate) fn served_objects(server: Command<'_>) -> Vec<&str> {
    let ports = server.listens_on();
    server
        .args()
        .filter(|word| !ports.iter().any(|(port, _)| port == word))
        .filter_map(Word::value)
        .filter(|text| is_object(text))
        .collect()
}

fn is_object(text: &str) -> bool {
    let is_name = |text: &str| {
        text.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic())
            && text
                .chars()
                .all(|c| c == '_' || c == '.' || c.is_ascii_alphanumeric())
    };
    let Some((module, object)) = text.split_once(':') else {
        return false;
    };
    is_name(module) && is_name(object.strip_suffix("()").unwrap_or(object))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_of_servers() {
        for target in ["app:app", "my_app.wsgi:application", "app:create_app()"] {
            assert!(is_object(target), "{target}");
        }
        for other in [
            "0.0.0.0:5000",
            ":5000",
            "app",
            "unix:/run/x",
            "localhost:8000",
            "a-b:c",
        ] {
            assert!(!is_object(other), "{other}");
        }
    }
}
