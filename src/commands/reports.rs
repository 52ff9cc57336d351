//! Reports that are written to files beside what is printed: `--report FORMAT=FILE`.

use std::fs;
use std::path::Path;

use crate::cli::{ReportFile, ReportKind};
use crate::exit::Stop;
use crate::report::{self, Report};

/// Fails where a report cannot be written, before anything is done.
pub(super) fn check(reports: &[ReportFile]) -> Result<(), Stop> {
    for (index, report) in reports.iter().enumerate() {
        if reports[..index].iter().any(|it| it.path == report.path) {
            let path = report.path.display();
            return Err(Stop::Message(format!(
                "--report {path}: two reports go to this file"
            )));
        }
        let folder = report.path.parent().filter(|it| !it.as_os_str().is_empty());
        if !folder.unwrap_or(Path::new(".")).is_dir() {
            return Err(cannot(report, "its folder is not there"));
        }
    }
    Ok(())
}

/// Writes each of the reports.
pub(super) fn write(reports: &[ReportFile], shown: &Report<'_>) -> Result<(), Stop> {
    for report in reports {
        let mut text = Vec::new();
        match report.kind {
            ReportKind::Patch => text = report::diff::of_files(shown.files),
            ReportKind::Format(format) => {
                let plain = Report {
                    color: false,
                    ..*shown
                };
                report::print(format, &plain, &mut text)?;
            }
        }
        fs::write(&report.path, text).map_err(|error| cannot(report, &error.to_string()))?;
    }
    Ok(())
}

fn cannot(report: &ReportFile, why: &str) -> Stop {
    let path = report.path.display();
    Stop::Message(format!("--report {path}: it cannot be written: {why}"))
}
