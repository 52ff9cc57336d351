//! What dfix does, one file a verb.

mod catalogue;
mod completions;
mod explain;
mod mend;
mod rules;
mod tree;

use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::Path;
use std::process::ExitCode;

use crate::batch::Trouble;
use crate::cli::{Arguments, Color, Format, Verb};

/// The exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// Nothing is left to do.
    Clean = 0,
    /// Findings remain, or a patch was printed.
    Findings = 1,
    /// The work could not be done for at least one file.
    Trouble = 2,
}

/// Why a run ends early.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Nobody reads the output any more, which is their right.
    ClosedPipe,
    /// dfix was called wrongly or cannot print; as a sentence.
    Message(String),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Stop::ClosedPipe,
            _ => Stop::Message(format!("cannot print: {error}")),
        }
    }
}

impl From<String> for Stop {
    fn from(message: String) -> Self {
        Stop::Message(message)
    }
}

impl Stop {
    /// Says why, on standard error, and gives the exit code.
    pub(crate) fn report(self) -> ExitCode {
        match self {
            Stop::ClosedPipe => ExitCode::from(Exit::Clean as u8),
            Stop::Message(message) => {
                let _ = writeln!(io::stderr(), "dfix: error: {message}");
                ExitCode::from(Exit::Trouble as u8)
            }
        }
    }
}

/// Does what the arguments say.
pub(crate) fn run(arguments: &Arguments) -> Result<Exit, Stop> {
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let common = &arguments.common;
    let exit = match &arguments.verb {
        None => mend::run(&arguments.work, common, &mut out),
        Some(Verb::Rules) => rules::run(is_json(common.format)?, &mut out),
        Some(Verb::Explain { rule }) => explain::run(rule, is_json(common.format)?, &mut out),
        Some(Verb::ExplainImage { image }) => {
            catalogue::run(image, is_json(common.format)?, &mut out)
        }
        Some(Verb::Tree { file }) => tree::run(file, is_json(common.format)?, &mut out),
        Some(Verb::Completions { shell }) => completions::run(*shell, &mut out),
    }?;
    out.flush()?;
    Ok(exit)
}

fn is_json(format: Option<Format>) -> Result<bool, Stop> {
    match format {
        None | Some(Format::Text) => Ok(false),
        Some(Format::Json) => Ok(true),
        Some(_) => Err(Stop::Message(
            "this verb prints text or json only".to_owned(),
        )),
    }
}

/// Whether to use colour on a stream.
fn uses_color(asked: Color, is_terminal: bool) -> bool {
    let says = |name: &str| std::env::var_os(name).is_some_and(|it| !it.is_empty());
    match asked {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            is_terminal
                && !says("NO_COLOR")
                && std::env::var_os("TERM").is_none_or(|it| it != "dumb")
        }
    }
}

/// Says on standard error what went wrong with a file.
fn complain(path: &Path, trouble: &Trouble, asked: Color) {
    let (red, bold) = crate::report::stderr_style(uses_color(asked, io::stderr().is_terminal()));
    let mut place = path.display().to_string();
    if let Some((line, column)) = trouble.place {
        place = format!("{place}:{line}:{column}");
    }
    let message = &trouble.message;
    let mut text = format!("{bold}{place}{bold:#}: {red}error{red:#}: {message}\n");
    if let Some(remedy) = &trouble.remedy {
        text = format!("{text}  help: {remedy}\n");
    }
    let _ = io::stderr().write_all(text.as_bytes());
}
