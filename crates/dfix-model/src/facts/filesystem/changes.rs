//! What the steps of a stage do to files, in order.

use std::collections::HashMap;

use dfix_catalogue::{FileMark, file_is};

use super::{Entry, Landing, Owner, View, entry_of_context, origin_of};
use crate::collect::instruction::StepKind;
use crate::facts::executed::{Executed, Executor};
use crate::facts::user::user_at;
use crate::facts::variables::expand_text;
use crate::facts::workdir::workdir_before;
use crate::handles::{Source, Stage, Step};
use crate::path::ImagePath;
use crate::ternary::OpenCondition;

/// The changes of a stage, and where each path comes up among them.
#[derive(Default)]
pub(super) struct Data {
    pub(super) changes: Vec<Change>,
    pub(super) landings: Vec<Landing>,
    /// What makes, fills and removes, by path.
    presence: HashMap<String, Vec<u32>>,
    /// What gives and what sets modes, by path.
    rights: HashMap<String, Vec<u32>>,
    /// After these, not all is known.
    unsure: Vec<u32>,
}

/// A change.
pub(super) struct Change {
    pub(super) step: usize,
    /// The command of the step, where it stands in the file.
    pub(super) command: Option<u32>,
    pub(super) is_certain: bool,
    pub(super) path: ImagePath,
    pub(super) what: What,
}

/// What a change does to its path.
pub(super) enum What {
    /// A folder is there.
    Folder {
        /// Whether it was not there before, so that owner and mode are its own.
        is_new: bool,
        /// Whether it is made for itself, and not on the way to something in it.
        is_asked: bool,
        owner: Result<Owner, OpenCondition>,
        mode: Result<super::Mode, OpenCondition>,
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

impl Data {
    /// How many changes happen before a step.
    pub(super) fn count_before(&self, step: usize) -> usize {
        self.changes.partition_point(|change| change.step < step)
    }

    pub(super) fn is_unsure_before(&self, end: usize) -> bool {
        self.unsure.first().is_some_and(|&at| (at as usize) < end)
    }

    /// The changes before `end` that say whether something is at a path, the last first: the index, and
    /// how many folders the path lies below the change's own.
    pub(super) fn presence_of<'d>(
        &'d self,
        path: &'d ImagePath,
        end: usize,
    ) -> impl Iterator<Item = (usize, usize)> + use<'d> {
        self.merged(path, end, false)
    }

    /// The same with those that change owners and modes.
    pub(super) fn all_of<'d>(
        &'d self,
        path: &'d ImagePath,
        end: usize,
    ) -> impl Iterator<Item = (usize, usize)> + use<'d> {
        self.merged(path, end, true)
    }

    fn merged<'d>(
        &'d self,
        path: &'d ImagePath,
        end: usize,
        has_rights: bool,
    ) -> impl Iterator<Item = (usize, usize)> + use<'d> {
        let before = |list: &'d [u32]| &list[..list.partition_point(|&at| (at as usize) < end)];
        let mut lists: Vec<(&[u32], usize)> = Vec::new();
        let own = std::iter::once(path.clone()).chain(path.ancestors());
        for (level, folder) in own.enumerate() {
            for map in [Some(&self.presence), has_rights.then_some(&self.rights)] {
                if let Some(list) = map.and_then(|map| map.get(folder.as_str())) {
                    lists.push((before(list), level));
                }
            }
        }
        if has_rights {
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

    fn push(&mut self, change: Change) {
        let at = u32::try_from(self.changes.len()).expect("files are below 4 GiB");
        let list = match &change.what {
            What::Owner { .. } | What::Mode { .. } => {
                self.rights.entry(change.path.to_string()).or_default()
            }
            What::Unsure(_) => &mut self.unsure,
            _ => self.presence.entry(change.path.to_string()).or_default(),
        };
        list.push(at);
        self.changes.push(change);
    }
}

/// What the steps of a stage do to files.
pub(super) fn of(stage: Stage<'_>) -> Data {
    let mut collector = Collector {
        stage,
        data: Data::default(),
        step: stage.from_step(),
        command: None,
        is_certain: true,
        user: Ok(Owner::root()),
    };
    let mut executor = Executor::new(stage);
    for step in stage.steps().filter(|step| !step.is_onbuild()) {
        collector.step = step;
        collector.command = None;
        collector.is_certain = true;
        match step.kind() {
            StepKind::Run => {
                collector.user = collector.user_of(step);
                for executed in executor.step(step) {
                    match executed {
                        Executed::Command(command) => collector.command(command),
                        Executed::Unread(open) => {
                            collector.is_certain = true;
                            collector.push(ImagePath::root(), What::Unsure(open));
                        }
                        Executed::Other(_) => {}
                    }
                }
            }
            StepKind::Copy | StepKind::Add => collector.copy(step),
            StepKind::Workdir => {
                if let Some(folder) = workdir_before(stage, step.index + 1, true) {
                    collector.user = collector.user_of(step);
                    // BuildKit makes it for the user in force, other builders for root.
                    if collector.user.as_ref().is_ok_and(|user| !user.is_root()) {
                        collector.user = Err(OpenCondition::new(
                            format!("whom {folder} belongs to, as builders do not agree on it"),
                            "let `chown` give it to somebody",
                        ));
                    }
                    collector.make_folder(&ImagePath::new(&folder), true);
                }
            }
            _ => {}
        }
    }
    collector.data
}

pub(super) struct Collector<'m> {
    pub(super) stage: Stage<'m>,
    data: Data,
    pub(super) step: Step<'m>,
    pub(super) command: Option<u32>,
    pub(super) is_certain: bool,
    /// Who makes what commands make.
    pub(super) user: Result<Owner, OpenCondition>,
}

/// The mode that a new folder gets.
const FOLDER: super::Mode = super::Mode::octal(0o755);

impl<'m> Collector<'m> {
    fn user_of(&self, step: Step<'m>) -> Result<Owner, OpenCondition> {
        let user = user_at(self.stage, step);
        match user.name {
            Some(name) if !name.is_empty() => Ok(Owner {
                group: user.group,
                ..Owner::of_text(&name)
            }),
            Some(_) => Ok(Owner::root()),
            // An image that is not known runs as root, unless it is told.
            None if user.step.is_none() => Ok(Owner::root()),
            None => Err(OpenCondition::new(
                "which user the variables of USER name",
                "write the user's name or number there",
            )),
        }
    }

    pub(super) fn push(&mut self, path: ImagePath, what: What) {
        self.data.push(Change {
            step: self.step.index,
            command: self.command,
            is_certain: self.is_certain,
            path,
            what,
        });
    }

    pub(super) fn view(&self) -> View<'m, '_> {
        View {
            stage: self.stage,
            data: &self.data,
            end: self.data.changes.len(),
        }
    }

    pub(super) fn entry(&self, path: &ImagePath) -> Entry {
        self.view().entry(path, 0)
    }

    /// Whether the last that happened to a folder is that files were put into it.
    pub(super) fn is_filled(&self, folder: &ImagePath) -> bool {
        let last = self
            .data
            .presence_of(folder, self.data.changes.len())
            .next();
        last.is_some_and(|(at, level)| {
            level == 0 && matches!(self.data.changes[at].what, What::Filled(_))
        })
    }

    /// Makes a folder and those around it, where they are not there.
    pub(super) fn make_folder(&mut self, path: &ImagePath, is_asked: bool) {
        let owner = self.user.clone();
        self.make_folder_of(path, is_asked, &owner, &Ok(FOLDER));
    }

    pub(super) fn make_folder_of(
        &mut self,
        path: &ImagePath,
        is_asked: bool,
        owner: &Result<Owner, OpenCondition>,
        mode: &Result<super::Mode, OpenCondition>,
    ) {
        let mut missing = Vec::new();
        let mut at = Some(path.clone());
        while let Some(folder) = at {
            let is_new = match self.entry(&folder) {
                Entry::Folder => break,
                Entry::Unknown(_) => false,
                Entry::File | Entry::Either | Entry::Nothing => true,
            };
            at = folder.parent();
            missing.push((folder, is_new));
        }
        for (folder, is_new) in missing.into_iter().rev() {
            let is_asked = is_asked && folder == *path;
            self.push(
                folder,
                What::Folder {
                    is_new,
                    is_asked,
                    owner: owner.clone(),
                    mode: mode.clone(),
                },
            );
        }
    }

    /// A file that a command makes or writes to.
    pub(super) fn write_file(&mut self, path: ImagePath) {
        if self.entry(&path) == Entry::File {
            // What is there keeps its owner and its mode.
            return;
        }
        if let Some(folder) = path.parent() {
            self.make_folder(&folder, false);
        }
        let what = What::File {
            entry: Entry::File,
            from: From::Command,
            owner: Some(self.user.clone()),
            mode: None,
        };
        self.push(path, what);
    }

    fn copy(&mut self, step: Step<'m>) {
        let stage = self.stage;
        let text = |word| expand_text(stage, word, step);
        let Some(workdir) = workdir_before(stage, step.index, true) else {
            return;
        };
        let Some(target_text) = step.target().and_then(text) else {
            let open = OpenCondition::new(
                format!("where `{}` puts its files", step.name()),
                "write the place down",
            );
            self.push(ImagePath::root(), What::Unsure(open));
            return;
        };
        let target = ImagePath::new(&workdir).join(&target_text);
        let flag = |name: &str| step.flag(name).map(|flag| flag.value().and_then(text));
        let chown = match flag("chown") {
            None => None,
            Some(Some(text)) => Some(Ok(Owner::of_text(&text))),
            Some(None) => Some(Err(OpenCondition::new(
                "whom the variables of `--chown` name",
                "write the user's name or number there",
            ))),
        };
        let chmod = flag("chmod").map(Option::unwrap_or_default);
        let from = step.source();
        let count = step.sources().count();
        let is_into_folder =
            target_text.ends_with('/') || matches!(target_text.as_str(), "." | "..") || count > 1;
        let keeps_parents = step.flag("parents").is_some();
        // The folders that are made on the way have the owner and the mode that are said for the files.
        let folder_owner = chown.clone().unwrap_or_else(|| Ok(Owner::root()));
        let folder_mode = match &chmod {
            None => Ok(FOLDER),
            Some(text) => {
                let mut mode = FOLDER;
                let is_octal = text.bytes().all(|b| b.is_ascii_digit());
                if !is_octal || mode.change(text, true) {
                    Ok(mode)
                } else {
                    Err(OpenCondition::new(
                        format!("which mode `--chmod={text}` gives"),
                        "write the mode in octal digits",
                    ))
                }
            }
        };
        for word in step.sources() {
            let Some(source_text) = text(word) else {
                self.make_folder_of(&target, true, &folder_owner, &folder_mode);
                let open = OpenCondition::new(
                    format!("what `{}` puts into {target}", step.name()),
                    "write the source down",
                );
                self.push(target.clone(), What::Filled(open));
                continue;
            };
            let is_url = ["http://", "https://", "git@"]
                .iter()
                .any(|scheme| source_text.starts_with(scheme));
            let source = ImagePath::new(&source_text);
            let name = if is_url {
                source_text.rsplit('/').next().unwrap_or("").to_owned()
            } else {
                source.file_name().to_owned()
            };
            let target = if keeps_parents && !is_url {
                let around = source.parent().unwrap_or_else(ImagePath::root);
                target.join(rest(&around))
            } else {
                target.clone()
            };
            let only = name.contains(['*', '?', '[']).then(|| name.clone());
            let folder = if only.is_some() {
                source.parent().unwrap_or_else(ImagePath::root)
            } else {
                source.clone()
            };
            let place = match &from {
                _ if is_url => From::Download,
                None => From::Context(folder),
                Some(Source::Stage(stage)) => From::Stage(stage.index, folder),
                Some(Source::Image(_) | Source::Unknown) => From::Elsewhere,
            };
            let is_archive = !is_url && step.is(StepKind::Add) && file_is(&name, FileMark::Archive);
            let place = if is_archive { From::Elsewhere } else { place };
            let entry = if only.is_some() || is_archive {
                Entry::Folder
            } else if is_url {
                Entry::File
            } else {
                self.entry_of_source(&place, &source_text, &name)
            };
            let owner = match (&chown, &place) {
                (Some(owner), _) => Some(owner.clone()),
                (None, From::Stage(..) | From::Elsewhere) => None,
                (None, _) => Some(Ok(Owner::root())),
            };
            let is_folder_there = is_into_folder || self.entry(&target) == Entry::Folder;
            let landing = match entry {
                Entry::Folder => target.clone(),
                _ if is_folder_there => target.join(&name),
                _ => target.clone(),
            };
            self.data.landings.push(Landing {
                step: step.index,
                from: origin_of(&place, "", step.index),
                path: landing.clone(),
                entry: entry.clone(),
                is_in_folder: entry != Entry::Folder && is_folder_there,
            });
            if entry == Entry::Folder {
                self.make_folder_of(&target, true, &folder_owner, &folder_mode);
                let what = What::Tree {
                    from: place,
                    only,
                    owner,
                    mode: chmod.clone(),
                };
                self.push(target, what);
                continue;
            }
            if let Some(folder) = landing.parent() {
                self.make_folder_of(&folder, false, &folder_owner, &folder_mode);
            }
            if entry != Entry::File && is_folder_there {
                // Its contents land in the target, where it is a folder.
                let what = What::Tree {
                    from: place.clone(),
                    only: None,
                    owner: owner.clone(),
                    mode: chmod.clone(),
                };
                self.push(target, what);
            }
            let what = What::File {
                entry: if entry == Entry::File {
                    Entry::File
                } else {
                    Entry::Either
                },
                from: place,
                owner,
                mode: chmod.clone(),
            };
            self.push(landing, what);
        }
    }

    /// Whether a source is a file or a folder, as far as can be told.
    fn entry_of_source(&self, place: &From, text: &str, name: &str) -> Entry {
        let known = match place {
            From::Context(path) => entry_of_context(self.stage, path),
            From::Stage(stage, path) => {
                let stage = Stage {
                    file: self.stage.file,
                    index: *stage,
                };
                super::Filesystem::of(stage).entry(path)
            }
            From::Download => Entry::File,
            From::Elsewhere | From::Command => Entry::Either,
        };
        match known {
            Entry::File | Entry::Folder => return known,
            Entry::Either | Entry::Nothing | Entry::Unknown(_) => {}
        }
        if text.ends_with('/') || matches!(name, "" | "." | "..") {
            return Entry::Folder;
        }
        if file_is(name, FileMark::Plain) || file_is(name, FileMark::Source) {
            Entry::File
        } else {
            Entry::Either
        }
    }
}

/// A path without the slash before it.
fn rest(path: &ImagePath) -> &str {
    match path.below(&ImagePath::root()) {
        None | Some("") => ".",
        Some(rest) => rest,
    }
}
