//! The working directory.

use crate::collect::command::Folder;
use crate::collect::expand::text_of;
use crate::facts::base_image::base_workdir;
use crate::facts::variables::{expand_node, expand_text};
use crate::handles::{Base, Command, ProgramPoint, Stage, Step};
use crate::path::ImagePath;

/// A path without `.`, `..` and doubled slashes; absolute.
pub(crate) fn normal(path: &str) -> String {
    ImagePath::new(path).into_text()
}

/// `path` seen from the folder `from`.
pub(crate) fn join(from: &str, path: &str) -> String {
    if path.starts_with('/') {
        normal(path)
    } else {
        ImagePath::new(from).join(path).into_text()
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
    let workdirs = if marked {
        &stage.cached(|| Marked(Workdirs::of(stage, true))).0
    } else {
        &stage.cached(|| Plain(Workdirs::of(stage, false))).0
    };
    let steps = &stage.data().workdirs;
    match steps.partition_point(|&step| step < before).checked_sub(1) {
        Some(last) => workdirs.after[last].clone(),
        None => workdirs.start.clone(),
    }
}

/// The working directories of a stage.
struct Workdirs {
    /// Where its base ends.
    start: Option<String>,
    /// After each of its `WORKDIR`s.
    after: Vec<Option<String>>,
}

struct Marked(Workdirs);

struct Plain(Workdirs);

/// A longer path is taken as not known: nobody writes one, and each folder above it counts.
const LONGEST: usize = 1024;

impl Workdirs {
    fn of(stage: Stage<'_>, marked: bool) -> Self {
        let start = match stage.base() {
            Base::Stage(parent) => workdir_before(parent, usize::MAX, marked),
            Base::Scratch => Some("/".to_owned()),
            Base::Image | Base::Unknown => {
                base_workdir(stage).or_else(|| marked.then(|| UNKNOWN_WORKDIR.to_owned()))
            }
        };
        let mut after: Vec<Option<String>> = Vec::new();
        for step in stage.workdirs() {
            let before = after.last().unwrap_or(&start).as_deref();
            let told = told_by(stage, step);
            let path = told.and_then(|told| {
                if told.starts_with('/') {
                    Some(normal(&told))
                } else {
                    Some(join(before?, &told))
                }
            });
            after.push(path.filter(|path| path.len() <= LONGEST));
        }
        Workdirs { start, after }
    }
}

/// What a `WORKDIR` says, with its variables put in.
fn told_by(stage: Stage<'_>, step: Step<'_>) -> Option<String> {
    let word = step.word()?;
    match word.value() {
        Some(value) => Some(value.to_owned()),
        None => text_of(&expand_node(stage, word.data.node.as_ref()?, step.index)),
    }
}

/// The folder that it runs in, absolute; `None` where only the build can tell.
pub(crate) fn working_directory(command: Command<'_>) -> Option<String> {
    folder(command, false)
}

/// The folder that it runs in; with `marked`, a base's unknown working directory has a mark of its own.
pub(crate) fn folder(command: Command<'_>, marked: bool) -> Option<String> {
    let stage = command.stage()?;
    let start = || {
        // The container starts where the last WORKDIR says, wherever that stands.
        let before = if command.step().is_run_time() {
            usize::MAX
        } else {
            command.step.index
        };
        workdir_before(stage, before, marked)
    };
    let mut last = match command.data().folder {
        Folder::Unknown => return None,
        Folder::Start => return start(),
        Folder::Moved(index) => Some(index),
    };
    let work_out = || Moves::of(command);
    let moves = match command.script {
        Some(script) => script.cache.get_or_init(work_out),
        None => command.step.cached(work_out),
    };
    // What variables stand for, only the command that runs there can tell: the moves that name some are
    // gone through from the last one back to what is known.
    let mut named = Vec::new();
    let mut length = 0;
    let mut path = loop {
        let Some(index) = last else { break start()? };
        match &moves.0[index as usize] {
            Led::Nowhere => return None,
            Led::To(path) if path.starts_with('/') => break path.clone(),
            Led::To(path) => break join(&start()?, path),
            Led::ByVariables => {}
        }
        let (before, word) = command.found().moves[index as usize];
        let target = expand_text(stage, command.word_at(word as usize), command)?;
        length += target.len();
        if target.starts_with('~') || length > LONGEST {
            return None;
        }
        if target.starts_with('/') {
            break normal(&target);
        }
        named.push(target);
        last = before;
    };
    for target in named.into_iter().rev() {
        path = join(&path, &target);
    }
    Some(path)
}

/// Where each `cd` of a text leads.
struct Moves(Vec<Led>);

enum Led {
    /// Only the build can tell.
    Nowhere,
    /// To this folder; where it is not absolute, seen from the working directory of the step.
    To(String),
    /// Its word names variables.
    ByVariables,
}

impl Moves {
    fn of(command: Command<'_>) -> Self {
        let mut led: Vec<Led> = Vec::new();
        for &(before, word) in &command.found().moves {
            let before = before.map(|before| &led[before as usize]);
            let next = match (command.word_at(word as usize).value(), before) {
                (None, _) => Led::ByVariables,
                (Some(target), _) if target.starts_with('/') => Led::To(normal(target)),
                (Some(target), _) if target.starts_with('~') => Led::Nowhere,
                (Some(target), None) => Led::To(relative_join("", target)),
                (Some(target), Some(Led::To(from))) if from.starts_with('/') => {
                    Led::To(join(from, target))
                }
                (Some(target), Some(Led::To(from))) => Led::To(relative_join(from, target)),
                (Some(_), Some(Led::ByVariables)) => Led::ByVariables,
                (Some(_), Some(Led::Nowhere)) => Led::Nowhere,
            };
            led.push(match next {
                Led::To(path) if path.len() > LONGEST => Led::Nowhere,
                next => next,
            });
        }
        Moves(led)
    }
}

/// A relative path seen from a folder that a relative path names; `..` stays only at the start.
fn relative_join(from: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in from.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}
