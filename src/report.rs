//! What is shown of a run. Every format shows the same facts: those of an [`Entry`].

mod concise;
pub(crate) mod diff;
mod github;
mod gitlab;
mod json;
mod sarif;
mod text;

use std::io::{self, Write};
use std::ops::Range;

use dfix_engine::{Finding, Outcome, Refused, Safety};

use crate::batch::FileReport;
use crate::cli::Format;
use crate::lines::Lines;

pub(crate) use text::{stderr_style, summary};

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Say what would be done.
    Look,
    /// Print a patch.
    Diff,
    /// Write; perhaps print a patch too.
    Fix,
}

/// A run as it is shown.
pub(crate) struct Report<'a> {
    /// What came of each file, in order.
    pub(crate) files: &'a [FileReport],
    /// What was asked for.
    pub(crate) mode: Mode,
    /// Whether the JSON formats carry patches.
    pub(crate) patches: bool,
    /// Whether to use colour.
    pub(crate) color: bool,
    /// Whether to count the findings of each rule.
    pub(crate) statistics: bool,
}

/// What became of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    /// Its fix would be, or was, applied.
    Applied,
    /// Its fix is below the level asked for.
    Offered,
    /// There is no fix.
    ByHand,
    /// Its fix failed a proof.
    Refused,
}

/// A finding and where it is shown.
pub(crate) struct Entry<'a> {
    /// What became of it.
    pub(crate) status: Status,
    /// The finding.
    pub(crate) finding: &'a Finding,
    /// Why its fix was refused.
    pub(crate) refused: Option<&'a Refused>,
    /// Line and column of its start, from 1.
    pub(crate) place: (usize, usize),
    /// Line and column of its end.
    pub(crate) end: (usize, usize),
    /// The bytes that it covers in the shown text.
    pub(crate) range: Range<usize>,
    /// The text of its first line.
    pub(crate) line: &'a str,
    /// The bytes of that line that it covers.
    pub(crate) within: Range<usize>,
    /// Whether the place is one of the text after the fixes.
    pub(crate) is_in_new_text: bool,
    /// The text that the edits of its fix speak of.
    pub(crate) edited: &'a str,
    /// Whether that text is also the one that the place is shown in.
    pub(crate) is_edited_text_shown: bool,
}

/// Prints the report in a format.
pub(crate) fn print(format: Format, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text => text::print(report, out),
        Format::Concise => concise::print(report, out),
        Format::Json => json::print(report, out),
        Format::Jsonl => json::print_lines(report, out),
        Format::Sarif => sarif::print(report, out),
        Format::Github => github::print(report, out),
        Format::Gitlab => gitlab::print(report, out),
    }
}

/// The patches of all files.
pub(crate) fn patches(files: &[FileReport]) -> Vec<u8> {
    let mut out = Vec::new();
    for file in files {
        patch(file, &mut out);
    }
    out
}

fn patch(file: &FileReport, out: &mut Vec<u8>) {
    if let Some(after) = file.after() {
        let here = std::env::current_dir().unwrap_or_default();
        let path = diff::patch_path(&file.path, &here);
        diff::patch(&path, file.before.as_bytes(), after.as_bytes(), out);
    }
}

/// The findings of a file, in order of place. What remains after a rewrite stands in the new text;
/// everything else in the text that was given.
pub(crate) fn entries(file: &FileReport, mode: Mode) -> Vec<Entry<'_>> {
    let Some(outcome) = &file.outcome else {
        return Vec::new();
    };
    let old = Lines::new(&file.before);
    let new = (mode == Mode::Fix).then(|| Lines::new(&outcome.text));
    let mut entries = Vec::new();
    for round in &outcome.rounds {
        let shown = Shown {
            lines: &old,
            is_new: false,
            edited: &round.before,
        };
        entries.extend(
            round
                .applied
                .iter()
                .map(|it| entry(Status::Applied, it, None, &shown)),
        );
    }
    let lines = new.as_ref().unwrap_or(&old);
    let shown = Shown {
        lines,
        is_new: new.is_some(),
        edited: &outcome.text,
    };
    for finding in &outcome.remaining {
        let status = match finding.fix {
            Some(_) => Status::Offered,
            None => Status::ByHand,
        };
        entries.push(entry(status, finding, None, &shown));
    }
    for refused in &outcome.refused {
        // The text of its round is gone, so its edits are not shown.
        let shown = Shown {
            lines: &old,
            is_new: false,
            edited: "",
        };
        entries.push(entry(
            Status::Refused,
            &refused.finding,
            Some(refused),
            &shown,
        ));
    }
    entries.sort_by(|a, b| (a.place, a.finding.rule).cmp(&(b.place, b.finding.rule)));
    entries
}

/// Where findings are shown.
struct Shown<'l, 'a> {
    lines: &'l Lines<'a>,
    is_new: bool,
    edited: &'a str,
}

fn entry<'a>(
    status: Status,
    finding: &'a Finding,
    refused: Option<&'a Refused>,
    shown: &Shown<'_, 'a>,
) -> Entry<'a> {
    let lines = shown.lines;
    let range = if shown.is_new {
        finding.range
    } else {
        finding.origin
    };
    let range = usize::from(range.start())..usize::from(range.end());
    let place = lines.place(range.start);
    let (line, start) = lines.line(place.0);
    let clip = |offset: usize| offset.saturating_sub(start).min(line.len());
    let within = clip(range.start)..clip(range.end);
    Entry {
        status,
        finding,
        refused,
        place,
        end: lines.place(range.end),
        range,
        line,
        within,
        is_in_new_text: shown.is_new,
        edited: shown.edited,
        is_edited_text_shown: shown.edited == lines.text(),
    }
}

/// How much was found, over all files.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Sums {
    pub(crate) files: usize,
    pub(crate) files_with_findings: usize,
    pub(crate) files_changed: usize,
    pub(crate) files_failed: usize,
    pub(crate) safe: usize,
    pub(crate) checked: usize,
    pub(crate) applied_unsafe: usize,
    pub(crate) offered: usize,
    pub(crate) by_hand: usize,
    pub(crate) refused: usize,
}

impl Sums {
    pub(crate) fn of(files: &[FileReport]) -> Self {
        let mut sums = Sums::default();
        for file in files {
            sums.files += 1;
            sums.files_failed += usize::from(!file.troubles.is_empty());
            sums.files_changed += usize::from(file.after().is_some());
            if let Some(outcome) = &file.outcome {
                sums.take(outcome);
            }
        }
        sums
    }

    fn take(&mut self, outcome: &Outcome) {
        let before = self.applied() + self.remaining();
        for fix in outcome.applied().filter_map(|finding| finding.fix.as_ref()) {
            match fix.safety {
                Safety::Safe => self.safe += 1,
                Safety::Checked => self.checked += 1,
                Safety::Unsafe => self.applied_unsafe += 1,
            }
        }
        for finding in &outcome.remaining {
            match finding.fix {
                Some(_) => self.offered += 1,
                None => self.by_hand += 1,
            }
        }
        self.refused += outcome.refused.len();
        self.files_with_findings += usize::from(self.applied() + self.remaining() > before);
    }

    /// Fixes that would be, or were, applied.
    pub(crate) fn applied(&self) -> usize {
        self.safe + self.checked + self.applied_unsafe
    }

    /// Findings that stay.
    pub(crate) fn remaining(&self) -> usize {
        self.offered + self.by_hand + self.refused
    }
}

/// The word for what became of a finding.
fn status_word(entry: &Entry<'_>, mode: Mode) -> &'static str {
    match (entry.status, mode) {
        (Status::Applied, Mode::Fix) => "fixed",
        (Status::Applied, _) => "fix",
        (Status::Offered, _) => "offer",
        (Status::ByHand, _) => "by hand",
        (Status::Refused, _) => "refused",
    }
}

/// Why the fix is right or what is missing, and what a person can do: one sentence each.
fn advice(entry: &Entry<'_>) -> Vec<String> {
    text::footers(entry)
        .into_iter()
        .map(|(name, text)| format!("{name}: {text}"))
        .collect()
}

/// A text without control characters, which a terminal might obey.
fn printable(text: &str) -> String {
    let show = |c: char| {
        if c.is_control() {
            char::REPLACEMENT_CHARACTER
        } else {
            c
        }
    };
    text.chars().map(show).collect()
}
