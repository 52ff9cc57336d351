//! Where to look, as the command line says it.

use std::path::{Path, PathBuf};

use crate::exit::Stop;
use crate::input::read_or_stdin;

/// Where to look: the arguments, and the list of `--files-from`; the current folder without either.
pub(super) fn of(
    given: &[PathBuf],
    files_from: Option<&Path>,
    null: bool,
) -> Result<Vec<PathBuf>, Stop> {
    let mut paths = given.to_vec();
    let Some(list) = files_from else {
        if paths.is_empty() {
            paths.push(PathBuf::from("."));
        }
        return Ok(paths);
    };
    let bytes = read_or_stdin(list)
        .map_err(|error| format!("the list {} cannot be read: {error}", list.display()))?;
    let end = if null { 0 } else { b'\n' };
    for name in bytes.split(|byte| *byte == end) {
        let name = if null {
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
