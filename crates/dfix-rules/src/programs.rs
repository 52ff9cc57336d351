//! What the rules ask of programs, in the catalogue's words.

use dfix_catalogue::programs::{self, Mark, Privileges};

/// What a program asks of the user that starts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rights {
    /// It runs as anybody.
    Anybody,
    /// It is a service that must start as root; what it needs that for.
    Root(&'static str),
    /// It gives root's rights up by itself.
    Drops,
    /// Not known.
    Unknown,
}

/// What the program of this name (without its folder) asks for when it is the start of a container.
pub(crate) fn rights(name: &str) -> Rights {
    match programs::privileges(name) {
        Privileges::None => Rights::Anybody,
        Privileges::Root(why) => Rights::Root(why),
        Privileges::Drops => Rights::Drops,
        Privileges::Unknown => Rights::Unknown,
    }
}

/// `python`, `python3`, `python3.11`, `pypy3`.
pub(crate) fn is_python(name: &str) -> bool {
    programs::is_python(name)
}

/// Whether the program belongs to a Python application's start: the interpreter, a server for Python,
/// a task runner of Python.
pub(crate) fn is_pythons(name: &str) -> bool {
    programs::is(name, Mark::Python)
}

/// Programs that a start command is only held together by.
pub(crate) fn is_plumbing(name: &str) -> bool {
    programs::find(name).is_some_and(programs::Program::is_helper)
}
