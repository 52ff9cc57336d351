//! What lands where, and whom it belongs to then.

use rustc_hash::FxHashSet;

use super::Filesystem;
use super::entry::{Landing, Touch};
use super::mode::Access;
use crate::facts::accounts::account::Account;
use crate::facts::variables::expand_text;
use crate::handles::{Stage, Step};
use crate::path::ImagePath;

impl<'m> Filesystem<'m> {
    /// What a step copies, in the order of its sources.
    pub fn landings(self) -> impl Iterator<Item = &'m Landing> {
        let before = self.before;
        self.data
            .landings
            .iter()
            .take_while(move |landing| landing.step < before)
    }

    /// What one step of the stage copies.
    pub(crate) fn landings_of(self, step: usize) -> &'m [Landing] {
        let all = &self.data.landings;
        let from = all.partition_point(|it| it.step < step);
        let own = &all[from..];
        &own[..own.partition_point(|it| it.step == step)]
    }

    /// What the steps of the stage and of those that it is based on copy, this stage's first.
    pub fn all_landings(self) -> impl Iterator<Item = &'m Landing> {
        let chain = self.stage.base_chain().skip(1);
        self.landings()
            .chain(chain.flat_map(|stage| Filesystem::of(stage).landings()))
    }

    /// Whether a step copies to where only the build knows, and says nothing of an owner.
    pub fn lands_anywhere(self) -> bool {
        self.stage.copies().any(|copy| {
            let target = copy.target();
            let target = target.and_then(|word| expand_text(self.stage, word, copy));
            target.is_none() && copy.flag("chown").is_none()
        })
    }

    /// The `COPY`s and `ADD`s that put files into one of these folders as they are, and say nothing of an owner.
    pub fn plain_copies_into(self, folders: &[&ImagePath]) -> Vec<Step<'m>> {
        let (unpacked, plain): (Vec<&Landing>, Vec<&Landing>) = self
            .landings()
            .filter(|landing| folders.iter().any(|folder| landing.path.is_below(folder)))
            .partition(|landing| landing.may_unpack || landing.has_owner);
        let steps = |of: Vec<&Landing>| of.iter().map(|l| l.step).collect::<FxHashSet<usize>>();
        let (unpacked, plain) = (steps(unpacked), steps(plain));
        let copies = self.stage.copies();
        copies
            .filter(|step| plain.contains(&step.index()) && !unpacked.contains(&step.index()))
            .collect()
    }

    /// Whether files are copied into a folder, and all that lies there belongs to a user.
    pub fn holds_copies_of(self, account: &Account, folder: &ImagePath) -> bool {
        let mut landings = self.landings();
        landings.any(|landing| landing.path.is_below(folder)) && self.holds_only_of(account, folder)
    }

    /// Whom the file gives a folder to, by name or number, as the folder itself and what was copied there last show.
    pub fn owners_of(self, folder: &ImagePath) -> Vec<String> {
        let is_inside = |it: &&Landing| it.path.is_below(folder) || folder.is_below(&it.path);
        let copied = self.landings().filter(is_inside).last();
        let of_copy = copied.and_then(|landing| landing.owner.clone());
        let of_folder = self.owner(folder).ok();
        of_folder
            .into_iter()
            .chain(of_copy)
            .map(|owner| owner.user)
            .collect()
    }

    /// Whether the build gives a place to a user or changes its mode, and the user may read there then.
    pub fn is_opened_to(self, account: &Account, path: &ImagePath) -> bool {
        let is_touched = |stage: Stage<'m>| {
            Filesystem::of(stage).touched().any(|touched| {
                matches!(touched.touch, Touch::Given | Touch::Moded) && path.is_below(touched.path)
            })
        };
        self.stage.base_chain().any(is_touched) && !self.may(account, Access::Read, path).is_no()
    }
}
