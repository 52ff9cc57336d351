//! Lists of globs, as `.gitignore` has them: the last that fits decides, and `!` takes back.

use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::said::Said;

/// Globs that count from one folder.
#[derive(Debug, Clone, Default)]
pub(crate) struct Globs {
    /// As they are written.
    pub(crate) list: Vec<Said<String>>,
    compiled: Option<Gitignore>,
}

impl Globs {
    /// What is the matter with a glob, as a sentence.
    pub(crate) fn fault(glob: &str) -> Option<String> {
        let mut builder = GitignoreBuilder::new("/");
        let fault = builder.add_line(None, glob).err();
        fault.map(|error| error.to_string())
    }

    /// These globs, which are known to have no fault.
    pub(crate) fn of(list: Vec<Said<String>>) -> Self {
        Globs {
            list,
            compiled: None,
        }
    }

    /// Makes them count from this folder.
    pub(crate) fn count_from(&mut self, folder: &Path) {
        if self.list.is_empty() {
            return;
        }
        let mut builder = GitignoreBuilder::new(folder);
        for glob in &self.list {
            // Each was tried when it was read.
            let _ = builder.add_line(None, &glob.it);
        }
        self.compiled = builder.build().ok();
    }

    /// Whether the path, from the root on, is one of them or lies below one.
    pub(crate) fn fit(&self, whole: &Path, is_folder: bool) -> bool {
        self.compiled.as_ref().is_some_and(|globs| {
            whole.starts_with(globs.path())
                && globs
                    .matched_path_or_any_parents(whole, is_folder)
                    .is_ignore()
        })
    }
}
