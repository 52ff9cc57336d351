//! What is said, and where: every value of a configuration knows its line.

use std::fmt;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// A line of a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// The file.
    pub(crate) file: Arc<Path>,
    /// The line, from 1.
    pub(crate) line: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = relative_to_cwd(&self.file);
        write!(f, "{}:{}", file.display(), self.line)
    }
}

/// A value, and the line that says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said<T> {
    /// The value.
    pub(crate) it: T,
    /// Where it stands.
    pub(crate) place: Place,
}

/// Why a configuration cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ConfigError {
    /// The file at fault.
    pub(crate) file: PathBuf,
    /// Line and column, from 1.
    pub(crate) place: Option<(usize, usize)>,
    /// What is wrong and what would be right.
    pub(crate) message: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", relative_to_cwd(&self.file).display())?;
        if let Some((line, column)) = self.place {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// A path from the root on, without `.` and `..`. Links are not followed: a file has the configuration of the place that it
/// is named by.
pub(crate) fn whole(path: &Path) -> PathBuf {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    if !whole.components().any(|it| it == Component::ParentDir) {
        return whole;
    }
    let mut plain = PathBuf::new();
    for part in whole.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

/// A path as it is named from the current folder, if it lies below it or in a folder above it.
pub(crate) fn relative_to_cwd(path: &Path) -> PathBuf {
    let Ok(here) = std::env::current_dir() else {
        return path.to_owned();
    };
    if let Ok(below) = path.strip_prefix(&here) {
        return below.to_owned();
    }
    match (path.parent(), path.file_name()) {
        (Some(folder), Some(name)) if !folder.as_os_str().is_empty() => {
            match here.strip_prefix(folder) {
                Ok(down) => down
                    .components()
                    .map(|_| "..")
                    .collect::<PathBuf>()
                    .join(name),
                Err(_) => path.to_owned(),
            }
        }
        _ => path.to_owned(),
    }
}
