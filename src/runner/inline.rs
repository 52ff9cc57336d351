//! Dockerfiles that stand in compose and bake files: each is looked at by itself, and what came of all of them is what came of the
//! file, with places and edits in its bytes.

mod mapped;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use dfix_engine::{Finding, Outcome, Withhold};
use dfix_launch::inline::{self, Holder, Inline, Inlines, Told};
use dfix_model::Model;

use super::dockerfile::{Within, do_dockerfile};
use super::file_report::FileReport;
use super::panics::catching;
use super::task::Task;
use crate::file_error::FileError;
use crate::lines::Lines;
use crate::rule_names::INLINE_UNREAD;
use crate::select::Selection;
use mapped::{Replay, unwritten};

/// Does the task for each Dockerfile in a file, and writes nothing.
pub(super) fn do_file(
    holder: Holder,
    path: PathBuf,
    before: &Arc<str>,
    in_folder: bool,
    task: &Task<'_>,
) -> FileReport {
    if !before.contains(holder.key()) {
        return FileReport::unconcerned(path);
    }
    if task.decides.is_some() {
        let mut left = FileReport::unconcerned(path);
        left.notes.push(
            "the Dockerfiles in it are not asked about; `dfix --diff` shows their changes, `dfix --fix` makes them"
                .to_owned(),
        );
        return left;
    }
    let inlines = match catching(|| inline::read(holder, before)) {
        Ok(Ok(inlines)) => inlines,
        Ok(Err(error)) => {
            let error = FileError::new(format!("cannot be read: {}", error.message))
                .at((error.line, 1))
                .with_remedy("correct it, or exclude it in dfix.toml");
            return FileReport::failed(path, error);
        }
        Err(message) => return FileReport::failed(path, fault(&message)),
    };
    let config = task.configs.of(&path);
    let selection = match config.as_ref() {
        Ok(config) => Selection::new(task.cli, config),
        Err(error) => return FileReport::misconfigured(path, error),
    };
    let doing = Doing {
        holder,
        path: &path,
        in_folder,
        task,
    };
    let mut reports: Vec<Option<FileReport>> = inlines
        .all
        .iter()
        .map(|inline| doing.dockerfile(inline, None))
        .collect();
    if let Some(report) = reports.iter_mut().find_map(|it| {
        let is_left = it.as_ref().is_some_and(|it| it.misconfigured.is_some());
        it.take_if(|_| is_left)
    }) {
        return report;
    }
    let replay = match catching(|| doing.replay(&inlines, before, &mut reports)) {
        Ok(replay) => replay,
        Err(message) => return FileReport::failed(path, fault(&message)),
    };
    let mut whole = FileReport::new(path.clone(), Arc::clone(before));
    whole.weights = selection.weights;
    let mut remaining = Vec::new();
    for (number, inline) in inlines.all.iter().enumerate() {
        let what = format!("{} `{}`", holder.noun(), inline.name);
        if let Err(told) = &inline.said {
            if task.job.is_some() {
                let (line, _) = Lines::new(before).place(inline.place.start);
                whole.notes.push(format!(
                    "line {line}: the Dockerfile of {what} is not looked at: {}; {}",
                    told.why, told.remedy
                ));
            } else if selection.report_inline_unread {
                remaining.push(unread(&what, inline, told, &replay.after.all[number]));
            }
        }
        if let Some(report) = reports[number].take() {
            add(&mut whole, report, &what, inline, before);
        }
    }
    let mut outcome = replay.outcome;
    outcome.remaining.append(&mut remaining);
    whole.outcome = Some(outcome);
    whole
}

/// What is done with the Dockerfiles of a file.
struct Doing<'a> {
    holder: Holder,
    path: &'a Path,
    in_folder: bool,
    task: &'a Task<'a>,
}

impl Doing<'_> {
    /// What comes of one Dockerfile, in bytes of its own; none where it is not known, or the job does not concern it. It is not
    /// changed where it must not be (`why`).
    fn dockerfile(&self, inline: &Inline, why: Option<&Told>) -> Option<FileReport> {
        let said = inline.said.as_ref().ok()?;
        let text = said.text();
        let job = self.task.job;
        if text.trim().is_empty() || job.is_some_and(|job| !job.may_concern(text)) {
            return None;
        }
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        let name = self.holder.dockerfile_name(&name, &inline.name);
        let why = why.or(said.left.as_ref());
        let unwritten = why.map(|it| Unwritten(it.clone()));
        let within = Within {
            place: self.path.with_file_name(name),
            withhold: unwritten.as_ref().map(|it| it as &dyn Withhold),
        };
        let text = Arc::from(text);
        let path = self.path.to_owned();
        let mut report = do_dockerfile(path, Some(&within), text, None, self.in_folder, self.task);
        // Who is asked for something else than what the rules want does it all the same.
        if let (Some(why), Some(outcome)) = (why, &mut report.outcome) {
            leave(outcome, &report.before, why);
        }
        Some(report)
    }

    /// What the file becomes. A Dockerfile whose changes cannot be written is looked at anew, and left as it is.
    fn replay(
        &self,
        inlines: &Inlines,
        before: &Arc<str>,
        reports: &mut [Option<FileReport>],
    ) -> Replay {
        let all = |reports: &[Option<FileReport>]| {
            let outcomes = reports.iter().map(|it| it.as_ref()?.outcome.clone());
            outcomes.collect::<Vec<_>>()
        };
        let together = Replay::of(self.holder, inlines, before, &all(reports));
        if let Ok(replay) = together {
            return replay;
        }
        for number in 0..reports.len() {
            let mut alone: Vec<Option<Outcome>> = vec![None; reports.len()];
            alone[number] = all(reports).swap_remove(number);
            if let Err(why) = Replay::of(self.holder, inlines, before, &alone) {
                reports[number] = self.dockerfile(&inlines.all[number], Some(&why));
            }
        }
        let apart = Replay::of(self.holder, inlines, before, &all(reports));
        apart.expect("what can be written alone can be written beside others")
    }
}

/// A Dockerfile that must not be changed where it stands.
#[derive(Debug)]
struct Unwritten(Told);

impl Withhold for Unwritten {
    fn why_not(&self, _: &Model<'_>, _: &Finding) -> Option<String> {
        Some(unwritten(&self.0))
    }
}

/// Takes back all that would be changed, and tells it.
fn leave(outcome: &mut Outcome, before: &Arc<str>, why: &Told) {
    if outcome.text == *before {
        return;
    }
    let applied = outcome.rounds.drain(..).flat_map(|it| it.applied);
    let mut all: Vec<Finding> = applied.chain(outcome.remaining.drain(..)).collect();
    for finding in &mut all {
        finding.range = finding.origin;
        if finding.fix.take().is_some() {
            finding.remedy = Some(unwritten(why));
        }
    }
    outcome.remaining = all;
    outcome.text = Arc::clone(before);
}

/// Adds what is told of one Dockerfile, but for its findings.
fn add(whole: &mut FileReport, report: FileReport, what: &str, inline: &Inline, before: &str) {
    let notes = report.notes.iter();
    whole.notes.extend(notes.map(|it| format!("{what}: {it}")));
    whole.known.extend(report.known);
    let Ok(text) = &inline.said else {
        return;
    };
    let (inner, outer) = (Lines::new(&report.before), Lines::new(before));
    for mut error in report.errors {
        let at = error.place.map_or(0, |place| inner.offset(place));
        error.place = Some(outer.place(text.place(at..at).start));
        error.message = format!("{what}: {}", error.message);
        whole.errors.push(error);
    }
    whole.matches.extend(mapped::matches(report.matches, text));
}

/// Tells of a Dockerfile that is not known; `after`: the same, once all is written.
fn unread(what: &str, inline: &Inline, told: &Told, after: &Inline) -> Finding {
    Finding {
        rule: INLINE_UNREAD,
        range: mapped::range(after.place.clone()),
        origin: mapped::range(inline.place.clone()),
        message: format!("the Dockerfile of {what} is not looked at: {}", told.why),
        remedy: Some(told.remedy.clone()),
        fix: None,
    }
}

fn fault(message: &str) -> FileError {
    FileError::new(format!(
        "dfix has a fault and gave up on this file: {message}"
    ))
    .with_remedy("the file was left as it is; please report the fault")
}
