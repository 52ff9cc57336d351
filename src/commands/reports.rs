//! Reports that are written to files beside what is printed: `--report FORMAT=FILE`.

use std::fs;
use std::io::{self, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use tempfile::SpooledTempFile;

use crate::cli::ReportFile;
use crate::exit::Stop;

/// Fails where a report cannot be written, before anything is done.
pub(super) fn check(reports: &[ReportFile]) -> Result<(), Stop> {
    for (index, report) in reports.iter().enumerate() {
        if reports[..index]
            .iter()
            .any(|it| real(&it.path) == real(&report.path))
        {
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

/// Where a file is, or will be, whichever way it is spelt.
fn real(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let folder = fs::canonicalize(folder.unwrap_or(Path::new(".")));
    match (fs::canonicalize(path), folder, path.file_name()) {
        (Ok(path), ..) => path,
        (Err(_), Ok(folder), Some(name)) => folder.join(name),
        _ => path.to_owned(),
    }
}

/// Puts a report into its place.
pub(super) fn put(report: &ReportFile, text: &mut SpooledTempFile) -> Result<(), Stop> {
    copy(&report.path, text).map_err(|error| cannot(report, &error.to_string()))
}

/// Puts a text into a file at once: who reads it meanwhile reads the old one. What is no file (`/dev/stderr`) is written as it is.
fn copy(path: &Path, text: &mut SpooledTempFile) -> io::Result<()> {
    text.seek(SeekFrom::Start(0))?;
    if fs::metadata(path).is_ok_and(|it| !it.is_file()) {
        let mut file = fs::OpenOptions::new().write(true).open(path)?;
        return io::copy(text, &mut file).map(|_| ());
    }
    // A link stays one, and what it leads to is written.
    let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let path = real.as_path();
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let mut fresh = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    io::copy(text, &mut fresh)?;
    match fs::metadata(path) {
        Ok(old) => fresh.as_file().set_permissions(old.permissions())?,
        Err(_) => readable(fresh.as_file())?,
    }
    fresh.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// A report is for others as well, as files are that are made new.
#[cfg(unix)]
fn readable(file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_: &fs::File) -> io::Result<()> {
    Ok(())
}

/// A report that cannot be written, and why.
pub(super) fn cannot(report: &ReportFile, why: &str) -> Stop {
    let path = report.path.display();
    Stop::Message(format!("--report {path}: it cannot be written: {why}"))
}
