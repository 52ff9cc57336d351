//! How the words of package managers are read.

use dfix_catalogue::{PackageTool, package_tool};

use crate::handles::{Command, Given, interpreting};

/// The tool that a command runs, and how many of its arguments belong to the program's name (`-m pip`).
pub(crate) fn tool_of(command: Command<'_>, name: &str) -> Option<(PackageTool, usize)> {
    if is_python(name) {
        let (module, skip) = module(command)?;
        return match module {
            "uv" => uv(command, skip),
            "pip" | "pipx" => Some((package_tool(module)?, skip)),
            _ => None,
        };
    }
    if name == "uv" {
        return uv(command, 0);
    }
    if matches!(name, "node" | "nodejs") {
        return Some((package_tool("node --run")?, 0));
    }
    Some((package_tool(name)?, 0))
}

/// `uv [options] pip`
fn uv(command: Command<'_>, skip: usize) -> Option<(PackageTool, usize)> {
    let at = command
        .args()
        .skip(skip)
        .position(|w| !w.starts_with("-"))?
        + skip;
    let is_pip = command.arg(at)?.is("pip");
    is_pip.then_some((package_tool("uv")?, at + 1))
}

/// Whether a program's name is a Python interpreter's: `python`, `python3.11`, `pypy3`.
pub(crate) fn is_python(name: &str) -> bool {
    is_versioned(name, "python") || is_versioned(name, "pypy") || name == "py"
}

/// The module of `python -m MODULE`, and how many arguments that takes.
pub(crate) fn module(command: Command<'_>) -> Option<(&str, usize)> {
    match interpreting(command, "python").given {
        Given::Module(name, end) => Some((name, end)),
        _ => None,
    }
}

/// `pip`, `pip3`, `pip3.11`, `pip-3.11`
fn is_versioned(name: &str, stem: &str) -> bool {
    name.strip_prefix(stem).is_some_and(|version| {
        let version = version.strip_prefix('-').unwrap_or(version);
        version.bytes().all(|b| b.is_ascii_digit() || b == b'.')
    })
}

/// Where the value of an option stands.
pub(crate) enum ValuePlace {
    /// It has none.
    None,
    /// In the option's word, from this byte on.
    Attached(usize),
    /// In the next word.
    Next,
}

/// How many bytes of an option's word are its name, and where its value is.
pub(crate) fn option_value(tool: PackageTool, text: &str) -> (usize, ValuePlace) {
    let is_long = text.starts_with("--") || tool.has_one_dash();
    let equals = text.find('=');
    let attached = |equals: usize| (equals, ValuePlace::Attached(equals + 1));
    if is_long {
        return match equals {
            Some(equals) => attached(equals),
            None if tool.takes_next(text) => (text.len(), ValuePlace::Next),
            None => (text.len(), ValuePlace::None),
        };
    }
    let mut letters = text.char_indices().skip(1);
    match letters.find(|(_, letter)| tool.letter_takes_value(*letter)) {
        Some((at, letter)) => match at + letter.len_utf8() {
            end if end == text.len() => (end, ValuePlace::Next),
            end => (end, ValuePlace::Attached(end)),
        },
        None => match equals {
            Some(equals) => attached(equals),
            None => (text.len(), ValuePlace::None),
        },
    }
}

/// Whether an option as written means `name`.
pub(crate) fn means(tool: PackageTool, written: &str, name: &str) -> bool {
    if written == name {
        return true;
    }
    if name.starts_with("--") || tool.has_one_dash() {
        // A name that is cut short begins the whole one.
        return written.starts_with("--")
            && name.starts_with(written)
            && tool.full_name(written) == name;
    }
    // A letter within a cluster.
    let Some(letter) = name.strip_prefix('-').filter(|l| l.chars().count() == 1) else {
        return false;
    };
    !written.starts_with("--") && written.len() > 2 && written[1..].contains(letter)
}
