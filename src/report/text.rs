//! For people: the place in the source, why, what would be done, and what is left to do by hand.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet};
use anstyle::{AnsiColor, Style};
use dfix_engine::{Effect, Safety};

use super::{Entry, Mode, Report, Status, Sums, entries, printable};
use crate::names;

/// A fix that touches more lines than these is shown by `--diff` only.
const MOST_LINES: usize = 8;

const BOLD: Style = Style::new().bold();
const GREEN: Style = AnsiColor::Green.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
const RED: Style = AnsiColor::Red.on_default().bold();

pub(super) fn print(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let renderer = if report.color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let renderer = renderer.term_width(100);
    for file in report.files {
        let path = printable(&file.path.to_string_lossy());
        for entry in entries(file, report.mode) {
            let shown = renderer.render(&[block(&entry, &path, report.mode)]);
            writeln!(out, "{}\n", shown.trim_end())?;
        }
    }
    if report.statistics {
        print_statistics(report, out)?;
    }
    writeln!(out, "{}", summary(report))
}

fn block<'a>(entry: &Entry<'a>, path: &'a str, mode: Mode) -> Group<'a> {
    let finding = entry.finding;
    let (level, name) = match (entry.status, mode) {
        (Status::Applied, Mode::Fix) => (Level::NOTE, "fixed"),
        (Status::Applied, _) => (Level::NOTE, "fix"),
        (Status::Offered, _) => (Level::WARNING, "unsure"),
        (Status::ByHand, _) => (Level::WARNING, "by hand"),
        (Status::Refused, _) => (Level::ERROR, "refused"),
    };
    let snippet = Snippet::source(entry.line)
        .line_start(entry.place.0)
        .path(path);
    let summary = match (entry.status, rule_summary(finding.rule)) {
        (Status::ByHand, _) => None,
        (_, summary) => summary,
    };
    let mark = AnnotationKind::Primary
        .span(entry.within.clone())
        .label(summary);
    let mut block = level
        .with_name(name)
        .primary_title(printable(&finding.message))
        .id(finding.rule)
        .element(snippet.annotation(mark));
    if let Some(change) = change(entry) {
        block = block.element(change);
    }
    for (name, text) in footers(entry) {
        block = block.element(Level::NOTE.with_name(name).message(printable(&text)));
    }
    block
}

/// The lines that the fix touches with what comes in and goes out.
fn change<'a>(entry: &Entry<'a>) -> Option<Snippet<'a, Patch<'a>>> {
    let edits = &entry.finding.fix.as_ref()?.edits;
    let text = entry.edited;
    let (first, last) = (edits.first()?, edits.last()?);
    let (from, to) = (
        usize::from(first.range.start()),
        usize::from(last.range.end()),
    );
    let start = text.get(..from)?.rfind('\n').map_or(0, |at| at + 1);
    let end = text.get(to..)?.find('\n').map_or(text.len(), |at| to + at);
    let touched = &text[start..end];
    if touched.lines().count() > MOST_LINES {
        return None;
    }
    let patches = edits.iter().map(|edit| {
        let range = usize::from(edit.range.start()) - start..usize::from(edit.range.end()) - start;
        Patch::new(range, edit.text.as_str())
    });
    let line = text[..start].matches('\n').count() + 1;
    let snippet = Snippet::source(touched).patches(patches);
    Some(if entry.is_edited_text_shown {
        snippet.line_start(line)
    } else {
        snippet.line_numbering(false)
    })
}

/// What stands below the place: level and evidence, what is missing, what a person can do.
pub(super) fn footers(entry: &Entry<'_>) -> Vec<(&'static str, String)> {
    let finding = entry.finding;
    let mut footers = Vec::new();
    if let Some(fix) = &finding.fix {
        let level = names::safety(fix.safety);
        if fix.safety != Safety::Unsafe && fix.evidence.is_empty() {
            footers.push((level, effects(&fix.effects)));
        }
        // What was established is so, whatever else is open.
        let level = match fix.safety {
            Safety::Unsafe => names::safety(Safety::Checked),
            _ => level,
        };
        footers.extend(fix.evidence.iter().map(|it| (level, it.clone())));
        for unproven in &fix.unproven {
            footers.push(("not established", unproven.condition.clone()));
            footers.push(("help", unproven.remedy.clone()));
        }
        if entry.status == Status::Offered {
            let flag = match fix.safety {
                Safety::Unsafe => "--unsafe applies this fix all the same",
                _ => "it is applied without --safe-only",
            };
            footers.push(("help", flag.to_owned()));
        }
    }
    if let Some(refused) = entry.refused {
        let proof = names::proof(refused.proof);
        footers.push(("failed proof", format!("{proof}: {}", refused.reason)));
    }
    footers.extend(finding.remedy.iter().map(|it| ("help", it.clone())));
    footers
}

fn effects(effects: &[Effect]) -> String {
    let texts: Vec<String> = effects.iter().map(names::effect).collect();
    texts.join(", ")
}

fn rule_summary(id: &str) -> Option<&'static str> {
    crate::select::ALL
        .iter()
        .find(|rule| rule.id == id)
        .map(|rule| rule.summary)
}

fn print_statistics(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut counts: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
    for file in report.files {
        for entry in entries(file, report.mode) {
            counts.entry(entry.finding.rule).or_default()[entry.status as usize] += 1;
        }
    }
    let wide = counts.keys().map(|it| it.len()).max().unwrap_or(0).max(4);
    let fixed = if report.mode == Mode::Fix {
        "fixed"
    } else {
        "fix"
    };
    writeln!(
        out,
        "{:wide$}  {fixed:>7}  unsure  by hand  refused",
        "rule"
    )?;
    for (rule, [applied, offered, by_hand, refused]) in counts {
        writeln!(
            out,
            "{rule:wide$}  {applied:>7}  {offered:>6}  {by_hand:>7}  {refused:>7}"
        )?;
    }
    writeln!(out)
}

/// The last line: how much there is, and what to do about it.
pub(crate) fn summary(report: &Report<'_>) -> String {
    let sums = Sums::of(report.files);
    let paint = |style: Style, text: String| {
        if report.color {
            format!("{style}{text}{style:#}")
        } else {
            text
        }
    };
    let mut line = String::new();
    let applied = sums.applied();
    if applied > 0 {
        let done = match report.mode {
            Mode::Fix => "fixed",
            Mode::Look | Mode::Diff => "can be fixed",
        };
        let text = format!("{} {done}", count(applied, "finding"));
        line.push_str(&paint(GREEN, text));
        let levels = [
            (sums.safe, "safe"),
            (sums.checked, "checked"),
            (sums.applied_unsafe, "unsafe"),
        ];
        let levels: Vec<String> = levels
            .iter()
            .filter(|it| it.0 > 0)
            .map(|(count, name)| format!("{count} {name}"))
            .collect();
        let _ = write!(
            line,
            " ({}) in {}",
            levels.join(", "),
            count(sums.files_changed, "file")
        );
    }
    let remains = [
        (sums.offered, "unsure", YELLOW),
        (sums.by_hand, "by hand", YELLOW),
        (sums.refused, "refused", RED),
    ];
    for (count, name, style) in remains.into_iter().filter(|it| it.0 > 0) {
        if !line.is_empty() {
            line.push_str(", ");
        }
        line.push_str(&paint(style, format!("{count} {name}")));
    }
    let good = sums.files - sums.files_failed;
    if line.is_empty() && (good > 0 || sums.files == 0) {
        line = paint(BOLD, format!("{}, nothing to do", count(good, "file")));
    }
    if sums.files_failed > 0 {
        let comma = if line.is_empty() { "" } else { ", " };
        let text = format!("{} failed", count(sums.files_failed, "file"));
        let _ = write!(line, "{comma}{}", paint(RED, text));
    }
    if report.mode == Mode::Look && applied > 0 {
        line.push_str("\n`dfix --diff` shows the changes, `dfix --fix` makes them.");
    }
    line
}

/// `1 file`, `2 files`.
fn count(count: usize, noun: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{s}")
}

/// The styles of a message on standard error: that of its level and that of the rest of its line.
pub(crate) fn stderr_style(color: bool) -> (Style, Style) {
    if color {
        (RED, BOLD)
    } else {
        (Style::new(), Style::new())
    }
}

#[cfg(test)]
mod tests;
