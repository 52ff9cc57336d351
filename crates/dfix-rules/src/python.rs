//! What several rules ask of Python applications: what is one, what is a Flask one, and where it begins.

// The names of files in an image are case-sensitive.
#![allow(clippy::case_sensitive_file_extension_comparisons)]

use dfix_catalogue::programs::{self, Mark, is_python};
use dfix_model::context::Answer;
use dfix_model::{Command, ImageRef, PackageManager, Requirement, Stage, Word};

/// Whether what a stage ships is a Python application: its image is Python's, or its command is. Where what
/// it starts cannot be told, it must install what a Python project of the build asks for.
pub(crate) fn is_application(stage: Stage<'_>) -> bool {
    if is_python_image(stage.base_image()) {
        return true;
    }
    match stage.entry().workload() {
        Some(command) if is_python_command(command) => true,
        Some(command) => {
            let name = command.name();
            let is_open =
                matches!(name, "" | "sh" | "bash" | "dash" | "ash") || name.ends_with(".sh");
            is_open && installs_project(stage)
        }
        None => installs_project(stage),
    }
}

/// Whether a stage on an image of no language of its own installs a Python project or its requirements.
fn installs_project(stage: Stage<'_>) -> bool {
    let of_others = [
        "docker", "dotnet", "golang", "gradle", "java", "jdk", "jenkins", "maven", "mysql",
        "nginx", "node", "openjdk", "php", "postgres", "redis", "ruby", "rust", "temurin",
    ];
    let image = stage.base_image().name().unwrap_or("");
    if of_others.iter().any(|other| image.contains(other)) {
        return false;
    }
    stage
        .base_chain()
        .flat_map(|s| {
            s.installs(PackageManager::Pip)
                .chain(s.installs(PackageManager::Uv))
                .collect::<Vec<_>>()
        })
        .any(|pip| {
            !pip.step().is_onbuild()
                && (pip.requirement_files().next().is_some() || !pip.local_projects().is_empty())
        })
}

/// Whether an image is made to run Python, as far as its name tells.
fn is_python_image(image: &ImageRef) -> bool {
    let Some(name) = image.name() else {
        return false;
    };
    let of_python = |part: &str| part.starts_with("python") || part.starts_with("pypy");
    let last = name.rsplit('/').next().unwrap_or(name);
    let is_uv = last == "uv" && image.tag_text().is_some_and(|t| t.contains("python"));
    last.split(['-', '_']).any(of_python)
        || is_uv
        || name.starts_with("tiangolo/uvicorn")
        || name.starts_with("tiangolo/meinheld")
        || name.starts_with("tiangolo/uwsgi")
}

fn is_python_command(command: Command<'_>) -> bool {
    programs::is(command.name(), Mark::Python)
        || command.is_wrapped_by("python")
        || command.is_one_of(&["jupyter", "sanic", "uwsgi"])
        || command.name().ends_with(".py")
}

/// What says that an application is a Flask one.
pub(crate) struct Flask {
    /// The condition on its version, where one is known.
    pub(crate) specifier: Option<String>,
    /// A short sentence that says where it was seen.
    pub(crate) evidence: String,
}

impl Flask {
    /// Whether the version is known to be one that reads `FLASK_ENV` no more (2.3 and later).
    pub(crate) fn is_without_env(&self) -> bool {
        self.specifier.as_deref().is_some_and(is_at_least_2_3)
    }
}

/// Whether a stage ships a Flask application: seen in what it installs, in its command, or in the source of
/// what it starts.
pub(crate) fn flask(stage: Stage<'_>) -> Option<Flask> {
    let packages = stage.python_packages();
    let said = |r: &Requirement| {
        format!(
            "{}{} in {}",
            r.name,
            r.specifier.as_deref().unwrap_or(""),
            r.source
        )
    };
    if let Some(flask) = packages.get("flask") {
        return Some(Flask {
            specifier: flask.specifier.clone(),
            evidence: said(flask),
        });
    }
    if let Some(extension) = packages.known.iter().find(|r| r.name.starts_with("flask-")) {
        return Some(Flask {
            specifier: None,
            evidence: said(extension),
        });
    }
    let command = stage.entry().workload()?;
    if command.is("flask") || module(command).is_some_and(|(name, _)| name == "flask") {
        return Some(Flask {
            specifier: None,
            evidence: "the command is `flask`".to_owned(),
        });
    }
    let file = script(command)?;
    match stage.read_final(file) {
        Answer::Found(text) if imports_flask(&text) => Some(Flask {
            specifier: None,
            evidence: format!("{file} imports flask"),
        }),
        _ => None,
    }
}

fn imports_flask(source: &str) -> bool {
    source.lines().map(str::trim_start).any(|line| {
        line.starts_with("from flask import")
            || line.starts_with("import flask")
            || line.starts_with("from flask.")
    })
}

/// The one module that holds the Flask application, with a short sentence that says what shows it; `None`
/// where nothing shows one, or several things do.
pub(crate) fn flask_app(stage: Stage<'_>) -> Option<(String, String)> {
    let Some(command) = stage.entry().workload() else {
        return from_files(stage);
    };
    let shown = |app: &str| Some((app.to_owned(), format!("the command runs {app}")));
    let (name, words): (&str, Vec<Word<'_>>) = match module(command) {
        Some((name, words)) => (name, words),
        None => (command.name(), command.args().collect()),
    };
    if words.iter().any(|w| !w.is_known()) {
        return None;
    }
    match name {
        "flask" => {
            let names_it = words.iter().any(|w| w.is("-A") || w.starts_with("--app"));
            if names_it { None } else { from_files(stage) }
        }
        "gunicorn" => {
            let moves = ["--chdir", "--pythonpath"];
            if words.iter().any(|w| moves.iter().any(|m| w.starts_with(m))) {
                return None;
            }
            only(server_targets(&words)).and_then(shown)
        }
        "waitress-serve" => only(server_targets(&words)).and_then(shown),
        "uwsgi" => {
            let value_of = |names: &[&str]| {
                words.windows(2).find_map(|pair| {
                    let option = pair[0].value()?;
                    names.contains(&option).then(|| pair[1].value()).flatten()
                })
            };
            value_of(&["-w", "--module", "--wsgi"])
                .or_else(|| value_of(&["--wsgi-file"]))
                .and_then(shown)
        }
        _ if is_python(command.name()) || name.ends_with(".py") => {
            let file = script(command)?;
            match stage.read_final(file) {
                Answer::Found(text) => shows_an_application(&text).then(|| shown(file)).flatten(),
                // Unread, only a name that speaks of a server is believed.
                _ => sounds_like_an_application(file)
                    .then(|| shown(file))
                    .flatten(),
            }
        }
        "" | "sh" | "bash" | "dash" | "ash" => from_files(stage),
        _ if name.ends_with(".sh") => from_files(stage),
        _ => None,
    }
}

fn shows_an_application(source: &str) -> bool {
    imports_flask(source) || source.contains("create_app") || source.contains("app.run(")
}

fn sounds_like_an_application(file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or(file);
    let name = name.strip_suffix(".py").unwrap_or(name);
    matches!(name, "main" | "run" | "wsgi")
        || ["app", "api", "flask", "serve", "web"]
            .iter()
            .any(|part| name.contains(part))
}

/// The file that Python is given to run.
fn script(command: Command<'_>) -> Option<&str> {
    if command.name().ends_with(".py") {
        return command.program()?.value();
    }
    if !is_python(command.name()) || module(command).is_some() {
        return None;
    }
    let mut words = command.args();
    while let Some(word) = words.next() {
        let text = word.value()?;
        match text.strip_prefix('-') {
            Some("W" | "X") => drop(words.next()),
            Some(letters) if letters.is_empty() || letters.contains('c') => return None,
            Some(_) => {}
            None => return text.ends_with(".py").then_some(text),
        }
    }
    None
}

/// The module of `python -m MODULE`, and the words after it.
fn module(command: Command<'_>) -> Option<(&str, Vec<Word<'_>>)> {
    if !is_python(command.name()) {
        return None;
    }
    let mut words = command.args();
    while let Some(word) = words.next() {
        let letters = word.value()?.strip_prefix('-')?;
        match letters {
            "W" | "X" => drop(words.next()),
            _ if letters.ends_with('m') => return Some((words.next()?.value()?, words.collect())),
            _ => {}
        }
    }
    None
}

/// Options of gunicorn and waitress whose next word may look like `module:name`.
const WITH_ADDRESS: &[&str] = &[
    "-b",
    "--bind",
    "--listen",
    "--statsd-host",
    "--paste",
    "--unix-socket",
];

/// The words that are `module:name` or `module:factory()`.
fn server_targets<'m>(words: &[Word<'m>]) -> Vec<&'m str> {
    let mut targets = Vec::new();
    let mut after_address = false;
    for text in words.iter().filter_map(|w| w.value()) {
        if !after_address && is_target(text) {
            targets.push(text);
        }
        after_address = WITH_ADDRESS.contains(&text);
    }
    targets
}

fn is_target(text: &str) -> bool {
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

fn only<T>(all: Vec<T>) -> Option<T> {
    let mut all = all.into_iter();
    all.next().filter(|_| all.next().is_none())
}

/// The application among the files of the container's working directory: `app.py`, `wsgi.py`, or a package
/// with a `create_app`, if there is only one.
fn from_files(stage: Stage<'_>) -> Option<(String, String)> {
    let context = stage.file().context();
    let mut found: Vec<(String, String)> = Vec::new();
    for file in ["app.py", "wsgi.py"] {
        let is_there = match stage.read_final(file) {
            Answer::Found(text) => shows_an_application(&text),
            Answer::Absent => false,
            // Nothing is known of the context, but the file itself is named.
            Answer::Unknown(_) => stage
                .base_chain()
                .flat_map(Stage::steps)
                .filter(|s| s.is_copy_or_add())
                .flat_map(|s| s.sources().collect::<Vec<_>>())
                .filter_map(Word::value)
                .any(|source| source.rsplit('/').next() == Some(file)),
        };
        if is_there {
            found.push((file.to_owned(), format!("{file} is copied")));
        }
    }
    let folder = stage.final_context_path_of(".");
    if let Some(Answer::Found(names)) = folder.as_deref().map(|folder| context.list(folder)) {
        for package in names.iter().filter_map(|name| name.strip_suffix('/')) {
            let Answer::Found(source) = stage.read_final(&format!("{package}/__init__.py")) else {
                continue;
            };
            if source.contains("def create_app(") {
                found.push((
                    package.to_owned(),
                    format!("{package}/__init__.py has a `create_app`"),
                ));
            }
        }
    }
    only(found)
}

/// Whether a condition lets no version before 2.3 through.
fn is_at_least_2_3(specifier: &str) -> bool {
    specifier.split(',').map(str::trim).any(|clause| {
        let version = clause.trim_start_matches(['=', '>', '~', ' ']);
        let is_lower_bound = ["==", ">=", "~=", ">"]
            .iter()
            .any(|o| clause.starts_with(o));
        let mut numbers = version
            .split(['.', '*'])
            .map(|n| n.trim().parse::<u32>().unwrap_or(0));
        let pair = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
        is_lower_bound && pair >= (2, 3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_that_read_no_flask_env() {
        for new in [
            "==2.3.0",
            ">=2.3",
            "~=3.0",
            "==3.*",
            ">2.3,<4",
            ">=1,==3.0.1",
        ] {
            assert!(is_at_least_2_3(new), "{new}");
        }
        for old_or_open in ["==2.2.5", ">=2.0", "<3", "!=2.3", "~=2.2", "==2.*", ""] {
            assert!(!is_at_least_2_3(old_or_open), "{old_or_open}");
        }
    }

    #[test]
    fn targets_of_servers() {
        for target in ["app:app", "my_app.wsgi:application", "app:create_app()"] {
            assert!(is_target(target), "{target}");
        }
        for other in [
            "0.0.0.0:5000",
            ":5000",
            "app",
            "unix:/run/x",
            "localhost:8000",
            "a-b:c",
        ] {
            assert!(!is_target(other), "{other}");
        }
    }
}
