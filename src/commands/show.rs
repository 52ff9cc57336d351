//! What came of files, printed as it was asked for, and the exit code.

use std::io::{self, IsTerminal as _, Write};

use dfix_engine::{Finding, Severity};

use super::reports;
use crate::cli::{Common, Format, Work};
use crate::console::{report_error, uses_color};
use crate::exit::{Exit, Stop};
use crate::report::{self, Mode, Report};
use crate::runner::{FileReport, left_out_some};

/// Prints what came of the files, perhaps with how often each rule found something, and says how it went.
pub(super) fn show(
    files: &[FileReport],
    work: &Work,
    statistics: bool,
    common: &Common,
    out: &mut dyn Write,
) -> Result<Exit, Stop> {
    for file in files {
        for error in &file.errors {
            report_error(&file.path, error, common.color);
        }
    }
    let mode = match (work.fix, work.diff) {
        (true, _) => Mode::Fix,
        (false, true) => Mode::Diff,
        (false, false) => Mode::Check,
    };
    let format = common.format.unwrap_or(Format::Text);
    let is_for_programs = !matches!(format, Format::Text | Format::Concise);
    let report = Report {
        files,
        mode,
        patches: work.diff,
        color: uses_color(common.color, io::stdout().is_terminal()),
        statistics,
    };
    if work.diff && !is_for_programs {
        out.write_all(&report::diff::of_files(files))?;
        if !common.quiet {
            let _ = writeln!(io::stderr(), "{}", report::last_line(&report));
        }
    } else if !common.quiet || is_for_programs {
        report::print(format, &report, out)?;
    }
    reports::write(&work.report, &report)?;
    Ok(exit_code(files, mode, work))
}

/// How the process ends: with findings where one of a severity that counts is left, or would be fixed, or a patch was printed.
pub(super) fn exit_code(files: &[FileReport], mode: Mode, work: &Work) -> Exit {
    let fails = |file: &FileReport| {
        let Some(outcome) = &file.outcome else {
            return false;
        };
        let weights = &file.weights;
        let least = work.fail_on.or(weights.fail_on);
        let least = least.unwrap_or(Severity::Warning);
        let counts = |it: &Finding| weights.severity(it.rule) >= least;
        let refused = outcome.refused.iter().map(|it| &it.finding);
        let is_left = outcome.remaining.iter().chain(refused).any(counts);
        is_left
            || match mode {
                Mode::Fix => false,
                Mode::Check => outcome.applied().any(counts),
                Mode::Diff => outcome.applied().next().is_some(),
            }
    };
    if files.iter().any(|it| !it.errors.is_empty()) {
        Exit::Error
    } else if !work.exit_zero && (left_out_some() || files.iter().any(fails)) {
        Exit::Findings
    } else {
        Exit::Clean
    }
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
