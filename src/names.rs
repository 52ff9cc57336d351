//! The names in folders, each folder read once for all Dockerfiles of a run.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use rustc_hash::FxHashMap;

/// How many names of one folder are looked at.
pub(crate) const MOST_NAMES: usize = 4096;

/// What a name in a folder stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A folder.
    Folder,
    /// A link, to whatever.
    Link,
    /// A file, or something else that is no folder.
    File,
}

/// Whether all names of a folder are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// They are.
    Whole,
    /// There are more than are looked at.
    Cut,
    /// Some could not be read.
    Broken,
}

/// The names in a folder; those that are not Unicode are left out.
#[derive(Debug)]
pub(crate) struct Names {
    /// In order.
    pub(crate) all: Vec<(String, Kind)>,
    pub(crate) extent: Extent,
}

/// Why a folder was not read.
#[derive(Debug, Clone)]
pub(crate) struct Unlisted {
    pub(crate) kind: ErrorKind,
    pub(crate) said: String,
}

impl Names {
    fn read(folder: &Path) -> Result<Names, Unlisted> {
        let mut entries = std::fs::read_dir(folder).map_err(|error| Unlisted {
            kind: error.kind(),
            said: error.to_string(),
        })?;
        let mut all = Vec::new();
        let mut extent = Extent::Whole;
        for entry in entries.by_ref().take(MOST_NAMES) {
            let Ok(entry) = entry else {
                extent = Extent::Broken;
                continue;
            };
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            let kind = match entry.file_type() {
                Ok(kind) if kind.is_dir() => Kind::Folder,
                Ok(kind) if kind.is_symlink() => Kind::Link,
                _ => Kind::File,
            };
            all.push((name, kind));
        }
        if extent == Extent::Whole && entries.next().is_some() {
            extent = Extent::Cut;
        }
        all.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        Ok(Names { all, extent })
    }

    /// What a name stands for; none where it is not among those that were read.
    pub(crate) fn get(&self, name: &str) -> Option<Kind> {
        let at = self.all.binary_search_by(|(it, _)| it.as_str().cmp(name));
        at.ok().map(|at| self.all[at].1)
    }

    /// Whether nothing stands at a path below the folder, as far as the names tell.
    pub(crate) fn lack(&self, path: &str) -> bool {
        let first = path.split('/').next().unwrap_or(path);
        self.extent == Extent::Whole && self.get(first).is_none()
    }
}

/// What is known of folders and files, by their paths as they are written: a path that is written otherwise is another one.
/// A path itself would be taken apart each time that it is looked up.
pub(crate) type ByPath<T> = FxHashMap<OsString, T>;

/// The names in the folders of a run, by the folder.
#[derive(Default)]
pub(crate) struct NamesOfFolders(RwLock<ByPath<Result<Arc<Names>, Unlisted>>>);

impl NamesOfFolders {
    /// The names in a folder; it is read on the first question.
    pub(crate) fn of(&self, folder: &Path) -> Result<Arc<Names>, Unlisted> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(names) = known.get(folder.as_os_str()) {
            return names.clone();
        }
        drop(known);
        let names = Names::read(folder).map(Arc::new);
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(folder.into(), names.clone());
        names
    }

    /// Whether something stands at `path` below a folder.
    pub(crate) fn has(&self, folder: &Path, path: &str) -> bool {
        !self.of(folder).is_ok_and(|names| names.lack(path)) && folder.join(path).exists()
    }
}

#[cfg(test)]
mod tests {
    use super::{Extent, Kind, NamesOfFolders};

    #[test]
    fn names_are_in_order_and_say_what_they_are() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("b"), "").expect("it is written");
        std::fs::create_dir(folder.path().join("a")).expect("it is made");
        let all = NamesOfFolders::default();
        let names = all.of(folder.path()).expect("it is there");
        assert_eq!(names.extent, Extent::Whole);
        let found: Vec<_> = names.all.iter().map(|(it, kind)| (&**it, *kind)).collect();
        assert_eq!(found, [("a", Kind::Folder), ("b", Kind::File)]);
        assert!(names.lack("c/d") && !names.lack("a/d"));
        assert!(all.has(folder.path(), "b") && !all.has(folder.path(), "a/d"));
        assert!(all.of(&folder.path().join("b")).is_err());
    }
}
