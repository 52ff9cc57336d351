//! What is printed of a file, made where the file is looked at.

use std::io::{self, IsTerminal as _};
use std::sync::Arc;

use dfix_engine::{Finding, Severity};

use crate::cli::{Common, Format, ReportKind, Work};
use crate::console::{self, uses_color};
use crate::report::{Counts, Mode, PatchNames, Printer, Wanted, statistics};
use crate::runner::FileReport;

/// What is printed of files: the same in all threads.
pub(super) struct Printers {
    pub(super) mode: Mode,
    /// What goes to standard output, if anything, and then the reports.
    pub(super) all: Vec<Option<Printer>>,
    /// Whether the findings of each rule are counted on standard error, as what is printed has no place for that.
    pub(super) counts_beside: bool,
    /// How patches name files.
    pub(super) names: Arc<PatchNames>,
    /// Whether the reports are kept as they are, whatever is printed.
    keeps: bool,
    fail_on: Option<Severity>,
    /// Whether changes are still to be written.
    is_writing: bool,
}

/// What came of a file, and the texts of it that are printed.
pub(super) struct Told {
    /// The report; without its texts and findings where no printer waits for the end.
    pub(super) report: FileReport,
    /// The text before and after, where that is to be written.
    pub(super) change: Option<(Vec<u8>, Vec<u8>)>,
    /// What each printer says of it.
    pub(super) texts: Vec<Vec<u8>>,
    pub(super) counts: Counts,
    /// Whether something is left that counts.
    pub(super) fails: bool,
}

impl Printers {
    /// What the command line asks for.
    pub(super) fn new(work: &Work, common: &Common, counts_rules: bool, is_writing: bool) -> Self {
        let mode = mode(work);
        let names = Arc::new(PatchNames::new(&work.given, work.relative));
        let wanted = |color, width| Wanted {
            mode,
            patches: work.diff,
            names: Arc::clone(&names),
            color,
            width,
            statistics: counts_rules,
        };
        let format = common.format.unwrap_or(Format::Text);
        let is_for_programs = !matches!(format, Format::Text | Format::Concise);
        let color = uses_color(common.color, io::stdout().is_terminal());
        let printed = if work.diff && !is_for_programs {
            Some(Printer::of_patches(&names, color))
        } else {
            let is_printed = !common.quiet || is_for_programs;
            is_printed.then(|| Printer::new(format, wanted(color, console::width())))
        };
        let reports = work.report.iter().map(|it| {
            Some(match it.kind {
                ReportKind::Patch => Printer::of_patches(&names, false),
                ReportKind::Format(format) => Printer::new(format, wanted(false, None)),
            })
        });
        let has_place = statistics::have_place_in(format) && (!work.diff || is_for_programs);
        Printers {
            mode,
            counts_beside: counts_rules && !has_place && !common.quiet,
            all: [printed].into_iter().chain(reports).collect(),
            names: Arc::clone(&names),
            keeps: work.patch_dir.is_some(),
            fail_on: work.fail_on,
            is_writing,
        }
    }

    /// What is to be printed of a file, and counted.
    pub(super) fn tell(&self, mut report: FileReport) -> Told {
        let mut texts = Vec::with_capacity(self.all.len());
        let mut is_kept = self.keeps;
        for printer in &self.all {
            let mut text = Vec::new();
            match printer {
                Some(Printer::Each(each)) => {
                    // A vector takes everything.
                    let _ = each.file(&report, &mut text);
                }
                Some(Printer::Whole(..)) => is_kept = true,
                None => {}
            }
            texts.push(text);
        }
        let after = report.after().filter(|_| self.is_writing);
        let change =
            after.map(|after| (report.before.as_bytes().to_vec(), after.as_bytes().to_vec()));
        let counts = Counts::of(&report);
        let fails = fails(&report, self.mode, self.fail_on);
        if !is_kept {
            report.forget();
        }
        Told {
            report,
            change,
            texts,
            counts,
            fails,
        }
    }
}

fn mode(work: &Work) -> Mode {
    match (work.fix, work.diff) {
        (true, _) => Mode::Fix,
        (false, true) => Mode::Diff,
        (false, false) => Mode::Check,
    }
}

/// Whether a finding of a severity that counts is left, or would be fixed, or a patch is printed.
fn fails(file: &FileReport, mode: Mode, fail_on: Option<Severity>) -> bool {
    let Some(outcome) = &file.outcome else {
        return false;
    };
    let weights = &file.weights;
    let least = fail_on.or(weights.fail_on).unwrap_or(Severity::Warning);
    let counts = |it: &Finding| weights.severity(it.rule) >= least;
    let refused = outcome.refused.iter().map(|it| &it.finding);
    let is_left = outcome.remaining.iter().chain(refused).any(counts);
    is_left
        || match mode {
            Mode::Fix => false,
            Mode::Check => outcome.applied().any(counts),
            Mode::Diff => outcome.applied().next().is_some(),
        }
}
