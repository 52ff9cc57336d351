//! The files of a folder that build or start images.

use std::cell::RefCell;
use std::collections::HashMap;

use crate::launch::{Launch, Place, Unread};
use crate::path::{join, name_of};
use crate::{bake, ci, compose, crontab, devcontainer, kubernetes, makefile, procfile, skaffold};

/// Where such files usually lie below a folder, and how many levels of folders are looked at there.
const SUBFOLDERS: [(&str, usize); 27] = [
    (".circleci", 1),
    (".devcontainer", 2),
    (".github/workflows", 1),
    (".gitlab", 2),
    ("chart", 1),
    ("charts", 2),
    ("ci", 1),
    ("compose", 2),
    ("cron.d", 1),
    ("deploy", 2),
    ("deployment", 2),
    ("deployments", 2),
    ("docker", 2),
    ("docker-compose", 2),
    ("etc/cron.d", 1),
    ("helm", 2),
    ("helm-chart", 1),
    ("helm-charts", 2),
    ("infra", 2),
    ("k8s", 2),
    ("kube", 2),
    ("kubernetes", 2),
    ("kubernetes-manifests", 1),
    ("kustomize", 2),
    ("manifests", 2),
    ("ops", 2),
    ("scripts/cron.d", 1),
];

/// How many folders are read for one.
const MOST_FOLDERS: usize = 64;
/// How many files of a kind are read of one folder.
pub(crate) const MOST_FILES: usize = 64;

/// Reads files of the repository. Paths are from its root.
pub trait Files {
    /// The text of a file; `Err` with the reason where it is there and cannot be read; `Ok(None)` where there is none.
    fn read(&self, path: &str) -> Result<Option<String>, String>;

    /// The names in a folder, sorted; a folder's name ends with `/`. Empty where there is none.
    fn list(&self, folder: &str) -> Vec<String>;
}

/// What the files of one folder say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FolderLaunches {
    /// Every container and image.
    pub launches: Vec<Launch>,
    /// Files, or parts of them, that could not be read.
    pub unread: Vec<Unread>,
    /// The files that were read.
    pub files: Vec<String>,
}

impl FolderLaunches {
    /// Adds what other files say. What both know is there once.
    pub fn add(&mut self, other: &FolderLaunches) {
        fn grow<T: Clone + PartialEq>(all: &mut Vec<T>, more: &[T]) {
            for one in more {
                if !all.contains(one) {
                    all.push(one.clone());
                }
            }
        }
        grow(&mut self.launches, &other.launches);
        grow(&mut self.unread, &other.unread);
        grow(&mut self.files, &other.files);
    }

    /// The text of a file that may concern images; that it cannot be read is noted.
    pub(crate) fn text(&mut self, files: &dyn Files, path: &str) -> Option<String> {
        match files.read(path) {
            Ok(text) => text,
            Err(why) => {
                self.unread(path, 1, name_of(path), why);
                None
            }
        }
    }

    /// Notes that a file was read.
    pub(crate) fn note(&mut self, path: &str) {
        if !self.files.iter().any(|it| it == path) {
            self.files.push(path.to_owned());
        }
    }

    /// Notes what could not be made out.
    pub(crate) fn unread(&mut self, path: &str, line: usize, what: &str, why: impl Into<String>) {
        let place = Place {
            file: path.to_owned(),
            line,
        };
        self.unread.push(Unread {
            what: what.to_owned(),
            why: why.into(),
            place,
        });
    }
}

/// Reads what the files of `folder` build and start, those of the usual folders below it among them. Files that they
/// include or extend are read with them. No file is read twice.
pub fn read_folder(files: &dyn Files, folder: &str) -> FolderLaunches {
    let files = &Once::new(files);
    let mut found = FolderLaunches::default();
    let mut renames = Vec::new();
    for folder in folders(files, folder) {
        let names = files.list(&folder);
        let mut own = FolderLaunches::default();
        compose::read(files, &folder, &names, &mut own);
        bake::read(files, &folder, &names, &mut own);
        renames.extend(kubernetes::read(files, &folder, &names, &mut own));
        skaffold::read(files, &folder, &names, &mut own);
        procfile::read(files, &folder, &names, &mut own);
        makefile::read(files, &folder, &names, &mut own);
        crontab::read(files, &folder, &names, &mut own);
        devcontainer::read(files, &folder, &names, &mut own);
        ci::read(files, &folder, &names, &mut own);
        found.add(&own);
    }
    kubernetes::rename(&mut found.launches, &renames);
    found
}

/// A folder, and those below it that are read with it.
fn folders(files: &dyn Files, folder: &str) -> Vec<String> {
    let mut found = vec![folder.to_owned()];
    let names = files.list(folder);
    for (path, levels) in SUBFOLDERS {
        let first = path.split('/').next().unwrap_or(path);
        let is_there = names.iter().any(|it| it.strip_suffix('/') == Some(first));
        if let Some(path) = join(folder, path).filter(|_| is_there) {
            below(files, &path, levels, &mut found);
        }
    }
    found
}

fn below(files: &dyn Files, folder: &str, levels: usize, found: &mut Vec<String>) {
    let names = files.list(folder);
    if names.is_empty() || found.len() >= MOST_FOLDERS {
        return;
    }
    found.push(folder.to_owned());
    // What is in a chart is the chart's.
    if levels < 2 || names.iter().any(|it| it == "Chart.yaml") {
        return;
    }
    for name in names.iter().filter_map(|it| it.strip_suffix('/')) {
        if let Some(path) = join(folder, name) {
            below(files, &path, levels - 1, found);
        }
    }
}

/// Files that are read at most once.
struct Once<'f> {
    files: &'f dyn Files,
    texts: RefCell<HashMap<String, Result<Option<String>, String>>>,
    lists: RefCell<HashMap<String, Vec<String>>>,
}

impl<'f> Once<'f> {
    fn new(files: &'f dyn Files) -> Self {
        Once {
            files,
            texts: RefCell::default(),
            lists: RefCell::default(),
        }
    }
}

impl Files for Once<'_> {
    fn read(&self, path: &str) -> Result<Option<String>, String> {
        let mut texts = self.texts.borrow_mut();
        let text = texts.entry(path.to_owned());
        text.or_insert_with(|| self.files.read(path)).clone()
    }

    fn list(&self, folder: &str) -> Vec<String> {
        let mut lists = self.lists.borrow_mut();
        let list = lists.entry(folder.to_owned());
        list.or_insert_with(|| self.files.list(folder)).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::SUBFOLDERS;

    #[test]
    fn the_table_is_sorted() {
        assert!(SUBFOLDERS.is_sorted_by(|a, b| a.0 < b.0));
    }
}
