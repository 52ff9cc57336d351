//! Lists of globs, as `.gitignore` has them: the last that fits decides, and `!` takes back.

use std::path::Path;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::said::{Said, whole};

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
        let bare = glob.strip_prefix('!').unwrap_or(glob);
        if bare.trim().is_empty() {
            return Some("it fits nothing".to_owned());
        }
        if let Some(rest) = bare.strip_prefix("./") {
            return Some(format!("it fits nothing: leave the `./` out: `/{rest}`"));
        }
        if bare.split('/').any(|it| it == "..") {
            return Some(
                "it fits nothing: globs count from this folder, and cannot lead out of it"
                    .to_owned(),
            );
        }
        if bare.matches('[').count() > bare.matches(']').count() {
            return Some("a `[` is not closed".to_owned());
        }
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

    /// Those of an option of the command line, which count from the current folder.
    pub(crate) fn given(globs: &[String]) -> Result<Self, String> {
        let mut builder = GitignoreBuilder::new(whole(Path::new(".")));
        for glob in globs {
            if let Some(fault) = Globs::fault(glob) {
                return Err(format!("`{glob}`: {fault}"));
            }
            let added = builder.add_line(None, glob);
            added.map_err(|error| format!("`{glob}`: {error}"))?;
        }
        let compiled = builder.build().map_err(|error| error.to_string())?;
        Ok(Globs {
            list: Vec::new(),
            compiled: (!globs.is_empty()).then_some(compiled),
        })
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
        self.say(whole, is_folder) == Some(true)
    }

    /// The same, with false where one of them takes it back, and nothing where none speaks of it.
    pub(crate) fn say(&self, whole: &Path, is_folder: bool) -> Option<bool> {
        let globs = self.compiled.as_ref()?;
        if !whole.starts_with(globs.path()) {
            return None;
        }
        match globs.matched_path_or_any_parents(whole, is_folder) {
            Match::None => None,
            Match::Ignore(_) => Some(true),
            Match::Whitelist(_) => Some(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Globs;

    #[test]
    fn globs_that_can_fit_nothing_are_faults() {
        for glob in ["", "!", "./legacy", "!./legacy", "../x", "a/../b", "["] {
            assert!(Globs::fault(glob).is_some(), "{glob}");
        }
        for glob in ["legacy", "/legacy/", "!a", "[ab].x", "**/..x", ".x/*"] {
            assert_eq!(Globs::fault(glob), None, "{glob}");
        }
    }
}
