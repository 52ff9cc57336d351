//! The sources in Python that a start names, and whether they are among those that are shipped.

use dfix_catalogue::programs::{self, Mark};
use dfix_catalogue::{FileMark, ServedApplication, file_is, is_of_python, served_application};

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
        let mut named = named_sources(stage);
        let missing = named.find(|it| it.all().all(|it| is_absent(stage, it)));
        return missing.map(|it| it.name);
    }
    let is_there = |named: &str| {
        let path = match named.strip_suffix(".py") {
            Some(file) => file.rsplit('/').next().unwrap_or(file).to_owned(),
            None => named.replace('.', "/"),
        };
        let ends = [".py", "/__init__.py", "/__main__.py"];
        let mut files = sources.files.iter().map(|file| file.context_path.as_str());
        let is_it = |file: &str| {
            let mut bare = ends.iter().filter_map(|end| file.strip_suffix(end));
            let rest = bare.find_map(|bare| bare.strip_suffix(path.as_str()));
            rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
        };
        files.any(is_it)
    };
    let mut named = named_sources(stage);
    let missing = named.find(|it| !it.all().any(is_there));
    missing.map(|it| it.name)
}

/// A file or module that the start names.
struct Named {
    /// `app.py`, `app.main`.
    name: String,
    /// Whether its last part may be something in the module: `app.celery` of `app`.
    may_be_inside: bool,
}

impl Named {
    /// What it may be.
    fn all(&self) -> impl Iterator<Item = &str> {
        let around = self.name.rsplit_once('.').map(|(module, _)| module);
        let is_file = has_ending(&self.name, ".py");
        let around = around.filter(|_| self.may_be_inside && !is_file);
        std::iter::once(self.name.as_str()).chain(around)
    }
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
pub(crate) fn brings_a_project(step: Step<'_>) -> bool {
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
fn named_sources(stage: Stage<'_>) -> impl Iterator<Item = Named> {
    runtime::of(stage)
        .processes()
        .filter(|process| process.script.is_none())
        .filter_map(|process| {
            let may_be_inside = served_application(process.command.name()).is_some();
            let name = named_by(process.command)?;
            Some(Named {
                name,
                may_be_inside,
            })
        })
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
    if let Some(served) = served_application(command.name()) {
        return told(command, served);
    }
    if !command.is_marked(Mark::Application) {
        return None;
    }
    let object = served_objects(command).first().copied()?;
    object.split(':').next().map(str::to_owned)
}

/// The application that a server or worker is told: by an option, an operand, or as Flask by a variable. None where only
/// whoever starts it knows.
fn told(command: Command<'_>, served: ServedApplication) -> Option<String> {
    let words: Vec<Word<'_>> = command.args().collect();
    let is_option = |word: &Word<'_>| word.starts_with("-");
    let by_option = || {
        let mut places = words.iter().enumerate();
        places.find_map(|(at, word)| {
            let text = word.literal_prefix();
            let rest = served.options().find_map(|it| text.strip_prefix(it))?;
            let is_long = text.starts_with("--");
            match rest {
                "" if word.is_known() => words.get(at + 1)?.value(),
                _ if !word.is_known() => None,
                rest if is_long => rest.strip_prefix('='),
                rest => Some(rest),
            }
        })
    };
    let by_operand = || {
        let first = words.iter().position(|word| !is_option(word))?;
        let from = first + served.operand(words[first].value())?;
        let is_operand = |at: usize| {
            let before = at.checked_sub(1).map(|at| words[at]);
            let is_value =
                before.is_some_and(|it| is_option(&it) && !it.source_text().contains('='));
            has_ending(words[at].literal_prefix(), ".py") || !(is_option(&words[at]) || is_value)
        };
        let at = (from..words.len()).find(|at| is_operand(*at))?;
        words[at].value()
    };
    let by_variable = || match variables::final_env(command.stage()?, served.variable()?) {
        EnvValue::Set(setting) => setting.value,
        _ => None,
    };
    let object = by_option().or_else(by_operand).or_else(by_variable)?;
    let module = object.split([':', '(']).next()?;
    let is_named = has_ending(module, ".py") || !module.contains('/');
    (!module.is_empty() && is_named).then(|| module.to_owned())
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
