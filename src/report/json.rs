//! One JSON document, or one JSON object a line. Bytes and lines are those of the text that was given, whatever was written.

use std::io::{self, Write};
use std::ops::Range;
use std::sync::Arc;

use dfix_engine::{Effect, Fix, Group, Safety, TextEdit};
use serde_json::{Value, json};

use super::diff;
use super::each::Each;
use super::entry::{Entry, Mode, Report, STATUSES, Status, entries};
use super::patch_names::PatchNames;
use super::statistics;
use super::summary::Summary;
use crate::file_error::FileError;
use crate::lines;
use crate::rule_names::by_id;
use crate::runner::FileReport;
use crate::{labels, pretty_json};

/// The name of the form; its number is counted up when a reader of the old form would go wrong. `docs/output.schema.json` tells it.
const SCHEMA: &str = "dfix-report-1";

pub(super) fn print(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let patch = report.patches.then_some(report.names);
    let files: Vec<Value> = report
        .files
        .iter()
        .map(|file| of_file(file, report.mode, patch))
        .collect();
    let summary = Summary::of(report.files);
    let mut document = json!({
        "schema": SCHEMA,
        "tool": { "name": "dfix", "version": env!("CARGO_PKG_VERSION") },
        "mode": mode_word(report.mode),
        "files": files,
        "summary": of_summary(&summary),
    });
    if report.statistics {
        document["statistics"] = statistics::object(&summary);
    }
    pretty_json::print(&document, out)
}

/// A JSON object a line: the findings and errors of each file, and at the end the summary.
pub(super) struct Lines {
    pub(super) mode: Mode,
    /// How their patches name files, where there are to be some.
    pub(super) names: Option<Arc<PatchNames>>,
    pub(super) statistics: bool,
}

impl Each for Lines {
    fn file(&self, file: &FileReport, out: &mut dyn Write) -> io::Result<()> {
        let path = file.path.to_string_lossy();
        let mut objects: Vec<Value> = Vec::new();
        for mut object in findings(file, self.mode) {
            object["type"] = json!("finding");
            objects.push(object);
        }
        for error in &file.errors {
            let mut object = of_error(error);
            object["type"] = json!("error");
            objects.push(object);
        }
        if let Value::Array(matches) = of_matches(file) {
            for mut found in matches {
                found["type"] = json!("match");
                objects.push(found);
            }
        }
        if let Some(names) = self.names.as_ref().filter(|_| file.after().is_some()) {
            objects.push(json!({ "type": "diff", "diff": diff_of(file, names) }));
        }
        for mut object in objects {
            object["path"] = json!(path);
            serde_json::to_writer(&mut *out, &object)?;
            writeln!(out)?;
        }
        Ok(())
    }

    fn end(&self, summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
        if self.statistics {
            let rules = statistics::object(summary);
            let object = json!({ "rules": rules, "type": "statistics" });
            serde_json::to_writer(&mut *out, &object)?;
            writeln!(out)?;
        }
        let mut object = of_summary(summary);
        object["type"] = json!("summary");
        object["schema"] = json!(SCHEMA);
        serde_json::to_writer(&mut *out, &object)?;
        writeln!(out)
    }
}

/// One file's report, as it stands in the document; with its patch where that is to name it so.
pub(crate) fn of_file(file: &FileReport, mode: Mode, patch: Option<&PatchNames>) -> Value {
    let mut object = json!({
        "path": file.path.to_string_lossy(),
        "changed": file.after().is_some(),
        "findings": findings(file, mode),
        "errors": file.errors.iter().map(of_error).collect::<Vec<_>>(),
    });
    if !file.matches.is_empty() {
        object["matches"] = of_matches(file);
    }
    if let Some(names) = patch {
        object["diff"] = json!(diff_of(file, names));
    }
    object
}

/// What a pattern found, with what its holes bind; places are bytes of the text before.
pub(crate) fn of_matches(file: &FileReport) -> Value {
    let lines = lines::Lines::new(&file.before);
    let matches = file.matches.iter().map(|found| {
        let mut captures = json!({});
        for capture in &found.captures {
            let bound = capture
                .texts
                .iter()
                .zip(&capture.ranges)
                .map(|(text, range)| {
                    json!({
                        "text": text,
                        "start": range.as_ref().map(|it| it.start),
                        "end": range.as_ref().map(|it| it.end),
                    })
                });
            let bound: Vec<Value> = bound.collect();
            captures[&capture.name] = match (capture.is_list, bound.as_slice()) {
                (false, [one]) => one.clone(),
                _ => json!(bound),
            };
        }
        let (line, column) = lines.place(found.range.start);
        json!({
            "line": line,
            "column": column,
            "start": found.range.start,
            "end": found.range.end,
            "captures": captures,
        })
    });
    json!(matches.collect::<Vec<_>>())
}

fn diff_of(file: &FileReport, names: &PatchNames) -> String {
    let mut patch = Vec::new();
    diff::of_file(file, names, &mut patch);
    String::from_utf8_lossy(&patch).into_owned()
}

/// The findings of a file, in order of place in the text that was given.
fn findings(file: &FileReport, mode: Mode) -> Vec<Value> {
    let written = file.outcome.as_ref().filter(|_| mode == Mode::Fix);
    let written = written.map(|it| lines::Lines::new(&it.text));
    let found = entries(file, Mode::Check);
    let found = found.iter().map(|it| of_entry(it, written.as_ref()));
    found.collect()
}

/// A finding; `written` is the text that it stands in now, unless it was fixed.
fn of_entry(entry: &Entry<'_>, written: Option<&lines::Lines<'_>>) -> Value {
    let finding = entry.finding;
    let rule = by_id(finding.rule);
    let mut object = json!({
        "rule": finding.rule,
        "groups": rule.map(|rule| rule.all_groups().map(Group::name).collect::<Vec<_>>()),
        "severity": entry.severity.name(),
        "aliases": rule.map(|rule| rule.aliases),
        "status": entry.status.word(),
        "message": finding.message,
        "place": place(entry.place, entry.end, &entry.range),
        "remedy": finding.remedy,
        "fix": finding.fix.as_ref().map(|fix| of_fix(fix, entry.edits.as_deref())),
    });
    let remains = matches!(entry.status, Status::Withheld(_) | Status::ByHand);
    if let Some(written) = written.filter(|_| remains) {
        let range = usize::from(finding.range.start())..usize::from(finding.range.end());
        let (start, end) = (written.place(range.start), written.place(range.end));
        object["placeAfter"] = place(start, end, &range);
    }
    if let Some(refused) = entry.refused {
        object["refused"] = json!({
            "proof": labels::proof(refused.proof),
            "reason": refused.reason,
        });
    }
    object
}

fn place(start: (usize, usize), end: (usize, usize), range: &Range<usize>) -> Value {
    json!({
        "line": start.0,
        "column": start.1,
        "endLine": end.0,
        "endColumn": end.1,
        "start": range.start,
        "end": range.end,
    })
}

/// The edits are bytes of the text that was given; null where they change what another fix brings: the patch of `--diff` is the whole.
fn of_fix(fix: &Fix, edits: Option<&[TextEdit]>) -> Value {
    let of_edit = |edit: &TextEdit| {
        json!({
            "start": u32::from(edit.range.start()),
            "end": u32::from(edit.range.end()),
            "text": edit.text,
        })
    };
    let edits = edits.map(|it| it.iter().map(of_edit).collect::<Vec<_>>());
    let unproven: Vec<Value> = fix
        .unproven
        .iter()
        .map(|it| json!({ "condition": it.condition, "remedy": it.remedy }))
        .collect();
    json!({
        "level": labels::safety(fix.safety),
        "effects": fix.effects.iter().map(of_effect).collect::<Vec<_>>(),
        "evidence": fix.evidence,
        "unproven": unproven,
        "edits": edits,
    })
}

fn of_effect(effect: &Effect) -> Value {
    let mut object = match effect {
        Effect::Layout => json!({ "kind": "layout" }),
        Effect::Equivalent => json!({ "kind": "shape" }),
        Effect::BaseImage { stage } => json!({ "kind": "base-image", "stage": stage }),
        Effect::GlobalArg { name } => json!({ "kind": "global-arg", "name": name }),
        Effect::Arguments { .. } => json!({ "kind": "arguments" }),
        Effect::Environment { stage, keys } => {
            json!({ "kind": "environment", "stage": stage, "keys": keys })
        }
        Effect::User { stage } => json!({ "kind": "user", "stage": stage }),
        Effect::Inserted { stage, keyword } => {
            json!({ "kind": "inserted", "stage": stage, "keyword": keyword })
        }
        Effect::Removed { .. } => json!({ "kind": "removed" }),
        Effect::Commands { .. } => json!({ "kind": "commands" }),
        Effect::Changed { .. } => json!({ "kind": "changed" }),
        Effect::Comment { .. } => json!({ "kind": "comment" }),
    };
    object["says"] = json!(labels::effect(effect));
    object
}

fn of_error(error: &FileError) -> Value {
    json!({
        "message": error.message,
        "remedy": error.remedy,
        "line": error.place.map(|it| it.0),
        "column": error.place.map(|it| it.1),
    })
}

fn of_summary(summary: &Summary) -> Value {
    let levels = |level| summary.fixes.get(&level).unwrap_or(&0);
    let mut findings = json!({});
    for status in STATUSES {
        let count = match status {
            Status::Fix => summary.fixed(),
            status => *summary.remaining.get(&status).unwrap_or(&0),
        };
        findings[status.word()] = json!(count);
    }
    json!({
        "files": summary.files,
        "filesWithFindings": summary.files_with_findings,
        "filesChanged": summary.files_changed,
        "filesFailed": summary.files_failed,
        "findings": findings,
        "levels": {
            "safe": levels(Safety::Safe),
            "checked": levels(Safety::Checked),
            "unsafe": levels(Safety::Unsafe),
        },
    })
}

fn mode_word(mode: Mode) -> &'static str {
    match mode {
        Mode::Check => "check",
        Mode::Diff => "diff",
        Mode::Fix => "fix",
    }
}
