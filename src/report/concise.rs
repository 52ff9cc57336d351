//! One line a finding: `path:line:column: status rule: message (evidence; what is open; help)`.

use std::io::{self, Write};

use super::advice::{open_conditions, printable};
use super::each::Each;
use super::entry::{Entry, Mode, Status, entries};
use super::summary::Summary;
use crate::console::{BOLD, GREEN, RED, YELLOW, painted};
use crate::labels;
use crate::runner::FileReport;

/// A line a finding.
pub(super) struct Concise {
    pub(super) mode: Mode,
    pub(super) color: bool,
}

impl Each for Concise {
    fn file(&self, file: &FileReport, out: &mut dyn Write) -> io::Result<()> {
        let path = printable(&file.path.to_string_lossy());
        for entry in entries(file, self.mode) {
            let (line, column) = entry.place;
            let level = match (&entry.finding.fix, entry.status) {
                (Some(fix), Status::Fix) => format!(" {}", labels::safety(fix.safety)),
                _ => String::new(),
            };
            let style = match entry.status {
                Status::Fix => GREEN,
                Status::Withheld(_) | Status::ByHand => YELLOW,
                Status::Refused => RED,
            };
            let word = painted(self.color, style, &format!("{}{level}", entry.heading()));
            let message = printable(&entry.finding.message);
            let rule = entry.finding.rule;
            let why = why(&entry);
            let place = painted(self.color, BOLD, &format!("{path}:{line}:{column}"));
            writeln!(out, "{place}: {word} {rule}: {message}{why}")?;
        }
        Ok(())
    }

    fn end(&self, _: &Summary, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}

/// The evidence, what is open and what to do about it, in brackets.
fn why(entry: &Entry<'_>) -> String {
    let mut parts = Vec::new();
    if let Some(fix) = &entry.finding.fix {
        parts.extend(fix.evidence.iter().cloned());
        let open = open_conditions(&fix.unproven).into_iter();
        parts.extend(open.map(|(name, text)| format!("{name}: {text}")));
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
