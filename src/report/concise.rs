//! One line a finding: `path:line:column: status rule: message (evidence; what is open; help)`.

use std::io::{self, Write};

use super::{Entry, Report, entries, printable, status_word};

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
            let why = why(&entry);
            let blank = if level.is_empty() { "" } else { " " };
            writeln!(
                out,
                "{path}:{line}:{column}: {word}{blank}{level} {rule}: {message}{why}"
            )?;
        }
    }
    Ok(())
}

/// The evidence, what is open and what to do about it, in brackets.
fn why(entry: &Entry<'_>) -> String {
    let mut parts = Vec::new();
    if let Some(fix) = &entry.finding.fix {
        parts.extend(fix.evidence.iter().cloned());
        for open in &fix.unproven {
            parts.push(format!("not established: {}", open.condition));
            parts.push(format!("help: {}", open.remedy));
        }
    }
    if let Some(refused) = entry.refused {
        parts.push(format!("failed proof: {}", refused.reason));
    }
    let remedy = entry.finding.remedy.iter();
    parts.extend(remedy.map(|it| format!("help: {it}")));
    if parts.is_empty() {
        return String::new();
    }
    printable(&format!(" ({})", parts.join("; ")))
}
