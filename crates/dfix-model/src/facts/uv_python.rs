//! The Python that uv takes, where it is not the image's: uv fetches one then, and keeps it at home.
//!
//! Source: docs.astral.sh/uv, "Python versions" (requests, `.python-version`, downloads) and "Environment variables".

use crate::context::Answer;
use crate::facts::context_files::read_at;
use crate::facts::project::PythonVersion;
use crate::facts::setting::EnvValue;
use crate::facts::variables::env_at;
use crate::handles::{Command, Stage, Word};

/// Whether a command of uv needs another Python than the image has, and fetches it.
pub(crate) fn fetches_python(command: Command<'_>) -> Fetches {
    let Some(stage) = command.stage().filter(|_| takes_python(command)) else {
        return Fetches::No;
    };
    let is_off = command.has_arg("--no-python-downloads")
        || env_at(stage, command, "UV_PYTHON_INSTALL_DIR").is_set()
        || matches!(
            env_at(stage, command, "UV_PYTHON_DOWNLOADS").value(),
            Some("never" | "manual" | "false" | "0")
        );
    if is_off {
        return Fetches::No;
    }
    let is_managed = env_at(stage, command, "UV_PYTHON_PREFERENCE").value() == Some("only-managed")
        || command.has_arg("--managed-python");
    let image = stage.base_image();
    let tag = image.effective_tag().unwrap_or_default();
    let is_pythons = image.name().is_some_and(|it| it.contains("python")) || tag.contains("python");
    match (of_image(stage), wanted(stage, command)) {
        _ if is_managed => Fetches::Yes,
        (Some(has), Wanted::This(wanted)) if !fits(has, tag, &wanted) => Fetches::Yes,
        (Some(_), Wanted::This(_)) => Fetches::No,
        (_, Wanted::Any) if is_pythons => Fetches::No,
        _ => Fetches::Perhaps,
    }
}

/// Whether a Python is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fetches {
    Yes,
    No,
    Perhaps,
}

/// Which Python is asked for.
enum Wanted {
    Any,
    /// A version, or a condition on it.
    This(String),
    /// What a variable says that only the build knows.
    Unknown,
}

/// Whether a command of uv makes an environment for a project, or runs something in one.
fn takes_python(command: Command<'_>) -> bool {
    let mut words = command.args().filter_map(Word::value);
    let first = words.find(|word| !word.starts_with('-'));
    let is_wrapper = command.is_wrapped_by("uv");
    is_wrapper || (command.is("uv") && matches!(first, Some("sync" | "venv" | "run" | "lock")))
}

/// Major and minor number of the Python that the image has by its name: `python:3.12-slim`, uv's own `python3.12-bookworm`.
fn of_image(stage: Stage<'_>) -> Option<(u32, u32)> {
    let image = stage.base_image();
    if image.name() == Some("python") {
        return PythonVersion::of(image).numbers();
    }
    let tag = image.effective_tag()?;
    numbers(tag.split_once("python")?.1)
}

/// What is asked for, the nearest first: an option, a variable, `.python-version`, what the project says itself.
fn wanted(stage: Stage<'_>, command: Command<'_>) -> Wanted {
    let told = |word: Option<Word<'_>>| {
        let value = word.and_then(Word::value);
        value.map_or(Wanted::Unknown, |it| Wanted::This(it.to_owned()))
    };
    let mut words = command.words();
    while let Some(word) = words.next() {
        if word.is("--python") || word.is("-p") {
            return told(words.next());
        }
        if let Some(version) = word.literal_prefix().strip_prefix("--python=") {
            let whole = word.value().map(|_| Wanted::This(version.to_owned()));
            return whole.unwrap_or(Wanted::Unknown);
        }
    }
    match env_at(stage, command, "UV_PYTHON") {
        EnvValue::Set(setting) => {
            let value = setting.value.map(|it| Wanted::This(it.to_owned()));
            return value.unwrap_or(Wanted::Unknown);
        }
        EnvValue::Unknown => return Wanted::Unknown,
        EnvValue::Unset => {}
    }
    match of_version_file(stage, command) {
        Wanted::Any => of_project(stage, command),
        told => told,
    }
}

/// The first line of `.python-version`.
fn of_version_file(stage: Stage<'_>, command: Command<'_>) -> Wanted {
    // What no COPY is known to bring is not there.
    let Answer::Found(text) = read_at(stage, ".python-version", command) else {
        return Wanted::Any;
    };
    let mut lines = text.lines().map(str::trim);
    let line = lines.find(|it| !it.is_empty() && !it.starts_with('#'));
    line.map_or(Wanted::Any, |it| Wanted::This(it.to_owned()))
}

/// `requires-python` of `pyproject.toml`.
fn of_project(stage: Stage<'_>, command: Command<'_>) -> Wanted {
    let Answer::Found(text) = read_at(stage, "pyproject.toml", command) else {
        return Wanted::Any;
    };
    let Ok(project) = text.parse::<toml::Table>() else {
        return Wanted::Unknown;
    };
    let wanted = project
        .get("project")
        .and_then(|it| it.get("requires-python"));
    match wanted.map(toml::Value::as_str) {
        None => Wanted::Any,
        Some(Some(wanted)) => Wanted::This(wanted.to_owned()),
        Some(None) => Wanted::Unknown,
    }
}

/// Whether the image's Python, of this tag, is what is asked for: `3.12`, `cpython-3.12`, `>=3.11,<3.14`. What is no version
/// is. Of `3.12.4` nothing else will do.
fn fits(has: (u32, u32), tag: &str, wanted: &str) -> bool {
    wanted.split(',').map(str::trim).all(|clause| {
        let start = clause.find(|c: char| c.is_ascii_digit());
        let Some((operator, version)) = start.map(|at| clause.split_at(at)) else {
            return true;
        };
        let is_exact = version.split('.').filter(|it| !it.starts_with('*')).count() > 2;
        let is_in_tag = tag.contains(version);
        let Some(version) = numbers(version) else {
            return true;
        };
        match operator.trim() {
            ">=" => has >= version,
            ">" => has >= version,
            "<" => has < version,
            "<=" => has <= version,
            "~=" => has.0 == version.0 && has >= version,
            "!=" => true,
            _ => has == version && (!is_exact || is_in_tag),
        }
    })
}

/// `3.12` of `3.12.4-slim`.
fn numbers(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.split(|c: char| !c.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn versions_fit_or_not() {
        for wanted in [
            "3.12",
            "3.12.4",
            "cpython-3.12",
            ">=3.11",
            ">=3.10,<3.13",
            "~=3.11",
            "==3.12.*",
            "3",
            "pypy",
        ] {
            assert!(fits((3, 12), "3.12.4-slim", wanted), "{wanted}");
        }
        for wanted in [
            "3.11",
            "3.12.7",
            "3.13.1",
            ">=3.13",
            "<3.12",
            "==3.11.*",
            "~=3.13",
            "cpython-3.13",
        ] {
            assert!(!fits((3, 12), "3.12.4-slim", wanted), "{wanted}");
        }
    }
}
