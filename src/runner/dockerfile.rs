//! What is done with one Dockerfile.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use dfix_codemods::Match;
use dfix_engine::{IGNORE_UNUSED, Options, Outcome, Proof, Withhold};
use dfix_model::context::{Context, NoContext};
use dfix_model::foreign_frontend;
use dfix_syntax::Parse;

use super::decides::settled;
use super::file_report::FileReport;
use super::known::{KnownOfFile, beside_known};
use super::left::{foreign, too_long};
use super::on_lines::OnLines;
use super::panics::catching;
use super::task::Task;
use crate::baseline::Baselines;
use crate::context::FolderContext;
use crate::file_error::FileError;
use crate::lines::Lines;
use crate::select::Selection;

/// How many faults of one file are told. What is no Dockerfile at all has one in every line.
const MOST_ERRORS: usize = 5;

/// What is said of a Dockerfile that stands in a file.
pub(super) struct Within<'a> {
    /// The path under which what builds it knows it.
    pub(super) place: PathBuf,
    /// Who has its fixes left out.
    pub(super) withhold: Option<&'a dyn Withhold>,
}

/// Does the task for one Dockerfile; `within` says more of one that stands in the file at `path`.
pub(super) fn do_dockerfile(
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
    // Of a Dockerfile in another file all lines count: those that git names are of that file.
    let changed = task.changed_lines.filter(|_| within.is_none());
    let lines = match changed.map(|it| it.lines_of(&path)).transpose() {
        Ok(lines) => lines.map(|it| OnLines::new(&before, &it)),
        Err(message) => return FileReport::failed(path, FileError::new(message)),
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
            let run = Run {
                path: place,
                text: &before,
                parsed: &parsed,
                context: &context,
                lines: lines.as_ref(),
            };
            let done = fix(&run, &selection, task, known, withhold);
            let notes = task.verbose.then(|| context.notes());
            (done, notes.unwrap_or_default())
        } else {
            let run = Run {
                path: place,
                text: &before,
                parsed: &parsed,
                context: &NoContext,
                lines: lines.as_ref(),
            };
            let done = fix(&run, &selection, task, None, withhold);
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

/// What the engine is asked about.
struct Run<'a> {
    path: &'a Path,
    text: &'a Arc<str>,
    parsed: &'a Parse,
    context: &'a dyn Context,
    /// The lines that count, where not all do.
    lines: Option<&'a OnLines>,
}

/// Asks the engine.
fn fix(
    run: &Run<'_>,
    selection: &Selection,
    task: &Task<'_>,
    known: Option<(&mut KnownOfFile, &Baselines)>,
    withhold: Option<&dyn Withhold>,
) -> (Outcome, Vec<Match>) {
    let Run {
        path,
        text,
        parsed,
        context,
        lines,
    } = *run;
    if let Some(job) = task.job {
        return job.run(text, parsed, context);
    }
    let mut options = Options::new(&selection.rules)
        .with_threshold(selection.threshold)
        .with_settings(&selection.settings)
        .with_known(dfix_rules::ALL);
    options.withhold = withhold;
    let left = lines.map(|it| it.left(text, parsed, context, &options));
    let left = left.unwrap_or_default();
    let options = options.with_left(&left);
    let run = |options: &Options<'_>| settled(path, task.decides, text, parsed, context, options);
    let mut outcome = match task.ignore_because {
        Some(reason) => dfix_engine::add_ignores(text, parsed, context, &options, reason),
        None => match known {
            Some((known, baselines)) => {
                beside_known(text, parsed, &run, &options, known, baselines)
            }
            None => run(&options),
        },
    };
    if let Some(lines) = lines {
        lines.retain(&mut outcome);
    }
    if !selection.report_unused_ignores {
        outcome
            .remaining
            .retain(|finding| finding.rule != IGNORE_UNUSED);
    }
    (outcome, Vec::new())
}
