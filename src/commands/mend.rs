//! The main job: report, `--diff`, `--fix`, and standard input to standard output.

use std::io::{self, IsTerminal as _, Read as _, Write};
use std::path::{Path, PathBuf};

use dfix_engine::Safety;

use super::{Exit, Stop, complain, uses_color};
use crate::batch::{self, FileReport, Task};
use crate::cli::{Common, Format, Work};
use crate::config::{Configs, from_here};
use crate::discover::discover;
use crate::report::{self, Mode, Report, Sums};
use crate::select::Asked;

pub(super) fn run(work: &Work, common: &Common, out: &mut dyn Write) -> Result<Exit, Stop> {
    let asked = Asked {
        rules: work.rule.clone(),
        ignore: work.ignore.clone(),
        level: match (work.safe_only, work.allow_unsafe) {
            (true, _) => Some(Safety::Safe),
            (_, true) => Some(Safety::Unsafe),
            _ => None,
        },
    };
    asked.check()?;
    let carries_patches = matches!(
        common.format,
        None | Some(Format::Text | Format::Json | Format::Jsonl)
    );
    if work.diff && !carries_patches {
        let message = "--diff prints a patch, which only --format json and jsonl can carry";
        return Err(Stop::Message(message.to_owned()));
    }
    let jobs = work
        .jobs
        .or_else(|| std::thread::available_parallelism().ok());
    let configs = Configs::new(common.config.as_deref(), common.no_config);
    if common.config.is_some()
        && let Err(error) = configs.of(Path::new("Dockerfile")).as_ref()
    {
        return Err(Stop::Message(error.to_string()));
    }
    let task = Task {
        asked: &asked,
        configs: &configs,
        write: work.fix,
        jobs: jobs.map_or(1, std::num::NonZeroUsize::get),
    };
    let paths = paths(work)?;
    if paths.iter().any(|path| path == Path::new("-")) {
        if paths.len() > 1 {
            return Err(Stop::Message(
                "`-` stands alone: it cannot be mixed with paths".to_owned(),
            ));
        }
        return filter(work, common, &task, out);
    }
    let found = discover(&paths, &configs, task.jobs);
    if found.files.is_empty() && found.troubles.is_empty() && !common.quiet {
        let _ = writeln!(io::stderr(), "dfix: no Dockerfile found");
    }
    if common.verbose {
        for file in &found.files {
            say_what_counts(file, &configs);
        }
    }
    let mut files = batch::run(found.files, &task);
    for (path, trouble) in found.troubles {
        files.push(FileReport::failed(path, trouble));
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    show(&files, work, common, out)
}

/// Says that a file is looked at, and under which configuration.
fn say_what_counts(file: &Path, configs: &Configs) {
    let config = configs.of(file);
    let files = config
        .as_ref()
        .as_ref()
        .map_or(&[][..], |config| &config.files);
    let files: Vec<String> = files
        .iter()
        .map(|it| from_here(it).display().to_string())
        .collect();
    let under = if files.is_empty() {
        "no configuration".to_owned()
    } else {
        files.join(", ")
    };
    let _ = writeln!(io::stderr(), "dfix: {} ({under})", file.display());
}

/// Where to look: the arguments, and the list of `--files-from`; the current folder without either.
fn paths(work: &Work) -> Result<Vec<PathBuf>, Stop> {
    let mut paths = work.paths.clone();
    let Some(list) = &work.files_from else {
        if paths.is_empty() {
            paths.push(PathBuf::from("."));
        }
        return Ok(paths);
    };
    let mut bytes = Vec::new();
    let read = if list == Path::new("-") {
        io::stdin().lock().read_to_end(&mut bytes)
    } else {
        std::fs::File::open(list).and_then(|mut file| file.read_to_end(&mut bytes))
    };
    read.map_err(|error| format!("the list {} cannot be read: {error}", list.display()))?;
    let end = if work.null { 0 } else { b'\n' };
    for name in bytes.split(|byte| *byte == end) {
        let name = if work.null {
            name
        } else {
            name.strip_suffix(b"\r").unwrap_or(name)
        };
        if !name.is_empty() {
            paths.push(path_of(name));
        }
    }
    Ok(paths)
}

/// The path that these bytes name. Only Unix has names that are not Unicode.
fn path_of(name: &[u8]) -> PathBuf {
    #[cfg(unix)]
    return PathBuf::from(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(name));
    #[cfg(not(unix))]
    return PathBuf::from(String::from_utf8_lossy(name).into_owned());
}

/// Prints what came of the files, and says how it went.
fn show(
    files: &[FileReport],
    work: &Work,
    common: &Common,
    out: &mut dyn Write,
) -> Result<Exit, Stop> {
    for file in files {
        for trouble in &file.troubles {
            complain(&file.path, trouble, common.color);
        }
    }
    let mode = match (work.fix, work.diff) {
        (true, _) => Mode::Fix,
        (false, true) => Mode::Diff,
        (false, false) => Mode::Look,
    };
    let format = common.format.unwrap_or(Format::Text);
    let is_for_programs = !matches!(format, Format::Text | Format::Concise);
    let report = Report {
        files,
        mode,
        patches: work.diff,
        color: uses_color(common.color, io::stdout().is_terminal()),
        statistics: work.statistics,
    };
    if work.diff && !is_for_programs {
        out.write_all(&report::patches(files))?;
        if !common.quiet {
            let _ = writeln!(io::stderr(), "{}", report::summary(&report));
        }
    } else if !common.quiet || is_for_programs {
        report::print(format, &report, out)?;
    }
    Ok(exit_code(files, mode, work.exit_zero))
}

fn exit_code(files: &[FileReport], mode: Mode, exit_zero: bool) -> Exit {
    let sums = Sums::of(files);
    let left = match mode {
        Mode::Fix => sums.remaining(),
        Mode::Look | Mode::Diff => sums.remaining() + sums.applied(),
    };
    match (sums.files_failed, left) {
        (1.., _) => Exit::Trouble,
        (0, 1..) if !exit_zero => Exit::Findings,
        _ => Exit::Clean,
    }
}

/// Mends standard input. Without a format its text comes out, mended or, where that is impossible,
/// as it was: a caller that takes the output for the file loses nothing.
fn filter(
    work: &Work,
    common: &Common,
    task: &Task<'_>,
    out: &mut dyn Write,
) -> Result<Exit, Stop> {
    let mut bytes = Vec::new();
    io::stdin()
        .lock()
        .read_to_end(&mut bytes)
        .map_err(|error| format!("standard input cannot be read: {error}"))?;
    let (path, in_folder) = match &work.stdin_filename {
        Some(name) => (name.clone(), true),
        None => (PathBuf::from("Dockerfile"), false),
    };
    let report = batch::run_text(path, bytes.clone(), in_folder, task);
    if work.diff || common.format.is_some() {
        return show(&[report], work, common, out);
    }
    match report.after() {
        Some(after) => out.write_all(after.as_bytes())?,
        None => out.write_all(&bytes)?,
    }
    for trouble in &report.troubles {
        complain(&report.path, trouble, common.color);
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
    Ok(exit_code(&files, Mode::Fix, work.exit_zero))
}
