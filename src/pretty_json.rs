//! JSON for people and programs: indented, with a line end behind it.

use std::io::{self, Write};

use serde::Serialize;

/// Prints a document.
pub(crate) fn print(document: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, document)?;
    writeln!(out)
}
