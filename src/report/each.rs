//! A format that prints a file after the other.

use std::io::{self, Write};

use super::summary::Summary;
use crate::runner::FileReport;

/// Prints a file after the other: no more is kept of them than their number.
pub(crate) trait Each: Send + Sync {
    /// Prints what came of one file.
    fn file(&self, file: &FileReport, out: &mut dyn Write) -> io::Result<()>;

    /// Whether what is printed of each file is shown, where this was found in all of them.
    fn tells_each(&self, _: &Summary) -> bool {
        true
    }

    /// Prints what stands behind all files.
    fn end(&self, summary: &Summary, out: &mut dyn Write) -> io::Result<()>;
}
