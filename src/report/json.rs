//! One JSON document, or one JSON object a line.

use std::io::{self, Write};

use dfix_engine::{Effect, Fix};
use serde_json::{Value, json};

use super::{Entry, Mode, Report, Status, Sums, entries, patch};
use crate::batch::{FileReport, Trouble};
use crate::names;

/// Counted up when a reader of the old form would go wrong.
const VERSION: u32 = 1;

pub(super) fn print(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let files: Vec<Value> = report
        .files
        .iter()
        .map(|file| of_file(file, report))
        .collect();
    let document = json!({
        "version": VERSION,
        "tool": { "name": "dfix", "version": env!("CARGO_PKG_VERSION") },
        "files": files,
        "summary": of_sums(&Sums::of(report.files)),
    });
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

pub(super) fn print_lines(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    for file in report.files {
        let path = file.path.to_string_lossy();
        let mut objects: Vec<Value> = Vec::new();
        for entry in entries(file, report.mode) {
            let mut object = of_entry(&entry, report.mode);
            object["type"] = json!("finding");
            objects.push(object);
        }
        for trouble in &file.troubles {
            let mut object = of_trouble(trouble);
            object["type"] = json!("error");
            objects.push(object);
        }
        if report.patches && file.after().is_some() {
            objects.push(json!({ "type": "diff", "diff": diff_of(file) }));
        }
        for mut object in objects {
            object["path"] = json!(path);
            serde_json::to_writer(&mut *out, &object)?;
            writeln!(out)?;
        }
    }
    let mut object = of_sums(&Sums::of(report.files));
    object["type"] = json!("summary");
    serde_json::to_writer(&mut *out, &object)?;
    writeln!(out)
}

fn of_file(file: &FileReport, report: &Report<'_>) -> Value {
    let findings: Vec<Value> = entries(file, report.mode)
        .iter()
        .map(|entry| of_entry(entry, report.mode))
        .collect();
    let mut object = json!({
        "path": file.path.to_string_lossy(),
        "changed": file.after().is_some(),
        "findings": findings,
        "errors": file.troubles.iter().map(of_trouble).collect::<Vec<_>>(),
    });
    if report.patches {
        object["diff"] = json!(diff_of(file));
    }
    object
}

fn diff_of(file: &FileReport) -> String {
    let mut text = Vec::new();
    patch(file, &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

fn of_entry(entry: &Entry<'_>, mode: Mode) -> Value {
    let finding = entry.finding;
    let rule = crate::select::ALL
        .iter()
        .find(|rule| rule.id == finding.rule);
    let mut object = json!({
        "rule": finding.rule,
        "group": rule.map(|rule| rule.group.name()),
        "aliases": rule.map(|rule| rule.aliases),
        "status": match (entry.status, mode) {
            (Status::Applied, Mode::Fix) => "fixed",
            (Status::Applied, _) => "fixable",
            (Status::Offered, _) => "offered",
            (Status::ByHand, _) => "by-hand",
            (Status::Refused, _) => "refused",
        },
        "message": finding.message,
        "place": {
            "text": if entry.is_in_new_text { "after" } else { "before" },
            "line": entry.place.0,
            "column": entry.place.1,
            "endLine": entry.end.0,
            "endColumn": entry.end.1,
            "start": entry.range.start,
            "end": entry.range.end,
        },
        "remedy": finding.remedy,
        "fix": finding.fix.as_ref().map(of_fix),
    });
    if let Some(refused) = entry.refused {
        object["refused"] = json!({
            "proof": names::proof(refused.proof),
            "reason": refused.reason,
        });
    }
    object
}

/// The edits speak of the text of the round that found them; the patch of `--diff` is the whole.
fn of_fix(fix: &Fix) -> Value {
    let edits: Vec<Value> = fix
        .edits
        .iter()
        .map(|edit| {
            json!({
                "start": u32::from(edit.range.start()),
                "end": u32::from(edit.range.end()),
                "text": edit.text,
            })
        })
        .collect();
    let unproven: Vec<Value> = fix
        .unproven
        .iter()
        .map(|it| json!({ "condition": it.condition, "remedy": it.remedy }))
        .collect();
    json!({
        "level": names::safety(fix.safety),
        "effects": fix.effects.iter().map(of_effect).collect::<Vec<_>>(),
        "evidence": fix.evidence,
        "unproven": unproven,
        "edits": edits,
    })
}

fn of_effect(effect: &Effect) -> Value {
    let mut object = match effect {
        Effect::Layout => json!({ "kind": "layout" }),
        Effect::Shape => json!({ "kind": "shape" }),
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
        Effect::Changed { .. } => json!({ "kind": "changed" }),
    };
    object["says"] = json!(names::effect(effect));
    object
}

fn of_trouble(trouble: &Trouble) -> Value {
    json!({
        "message": trouble.message,
        "remedy": trouble.remedy,
        "line": trouble.place.map(|it| it.0),
        "column": trouble.place.map(|it| it.1),
    })
}

fn of_sums(sums: &Sums) -> Value {
    json!({
        "files": sums.files,
        "filesWithFindings": sums.files_with_findings,
        "filesChanged": sums.files_changed,
        "filesFailed": sums.files_failed,
        "applied": { "safe": sums.safe, "checked": sums.checked, "unsafe": sums.applied_unsafe },
        "offered": sums.offered,
        "byHand": sums.by_hand,
        "refused": sums.refused,
    })
}
