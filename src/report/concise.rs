//! One line a finding: `path:line:column: status rule: message`.

use std::io::{self, Write};

use super::{Report, entries, printable, status_word};

pub(super) fn print(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    for file in report.files {
        let path = printable(&file.path.to_string_lossy());
        for entry in entries(file, report.mode) {
            let (line, column) = entry.place;
            let word = status_word(&entry, report.mode);
            let level = entry
                .finding
                .fix
                .as_ref()
                .map_or("", |fix| crate::names::safety(fix.safety));
            let message = printable(&entry.finding.message);
            let rule = entry.finding.rule;
            let blank = if level.is_empty() { "" } else { " " };
            writeln!(
                out,
                "{path}:{line}:{column}: {word}{blank}{level} {rule}: {message}"
            )?;
        }
    }
    Ok(())
}
