//! Many files at once. One bad file is named, and the rest of the run goes on.

mod decides;
mod dockerfile;
mod file_report;
mod holder;
mod inline;
mod known;
mod left;
mod on_lines;
mod panics;
mod task;
mod threads;
mod waves;

use std::collections::{HashMap, HashSet};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use dfix_syntax::Parse;

use crate::console;
use crate::context::FolderContext;
use crate::exit::Stop;
use crate::input;
pub(crate) use decides::Decides;
use dockerfile::do_dockerfile;
pub(crate) use file_report::FileReport;
use holder::holder;
pub(crate) use known::KnownOfFile;
use left::{MOST_BYTES, not_utf8, too_large, unreadable};
use panics::quiet_panics;
pub(crate) use task::{Job, Task};
pub(crate) use threads::Threads;
use waves::{Built, Wave, waves};

/// How deep a thread may go: a tree may be as deep as its text nests.
pub(crate) const STACK_BYTES: usize = 16 << 20;

/// What is noted where images are based on one another.
const CIRCLE: &str = "its image and those that it is based on are based on one another, so each was looked at as it is now";

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
    if task.decides.is_some_and(Decides::is_over) {
        return FileReport::left(file);
    }
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
        note_left_out(dropped, limit);
    }
    reports
}

/// Says how many files would change beyond those that may.
pub(crate) fn note_left_out(count: usize, limit: NonZeroUsize) {
    let files = if count == 1 { "file" } else { "files" };
    console::note(&format!(
        "{count} more {files} would change; --limit {limit} leaves that as it is"
    ));
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
    if holder(&path, &before).is_some() {
        // None of the Dockerfiles in it waits for others, nor others for them.
        let (place, bases) = (path.clone(), Vec::new());
        let parsed = dfix_syntax::parse("");
        let it = Opened {
            path,
            before,
            parsed,
        };
        return Ok(Built { it, place, bases });
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
    let text = text.unwrap_or_else(|cause| {
        let error = unreadable(cause);
        Err(Box::new(FileReport::failed(path.to_owned(), error)))
    })?;
    let generated = task.generated;
    if generated.is_some_and(|it| it.leaves(path, &text, task.configs)) {
        return Err(Box::new(FileReport::left(path.to_owned())));
    }
    Ok(text)
}

fn text_of(path: &Path, bytes: &[u8], task: &Task<'_>) -> Result<Arc<str>, Box<FileReport>> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let error = not_utf8(bytes, error);
            return Err(Box::new(FileReport::failed(path.to_owned(), error)));
        }
    };
    let concerns = |job: &dyn Job| job.may_concern(text) || holder(path, text).is_some();
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
    match holder(&path, &before) {
        Some(holder) => inline::do_file(holder, path, &before, in_folder, task),
        None => do_dockerfile(path, None, before, parsed, in_folder, task),
    }
}
