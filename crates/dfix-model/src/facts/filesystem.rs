//! The files of an image as the steps leave them: what is there, where it comes from, whose it is, who may
//! do what with it.

mod changes;
mod collect;
mod commands;
pub(crate) mod entry;
mod landings;
pub(crate) mod mode;
mod rights;
mod view;
mod words;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::accounts::account::Account;
use crate::facts::entry::entry;
use crate::handles::{Command, ProgramPoint, Stage, Step};
use crate::path::ImagePath;
use crate::ternary::{OpenCondition, Ternary};

use changes::{Data, From, What};
use entry::{Entry, Origin, Owner, Touch, Touched};
use mode::Access;
use view::{LeavesOut, View};

/// The files of a stage's image, at its end or at a step, see [`Filesystem::at`].
#[derive(Clone, Copy)]
pub struct Filesystem<'m> {
    stage: Stage<'m>,
    data: &'m Data,
    /// Only what happens before this step counts.
    before: usize,
}

/// What the steps of a stage do to files.
fn data_of(stage: Stage<'_>) -> &Data {
    stage.cached(|| collect::of(stage, data_of))
}

impl<'m> Filesystem<'m> {
    /// The files at the end of a stage: those of the container.
    pub fn of(stage: Stage<'m>) -> Self {
        Filesystem {
            stage,
            data: data_of(stage),
            before: usize::MAX,
        }
    }

    /// The files as they are when a step begins.
    pub fn at(self, at: impl ProgramPoint<'m>) -> Self {
        Filesystem {
            before: at.step().index,
            ..self
        }
    }

    /// What commands that run in a container make, write or remove: for each the path, and whether it is a folder. Only
    /// commands count that do nothing else, and only what is known of the paths.
    pub(crate) fn done_by(
        self,
        commands: impl Iterator<Item = Command<'m>>,
    ) -> Vec<(Command<'m>, ImagePath, bool)> {
        collect::done_by(self.stage, data_of, commands)
    }

    fn view(self) -> View<'m, 'm> {
        View {
            stage: self.stage,
            data: self.data,
            end: self.data.count_before(self.before),
            data_of,
            leaves_out: |_, _| false,
        }
    }

    /// What stands at a path.
    pub fn entry(self, path: &ImagePath) -> Entry {
        self.view().entry(path, 0)
    }

    /// Whether something stands at a path.
    pub fn exists(self, path: &ImagePath) -> Ternary {
        self.exists_without(path, |_, _| false)
    }

    /// Whether something stands at a path, where such commands leave nothing there.
    pub(crate) fn exists_without(self, path: &ImagePath, leaves_out: LeavesOut) -> Ternary {
        let view = View {
            leaves_out,
            ..self.view()
        };
        match view.entry(path, 0) {
            Entry::Nothing => Ternary::No,
            Entry::Unknown(open) => Ternary::Unknown(open),
            Entry::Folder | Entry::File | Entry::Either => Ternary::Yes,
        }
    }

    /// Whom a file or folder belongs to.
    ///
    /// # Errors
    /// Why it is not known.
    pub fn owner(self, path: &ImagePath) -> Result<Owner, OpenCondition> {
        self.view().owner(path, 0)
    }

    /// Where a file or folder comes from, if it is known.
    pub fn origin(self, path: &ImagePath) -> Option<Origin> {
        self.view().origin(path)
    }

    /// Whether a user may do this with the file or folder at a path, the folders above it gone through.
    pub fn may(self, account: &Account, access: Access, path: &ImagePath) -> Ternary {
        let above: Vec<ImagePath> = path.ancestors().filter(|p| !p.is_root()).collect();
        let mut answer = self.view().allows(account, access, path);
        for folder in above {
            answer = self
                .view()
                .allows(account, Access::Execute, &folder)
                .and(|| answer);
        }
        answer
    }

    /// Whether all that is copied into a folder and made in it belongs to a user, see [`Filesystem::not_of`].
    pub fn holds_only_of(self, account: &Account, folder: &ImagePath) -> bool {
        self.not_of(account, folder).is_empty()
    }

    /// What is copied into a folder, made in it or filled around it and does not belong to a user, the last first; the
    /// folder where the build does something that is not read. Of the folder itself see [`Filesystem::owner`]. What
    /// package managers and other programs leave there is not looked at.
    pub fn not_of(self, account: &Account, folder: &ImagePath) -> Vec<ImagePath> {
        let mut found = Vec::new();
        self.view().not_of(account, folder, &mut found);
        found
    }

    /// What the build closes to a user: the paths that it may not read, and of those that are started the
    /// ones that it may not run.
    pub fn closed_to(self, account: &Account) -> Vec<ImagePath> {
        let started = entry(self.stage).programs_by_path();
        let removed = self.removed();
        let chain = self.stage.base_chain().map(Filesystem::of);
        let moded = chain
            .flat_map(Filesystem::touched)
            .filter(|touched| matches!(touched.touch, Touch::Moded | Touch::Copied))
            .map(|touched| touched.path);
        let mut seen = FxHashSet::default();
        // Many paths lie in the same folders.
        let mut shut: FxHashMap<ImagePath, bool> = FxHashMap::default();
        let mut is_shut = |folder: &ImagePath| {
            if let Some(&known) = shut.get(folder) {
                return known;
            }
            let answer = self.view().allows(account, Access::Execute, folder);
            shut.insert(folder.clone(), answer.is_no());
            answer.is_no()
        };
        moded
            .chain(&started)
            .filter(|path| seen.insert(*path))
            .filter(|path| {
                let may_not = |access| self.view().allows(account, access, path).is_no();
                let may_not_run = || started.contains(path) && may_not(Access::Execute);
                let mut above = path.ancestors().filter(|folder| !folder.is_root());
                (above.any(|folder| is_shut(&folder)) || may_not(Access::Read) || may_not_run())
                    && !(is_below_one(path, &removed) && self.entry(path) == Entry::Nothing)
            })
            .cloned()
            .collect()
    }

    /// Whether the steps of the stage, or of those that it is based on, remove what is at a path, so that it is
    /// not there any more.
    pub fn removes(self, path: &ImagePath) -> bool {
        self.entry(path) == Entry::Nothing && is_below_one(path, &self.removed())
    }

    /// What the steps of the stage and of those that it is based on remove.
    fn removed(self) -> FxHashSet<&'m str> {
        let chain = self.stage.base_chain().map(Filesystem::of);
        let touched = chain.flat_map(Filesystem::touched);
        touched
            .filter(|touched| touched.touch == Touch::Removed)
            .map(|touched| touched.path.as_str())
            .collect()
    }

    /// The first step of the stage itself, with its command where that stands in the file, that may put something at one of these paths, in
    /// it or around it; package managers and steps that are told of elsewhere do not count.
    pub(crate) fn first_put_unseen(
        self,
        paths: &[&str],
        is_told: &dyn Fn(Step<'m>) -> bool,
    ) -> Option<(Step<'m>, Option<Command<'m>>)> {
        let paths: Vec<ImagePath> = paths.iter().map(|it| ImagePath::new(it)).collect();
        let view = self.view();
        let (data, stage) = (self.data, self.stage);
        data.changes[..view.end].iter().find_map(|change| {
            let step = Step {
                file: stage.file,
                index: change.step,
            };
            let command = change.command_of(stage);
            let may_put = |path: &ImagePath| view.may_put(change, command, path);
            (paths.iter().any(may_put) && !is_told(step)).then_some((step, command))
        })
    }

    /// The paths that steps make, fill, give or close, in order.
    pub fn touched(self) -> impl DoubleEndedIterator<Item = Touched<'m>> {
        let (data, stage) = (self.data, self.stage);
        let end = data.count_before(self.before);
        data.changes[..end].iter().filter_map(move |change| {
            let touch = match &change.what {
                What::Folder { is_asked: true, .. } => Touch::Made,
                What::File {
                    from: From::Command,
                    ..
                } => Touch::Written,
                What::File { .. } | What::Tree { .. } => Touch::Copied,
                What::Filled(_) => Touch::Filled,
                What::Owner { .. } => Touch::Given,
                What::Mode { .. } => Touch::Moded,
                What::Removed => Touch::Removed,
                What::Folder { .. } | What::Unsure(_) | What::Cleared(_) => return None,
            };
            let step = Step {
                file: stage.file,
                index: change.step,
            };
            let command = change.command_of(stage);
            Some(Touched {
                path: &change.path,
                touch,
                step,
                command,
            })
        })
    }
}

fn is_below_one(path: &ImagePath, folders: &FxHashSet<&str>) -> bool {
    path.and_above().any(|folder| folders.contains(folder))
}
