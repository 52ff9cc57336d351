//! What the steps of a stage do to files, in order, and where each path comes up among them.

use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::OnceCell;

use super::entry::{Entry, Landing, Origin, Owner};
use super::mode::Mode;
use crate::handles::{Command, Stage, Step};
use crate::path::ImagePath;
use crate::ternary::OpenCondition;

/// The changes of a stage, and where each path comes up among them.
#[derive(Clone, Default)]
pub(super) struct Data {
    pub(super) changes: Vec<Change>,
    pub(super) landings: Vec<Landing>,
    /// What makes, fills and removes, by path.
    presence: FxHashMap<String, Vec<u32>>,
    /// Of what makes and fills: folders that may be put there, of which nothing tells what is in them.
    vague: FxHashMap<String, Vec<u32>>,
    /// What gives and what sets modes, by path.
    rights: FxHashMap<String, Vec<u32>>,
    /// After these, not all is known.
    unsure: Vec<u32>,
    /// The folders around all paths that come up, found when all changes are there.
    around: OnceCell<FxHashSet<String>>,
}

/// A change.
#[derive(Clone)]
pub(super) struct Change {
    pub(super) step: usize,
    /// The command of the step, where it stands in the file.
    pub(super) command: Option<u32>,
    pub(super) is_certain: bool,
    pub(super) path: ImagePath,
    pub(super) what: What,
}

/// What a change does to its path.
#[derive(Clone)]
pub(super) enum What {
    /// A folder is there.
    Folder {
        /// Whether it was not there before, so that owner and mode are its own.
        is_new: bool,
        /// Whether it is made for itself, and not on the way to something in it.
        is_asked: bool,
        owner: Result<Owner, OpenCondition>,
        mode: Result<Mode, OpenCondition>,
    },
    /// A file is put there; without an owner it keeps that of where it comes from.
    File {
        entry: Entry,
        from: From,
        owner: Option<Result<Owner, OpenCondition>>,
        mode: Option<String>,
    },
    /// The contents of a folder are put into this one, which is there.
    Tree {
        from: From,
        only: Option<String>,
        contents: Contents,
        owner: Option<Result<Owner, OpenCondition>>,
        mode: Option<String>,
    },
    /// Files are put into the folder, of which the names are not known.
    Filled(OpenCondition),
    Removed,
    /// What is in the folder by this pattern is removed.
    Cleared(String),
    Owner {
        user: Option<String>,
        group: Option<String>,
        reach: Reach,
    },
    Mode {
        change: Option<String>,
        reach: Reach,
    },
    /// Anything may have been done.
    Unsure(OpenCondition),
}

/// What is known of the contents of a folder, before any path in it is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Contents {
    /// It has none: it says nothing of any path below.
    Nothing,
    /// They are not known, of whichever path.
    Unknown,
    /// None of them is known to be a file.
    NoFiles,
    /// That has to be asked path by path.
    Told,
}

/// Which changes a question is about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    /// Those that may say that a file is there, with those that say that it is not.
    Files,
    /// The same, with all others that say whether something is there.
    Presence,
    /// The same, with those that change owners and modes.
    Owner,
    /// The same, without folders that say nothing of the mode of what is in them.
    Mode,
}

/// How far a change reaches below its path.
#[derive(Clone)]
pub(super) enum Reach {
    Itself,
    /// It and all that is in it.
    Deep,
    /// What is in it by this pattern.
    Contents {
        pattern: String,
        is_deep: bool,
    },
}

/// Where a file comes from.
#[derive(Clone)]
pub(super) enum From {
    Context(ImagePath),
    Stage(usize, ImagePath),
    /// An image, an archive.
    Elsewhere,
    Download,
    Command,
}

impl Change {
    /// The command that does it, where it stands in the file.
    pub(super) fn command_of<'m>(&self, stage: Stage<'m>) -> Option<Command<'m>> {
        let step = Step {
            file: stage.file,
            index: self.step,
        };
        self.command.map(|index| Command {
            step,
            script: None,
            index: index as usize,
        })
    }
}

impl Data {
    /// How many changes there are.
    pub(super) fn count(&self) -> usize {
        self.changes.len()
    }

    /// How many changes happen before a step.
    pub(super) fn count_before(&self, step: usize) -> usize {
        self.changes.partition_point(|change| change.step < step)
    }

    pub(super) fn is_unsure_before(&self, end: usize) -> bool {
        self.unsure.first().is_some_and(|&at| (at as usize) < end)
    }

    /// Whether a change is about a path below a folder. Only for a stage that was gone through.
    pub(super) fn has_below(&self, folder: &ImagePath) -> bool {
        let around = self.around.get_or_init(|| {
            let mut around = FxHashSet::default();
            for change in &self.changes {
                for folder in change.path.and_above().skip(1) {
                    if around.contains(folder) {
                        break;
                    }
                    around.insert(folder.to_owned());
                }
            }
            around
        });
        around.contains(folder.as_str())
    }

    /// Whether a folder of which nothing is known may have been put at a path or around it.
    pub(super) fn is_vague(&self, path: &ImagePath) -> bool {
        !self.vague.is_empty()
            && path
                .and_above()
                .any(|folder| self.vague.contains_key(folder))
    }

    /// The changes before `end` that say whether something is at a path, the last first: the index, and
    /// how many folders the path lies below the change's own.
    pub(super) fn presence_of<'d>(
        &'d self,
        path: &'d ImagePath,
        end: usize,
    ) -> impl Iterator<Item = (usize, usize)> + use<'d> {
        self.merged(path, end, About::Presence)
    }

    /// The changes before `end` that a question about a path concerns, in the same order.
    pub(super) fn merged<'d>(
        &'d self,
        path: &'d ImagePath,
        end: usize,
        about: About,
    ) -> impl Iterator<Item = (usize, usize)> + use<'d> {
        let before = |list: &'d [u32]| &list[..list.partition_point(|&at| (at as usize) < end)];
        let mut lists: Vec<(&[u32], usize)> = Vec::new();
        for (level, folder) in path.and_above().enumerate() {
            for (map, is_meant) in [
                (&self.presence, true),
                (&self.vague, matches!(about, About::Presence | About::Owner)),
                (&self.rights, matches!(about, About::Owner | About::Mode)),
            ] {
                if is_meant
                    && !map.is_empty()
                    && let Some(list) = map.get(folder)
                {
                    lists.push((before(list), level));
                }
            }
        }
        if matches!(about, About::Owner | About::Mode) {
            lists.push((before(&self.unsure), 0));
        }
        std::iter::from_fn(move || {
            loop {
                let (list, level) = lists
                    .iter_mut()
                    .max_by_key(|(list, _)| list.last().copied())?;
                let (&last, rest) = list.split_last()?;
                *list = rest;
                let (at, level) = (last as usize, *level);
                let change = &self.changes[at];
                let is_concerned = match &change.what {
                    What::Owner { reach, .. } | What::Mode { reach, .. } => {
                        reach.concerns(&change.path, path, level)
                    }
                    _ => true,
                };
                if is_concerned {
                    return Some((at, level));
                }
            }
        })
    }

    pub(super) fn push(&mut self, change: Change) {
        let at = u32::try_from(self.changes.len()).expect("files are below 4 GiB");
        let list = match &change.what {
            What::Owner { .. } | What::Mode { .. } => {
                self.rights.entry(change.path.to_string()).or_default()
            }
            What::Unsure(_) => &mut self.unsure,
            // That the folder itself is there is said by another change before it.
            What::Tree {
                contents: Contents::Nothing,
                ..
            } => {
                self.changes.push(change);
                return;
            }
            What::Tree {
                contents: Contents::Unknown | Contents::NoFiles,
                mode: None,
                ..
            } => self.vague.entry(change.path.to_string()).or_default(),
            _ => self.presence.entry(change.path.to_string()).or_default(),
        };
        list.push(at);
        self.changes.push(change);
    }
}

/// Where what was put at a path comes from.
pub(super) fn origin_of(from: &From, rest: &str, step: usize) -> Option<Origin> {
    match from {
        From::Context(source) => {
            let path = source.join(rest_of(rest));
            let relative = path.below(&ImagePath::root()).unwrap_or("");
            Some(Origin::Context(relative.to_owned()))
        }
        From::Stage(stage, source) => Some(Origin::Stage(*stage, source.join(rest_of(rest)))),
        From::Command => Some(Origin::Step(step)),
        From::Download => Some(Origin::Download),
        From::Elsewhere => None,
    }
}

/// The rest of a path, so that it can be joined.
pub(super) fn rest_of(rest: &str) -> &str {
    if rest.is_empty() { "." } else { rest }
}

/// Whether a name fits a pattern of `*`, `?` and `[…]` (Go's `filepath.Match`).
pub(super) fn fits(pattern: &str, name: &str) -> bool {
    crate::facts::context_files::matches(pattern.as_bytes(), name.as_bytes())
}

impl Reach {
    /// Whether it concerns `path`, which lies `level` folders below the change's own path.
    fn concerns(&self, own: &ImagePath, path: &ImagePath, level: usize) -> bool {
        match self {
            Reach::Itself => level == 0,
            Reach::Deep => true,
            Reach::Contents { pattern, is_deep } => {
                let rest = ImagePath::new(path.below(own).unwrap_or(""));
                (level == 1 || (level > 1 && *is_deep))
                    && rest.parts().next().is_some_and(|name| fits(pattern, name))
            }
        }
    }
}
