//! The main job: report, `--diff`, `--fix`, and standard input to standard output.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use dfix_engine::wrong_reason;

use super::interactive::Asking;
use super::known;
use super::show::{Shower, show};
use super::visit::Visit;
use crate::baseline::Baselines;
use crate::cli::{self, Common, Format, Work};
use crate::exit::{Exit, Stop};
use crate::input::read_or_stdin;
use crate::rule_names::ALL;
use crate::runner::{self, Task};
use crate::select::CliSelection;

pub(super) fn run(check: &cli::Check, common: &Common, out: &mut dyn Write) -> Result<Exit, Stop> {
    let selection = CliSelection::of(&check.choice)?;
    let visit = Visit::new(&check.paths, &check.work, common)?;
    let baselines = Baselines::new(check.baseline.as_deref(), check.update_baseline)?;
    let mut task = visit.task(&selection, None);
    task.baselines = (!check.no_baseline).then_some(&baselines);
    if check.changed_lines {
        task.changed_lines = Some(visit.changed_lines()?);
    }
    task.ignore_because = check.add_ignore.as_deref();
    if let Some(why) = task.ignore_because.and_then(|it| wrong_reason(it, ALL)) {
        return Err(Stop::Message(format!("--add-ignore: {why}")));
    }
    if check.interactive {
        return ask(check, common, &visit, &task, out);
    }
    if visit.paths.iter().any(|path| path == Path::new("-")) {
        if visit.paths.len() > 1 {
            return Err(Stop::Message(
                "`-` stands alone: it cannot be mixed with paths".to_owned(),
            ));
        }
        let name = check.stdin_filename.as_deref();
        if name.is_some_and(|name| visit.leaves_out(name)) {
            out.write_all(&standard_input()?)?;
            return Ok(Exit::Clean);
        }
        if check.changed_lines {
            let message = "--changed-lines works on files, not on standard input";
            return Err(Stop::Message(message.to_owned()));
        }
        if check.update_baseline {
            let message = "--update-baseline works on files, not on standard input";
            return Err(Stop::Message(message.to_owned()));
        }
        return filter(check, common, &task, out);
    }
    run_over(check, common, &visit, &task, out)
}

/// Does the task with every file, and shows what comes of it.
fn run_over(
    check: &cli::Check,
    common: &Common,
    visit: &Visit<'_>,
    task: &Task<'_>,
    out: &mut dyn Write,
) -> Result<Exit, Stop> {
    let mut shower = Shower::new(&check.work, common, check.statistics, check.work.fix, out);
    visit.show(task, &mut shower)?;
    let known = shower.known();
    if check.update_baseline {
        known::update(known, shower.has_files(), common.quiet)?;
    } else {
        if check.work.fix {
            known::carry(known, common.quiet)?;
        }
        if !common.quiet {
            known::tell(known, &check.choice);
        }
    }
    shower.end()
}

/// The same, for those fixes that somebody agrees to.
fn ask(
    check: &cli::Check,
    common: &Common,
    visit: &Visit<'_>,
    task: &Task<'_>,
    out: &mut dyn Write,
) -> Result<Exit, Stop> {
    let asking = Asking::at_terminal(common)?;
    let task = Task {
        decides: Some(&asking),
        ..*task
    };
    // Each fix was shown when it was asked about.
    let shown = Common {
        quiet: common.quiet || common.format.is_none(),
        ..common.clone()
    };
    let exit = run_over(check, &shown, visit, &task, out)?;
    if !common.quiet {
        asking.tell_end();
    }
    let is_left = asking.has_quit() && !check.work.exit_zero;
    Ok(if is_left {
        exit.max(Exit::Findings)
    } else {
        exit
    })
}

fn standard_input() -> Result<Vec<u8>, Stop> {
    let bytes = read_or_stdin(Path::new("-"));
    Ok(bytes.map_err(|error| format!("standard input cannot be read: {error}"))?)
}

/// Fixes standard input. Without a format its text comes out, fixed or, where that is impossible,
/// as it was: a caller that takes the output for the file loses nothing.
fn filter(
    check: &cli::Check,
    common: &Common,
    task: &Task<'_>,
    out: &mut dyn Write,
) -> Result<Exit, Stop> {
    let bytes = standard_input()?;
    let (path, in_folder) = match &check.stdin_filename {
        Some(name) => (name.clone(), true),
        None => (PathBuf::from("Dockerfile"), false),
    };
    let report = runner::run_text(path, &bytes, in_folder, task);
    if check.work.diff || common.format.is_some() {
        return show(vec![report], &check.work, check.statistics, common, out);
    }
    match report.after() {
        Some(after) => out.write_all(after.as_bytes())?,
        None => out.write_all(&bytes)?,
    }
    // The text is what was asked for; what there is to say of it stands beside it.
    let work = Work {
        fix: true,
        ..check.work.clone()
    };
    let common = Common {
        format: Some(Format::Concise),
        ..common.clone()
    };
    show(vec![report], &work, false, &common, &mut io::stderr())
}
