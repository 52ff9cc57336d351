//! Many files at once. One bad file is named, and the rest of the run goes on.

mod inline;
mod known;
mod left;
mod panics;
mod threads;
mod waves;

use std::collections::{HashMap, HashSet};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use dfix_codemods::Match;
use dfix_engine::{IGNORE_UNUSED, Options, Outcome, Proof, Withhold};
use dfix_model::context::{Context, NoContext};
use dfix_model::foreign_frontend;
use dfix_syntax::Parse;

use crate::baseline::Baselines;
use crate::config::{ConfigError, Configs};
use crate::console;
use crate::context::{FolderContext, Folders};
use crate::exit::Stop;
use crate::file_error::FileError;
use crate::input;
use crate::lines::Lines;
use crate::select::{CliSelection, Selection, Weights};
use inline::Within;
pub(crate) use known::KnownOfFile;
use known::beside_known;
use left::{MOST_BYTES, foreign, not_utf8, too_large, too_long, unreadable};
use panics::{catching, quiet_panics};
pub(crate) use threads::Threads;
use waves::{Built, Wave, waves};

/// How deep a thread may go: a tree may be as deep as its text nests.
pub(crate) const STACK_BYTES: usize = 16 << 20;

/// How many faults of one file are told. What is no Dockerfile at all has one in every line.
const MOST_ERRORS: usize = 5;

/// What somebody asks to be done to every file, in the place of the rules.
pub(crate) trait Job: Sync {
    /// Whether a text may be concerned; one that is not is not even parsed.
    fn may_concern(&self, text: &str) -> bool;

    /// Whether it may change what an image holds, so that a Dockerfile comes after those that build what it is based on, and
    /// sees them as they are going to be.
    fn follows_images(&self) -> bool {
        false
    }

    /// Does it: the outcome, and what was found, where that is shown.
    fn run(&self, text: &Arc<str>, parsed: &Parse, context: &dyn Context) -> (Outcome, Vec<Match>);
}

/// What is noted where images are based on one another.
const CIRCLE: &str = "its image and those that it is based on are based on one another, so each was looked at as it is now";

/// What is asked of every file.
pub(crate) struct Task<'a> {
    /// What is done in the place of the rules.
    pub(crate) job: Option<&'a dyn Job>,
    /// Why all that the rules find is to be ignored from now on, where that is asked for: it is not fixed then.
    pub(crate) ignore_because: Option<&'a str>,
    /// The rules and the level.
    pub(crate) cli: &'a CliSelection,
    /// The configurations.
    pub(crate) configs: &'a Configs,
    /// What is known of files, where that counts.
    pub(crate) baselines: Option<&'a Baselines>,
    /// The build context of every file, where the command line names one.
    pub(crate) context: Option<&'a Path>,
    /// Whether to note what the context is and what it tells.
    pub(crate) verbose: bool,
    /// What all files of the run know of the folders.
    pub(crate) folders: &'a Folders,
    /// Whether to write what was fixed.
    pub(crate) write: bool,
    /// How many files may change, where that is limited.
    pub(crate) limit: Option<NonZeroUsize>,
}

/// What came of one file.
#[derive(Debug)]
pub(crate) struct FileReport {
    /// The file, as it is to be named.
    pub(crate) path: PathBuf,
    /// Its text before; empty where it could not be read, or the job does not concern it.
    pub(crate) before: Arc<str>,
    /// What the engine made of it; none where it did not come to that.
    pub(crate) outcome: Option<Outcome>,
    /// What a pattern found, where that is shown.
    pub(crate) matches: Vec<Match>,
    /// What was looked at, where that was asked for.
    pub(crate) notes: Vec<String>,
    /// How much its findings matter.
    pub(crate) weights: Weights,
    /// What is wrong with its configuration, for which reason it was left.
    pub(crate) misconfigured: Option<Box<ConfigError>>,
    /// What its baseline says of it, or of each Dockerfile in it.
    pub(crate) known: Vec<KnownOfFile>,
    /// How many files it is the report of: several where all were left for one reason.
    pub(crate) stands_for: usize,
    /// What went wrong.
    pub(crate) errors: Vec<FileError>,
}

impl FileReport {
    /// Nothing yet of a file with this text.
    fn new(path: PathBuf, before: Arc<str>) -> Self {
        FileReport {
            path,
            before,
            outcome: None,
            matches: Vec::new(),
            notes: Vec::new(),
            weights: Weights::default(),
            misconfigured: None,
            known: Vec::new(),
            stands_for: 1,
            errors: Vec::new(),
        }
    }

    pub(crate) fn failed(path: PathBuf, error: FileError) -> Self {
        FileReport {
            errors: vec![error],
            ..FileReport::new(path, Arc::from(""))
        }
    }

    /// Of a file whose configuration cannot be used.
    fn misconfigured(path: PathBuf, error: &ConfigError) -> Self {
        let told = FileError::new(format!("its configuration cannot be used: {error}"));
        FileReport {
            misconfigured: Some(Box::new(error.clone())),
            ..FileReport::failed(path, told)
        }
    }

    /// Of a file that the job does not concern: its text is not kept.
    fn unconcerned(path: PathBuf) -> Self {
        let text: Arc<str> = Arc::from("");
        FileReport {
            outcome: Some(Outcome {
                text: Arc::clone(&text),
                rounds: Vec::new(),
                remaining: Vec::new(),
                refused: Vec::new(),
                errors: Vec::new(),
            }),
            ..FileReport::new(path, text)
        }
    }

    /// Forgets the texts and what was found, which take most of the memory.
    pub(crate) fn forget(&mut self) {
        self.before = Arc::from("");
        self.outcome = None;
        self.matches = Vec::new();
    }

    /// The text after all fixes, if it differs.
    pub(crate) fn after(&self) -> Option<&str> {
        let outcome = self.outcome.as_ref()?;
        (outcome.text != self.before).then_some(&*outcome.text)
    }
}

/// Does the task of the rules for every file, and hands on what `shape` makes of their reports, in order and as they come.
/// Nothing is written.
pub(crate) fn stream<R: Send>(
    files: Vec<PathBuf>,
    threads: &Threads,
    task: &Task<'_>,
    shape: impl Fn(FileReport) -> R + Sync + Send,
    take: impl FnMut(R) -> Result<(), Stop>,
) -> Result<(), Stop> {
    quiet_panics();
    threads.stream(files, |file| shape(look_at(file, task)), take)
}

/// Does the task for every file; the reports come in the files' order. Files are written when all have been looked at: what
/// becomes of one does not depend on how far the others are.
///
/// `beside`: files of other parts of the run, which count where something is based on their images.
pub(crate) fn run(
    files: Vec<PathBuf>,
    beside: &[PathBuf],
    threads: &Threads,
    task: &Task<'_>,
) -> Vec<FileReport> {
    quiet_panics();
    let reports = if task.job.is_some_and(Job::follows_images) {
        in_order(files, beside, threads, task)
    } else {
        threads.each(files, |file| look_at(file, task))
    };
    let reports = limited(reports, task.limit);
    if task.write {
        threads.each(reports, write)
    } else {
        reports
    }
}

/// Does the task for one file, and writes nothing.
fn look_at(file: PathBuf, task: &Task<'_>) -> FileReport {
    match opened(&file, task) {
        Ok(before) => do_text(file, before, None, true, task),
        Err(report) => *report,
    }
}

/// Whether files that would change were left out of this run, as it was limited.
static LEFT_OUT: AtomicBool = AtomicBool::new(false);

/// Whether something is left to be done that no report tells of, as the run was limited.
pub(crate) fn left_out_some() -> bool {
    LEFT_OUT.load(Ordering::Relaxed)
}

/// The reports without those of files that would change beyond the first so many.
fn limited(mut reports: Vec<FileReport>, limit: Option<NonZeroUsize>) -> Vec<FileReport> {
    let Some(limit) = limit else {
        return reports;
    };
    let (mut changed, mut dropped) = (0, 0);
    reports.retain(|it| {
        if it.after().is_none() {
            return true;
        }
        changed += 1;
        let stays = changed <= limit.get();
        dropped += usize::from(!stays);
        stays
    });
    if dropped > 0 {
        LEFT_OUT.store(true, Ordering::Relaxed);
        let files = if dropped == 1 { "file" } else { "files" };
        console::note(&format!(
            "{dropped} more {files} would change; --limit {limit} leaves that as it is"
        ));
    }
    reports
}

/// Does the task for every file, after those that build what it is based on: it sees these as they are going to be. Those of
/// `beside` count as well, and get no report.
fn in_order(
    files: Vec<PathBuf>,
    beside: &[PathBuf],
    threads: &Threads,
    task: &Task<'_>,
) -> Vec<FileReport> {
    let mut reports: Vec<Option<FileReport>> = Vec::new();
    let mut waiting = Vec::new();
    for one in threads.each(files, |file| prepare(file, task)) {
        match one {
            Ok(built) => {
                waiting.push(numbered(built, Some(reports.len())));
                reports.push(None);
            }
            Err(report) => reports.push(Some(*report)),
        }
    }
    add_beside(&mut waiting, beside, task);
    for Wave { all, is_circle } in waves(waiting) {
        let done = threads.each(all, |Built { it, place, .. }| {
            let (opened, number) = it;
            let mut report = do_text(opened.path, opened.before, Some(opened.parsed), true, task);
            if is_circle {
                report.notes.push(CIRCLE.to_owned());
            }
            (number, place, report)
        });
        task.folders
            .will_say(done.iter().filter_map(|(_, place, report)| {
                let outcome = report.outcome.as_ref()?;
                report.after()?;
                Some((place.clone(), Arc::clone(&outcome.text)))
            }));
        for (number, _, report) in done {
            if let Some(number) = number {
                reports[number] = Some(report);
            }
        }
    }
    reports.into_iter().flatten().collect()
}

/// A file that the job may concern, read.
struct Opened {
    path: PathBuf,
    before: Arc<str>,
    parsed: Parse,
}

fn numbered(built: Built<Opened>, number: Option<usize>) -> Built<(Opened, Option<usize>)> {
    Built {
        it: (built.it, number),
        place: built.place,
        bases: built.bases,
    }
}

/// Adds those of other parts of the run on whose images something is based.
fn add_beside(
    waiting: &mut Vec<Built<(Opened, Option<usize>)>>,
    beside: &[PathBuf],
    task: &Task<'_>,
) {
    let mut known: HashSet<PathBuf> = waiting.iter().map(|it| it.place.clone()).collect();
    let mut wanted: Vec<PathBuf> = waiting.iter().flat_map(|it| it.bases.clone()).collect();
    if beside.is_empty() || wanted.is_empty() {
        return;
    }
    let places = beside.iter().filter_map(|file| {
        let name = file.file_name()?;
        let folder = file.parent().filter(|it| !it.as_os_str().is_empty());
        let folder = std::fs::canonicalize(folder.unwrap_or(Path::new("."))).ok()?;
        Some((folder.join(name), file))
    });
    let places: HashMap<PathBuf, &PathBuf> = places.collect();
    while let Some(place) = wanted.pop() {
        if let Some(file) = places.get(&place)
            && known.insert(place)
            && let Ok(built) = prepare((*file).clone(), task)
        {
            wanted.extend(built.bases.iter().cloned());
            waiting.push(numbered(built, None));
        }
    }
}

/// Reads a file; its report, where there is nothing to do.
fn prepare(path: PathBuf, task: &Task<'_>) -> Result<Built<Opened>, Box<FileReport>> {
    let before = opened(&path, task)?;
    if inline::holder(&path, &before).is_some() {
        return Ok(inline::built(path, before));
    }
    let parsed = dfix_syntax::parse(&before);
    let bases = FolderContext::of(&path, None, &parsed, task.folders).with_text(&before);
    let bases = bases.bases(&before);
    let (place, bases) = bases.unwrap_or_default();
    Ok(Built {
        it: Opened {
            path,
            before,
            parsed,
        },
        place,
        bases,
    })
}

/// Does the task for one text that is named `path`, and writes nothing. `in_folder` says whether the
/// folder of `path` tells of the build context.
pub(crate) fn run_text(
    path: PathBuf,
    bytes: &[u8],
    in_folder: bool,
    task: &Task<'_>,
) -> FileReport {
    quiet_panics();
    if bytes.len() as u64 > MOST_BYTES {
        return FileReport::failed(path, too_large());
    }
    match text_of(&path, bytes, task) {
        Ok(before) => do_text(path, before, None, in_folder, task),
        Err(report) => *report,
    }
}

/// The text of a file that the task may concern; its report, where there is nothing to do.
fn opened(path: &Path, task: &Task<'_>) -> Result<Arc<str>, Box<FileReport>> {
    let text = input::with_regular(path, MOST_BYTES, |bytes| text_of(path, bytes, task));
    text.unwrap_or_else(|cause| {
        let error = unreadable(cause);
        Err(Box::new(FileReport::failed(path.to_owned(), error)))
    })
}

fn text_of(path: &Path, bytes: &[u8], task: &Task<'_>) -> Result<Arc<str>, Box<FileReport>> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let error = not_utf8(bytes, error);
            return Err(Box::new(FileReport::failed(path.to_owned(), error)));
        }
    };
    let concerns = |job: &dyn Job| job.may_concern(text) || inline::holder(path, text).is_some();
    if task.job.is_some_and(|job| !concerns(job)) {
        return Err(Box::new(FileReport::unconcerned(path.to_owned())));
    }
    Ok(text.into())
}

/// Writes what was fixed.
fn write(mut report: FileReport) -> FileReport {
    if let Some(after) = report.after()
        && let Err(error) =
            crate::write::replace(&report.path, report.before.as_bytes(), after.as_bytes())
    {
        report.outcome = None;
        report.errors.push(error);
    }
    report
}

fn do_text(
    path: PathBuf,
    before: Arc<str>,
    parsed: Option<Parse>,
    in_folder: bool,
    task: &Task<'_>,
) -> FileReport {
    match inline::holder(&path, &before) {
        Some(holder) => inline::do_file(holder, path, &before, in_folder, task),
        None => do_dockerfile(path, None, before, parsed, in_folder, task),
    }
}

/// Does the task for one Dockerfile; `within` says more of one that stands in the file at `path`.
fn do_dockerfile(
    path: PathBuf,
    within: Option<&Within<'_>>,
    before: Arc<str>,
    parsed: Option<Parse>,
    in_folder: bool,
    task: &Task<'_>,
) -> FileReport {
    let place = within.map_or(&*path, |it| &it.place);
    let withhold = within.and_then(|it| it.withhold);
    let config = task.configs.of(&path);
    let config = match config.as_ref() {
        Ok(config) => config,
        Err(error) => {
            return FileReport::misconfigured(path, error);
        }
    };
    let counts = task.baselines.filter(|_| task.ignore_because.is_none());
    let mut known = match counts.map(|it| it.of(config)).transpose() {
        Ok(baseline) => baseline.flatten().map(|baseline| KnownOfFile {
            path: place.to_owned(),
            baseline,
            found: None,
            count: 0,
            gone: 0,
        }),
        Err(error) => return FileReport::misconfigured(path, &error),
    };
    let selection = Selection::new(task.cli, config);
    let made = catching(|| {
        let parsed = parsed.unwrap_or_else(|| dfix_syntax::parse(&before));
        if let Some(frontend) = foreign_frontend(&parsed.file()) {
            return Err(foreign(&frontend));
        }
        if let Some(error) = too_long(&before, &parsed) {
            return Err(error);
        }
        Ok(if in_folder {
            let configured = config.context.as_ref().map(|it| &*it.it);
            let configured = task.context.or(configured);
            let context = FolderContext::of(place, configured, &parsed, task.folders)
                .with_text(&before)
                .with_images(&config.images);
            let known = known.as_mut().zip(counts);
            let done = fix(
                &before, &parsed, &context, &selection, task, known, withhold,
            );
            let notes = task.verbose.then(|| context.notes());
            (done, notes.unwrap_or_default())
        } else {
            let done = fix(
                &before, &parsed, &NoContext, &selection, task, None, withhold,
            );
            (done, Vec::new())
        })
    });
    let mut report = FileReport {
        weights: selection.weights,
        known: known.into_iter().collect(),
        ..FileReport::new(path, before)
    };
    match made {
        Ok(Err(error)) => report.errors.push(error),
        Ok(Ok(((mut outcome, matches), notes))) => {
            report.notes = notes;
            report.matches = matches;
            for refused in outcome
                .refused
                .extract_if(.., |it| it.proof == Proof::NoPanic)
            {
                let rule = refused.finding.rule;
                report.errors.push(
                    FileError::new(format!("the rule {rule} has a fault: {}", refused.reason))
                        .with_remedy(format!(
                            "it was left out here; please report it; --ignore {rule} keeps it quiet"
                        )),
                );
            }
            let lines = Lines::new(&report.before);
            for error in outcome.errors.iter().take(MOST_ERRORS) {
                let place = lines.place(error.range.start().into());
                report
                    .errors
                    .push(FileError::new(error.message.clone()).at(place).with_remedy(
                        "the builder refuses this too; fix it by hand, then run dfix again",
                    ));
            }
            if let Some(more) = outcome.errors.get(MOST_ERRORS) {
                let count = outcome.errors.len() - MOST_ERRORS;
                let error =
                    FileError::new(format!("{count} more like these; is this a Dockerfile?"));
                report
                    .errors
                    .push(error.at(lines.place(more.range.start().into())));
            }
            report.outcome = Some(outcome);
        }
        Err(message) => report.errors.push(
            FileError::new(format!(
                "dfix has a fault and gave up on this file: {message}"
            ))
            .with_remedy("the file was left as it is; please report the fault"),
        ),
    }
    report
}

/// Asks the engine.
fn fix(
    text: &Arc<str>,
    parsed: &Parse,
    context: &dyn Context,
    selection: &Selection,
    task: &Task<'_>,
    known: Option<(&mut KnownOfFile, &Baselines)>,
    withhold: Option<&dyn Withhold>,
) -> (Outcome, Vec<Match>) {
    if let Some(job) = task.job {
        return job.run(text, parsed, context);
    }
    let mut options = Options::new(&selection.rules)
        .with_threshold(selection.threshold)
        .with_settings(&selection.settings)
        .with_known(dfix_rules::ALL);
    options.withhold = withhold;
    let mut outcome = match task.ignore_because {
        Some(reason) => dfix_engine::add_ignores(text, parsed, context, &options, reason),
        None => match known {
            Some((known, baselines)) => {
                beside_known(text, parsed, context, &options, known, baselines)
            }
            None => dfix_engine::run_parsed(text, parsed, context, &options),
        },
    };
    if !selection.report_unused_ignores {
        outcome
            .remaining
            .retain(|finding| finding.rule != IGNORE_UNUSED);
    }
    (outcome, Vec::new())
}
