//! What comes of files, printed as it was asked for, and the exit code.

use std::io::{self, IsTerminal as _, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tempfile::SpooledTempFile;

use super::held::Held;
use super::known::KnownFile;
use super::patch_dir;
use super::reports;
use super::told::{Printers, Told};
use crate::changed::uncommitted_of;
use crate::cli::{Common, Format, ReportFile, Work};
use crate::console::{self, Progress, report_error, uses_color};
use crate::exit::{Exit, Stop};
use crate::report::{Printer, Summary, last_line, statistics};
use crate::runner::{FileReport, Threads, left_out_some, note_left_out};

/// How much of a report is kept in memory until it is written: 1 MiB.
const MOST_IN_MEMORY: usize = 1 << 20;

/// How long what is printed may wait until somebody sees it.
const MOST_DELAY: Duration = Duration::from_millis(200);

/// Shows what comes of files, one after the other, in order.
pub(super) struct Shower<'a> {
    work: &'a Work,
    common: &'a Common,
    printers: Arc<Printers>,
    out: &'a mut dyn Write,
    seen: Instant,
    /// What goes into the reports.
    reports: Vec<(&'a ReportFile, SpooledTempFile)>,
    /// The files of which a printer wants to know all at the end.
    files: Vec<FileReport>,
    /// Those of which a baseline says something.
    known: Vec<KnownFile>,
    /// What was found so far; where files are still to be written, without theirs.
    summary: Summary,
    /// What was found, where each file that is to be written can be.
    planned: Summary,
    held: Option<Held>,
    progress: Progress,
    /// How many changed files there are beyond those that may change.
    left_out: usize,
    fails: bool,
}

impl<'a> Shower<'a> {
    /// Prints what is asked for. With `writes`, it also writes what was fixed, when all files have been looked at; else whoever
    /// makes the reports did.
    pub(super) fn new(
        work: &'a Work,
        common: &'a Common,
        statistics: bool,
        writes: bool,
        out: &'a mut dyn Write,
    ) -> Self {
        let reports = work.report.iter();
        Shower {
            work,
            common,
            printers: Arc::new(Printers::new(work, common, statistics, writes)),
            out,
            seen: Instant::now(),
            reports: reports
                .map(|it| (it, SpooledTempFile::new(MOST_IN_MEMORY)))
                .collect(),
            files: Vec::new(),
            known: Vec::new(),
            summary: Summary::default(),
            planned: Summary::default(),
            held: writes.then(Held::default),
            progress: Progress::none(),
            left_out: 0,
            fails: false,
        }
    }

    /// What every thread may ask.
    pub(super) fn printers(&self) -> Arc<Printers> {
        Arc::clone(&self.printers)
    }

    /// Shows how far the run is, which is about so many files.
    pub(super) fn expect(&mut self, files: usize) {
        let is_each = matches!(self.printers.all[0], Some(Printer::Each(_)));
        let prints_each = is_each && self.held.is_none();
        if !self.common.quiet {
            self.progress = Progress::of(files, prints_each);
        }
    }

    /// Takes what came of the next file.
    pub(super) fn take(&mut self, told: Told) -> Result<(), Stop> {
        self.progress.step();
        if told.counts.changed()
            && let Some(limit) = self.work.limit
            && self.planned.files_changed >= limit.get()
        {
            self.left_out += 1;
            return Ok(());
        }
        self.planned.add(&told.counts);
        match &mut self.held {
            Some(held) => held.keep(told).map_err(|error| cannot_keep(&error)),
            None => self.show(told),
        }
    }

    fn show(&mut self, told: Told) -> Result<(), Stop> {
        let Told { report, .. } = &told;
        if !(report.notes.is_empty() && report.errors.is_empty()) {
            self.progress.aside(|| {
                for note in &report.notes {
                    let _ = writeln!(io::stderr(), "dfix: {}: {note}", report.path.display());
                }
                for error in &report.errors {
                    report_error(&report.path, error, self.common.color);
                }
            });
        }
        for (index, text) in told.texts.iter().enumerate() {
            if let Some(Printer::Each(each)) = &self.printers.all[index]
                && each.tells_each(&self.planned)
            {
                match index.checked_sub(1) {
                    None => self.out.write_all(text)?,
                    Some(index) => keep(&mut self.reports[index], text)?,
                }
            }
        }
        if self.seen.elapsed() > MOST_DELAY {
            self.out.flush()?;
            self.seen = Instant::now();
        }
        self.summary.add(&told.counts);
        self.fails |= told.fails;
        let mut report = told.report;
        for known in std::mem::take(&mut report.known) {
            self.known.push(KnownFile {
                known,
                failed: !report.errors.is_empty(),
            });
        }
        let is_whole = |it: &Option<Printer>| matches!(it, Some(Printer::Whole(..)));
        if self.printers.all.iter().any(is_whole) || self.work.patch_dir.is_some() {
            self.files.push(report);
        }
        Ok(())
    }

    /// Writes what was fixed, where that is still to be done, and tells of it.
    pub(super) fn write(&mut self, threads: &Threads) -> Result<(), Stop> {
        self.progress.end();
        let Some(held) = self.held.take() else {
            return Ok(());
        };
        if !self.common.quiet && !self.work.require_clean {
            note_uncommitted(&held);
        }
        let printers = self.printers();
        held.write(threads, &printers, |told| self.show(told))
    }

    /// The files of which a baseline says something.
    pub(super) fn known(&self) -> &[KnownFile] {
        &self.known
    }

    /// Whether there are files.
    pub(super) fn has_files(&self) -> bool {
        self.summary.files > 0
    }

    /// Prints what stands at the end, and puts the reports into their places; says how the process ends.
    pub(super) fn end(mut self) -> Result<Exit, Stop> {
        let printers = self.printers();
        let mode = printers.mode;
        for (index, printer) in printers.all.iter().enumerate() {
            let to: &mut dyn Write = match index.checked_sub(1) {
                None => self.out,
                Some(index) => &mut self.reports[index].1,
            };
            match printer {
                Some(Printer::Each(each)) => each.end(&self.summary, to)?,
                Some(whole) => whole.all(&self.files, to)?,
                None => {}
            }
        }
        if printers.counts_beside {
            let color = uses_color(self.common.color, io::stderr().is_terminal());
            statistics::table(&self.summary, color, &mut io::stderr())?;
        }
        let format = self.common.format.unwrap_or(Format::Text);
        if self.work.diff && matches!(format, Format::Text | Format::Concise) && !self.common.quiet
        {
            let color = uses_color(self.common.color, io::stdout().is_terminal());
            let last = last_line(&self.summary, mode, color);
            let _ = writeln!(io::stderr(), "{last}");
        }
        for (report, text) in &mut self.reports {
            reports::put(report, text)?;
        }
        if let Some(folder) = &self.work.patch_dir {
            patch_dir::write(folder, self.work.patch_by, &self.files, &printers.names)?;
        }
        if let (Some(limit), 1..) = (self.work.limit, self.left_out) {
            note_left_out(self.left_out, limit);
        }
        let is_left = self.fails || self.left_out > 0 || left_out_some();
        Ok(if self.summary.files_failed > 0 {
            Exit::Error
        } else if !self.work.exit_zero && is_left {
            Exit::Findings
        } else {
            Exit::Clean
        })
    }
}

/// Prints what came of files whose changes were written, where that was wanted, and says how the process ends.
pub(super) fn show(
    files: Vec<FileReport>,
    work: &Work,
    statistics: bool,
    common: &Common,
    out: &mut dyn Write,
) -> Result<Exit, Stop> {
    let mut shower = Shower::new(work, common, statistics, false, out);
    let printers = shower.printers();
    for file in files {
        shower.show(printers.tell(file))?;
    }
    shower.end()
}

fn keep((report, kept): &mut (&ReportFile, SpooledTempFile), text: &[u8]) -> Result<(), Stop> {
    kept.write_all(text)
        .map_err(|error| reports::cannot(report, &error.to_string()))
}

/// Says where files that are going to be written have changes that are not committed: git cannot give those back alone.
fn note_uncommitted(held: &Held) {
    const MOST: usize = 3;
    let files = uncommitted_of(held.changing());
    let names = files.iter().take(MOST).map(|it| it.display().to_string());
    let mut names = names.collect::<Vec<_>>().join(", ");
    if let Some(more @ 1..) = files.len().checked_sub(MOST) {
        names = format!("{names} and {more} more");
    }
    if !files.is_empty() {
        console::note(&format!(
            "what --fix writes comes to changes that are not committed: {names} (--require-clean stops there)"
        ));
    }
}

fn cannot_keep(error: &io::Error) -> Stop {
    Stop::Message(format!(
        "what is to be written cannot be kept in the folder for temporary files: {error}; nothing was written"
    ))
}

/// Whether JSON is asked for, of a command that prints nothing else but text.
pub(super) fn is_json(format: Option<Format>) -> Result<bool, Stop> {
    match format {
        None | Some(Format::Text) => Ok(false),
        Some(Format::Json) => Ok(true),
        Some(_) => Err(Stop::Message(
            "this command prints text or json only".to_owned(),
        )),
    }
}
