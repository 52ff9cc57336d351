//! Colour, and what is said on standard error.

mod progress;

use std::collections::BTreeSet;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;
use std::sync::Mutex;

use anstyle::{AnsiColor, Style};

use crate::cli::Color;
use crate::file_error::FileError;

pub(crate) use progress::Progress;

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const GREEN: Style = AnsiColor::Green.on_default().bold();
pub(crate) const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
pub(crate) const CYAN: Style = AnsiColor::Cyan.on_default();
pub(crate) const RED: Style = AnsiColor::Red.on_default().bold();

/// A text in a style, where colour is used.
pub(crate) fn painted(color: bool, style: Style, text: &str) -> String {
    if color {
        format!("{style}{text}{style:#}")
    } else {
        text.to_owned()
    }
}

/// Whether to use colour on a stream.
pub(crate) fn uses_color(asked: Color, is_terminal: bool) -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|it| !it.is_empty());
    match asked {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            is_terminal
                && !is_set("NO_COLOR")
                && std::env::var_os("TERM").is_none_or(|it| it != "dumb")
        }
    }
}

/// How wide the terminal is that standard output is, if it is one; `COLUMNS` says otherwise.
pub(crate) fn width() -> Option<usize> {
    const LEAST: usize = 40;
    if !io::stdout().is_terminal() {
        return None;
    }
    let said = std::env::var("COLUMNS").ok().and_then(|it| it.parse().ok());
    let real = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    said.or_else(real).map(|it: usize| it.max(LEAST))
}

/// A text with line ends where it would be wider than so many characters, if words allow that.
pub(crate) fn wrapped(text: &str, width: usize) -> String {
    let mut lines = String::with_capacity(text.len());
    let mut column = 0;
    for (index, word) in text.split(' ').enumerate() {
        let length = word.chars().count();
        if index > 0 {
            let fits = column + 1 + length <= width;
            lines.push(if fits { ' ' } else { '\n' });
            column = if fits { column + 1 } else { 0 };
        }
        lines.push_str(word);
        column += length;
    }
    lines
}

/// Says on standard error what is worth knowing, once in a run.
pub(crate) fn note(text: &str) {
    static SAID: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let mut said = SAID.lock().expect("no thread panics with the lock");
    if said.insert(text.to_owned()) {
        let _ = writeln!(io::stderr(), "dfix: note: {text}");
    }
}

/// Says on standard error what is the matter with a file.
pub(crate) fn report_error(path: &Path, error: &FileError, asked: Color) {
    let (red, bold) = if uses_color(asked, io::stderr().is_terminal()) {
        (RED, BOLD)
    } else {
        (Style::new(), Style::new())
    };
    let mut place = path.display().to_string();
    if let Some((line, column)) = error.place {
        place = format!("{place}:{line}:{column}");
    }
    let message = &error.message;
    let mut text = format!("{bold}{place}{bold:#}: {red}error{red:#}: {message}\n");
    if let Some(remedy) = &error.remedy {
        text = format!("{text}  help: {remedy}\n");
    }
    let _ = io::stderr().write_all(text.as_bytes());
}
