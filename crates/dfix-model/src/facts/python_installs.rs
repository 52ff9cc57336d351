//! What changes the packages of a Python, pip or not, and what tells tools which Python that is.

use dfix_catalogue::programs::{self, Mark};

use crate::facts::compiled::is_compiled;
use crate::facts::destination::{Destination, destination};
use crate::handles::{Command, Step, Word};
use crate::packages::{PackageCommand, PackageManager};

/// A command that puts packages where a Python finds them, or takes them away.
#[derive(Debug, Clone)]
pub enum PythonInstall<'m> {
    /// `pip install`, `pip uninstall`.
    Pip(PackageCommand<'m>),
    /// `python setup.py install`, `easy_install`: past pip.
    ByHand(Command<'m>),
    /// `python -m spacy download`: a model comes as a package, by pip.
    Model(Command<'m>),
}

impl<'m> PythonInstall<'m> {
    /// The command as one that changes packages, if it is one.
    pub(crate) fn of(command: Command<'m>) -> Option<Self> {
        if is_by_hand(command) {
            return Some(PythonInstall::ByHand(command));
        }
        if is_model(command) {
            return Some(PythonInstall::Model(command));
        }
        let pip = PackageCommand::of(command)?;
        let changes = pip.manager == PackageManager::Pip
            && pip.subcommand_is_one_of(&["install", "uninstall"]);
        changes.then_some(PythonInstall::Pip(pip))
    }

    /// Where the packages are.
    pub fn destination(&self) -> Destination {
        match self {
            PythonInstall::Pip(pip) => destination(pip),
            PythonInstall::ByHand(command) if command.has_arg("--user") => Destination::User,
            PythonInstall::ByHand(_) | PythonInstall::Model(_) => Destination::System,
        }
    }

    /// Whether it goes past pip.
    pub fn is_by_hand(&self) -> bool {
        matches!(self, PythonInstall::ByHand(_))
    }
}

fn is_by_hand(command: Command<'_>) -> bool {
    let setup = || {
        let first = command.args().next();
        first.is_some_and(|w| w.literal_prefix().ends_with("setup.py"))
            && (command.has_arg("install") || command.has_arg("develop"))
    };
    command.name().starts_with("easy_install") || (programs::is_python(command.name()) && setup())
}

fn is_model(command: Command<'_>) -> bool {
    let is_pythons = command.is("spacy") || command.is_marked(Mark::Python);
    is_pythons && command.has_arg("download") && command.words().any(|w| w.is("spacy"))
}

/// Whether the step has uv install into the Python of the system, also where a variable says so.
pub(crate) fn tells_uv_the_system(step: Step<'_>) -> bool {
    let text = step.source_text();
    text.contains("UV_SYSTEM_PYTHON") || (text.contains("uv pip") && text.contains("--system"))
}

/// The folder of the packages of the system's Python that a step names, if it does: as it is written.
pub(crate) fn site_packages(step: Step<'_>) -> Option<&str> {
    let text = step.source_text();
    ["site-packages", "dist-packages"]
        .into_iter()
        .find_map(|name| {
            let at = text.find(name)?;
            let start = text[..at]
                .rfind([' ', '"', '\'', '=', '\n', ':'])
                .map_or(0, |i| i + 1);
            Some(&text[start..at + name.len()])
        })
}

/// The target of a step that copies out of another stage or image over `/usr/local`, or a folder around
/// it, in which the system's Python has its packages.
pub(crate) fn copied_over_packages(step: Step<'_>) -> Option<&str> {
    let source = step.source()?;
    let target = step.target()?;
    // `COPY --from=build /app /`: a program that is compiled there, and no folder.
    let from = source.stage();
    let is_program = |word: Word<'_>| {
        let path = word.value();
        path.zip(from)
            .is_some_and(|(path, from)| is_compiled(from, path))
    };
    if step.sources().all(is_program) {
        return None;
    }
    let folder = target.value().map(|path| path.trim_end_matches('/'))?;
    matches!(folder, "" | "/usr" | "/usr/local" | "/usr/local/lib").then(|| target.value())?
}
