//! How much was found, over all files.

use std::collections::BTreeMap;

use dfix_engine::{ADD_IGNORE, Safety};

use super::entry::Status;
use crate::runner::FileReport;

/// What counts of one file's report.
#[derive(Debug)]
pub(crate) struct Counts {
    stands_for: usize,
    changed: bool,
    failed: bool,
    /// The rule, what became of the finding, and the level of the fix that would be, or was, applied.
    found: Box<[(&'static str, Status, Option<Safety>)]>,
}

impl Counts {
    pub(crate) fn of(file: &FileReport) -> Self {
        let mut found = Vec::new();
        if let Some(outcome) = &file.outcome {
            let applied = outcome.applied();
            found.extend(applied.filter_map(|it| {
                let fix = it.fix.as_ref()?;
                Some((it.rule, Status::Fix, Some(fix.safety)))
            }));
            let left = outcome.remaining.iter();
            found.extend(left.map(|it| (it.rule, Status::of_remaining(it), None)));
            let refused = outcome.refused.iter();
            found.extend(refused.map(|it| (it.finding.rule, Status::Refused, None)));
        }
        Counts {
            stands_for: file.stands_for,
            changed: file.after().is_some(),
            failed: !file.errors.is_empty(),
            found: found.into(),
        }
    }

    /// Whether the file would change, or did.
    pub(crate) fn changed(&self) -> bool {
        self.changed
    }
}

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
    /// All findings, by their rules and what became of them.
    pub(crate) by_rule: BTreeMap<&'static str, BTreeMap<Status, usize>>,
}

impl Summary {
    pub(crate) fn of(files: &[FileReport]) -> Self {
        let mut summary = Summary::default();
        for file in files {
            summary.add(&Counts::of(file));
        }
        summary
    }

    pub(crate) fn add(&mut self, file: &Counts) {
        self.files += file.stands_for;
        if file.failed {
            self.files_failed += file.stands_for;
        }
        self.files_changed += usize::from(file.changed);
        self.files_with_findings += usize::from(!file.found.is_empty());
        for &(rule, status, level) in &file.found {
            let of_rule = self.by_rule.entry(rule).or_default();
            *of_rule.entry(status).or_default() += 1;
            match level {
                Some(level) => {
                    *self.fixes.entry(level).or_default() += 1;
                    self.comments += usize::from(rule == ADD_IGNORE);
                }
                None => *self.remaining.entry(status).or_default() += 1,
            }
        }
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
