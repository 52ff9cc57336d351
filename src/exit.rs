//! How the process ends.

use std::io::{self, Write as _};
use std::process::ExitCode;

/// The exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// Nothing is left to do.
    Clean = 0,
    /// Findings remain, or a patch was printed.
    Findings = 1,
    /// The work could not be done for at least one file.
    Error = 2,
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
                ExitCode::from(Exit::Error as u8)
            }
        }
    }
}
