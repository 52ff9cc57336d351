//! One page for a reviewer: what changes most and where, the base images in use, and every patch with its evidence.
//!
//! The page needs nothing else, no network and no other file: style, script and data stand in it. What the files say is
//! data for the script, which shows it as text.

mod images;
mod sides;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use dfix_engine::Severity;
use dfix_model::catalogue::AS_OF;
use minijinja::{AutoEscape, Environment, context};
use serde::Serialize;
use serde_json::{Value, json};

use super::advice::footers;
use super::entry::{Entry, Mode, Report, Status, entries};
use super::folders::first_folder;
use super::last_line;
use super::owners::Owners;
use super::summary::Summary;
use crate::labels;
use crate::rule_names::by_id;

const PAGE: &str = include_str!("html/page.html");
const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");

/// How many rows a chart has.
const MOST_BARS: usize = 15;

/// A row of a chart.
#[derive(Debug, Serialize)]
struct Bar {
    name: String,
    says: String,
    fixed: usize,
    left: usize,
    /// The widths of both parts, in percent of the chart.
    widths: [f64; 2],
}

pub(super) fn print(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let summary = Summary::of(report.files);
    let mut owners = Owners::default();
    let mut images = images::Images::default();
    let mut files = Vec::new();
    let mut folders: BTreeMap<String, [usize; 2]> = BTreeMap::new();
    let mut all_owners = BTreeSet::new();
    for file in report.files {
        images.add(file);
        let found = entries(file, report.mode);
        if found.is_empty() && file.errors.is_empty() {
            continue;
        }
        let folder = first_folder(&file.path);
        let owned_by = owners.of(&file.path);
        let counts = folders.entry(folder.clone()).or_default();
        for entry in &found {
            counts[usize::from(entry.status != Status::Fix)] += 1;
        }
        all_owners.extend(owned_by.iter().cloned());
        files.push(json!({
            "path": file.path.to_string_lossy(),
            "folder": folder,
            "owners": owned_by,
            "errors": file.errors.iter().map(|it| {
                let place = it.place.map_or(String::new(), |it| format!("line {}: ", it.0));
                let remedy = it.remedy.as_ref().map_or(String::new(), |it| format!(" ({it})"));
                format!("{place}{}{remedy}", it.message)
            }).collect::<Vec<_>>(),
            "findings": found.iter().map(of_entry).collect::<Vec<_>>(),
            "hunks": file.after().map_or_else(Vec::new, |after| sides::hunks(&file.before, after)),
        }));
    }
    let rules = summary.by_rule.iter().map(|(rule, counts)| {
        let says = by_id(rule).map_or("", |it| it.summary);
        let fixed = counts.get(&Status::Fix).copied().unwrap_or_default();
        let all: usize = counts.values().sum();
        ((*rule).to_owned(), says.to_owned(), [fixed, all - fixed])
    });
    let by_folder = folders
        .iter()
        .map(|(folder, counts)| (folder.clone(), String::new(), *counts));
    let page = environment()
        .render_str(
            PAGE,
            context! {
                style => STYLE,
                script => SCRIPT,
                data => data(&files),
                headline => last_line(&summary, Mode::Diff, false),
                done => report.mode == Mode::Fix,
                files => summary.files,
                files_with_findings => summary.files_with_findings,
                files_changed => summary.files_changed,
                files_failed => summary.files_failed,
                fixed => summary.fixed(),
                left => summary.left(),
                rules => bars(rules.clone().collect()),
                rule_names => rules.map(|it| it.0).collect::<Vec<_>>(),
                folders => bars(by_folder.collect()),
                folder_names => folders.keys().collect::<Vec<_>>(),
                owners => all_owners,
                images => images.rows(),
                as_of => AS_OF.to_string(),
                version => env!("CARGO_PKG_VERSION"),
            },
        )
        .map_err(io::Error::other)?;
    out.write_all(page.as_bytes())
}

/// Texts stand in the page as texts, whatever is in them.
fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment
}

/// The data as it may stand in a script: nothing in it ends that.
fn data(files: &[Value]) -> String {
    json!(files).to_string().replace('<', "\\u003c")
}

fn of_entry(entry: &Entry<'_>) -> Value {
    let footers = footers(entry);
    let footers: Vec<[&str; 2]> = footers
        .iter()
        .map(|(name, text)| [*name, text.as_str()])
        .collect();
    let level = entry
        .finding
        .fix
        .as_ref()
        .map(|it| labels::safety(it.safety));
    json!({
        "rule": entry.finding.rule,
        "status": entry.status.word(),
        "level": level.unwrap_or("by hand"),
        "severity": match entry.severity {
            Severity::Warning => "",
            other => other.name(),
        },
        "line": entry.place.0,
        "message": entry.finding.message,
        "footers": footers,
    })
}

/// The rows of a chart, the greatest first.
fn bars(mut rows: Vec<(String, String, [usize; 2])>) -> Vec<Bar> {
    rows.sort_by_key(|(_, _, [fixed, left])| Reverse(fixed + left));
    rows.truncate(MOST_BARS);
    let most = rows.first().map_or(1, |(_, _, [fixed, left])| fixed + left);
    let rows = rows.into_iter().map(|(name, says, [fixed, left])| Bar {
        widths: [fixed, left].map(|it| percent(it, most)),
        name,
        says,
        fixed,
        left,
    });
    rows.collect()
}

#[expect(clippy::cast_precision_loss, reason = "a width is drawn")]
fn percent(part: usize, whole: usize) -> f64 {
    (part as f64 / whole.max(1) as f64 * 1000.0).round() / 10.0
}
