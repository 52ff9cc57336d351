//! How often each rule found something, and what became of it: `--statistics`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::entry::{STATUSES, Status};
use super::summary::Summary;
use crate::cli::Format;
use crate::console::{BOLD, painted};

/// Whether a format has a place for it; of the others it stands on standard error.
pub(crate) fn have_place_in(format: Format) -> bool {
    use Format::{Checkstyle, Concise, Gitlab, Rdjson};
    !matches!(format, Concise | Gitlab | Checkstyle | Rdjson)
}

/// Every status that something has, in their order.
pub(super) fn columns(summary: &Summary) -> Vec<Status> {
    let has = |status: &Status| summary.by_rule.values().any(|it| it.contains_key(status));
    STATUSES.into_iter().filter(has).collect()
}

/// A table for people, with an empty line behind it.
pub(crate) fn table(summary: &Summary, color: bool, out: &mut dyn Write) -> io::Result<()> {
    let counts = &summary.by_rule;
    let columns = columns(summary);
    let wide = counts.keys().map(|it| it.len()).max().unwrap_or(0).max(4);
    let mut head = format!("{:wide$}", "rule");
    for status in &columns {
        let _ = write!(head, "  {:>5}", status.word());
    }
    writeln!(out, "{}", painted(color, BOLD, &head))?;
    for (rule, of_rule) in counts {
        write!(out, "{rule:wide$}")?;
        for status in &columns {
            let width = status.word().len().max(5);
            write!(out, "  {:>width$}", of_rule.get(status).unwrap_or(&0))?;
        }
        writeln!(out)?;
    }
    writeln!(out)
}

/// For programs: an object with the rules, each with its statuses and how often.
pub(super) fn object(summary: &Summary) -> Value {
    let of_rule = |it: &BTreeMap<Status, usize>| -> Map<String, Value> {
        it.iter()
            .map(|(status, count)| (status.word().to_owned(), json!(count)))
            .collect()
    };
    let rules = summary.by_rule.iter();
    let rules: Map<String, Value> = rules
        .map(|(rule, it)| ((*rule).to_owned(), Value::Object(of_rule(it))))
        .collect();
    Value::Object(rules)
}

/// What became of what a rule found: `2 fix, 1 by hand`.
pub(super) fn words(of_rule: &BTreeMap<Status, usize>) -> String {
    let words = of_rule
        .iter()
        .map(|(status, count)| format!("{count} {}", status.word()));
    words.collect::<Vec<_>>().join(", ")
}
