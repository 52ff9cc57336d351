//! The working directory.

use crate::collect::command::Folder;
use crate::collect::expand::text_of;
use crate::facts::base_image::base_workdir;
use crate::facts::variables::{expand_node, expand_text};
use crate::handles::{Base, Command, ProgramPoint, Stage};
use crate::path::ImagePath;

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

/// The working directory in force at a place, absolute; `None` where only the build can tell.
pub(crate) fn workdir_at<'m>(stage: Stage<'m>, at: impl ProgramPoint<'m>) -> Option<String> {
    workdir_before(stage, at.step().index, false)
}

/// The working directory at the end of the stage: that of the container.
pub(crate) fn final_workdir(stage: Stage<'_>) -> Option<String> {
    workdir_before(stage, usize::MAX, false)
}

/// With `marked`, a base's unknown working directory is [`UNKNOWN_WORKDIR`].
pub(crate) fn workdir_before(stage: Stage<'_>, before: usize, marked: bool) -> Option<String> {
    let mut tail: Vec<String> = Vec::new();
    let mut before = before;
    while let Some(step) = stage.last_of(&stage.data().workdirs, before) {
        before = step.index;
        let word = step.word()?;
        let path = match word.value() {
            Some(value) => value.to_owned(),
            None => text_of(&expand_node(stage, word.data.node.as_ref()?, step.index))?,
        };
        let absolute = path.starts_with('/');
        tail.push(path);
        if absolute {
            return Some(joined(tail));
        }
    }
    // Relative all the way up: it begins where the base ends.
    let start = match stage.base() {
        Base::Stage(parent) => workdir_before(parent, usize::MAX, marked)?,
        Base::Scratch => "/".to_owned(),
        Base::Image | Base::Unknown => match base_workdir(stage) {
            Some(workdir) => workdir,
            None if marked => UNKNOWN_WORKDIR.to_owned(),
            None => return None,
        },
    };
    tail.push(start);
    Some(joined(tail))
}

/// Paths joined, the outermost last.
fn joined(tail: Vec<String>) -> String {
    tail.into_iter()
        .rev()
        .fold("/".to_owned(), |from, path| join(&from, &path))
}

/// The folder that it runs in, absolute; `None` where only the build can tell.
pub(crate) fn working_directory(command: Command<'_>) -> Option<String> {
    folder(command, false)
}

/// The folder that it runs in; with `marked`, a base's unknown working directory has a mark of its own.
pub(crate) fn folder(command: Command<'_>, marked: bool) -> Option<String> {
    let stage = command.stage()?;
    // The moves are gone through from the first one to the last.
    let mut chain = Vec::new();
    let mut folder = command.data().folder;
    loop {
        match folder {
            Folder::Unknown => return None,
            Folder::Start => break,
            Folder::Moved(index) => {
                let (before, word) = command.found().moves[index as usize];
                chain.push(word);
                folder = before.map_or(Folder::Start, Folder::Moved);
            }
        }
    }
    let mut path = None;
    for word in chain.into_iter().rev() {
        let target = expand_text(stage, command.word_at(word as usize), command)?;
        if target.starts_with('~') {
            return None;
        }
        path = Some(if target.starts_with('/') {
            normal(&target)
        } else {
            let from = match path {
                Some(path) => path,
                None => workdir_before(stage, command.step.index, marked)?,
            };
            join(&from, &target)
        });
    }
    match path {
        Some(path) => Some(path),
        None => workdir_before(stage, command.step.index, marked),
    }
}
