//! For people: the place in the source, why, what would be done, and what is left to do by hand.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering};

use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet};
use anstyle::Style;

use super::advice::{footers, printable};
use super::each::Each;
use super::entry::{Entry, Mode, Status, Wanted, entries};
use super::statistics;
use super::summary::Summary;
use crate::console::{BOLD, GREEN, RED, YELLOW, painted, wrapped};
use crate::labels;
use crate::rule_names::by_id;
use crate::runner::FileReport;

/// A fix that touches more lines than these is shown by `--diff` only.
const MOST_LINES: usize = 8;

/// How many findings `--fix` tells one by one: more than a screenful is told by rule.
const MOST_TOLD: usize = 24;

/// From so many findings on the table by rule stands behind them.
const MANY: usize = 200;

/// How wide what is no terminal is taken to be.
const USUAL_WIDTH: usize = 100;

/// So wide a text is at least, whatever stands before it.
const LEAST_WIDTH: usize = 20;

/// What stands before the name of a sentence below the source: the number of a line, ` = `, and `: ` behind it.
const MARGIN: usize = 9;

/// For people.
pub(super) struct Text {
    mode: Mode,
    color: bool,
    statistics: bool,
    renderer: Renderer,
    width: Option<usize>,
    /// How much is told so far, which comes to nothing where it is more than a screenful of `--fix`.
    told: AtomicUsize,
}

impl Text {
    pub(super) fn new(wanted: &Wanted) -> Self {
        let renderer = if wanted.color {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        Text {
            mode: wanted.mode,
            color: wanted.color,
            statistics: wanted.statistics,
            renderer: renderer.term_width(wanted.width.unwrap_or(USUAL_WIDTH)),
            width: wanted.width,
            told: AtomicUsize::new(0),
        }
    }

    /// Whether so much is told by rule, and not one by one.
    fn is_too_much(&self, found: usize) -> bool {
        self.mode == Mode::Fix && found > MOST_TOLD
    }
}

impl Each for Text {
    fn file(&self, file: &FileReport, out: &mut dyn Write) -> io::Result<()> {
        if self.is_too_much(self.told.load(Ordering::Relaxed)) {
            return Ok(());
        }
        let entries = entries(file, self.mode);
        self.told.fetch_add(entries.len(), Ordering::Relaxed);
        let path = printable(&file.path.to_string_lossy());
        for entry in entries {
            let shown = self.renderer.render(&[block(&entry, &path, self.width)]);
            writeln!(out, "{}\n", shown.trim_end())?;
        }
        Ok(())
    }

    fn tells_each(&self, summary: &Summary) -> bool {
        !self.is_too_much(summary.fixed() + summary.left())
    }

    fn end(&self, summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
        let found = summary.fixed() + summary.left();
        let is_too_much = self.is_too_much(found);
        if self.statistics || is_too_much || found > MANY {
            statistics::table(summary, self.color, out)?;
        }
        writeln!(out, "{}", last_line(summary, self.mode, self.color))?;
        if is_too_much && summary.left() > 0 {
            writeln!(out, "`dfix` says each of what is left, and why.")?;
        }
        Ok(())
    }
}

fn block<'a>(entry: &Entry<'a>, path: &'a str, width: Option<usize>) -> Group<'a> {
    let finding = entry.finding;
    let level = match entry.status {
        Status::Fix => Level::NOTE,
        Status::Withheld(_) | Status::ByHand => Level::WARNING,
        Status::Refused => Level::ERROR,
    };
    let snippet = Snippet::source(entry.line)
        .line_start(entry.place.0)
        .path(path);
    let summary = match entry.status {
        Status::ByHand => None,
        _ => by_id(finding.rule).map(|rule| rule.summary),
    };
    let mark = AnnotationKind::Primary
        .span(entry.within.clone())
        .label(summary);
    let heading = entry.heading();
    let mut block = level
        .with_name(heading.clone())
        .primary_title(in_width(
            &finding.message,
            width,
            heading.chars().count() + finding.rule.len() + "[]: ".len(),
        ))
        .id(finding.rule)
        .element(snippet.annotation(mark));
    if let Some(change) = change(entry) {
        block = block.element(change);
    }
    for (name, text) in footers(entry) {
        block = block.element(Level::NOTE.with_name(name).message(in_width(
            &text,
            width,
            MARGIN + name.len(),
        )));
    }
    block
}

/// A text in lines of this width, less what stands before it.
fn in_width(text: &str, width: Option<usize>, before: usize) -> String {
    let text = printable(text);
    match width {
        Some(width) => wrapped(&text, width.saturating_sub(before).max(LEAST_WIDTH)),
        None => text,
    }
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
    // Where the last edit takes whole lines away, the next line is none of those that it touches.
    let takes_lines =
        last.text.is_empty() && !last.range.is_empty() && text.get(..to)?.ends_with('\n');
    let end = match text.get(to..)?.find('\n') {
        _ if takes_lines => to - 1,
        Some(at) => to + at,
        None => text.len(),
    };
    // What comes in before an empty line needs that line: the renderer would put it behind the one above.
    let is_before_an_empty_line = end > start && text[..end].ends_with('\n') && end < text.len();
    let end = end + usize::from(is_before_an_empty_line);
    // So would it glue what comes in at the end of the text to the last line: that is said behind the line, before its end.
    let is_at_the_end = end == text.len() && text[start..end].ends_with('\n');
    let end = end - usize::from(is_at_the_end);
    let touched = &text[start..end];
    if touched.lines().count() > MOST_LINES {
        return None;
    }
    let patches = edits.iter().map(|edit| {
        let range = usize::from(edit.range.start()) - start..usize::from(edit.range.end()) - start;
        if range.end <= touched.len() {
            return Patch::new(range, edit.text.as_str());
        }
        let is_insertion = range.start > touched.len();
        let at = range.start.min(touched.len());
        let added = edit.text.trim_end_matches('\n');
        let before = if is_insertion { "\n" } else { "" };
        Patch::new(at..touched.len(), format!("{before}{added}"))
    });
    let line = text[..start].matches('\n').count() + 1;
    let snippet = Snippet::source(touched).patches(patches);
    Some(if entry.is_edited_text_shown {
        snippet.line_start(line)
    } else {
        snippet.line_numbering(false)
    })
}

/// The last line: how much there is, and what to do about it.
pub(crate) fn last_line(summary: &Summary, mode: Mode, color: bool) -> String {
    let paint = |style: Style, text: String| painted(color, style, &text);
    let mut line = String::new();
    let fixed = summary.fixed();
    if fixed > 0 {
        let (what, done) = if summary.comments == fixed {
            ("comment", "written")
        } else {
            ("finding", "fixed")
        };
        let may = match mode {
            Mode::Fix => "",
            Mode::Check | Mode::Diff => "can be ",
        };
        let text = format!("{} {may}{done}", count(fixed, what));
        line.push_str(&paint(GREEN, text));
        let levels: Vec<String> = summary
            .fixes
            .iter()
            .rev()
            .map(|(level, count)| format!("{count} {}", labels::safety(*level)))
            .collect();
        let _ = write!(
            line,
            " ({}) in {}",
            levels.join(", "),
            count(summary.files_changed, "file")
        );
    }
    for (status, count) in &summary.remaining {
        if !line.is_empty() {
            line.push_str(", ");
        }
        let style = match status {
            Status::Refused => RED,
            _ => YELLOW,
        };
        line.push_str(&paint(style, format!("{count} {}", status.word())));
    }
    let good = summary.files - summary.files_failed;
    if line.is_empty() && (good > 0 || summary.files == 0) {
        line = paint(BOLD, format!("{}, nothing to do", count(good, "file")));
    }
    if summary.files_failed > 0 {
        let comma = if line.is_empty() { "" } else { ", " };
        let text = format!("{} failed", count(summary.files_failed, "file"));
        let _ = write!(line, "{comma}{}", paint(RED, text));
    }
    if mode == Mode::Check && fixed > 0 {
        line.push_str("\n`dfix --diff` shows the changes, `dfix --fix` makes them.");
    }
    line
}

/// `1 file`, `2 files`.
fn count(count: usize, noun: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{s}")
}

#[cfg(test)]
mod tests;
