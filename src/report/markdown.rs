//! Markdown for the comment of a pull request: how much there is by rule, then each file with its findings, and its patch folded.

use std::io::{self, Write};

use super::entry::{Report, entries};
use super::statistics;
use super::summary::Summary;
use super::{advice::advice, diff, last_line};

pub(super) fn print(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let summary = Summary::of(report.files);
    let last = last_line(&summary, report.mode, false);
    writeln!(
        out,
        "## dfix: {}\n",
        last.lines().next().unwrap_or_default()
    )?;
    by_rule(&summary, out)?;
    for file in report.files {
        let found = entries(file, report.mode);
        if found.is_empty() && file.errors.is_empty() {
            continue;
        }
        writeln!(out, "### `{}`\n", file.path.display())?;
        for error in &file.errors {
            let line = error
                .place
                .map_or(String::new(), |it| format!("line {}: ", it.0));
            writeln!(out, "- **error** {line}{}", text(&error.message))?;
            if let Some(remedy) = &error.remedy {
                writeln!(out, "  - help: {}", text(remedy))?;
            }
        }
        for entry in &found {
            writeln!(
                out,
                "- line {}: **{}** `{}`: {}",
                entry.place.0,
                entry.heading(),
                entry.finding.rule,
                text(&entry.finding.message)
            )?;
            for line in advice(entry) {
                writeln!(out, "  - {}", text(&line))?;
            }
        }
        writeln!(out)?;
        let mut patch = Vec::new();
        diff::of_file(file, report.names, &mut patch);
        if !patch.is_empty() {
            let patch = String::from_utf8_lossy(&patch);
            let fence = fence_for(&patch);
            writeln!(out, "<details><summary>The patch</summary>\n\n{fence}diff")?;
            write!(out, "{patch}")?;
            writeln!(out, "{fence}\n\n</details>\n")?;
        }
    }
    Ok(())
}

fn by_rule(summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    let columns = statistics::columns(summary);
    if columns.is_empty() {
        return Ok(());
    }
    let words: Vec<&str> = columns.iter().map(|it| it.word()).collect();
    writeln!(out, "| rule | {} |", words.join(" | "))?;
    writeln!(out, "|---|{}", "---:|".repeat(words.len()))?;
    for (rule, counts) in &summary.by_rule {
        write!(out, "| `{rule}` |")?;
        for status in &columns {
            match counts.get(status) {
                Some(count) => write!(out, " {count} |")?,
                None => write!(out, "  |")?,
            }
        }
        writeln!(out)?;
    }
    writeln!(out)
}

/// A sentence on one line; what would be HTML outside of backticks is not.
fn text(sentence: &str) -> String {
    let mut is_code = false;
    let escaped = sentence.replace('\n', " ");
    let escaped = escaped.chars().map(|it| {
        is_code ^= it == '`';
        match it {
            '<' if !is_code => "&lt;".to_owned(),
            '*' | '_' if !is_code => format!("\\{it}"),
            other => other.to_string(),
        }
    });
    escaped.collect()
}

/// A fence that is longer than every one in the text.
fn fence_for(text: &str) -> String {
    let runs = text.split(|it| it != '`').map(str::len);
    "`".repeat(runs.max().unwrap_or(0).max(2) + 1)
}
