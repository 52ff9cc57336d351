//! The main job: report, `--diff`, `--fix`, and standard input to standard output.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::paths;
use super::show::{Shown, exit_code, show};
use crate::cli::{self, Common, Format};
use crate::config::{Configs, relative_to_cwd};
use crate::console::report_error;
use crate::context::Folders;
use crate::discover::discover;
use crate::exit::{Exit, Stop};
use crate::input::read_or_stdin;
use crate::report::{self, Mode, Report};
use crate::runner::{self, FileReport, Task};
use crate::select::CliSelection;

pub(super) fn run(check: &cli::Check, common: &Common, out: &mut dyn Write) -> Result<Exit, Stop> {
    let selection = CliSelection::of(&check.choice)?;
    let carries_patches = matches!(
        common.format,
        None | Some(Format::Text | Format::Json | Format::Jsonl)
    );
    if check.diff && !carries_patches {
        let message = "--diff prints a patch, which only --format json and jsonl can carry";
        return Err(Stop::Message(message.to_owned()));
    }
    let configs = Configs::given(common)?;
    let paths = paths::of(&check.paths, check.files_from.as_deref(), check.null)?;
    let folders = Folders::of_run(&paths);
    if let Some(folder) = check.context.as_deref().filter(|folder| !folder.is_dir()) {
        return Err(Stop::Message(format!(
            "--context {}: there is no such folder",
            folder.display()
        )));
    }
    let task = Task {
        job: None,
        cli: &selection,
        configs: &configs,
        context: check.context.as_deref(),
        verbose: common.verbose,
        folders: &folders,
        write: check.fix,
        jobs: cli::threads(check.choice.jobs),
    };
    if paths.iter().any(|path| path == Path::new("-")) {
        if paths.len() > 1 {
            return Err(Stop::Message(
                "`-` stands alone: it cannot be mixed with paths".to_owned(),
            ));
        }
        return filter(check, common, &task, out);
    }
    let found = discover(&paths, &configs, task.jobs);
    if found.files.is_empty() && found.errors.is_empty() && !common.quiet {
        let _ = writeln!(io::stderr(), "dfix: no Dockerfile found");
    }
    if common.verbose {
        for file in &found.files {
            log_discovered(file, &configs);
        }
    }
    let mut files = runner::run(found.files, &task);
    for (path, error) in found.errors {
        files.push(FileReport::failed(path, error));
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    for file in &files {
        for note in &file.notes {
            let _ = writeln!(io::stderr(), "dfix: {}: {note}", file.path.display());
        }
    }
    show(&files, &shown_as(check), common, out)
}

/// Says that a file is looked at, and under which configuration.
fn log_discovered(file: &Path, configs: &Configs) {
    let config = configs.of(file);
    let files = config
        .as_ref()
        .as_ref()
        .map_or(&[][..], |config| &config.files);
    let files: Vec<String> = files
        .iter()
        .map(|it| relative_to_cwd(it).display().to_string())
        .collect();
    let under = if files.is_empty() {
        "no configuration".to_owned()
    } else {
        files.join(", ")
    };
    let _ = writeln!(io::stderr(), "dfix: {} ({under})", file.display());
}

/// Fixes standard input. Without a format its text comes out, fixed or, where that is impossible,
/// as it was: a caller that takes the output for the file loses nothing.
fn filter(
    check: &cli::Check,
    common: &Common,
    task: &Task<'_>,
    out: &mut dyn Write,
) -> Result<Exit, Stop> {
    let bytes = read_or_stdin(Path::new("-"))
        .map_err(|error| format!("standard input cannot be read: {error}"))?;
    let (path, in_folder) = match &check.stdin_filename {
        Some(name) => (name.clone(), true),
        None => (PathBuf::from("Dockerfile"), false),
    };
    let report = runner::run_text(path, bytes.clone(), in_folder, task);
    if check.diff || common.format.is_some() {
        return show(&[report], &shown_as(check), common, out);
    }
    match report.after() {
        Some(after) => out.write_all(after.as_bytes())?,
        None => out.write_all(&bytes)?,
    }
    for error in &report.errors {
        report_error(&report.path, error, common.color);
    }
    let files = [report];
    let shown = Report {
        files: &files,
        mode: Mode::Fix,
        patches: false,
        color: false,
        statistics: false,
    };
    if !common.quiet {
        let _ = report::print(Format::Concise, &shown, &mut io::stderr());
    }
    Ok(exit_code(&files, Mode::Fix, check.exit_zero))
}

fn shown_as(check: &cli::Check) -> Shown {
    Shown {
        diff: check.diff,
        fix: check.fix,
        statistics: check.statistics,
        exit_zero: check.exit_zero,
    }
}
