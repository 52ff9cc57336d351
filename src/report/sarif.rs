//! SARIF 2.1.0, as code scanning services read it.

use std::fmt::Write as _;
use std::io::{self, Write};

use dfix_engine::{Group, Severity};
use serde_json::{Value, json};

use super::advice::message_and_advice;
use super::entry::{Entry, Mode, Report, entries};
use super::statistics;
use super::summary::Summary;
use crate::pretty_json;
use crate::rule_names::ALL;
use crate::runner::FileReport;

pub(super) fn print(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let rules: Vec<Value> = ALL
        .iter()
        .map(|rule| {
            json!({
                "id": rule.id,
                "shortDescription": { "text": rule.summary },
                "fullDescription": { "text": rule.why },
                "defaultConfiguration": { "level": level(rule.severity), "enabled": rule.is_on() },
                "properties": {
                    "tags": rule.all_groups().map(Group::name).collect::<Vec<_>>(),
                    "aliases": rule.aliases,
                },
            })
        })
        .collect();
    let mut results = Vec::new();
    let mut notifications = Vec::new();
    for file in report.files {
        let uri = uri(file);
        results.extend(
            entries(file, report.mode)
                .iter()
                .map(|entry| of_entry(entry, report.mode, &uri)),
        );
        for error in &file.errors {
            let (line, column) = error.place.unwrap_or((1, 1));
            let mut notification = json!({
                "level": "error",
                "message": { "text": error.message },
            });
            notification["locations"] = json!([location(
                &uri,
                &json!({ "startLine": line, "startColumn": column })
            )]);
            notifications.push(notification);
        }
    }
    let mut document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "dfix",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": notifications.is_empty(),
                "toolExecutionNotifications": notifications,
            }],
            "results": results,
        }],
    });
    if report.statistics {
        let rules = statistics::object(&Summary::of(report.files));
        document["runs"][0]["properties"] = json!({ "statistics": rules });
    }
    pretty_json::print(&document, out)
}

/// SARIF's word (section 3.27.10).
fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Advice => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

fn of_entry(entry: &Entry<'_>, mode: Mode, uri: &str) -> Value {
    let finding = entry.finding;
    let region = json!({
        "startLine": entry.place.0,
        "startColumn": entry.place.1,
        "endLine": entry.end.0,
        "endColumn": entry.end.1,
    });
    let mut result = json!({
        "ruleId": finding.rule,
        "level": level(entry.severity),
        "message": { "text": message_and_advice(entry) },
        "locations": [location(uri, &region)],
        "properties": { "status": entry.status.word() },
    });
    if let Some(index) = ALL.iter().position(|rule| rule.id == finding.rule) {
        result["ruleIndex"] = json!(index);
    }
    // What the reader has is the text that was given, or the one that was written, where what was fixed needs no fix.
    let edits = match (mode, &finding.fix) {
        (Mode::Fix, Some(fix)) => entry.is_in_new_text.then_some(&fix.edits),
        _ => entry.edits.as_ref(),
    };
    if let Some(edits) = edits {
        let replacements: Vec<Value> = edits
            .iter()
            .map(|edit| {
                json!({
                    "deletedRegion": {
                        "byteOffset": u32::from(edit.range.start()),
                        "byteLength": u32::from(edit.range.len()),
                    },
                    "insertedContent": { "text": edit.text },
                })
            })
            .collect();
        result["fixes"] = json!([{
            "artifactChanges": [{
                "artifactLocation": { "uri": uri },
                "replacements": replacements,
            }],
        }]);
    }
    result
}

fn location(uri: &str, region: &Value) -> Value {
    json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri },
            "region": region,
        },
    })
}

/// The path as a relative reference (RFC 3986): bytes that may not stand in one are escaped.
fn uri(file: &FileReport) -> String {
    let mut uri = String::new();
    for byte in file.path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(*byte));
            }
            byte => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}
