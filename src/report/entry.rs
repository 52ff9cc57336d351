//! What every format shows: the findings of a file, what became of each, and where it is shown.

use std::ops::Range;
use std::sync::Arc;

use dfix_engine::{Finding, Fix, Refused, Safety, Severity, Splice, TextEdit};

use super::patch_names::PatchNames;
use crate::labels;
use crate::lines::Lines;
use crate::runner::FileReport;
use crate::select::Weights;

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Say what would be done.
    Check,
    /// Print a patch.
    Diff,
    /// Write; perhaps print a patch too.
    Fix,
}

/// What is wanted of a report, beside its format.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    /// What was asked for.
    pub(crate) mode: Mode,
    /// Whether the JSON formats carry patches.
    pub(crate) patches: bool,
    /// How patches name files.
    pub(crate) names: Arc<PatchNames>,
    /// Whether to use colour.
    pub(crate) color: bool,
    /// How wide the terminal is, if it is printed on one.
    pub(crate) width: Option<usize>,
    /// Whether to count the findings of each rule.
    pub(crate) statistics: bool,
}

/// A run as it is shown.
pub(crate) struct Report<'a> {
    /// What came of each file, in order.
    pub(crate) files: &'a [FileReport],
    /// What was asked for.
    pub(crate) mode: Mode,
    /// Whether the JSON formats carry patches.
    pub(crate) patches: bool,
    /// How patches name files.
    pub(crate) names: &'a PatchNames,
    /// Whether to count the findings of each rule.
    pub(crate) statistics: bool,
}

impl<'a> Report<'a> {
    /// Of these files, with what is wanted.
    pub(crate) fn new(files: &'a [FileReport], wanted: &'a Wanted) -> Self {
        Report {
            files,
            mode: wanted.mode,
            patches: wanted.patches,
            names: &wanted.names,
            statistics: wanted.statistics,
        }
    }
}

/// What became of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    /// Its fix would be, or was, applied.
    Fix,
    /// Its fix is of this level, which is below the one asked for.
    Withheld(Safety),
    /// There is no fix.
    ByHand,
    /// Its fix failed a proof.
    Refused,
}

/// Every status that a finding can have, in the order in which they are counted.
pub(crate) const STATUSES: [Status; 5] = [
    Status::Fix,
    Status::Withheld(Safety::Checked),
    Status::Withheld(Safety::Unsafe),
    Status::ByHand,
    Status::Refused,
];

impl Status {
    /// What became of a finding that no fix took away.
    pub(crate) fn of_remaining(finding: &Finding) -> Self {
        match &finding.fix {
            Some(fix) => Status::Withheld(fix.safety),
            None => Status::ByHand,
        }
    }

    /// The word for it, which is the same in every format.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Status::Fix => "fix",
            Status::Withheld(level) => labels::safety(level),
            Status::ByHand => "by hand",
            Status::Refused => "refused",
        }
    }
}

/// A finding and where it is shown.
pub(crate) struct Entry<'a> {
    /// What became of it.
    pub(crate) status: Status,
    /// The finding.
    pub(crate) finding: &'a Finding,
    /// How much it matters.
    pub(crate) severity: Severity,
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
    /// The edits of its fix, in bytes of the text that was given; none where they touch what another fix brings.
    pub(crate) edits: Option<Vec<TextEdit>>,
}

impl Entry<'_> {
    /// What became of it, behind its severity where that is not a warning's.
    pub(crate) fn heading(&self) -> String {
        let word = self.status.word();
        match self.severity {
            Severity::Warning => word.to_owned(),
            other => format!("{}, {word}", other.name()),
        }
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
    let weights = &file.weights;
    let mut entries = Vec::new();
    let mut splices: Vec<Splice> = Vec::new();
    for round in &outcome.rounds {
        let shown = Shown {
            lines: &old,
            is_new: false,
            edited: &round.before,
            splices: Some(&splices),
            weights,
        };
        entries.extend(
            round
                .applied
                .iter()
                .map(|it| entry(Status::Fix, it, None, &shown)),
        );
        splices.push(Splice::of(round));
    }
    let lines = new.as_ref().unwrap_or(&old);
    let shown = Shown {
        lines,
        is_new: new.is_some(),
        edited: &outcome.text,
        splices: Some(&splices),
        weights,
    };
    for finding in &outcome.remaining {
        let status = Status::of_remaining(finding);
        entries.push(entry(status, finding, None, &shown));
    }
    for refused in &outcome.refused {
        // The text of its round is gone, so its edits are not shown.
        let shown = Shown {
            lines: &old,
            is_new: false,
            edited: "",
            splices: None,
            weights,
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
    /// What leads from the text that was given to the edited one; none where that is gone.
    splices: Option<&'l [Splice]>,
    weights: &'l Weights,
}

/// The edits of a fix in bytes of the text that was given, where that is told.
fn edits_of_input(fix: &Fix, splices: &[Splice]) -> Option<Vec<TextEdit>> {
    let edits = fix.edits.iter().map(|edit| {
        let mut splices = splices.iter().rev();
        let range = splices.try_fold(edit.range, |range, it| it.exactly_before(range))?;
        let text = edit.text.clone();
        Some(TextEdit { range, text })
    });
    edits.collect()
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
        severity: shown.weights.severity(finding.rule),
        refused,
        place,
        end: lines.place(range.end),
        range,
        line,
        within,
        is_in_new_text: shown.is_new,
        edited: shown.edited,
        is_edited_text_shown: shown.edited == lines.text(),
        edits: finding
            .fix
            .as_ref()
            .zip(shown.splices)
            .and_then(|(fix, splices)| edits_of_input(fix, splices)),
    }
}
