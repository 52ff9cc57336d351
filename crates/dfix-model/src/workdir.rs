//! The working directory.

use crate::path::ImagePath;
use crate::stage::{Base, Stage};
use crate::vars::{At, text_of};

/// A path without `.`, `..` and doubled slashes; absolute.
pub(crate) fn normal(path: &str) -> String {
    ImagePath::new(path).as_str().to_owned()
}

/// `path` seen from the folder `from`.
pub(crate) fn join(from: &str, path: &str) -> String {
    if path.starts_with('/') {
        normal(path)
    } else {
        normal(&format!("{from}/{path}"))
    }
}

/// Stands for a working directory that only the build can tell, so that paths relative to it can still
/// be told apart and matched.
const UNKNOWN_WORKDIR: &str = "/\u{1}";

impl<'m> Stage<'m> {
    /// The working directory in force at a place, absolute; `None` where only the build can tell.
    pub fn workdir_at(self, at: impl At<'m>) -> Option<String> {
        self.workdir_before(at.step().index, false)
    }

    /// The working directory at the end of the stage: that of the container.
    pub fn final_workdir(self) -> Option<String> {
        self.workdir_before(usize::MAX, false)
    }

    /// With `marked`, a base's unknown working directory is [`UNKNOWN_WORKDIR`].
    pub(crate) fn workdir_before(self, before: usize, marked: bool) -> Option<String> {
        let mut tail: Vec<String> = Vec::new();
        let mut before = before;
        while let Some(step) = self.last_of(&self.data().workdirs, before) {
            before = step.index;
            let word = step.word()?;
            let path = match word.value() {
                Some(value) => value.to_owned(),
                None => text_of(&self.expand_node(word.data.node.as_ref()?, step.index))?,
            };
            let absolute = path.starts_with('/');
            tail.push(path);
            if absolute {
                return Some(joined(tail));
            }
        }
        // Relative all the way up: it begins where the base ends.
        let start = match self.base() {
            Base::Stage(parent) => parent.workdir_before(usize::MAX, marked)?,
            Base::Scratch => "/".to_owned(),
            Base::Image | Base::Unknown => match self.base_workdir() {
                Some(workdir) => workdir,
                None if marked => UNKNOWN_WORKDIR.to_owned(),
                None => return None,
            },
        };
        tail.push(start);
        Some(joined(tail))
    }
}

/// Paths joined, the outermost last.
fn joined(tail: Vec<String>) -> String {
    tail.into_iter()
        .rev()
        .fold("/".to_owned(), |from, path| join(&from, &path))
}
