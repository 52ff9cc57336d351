//! Reviewdog's diagnostics (rdjson), with what its `suggestion` shows.
//!
//! Source: reviewdog/reviewdog, `proto/rdf/reviewdog.proto`: lines and columns count from 1, and columns are bytes.

use std::io::{self, Write};

use dfix_engine::Severity;
use serde_json::{Value, json};

use super::advice::message_and_advice;
use super::entry::{Entry, Mode, Report, entries};
use crate::pretty_json;
use crate::runner::FileReport;

pub(super) fn print(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut diagnostics: Vec<Value> = Vec::new();
    for file in report.files {
        let path = file.path.to_string_lossy();
        for error in &file.errors {
            let (line, column) = error.place.unwrap_or((1, 1));
            diagnostics.push(json!({
                "message": error.message,
                "location": { "path": path, "range": { "start": { "line": line, "column": column } } },
                "severity": "ERROR",
                "code": { "value": "dfix" },
            }));
        }
        for entry in entries(file, report.mode) {
            diagnostics.push(of_entry(&entry, file, &path, report.mode));
        }
    }
    let document = json!({
        "source": { "name": "dfix" },
        "severity": "WARNING",
        "diagnostics": diagnostics,
    });
    pretty_json::print(&document, out)
}

fn of_entry(entry: &Entry<'_>, file: &FileReport, path: &str, mode: Mode) -> Value {
    let text = match (mode, file.after()) {
        (Mode::Fix, Some(after)) if entry.is_in_new_text => after,
        _ => &*file.before,
    };
    let severity = match entry.severity {
        Severity::Advice => "INFO",
        Severity::Warning => "WARNING",
        Severity::Error => "ERROR",
    };
    let mut diagnostic = json!({
        "message": message_and_advice(entry),
        "location": { "path": path, "range": range(text, entry.range.start, entry.range.end) },
        "severity": severity,
        "code": { "value": entry.finding.rule },
    });
    // After `--fix` there is nothing to suggest of what was written, and the rest speaks of the new text.
    if let Some(edits) = entry.edits.as_ref().filter(|_| mode != Mode::Fix) {
        let suggestions = edits.iter().map(|edit| {
            let (start, end) = (edit.range.start().into(), edit.range.end().into());
            json!({ "range": range(&file.before, start, end), "text": edit.text })
        });
        diagnostic["suggestions"] = suggestions.collect();
    }
    diagnostic
}

fn range(text: &str, start: usize, end: usize) -> Value {
    json!({ "start": place(text, start), "end": place(text, end) })
}

/// Line, and column in bytes, both from 1.
fn place(text: &str, at: usize) -> Value {
    let before = &text[..at.min(text.len())];
    let line = before.rfind('\n').map_or(0, |it| it + 1);
    json!({ "line": before.matches('\n').count() + 1, "column": before.len() - line + 1 })
}
