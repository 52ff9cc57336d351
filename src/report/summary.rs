//! How much was found, over all files.

use std::collections::BTreeMap;

use dfix_engine::{ADD_IGNORE, Outcome, Safety};

use super::entry::Status;
use crate::runner::FileReport;

/// How much was found.
#[derive(Debug, Default, Clone)]
pub(crate) struct Summary {
    pub(crate) files: usize,
    pub(crate) files_with_findings: usize,
    pub(crate) files_changed: usize,
    pub(crate) files_failed: usize,
    /// Fixes that would be, or were, applied, by level.
    pub(crate) fixes: BTreeMap<Safety, usize>,
    /// Those of them that are comments which ignore what was found.
    pub(crate) comments: usize,
    /// Findings that stay, by what became of them.
    pub(crate) remaining: BTreeMap<Status, usize>,
}

impl Summary {
    pub(crate) fn of(files: &[FileReport]) -> Self {
        let mut summary = Summary::default();
        for file in files {
            summary.files += file.stands_for;
            if !file.errors.is_empty() {
                summary.files_failed += file.stands_for;
            }
            summary.files_changed += usize::from(file.after().is_some());
            if let Some(outcome) = &file.outcome {
                summary.add(outcome);
            }
        }
        summary
    }

    fn add(&mut self, outcome: &Outcome) {
        let before = self.fixed() + self.left();
        for finding in outcome.applied() {
            if let Some(fix) = &finding.fix {
                *self.fixes.entry(fix.safety).or_default() += 1;
                self.comments += usize::from(finding.rule == ADD_IGNORE);
            }
        }
        for finding in &outcome.remaining {
            let status = Status::of_remaining(finding);
            *self.remaining.entry(status).or_default() += 1;
        }
        if !outcome.refused.is_empty() {
            *self.remaining.entry(Status::Refused).or_default() += outcome.refused.len();
        }
        self.files_with_findings += usize::from(self.fixed() + self.left() > before);
    }

    /// Fixes that would be, or were, applied.
    pub(crate) fn fixed(&self) -> usize {
        self.fixes.values().sum()
    }

    /// Findings that stay.
    pub(crate) fn left(&self) -> usize {
        self.remaining.values().sum()
    }
}
