//! What stands at a path, as the changes up to one of them leave it.

use dfix_catalogue::{Family, FolderMark, folder_above, folder_is};

use super::changes::{About, Change, Contents, Data, From, What, fits, origin_of, rest_of};
use super::entry::{Entry, Origin};
use crate::collect::shell::Os;
use crate::context::{Answer, is_there_unread};
use crate::facts::absent_copies::has_project;
use crate::facts::base_image::{base_facts, base_workdir};
use crate::handles::{Base, Command, Stage, Step};
use crate::packages::PackageCommand;
use crate::path::ImagePath;
use crate::ternary::OpenCondition;

/// More copied folders than this are not looked into for one path.
const MOST_FOLDERS: usize = 64;

/// Folders of every system that hold nothing in an image which only adds programs.
const EMPTY: &[&str] = &["/home", "/media", "/mnt", "/opt", "/srv"];

/// How many stages a file is followed through.
pub(super) const MOST_STAGES: usize = 8;

/// The changes up to one of them.
#[derive(Clone, Copy)]
pub(super) struct View<'m, 'd> {
    pub(super) stage: Stage<'m>,
    pub(super) data: &'d Data,
    pub(super) end: usize,
    /// The changes of another stage.
    pub(super) data_of: fn(Stage<'m>) -> &'m Data,
    /// Of commands that leave files whose names are not known: whether none is at a path.
    pub(super) leaves_out: LeavesOut,
}

/// Whether a command leaves nothing at a path.
pub(crate) type LeavesOut = fn(Command<'_>, &ImagePath) -> bool;

pub(super) fn unread(path: &ImagePath) -> OpenCondition {
    OpenCondition::new(
        format!("what is at {path}, as not all that the build does is read"),
        "look into the image",
    )
}

impl<'m> View<'m, '_> {
    /// The files of another stage at its end.
    pub(super) fn other(self, stage: Stage<'m>) -> View<'m, 'm> {
        let data = (self.data_of)(stage);
        View {
            stage,
            data,
            end: data.count(),
            data_of: self.data_of,
            leaves_out: self.leaves_out,
        }
    }

    pub(super) fn stage_of(self, index: usize) -> Stage<'m> {
        Stage {
            file: self.stage.file,
            index,
        }
    }

    pub(super) fn entry(self, path: &ImagePath, depth: usize) -> Entry {
        // What later changes leave open: whether they made it, whether they removed it.
        let (mut open, mut gone): (Option<OpenCondition>, Option<OpenCondition>) = (None, None);
        let mut looked_into = 0;
        if depth > MOST_STAGES {
            return Entry::Unknown(unread(path));
        }
        for (at, level) in self.data.presence_of(path, self.end) {
            let change = &self.data.changes[at];
            let found = match (&change.what, level) {
                (What::Folder { .. } | What::Tree { .. }, 0) => Entry::Folder,
                (What::File { entry, .. }, 0) => entry.clone(),
                // What was a file has nothing below it.
                (
                    What::File {
                        entry: Entry::File, ..
                    },
                    _,
                ) if change.is_certain => Entry::Nothing,
                (What::File { entry, from, .. }, _) if *entry != Entry::File => {
                    looked_into += 1;
                    if looked_into > MOST_FOLDERS {
                        return Entry::Unknown(unread(path));
                    }
                    self.entry_from(from, &change.path, path, depth)
                }
                (
                    What::Tree {
                        from,
                        only,
                        contents,
                        ..
                    },
                    _,
                ) => {
                    looked_into += 1;
                    if looked_into > MOST_FOLDERS {
                        return Entry::Unknown(unread(path));
                    }
                    // It would say once more that it is not known.
                    if *contents == Contents::Unknown && open.is_some() {
                        continue;
                    }
                    let rest = path.below(&change.path).unwrap_or("");
                    let first = ImagePath::new(rest);
                    let fits = only.as_ref().is_none_or(|pattern| {
                        first.parts().next().is_some_and(|name| fits(pattern, name))
                    });
                    if fits {
                        self.entry_from(from, &change.path, path, depth)
                    } else {
                        continue;
                    }
                }
                (What::Removed, _) => Entry::Nothing,
                (What::Cleared(pattern), _) => {
                    let rest = ImagePath::new(path.below(&change.path).unwrap_or(""));
                    if rest.parts().next().is_some_and(|name| fits(pattern, name)) {
                        Entry::Nothing
                    } else {
                        continue;
                    }
                }
                (What::Filled(why), level) if level > 0 => {
                    if !change
                        .command_of(self.stage)
                        .is_some_and(|it| (self.leaves_out)(it, path))
                    {
                        open.get_or_insert_with(|| why.clone());
                    }
                    continue;
                }
                _ => continue,
            };
            match found {
                // It is not there by this one; perhaps by an earlier one.
                Entry::Nothing
                    if !matches!(
                        change.what,
                        What::Removed | What::Cleared(_) | What::File { .. }
                    ) => {}
                Entry::Unknown(why) => {
                    open.get_or_insert(why);
                }
                Entry::Nothing => {
                    if change.is_certain {
                        return open.map_or(Entry::Nothing, Entry::Unknown);
                    }
                    gone.get_or_insert_with(|| {
                        OpenCondition::new(
                            format!("whether the build removes {path}"),
                            "let no condition decide it",
                        )
                    });
                }
                found if change.is_certain => return gone.map_or(found, Entry::Unknown),
                _ => {
                    open.get_or_insert_with(|| {
                        OpenCondition::new(
                            format!("whether the build makes {path}"),
                            "let no condition decide it",
                        )
                    });
                }
            }
        }
        let below = self.entry_below(path, depth);
        let is_unsure = self.data.is_unsure_before(self.end);
        match (below, open, gone) {
            (Entry::Nothing, Some(open), _) => Entry::Unknown(open),
            (Entry::Nothing, None, _) if is_unsure => Entry::Unknown(unread(path)),
            (Entry::Folder | Entry::File | Entry::Either, _, Some(gone)) => Entry::Unknown(gone),
            (below, ..) => below,
        }
    }

    /// What the base of the stage has at a path.
    fn entry_below(self, path: &ImagePath, depth: usize) -> Entry {
        if path.is_root() {
            return Entry::Folder;
        }
        if let Base::Stage(parent) = self.stage.base() {
            return self.other(parent).entry(path, depth);
        }
        if self.stage.base() == Base::Scratch {
            return Entry::Nothing;
        }
        let text = path.as_str();
        let facts = base_facts(self.stage);
        let unknown = || {
            let image = self.stage.base_image().text().unwrap_or("the base image");
            Entry::Unknown(OpenCondition::new(
                format!("whether {image} has {path}"),
                "look into the image",
            ))
        };
        if facts.family == Family::Scratch {
            return Entry::Nothing;
        }
        if folder_is(text, FolderMark::There) {
            return Entry::Folder;
        }
        if !facts.is_known() || self.stage.os() == Os::Windows {
            return unknown();
        }
        if base_workdir(self.stage).as_deref() == Some(text)
            || facts.users().any(|user| user.home == Some(text))
        {
            return Entry::Folder;
        }
        // What lies in the system's folders is not told here; beside them an image has nothing that it
        // does not tell, unless it brings an application of its own.
        let brings_more = !matches!(
            facts.family,
            Family::System
                | Family::Python
                | Family::Node
                | Family::Ruby
                | Family::Golang
                | Family::Perl
                | Family::Php
                | Family::Rust
        );
        let parent = path.parent();
        let is_in_empty = parent.is_some_and(|p| EMPTY.contains(&p.as_str()));
        let is_systems = folder_above(text, FolderMark::System)
            .is_some_and(|above| above == text || !EMPTY.contains(&above));
        let has_application = matches!(facts.family, Family::Service | Family::Other);
        if (is_in_empty && !brings_more) || !(is_systems || is_in_empty || has_application) {
            Entry::Nothing
        } else {
            unknown()
        }
    }

    /// What stands at `path` by something that was put at `at` from elsewhere.
    pub(super) fn entry_from(
        self,
        from: &From,
        at: &ImagePath,
        path: &ImagePath,
        depth: usize,
    ) -> Entry {
        let rest = path.below(at).unwrap_or("");
        match from {
            From::Context(source) => entry_of_context(self.stage, &source.join(rest_of(rest))),
            From::Stage(stage, source) => {
                let stage = self.stage_of(*stage);
                let path = source.join(rest_of(rest));
                self.other(stage).entry(&path, depth + 1)
            }
            From::Elsewhere | From::Download | From::Command => Entry::Unknown(unread(path)),
        }
    }

    /// Whether a change may put something at a path, in it or around it.
    pub(super) fn may_put(
        self,
        change: &Change,
        command: Option<Command<'_>>,
        path: &ImagePath,
    ) -> bool {
        let level = path.below(&change.path);
        let is_in_it = || change.path.is_below(path);
        let may_be_there = |from: &From| {
            // What is not in the context is made before the build, and of one without a project nothing is known.
            matches!(from, From::Context(source) if !has_project(self.stage.file) || entry_of_context(self.stage, source) == Entry::Nothing)
                || self.entry_from(from, &change.path, path, 0) != Entry::Nothing
        };
        match &change.what {
            // What `COPY` puts nobody knows where; of what is not read in a `RUN` see its texts.
            What::Unsure(_) => !self.stage.file.step(change.step).is_some_and(Step::is_run),
            What::File { entry, from, .. } => match level {
                Some(rest) => (rest.is_empty() || *entry != Entry::File) && may_be_there(from),
                None => is_in_it(),
            },
            What::Tree { from, only, .. } => match level {
                Some(rest) => {
                    let rest = ImagePath::new(rest);
                    let mut names = rest.parts();
                    let name = names.next().unwrap_or_default();
                    only.as_ref().is_none_or(|pattern| fits(pattern, name)) && may_be_there(from)
                }
                None => is_in_it(),
            },
            What::Filled(_) => {
                // They put a file, or one folder, under its own name.
                let is_of_a_name = command.is_some_and(|it| it.is_one_of(&["curl", "git", "wget"]));
                let is_packages = command.is_some_and(|it| PackageCommand::of(it).is_some());
                let is_far = level.is_some_and(|it| it.contains('/'));
                !is_packages && (level.is_some() && !(is_of_a_name && is_far) || is_in_it())
            }
            _ => false,
        }
    }

    /// What is known of the contents of `rest` in something that was put from elsewhere.
    pub(super) fn contents_from(self, from: &From, rest: &str, depth: usize) -> Contents {
        match from {
            From::Context(source) => contents_of_context(self.stage, &source.join(rest)),
            From::Stage(stage, source) => {
                let view = self.other(self.stage_of(*stage));
                view.contents(&source.join(rest), depth + 1)
            }
            From::Elsewhere => Contents::Unknown,
            From::Download | From::Command => Contents::Told,
        }
    }

    /// What is known of the contents of a folder, before any path in it is asked for, at the end of a stage.
    fn contents(self, folder: &ImagePath, depth: usize) -> Contents {
        if depth > MOST_STAGES || self.data.has_below(folder) {
            return Contents::Told;
        }
        let mut is_empty = !self.data.is_unsure_before(self.end) && !self.data.is_vague(folder);
        for (at, _) in self.data.merged(folder, self.end, About::Files) {
            let change = &self.data.changes[at];
            match &change.what {
                What::Folder { .. } => {}
                What::Tree {
                    from, only: None, ..
                } => {
                    let rest = rest_of(folder.below(&change.path).unwrap_or(""));
                    match self.contents_from(from, rest, depth) {
                        Contents::Told => return Contents::Told,
                        Contents::Nothing => {}
                        Contents::Unknown | Contents::NoFiles => is_empty = false,
                    }
                }
                _ => return Contents::Told,
            }
        }
        let below = match self.stage.base() {
            Base::Stage(parent) => self.other(parent).contents(folder, depth + 1),
            Base::Scratch => Contents::Nothing,
            Base::Image | Base::Unknown => {
                let is_inside = |path: &str| ImagePath::new(path).is_below(folder);
                let holds_nothing = self.entry_below(folder, depth) == Entry::Nothing
                    && !base_workdir(self.stage).is_some_and(|path| is_inside(&path))
                    && !base_facts(self.stage)
                        .users()
                        .any(|user| user.home.is_some_and(is_inside));
                if holds_nothing {
                    Contents::Nothing
                } else {
                    Contents::NoFiles
                }
            }
        };
        match below {
            Contents::Nothing if !is_empty => Contents::NoFiles,
            Contents::Unknown => Contents::NoFiles,
            below => below,
        }
    }

    pub(super) fn origin(self, path: &ImagePath) -> Option<Origin> {
        for (at, level) in self.data.presence_of(path, self.end) {
            let change = &self.data.changes[at];
            let from = match (&change.what, level) {
                (What::Removed, _) => return None,
                (What::File { from, .. }, 0) => from,
                (What::File { from, entry, .. }, _) if *entry != Entry::File => from,
                (What::Tree { from, .. }, _) => from,
                (What::Folder { .. }, 0) => return Some(Origin::Step(change.step)),
                _ => continue,
            };
            match self.entry_from(from, &change.path, path, 0) {
                Entry::Nothing => continue,
                Entry::Unknown(_) if level > 0 => return None,
                _ => {}
            }
            return origin_of(from, path.below(&change.path).unwrap_or(""), change.step);
        }
        match self.stage.base() {
            Base::Stage(parent) => self.other(parent).origin(path),
            _ if self.entry_below(path, 0) == Entry::Nothing => None,
            _ => Some(Origin::Base),
        }
    }
}

/// What the build context has at a path.
pub(super) fn entry_of_context(stage: Stage<'_>, path: &ImagePath) -> Entry {
    let context = stage.file.context;
    let relative = path.below(&ImagePath::root()).unwrap_or("");
    if relative.is_empty() {
        return Entry::Folder;
    }
    match context.read(relative) {
        Answer::Found(_) => return Entry::File,
        Answer::Unknown(why) if is_there_unread(&why) => {
            return Entry::File;
        }
        Answer::Absent | Answer::Unknown(_) => {}
    }
    match context.list(relative) {
        Answer::Found(_) => Entry::Folder,
        Answer::Absent => Entry::Nothing,
        Answer::Unknown(_) => Entry::Unknown(OpenCondition::new(
            format!("whether the build context has {relative}"),
            "run dfix where the build context is",
        )),
    }
}

/// What is known of the contents of a folder of the build context, before any path in it is asked for.
fn contents_of_context(stage: Stage<'_>, folder: &ImagePath) -> Contents {
    let relative = folder.below(&ImagePath::root()).unwrap_or("");
    if stage.file.context.tells_apart_below(relative) {
        return Contents::Told;
    }
    match entry_of_context(stage, folder) {
        Entry::Unknown(_) => Contents::Unknown,
        Entry::Nothing | Entry::File => Contents::Nothing,
        Entry::Folder | Entry::Either => Contents::Told,
    }
}
