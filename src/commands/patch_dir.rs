//! `--patch-dir`: the patch in parts, in a folder of its own.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::cli::PatchBy;
use crate::exit::Stop;
use crate::report::{Part, PatchNames, file_name, index, parts};
use crate::runner::FileReport;

/// Fails where the folder cannot be written into, or holds something, before anything is done.
pub(super) fn check(folder: &Path) -> Result<(), Stop> {
    match fs::read_dir(folder).map(Iterator::count) {
        Ok(0) => Ok(()),
        Ok(_) => Err(cannot(folder, "it is not empty")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(folder).map_err(|error| cannot(folder, &error.to_string()))
        }
        Err(error) => Err(cannot(folder, &error.to_string())),
    }
}

/// Writes the parts, and a page that names them.
pub(super) fn write(
    folder: &Path,
    by: PatchBy,
    files: &[FileReport],
    names: &PatchNames,
) -> Result<(), Stop> {
    let parts = parts(files, by, names);
    let numbered: Vec<(String, &Part)> = parts
        .iter()
        .enumerate()
        .map(|(number, part)| (file_name(number + 1, &part.name), part))
        .collect();
    let put = |name: &str, text: &[u8]| {
        let path: PathBuf = folder.join(name);
        fs::write(&path, text).map_err(|error| cannot(folder, &error.to_string()))
    };
    for (name, part) in &numbered {
        put(name, &part.text)?;
    }
    put("README.md", index(&numbered).as_bytes())
}

fn cannot(folder: &Path, why: &str) -> Stop {
    Stop::Message(format!(
        "--patch-dir {}: it cannot be written: {why}",
        folder.display()
    ))
}
