//! What was copied right before a step.

use crate::collect::instruction::StepKind;
use crate::facts::filesystem::Filesystem;
use crate::facts::filesystem::entry::{Entry, Landing};
use crate::handles::{Stage, Step};
use crate::path::ImagePath;

impl<'m> Stage<'m> {
    /// The `COPY`s right before a step, in order of place: between the first of them and it nothing runs, and no folder is entered.
    pub fn copies_right_before(self, step: Step<'m>) -> Vec<Step<'m>> {
        let is_between = |it: &Step<'_>| {
            let is_passed = it.is_metadata() || matches!(it.kind(), StepKind::Env | StepKind::Arg);
            (it.is(StepKind::Copy) || is_passed) && !it.is_onbuild()
        };
        let before = self.steps().rev().filter(|it| it.index < step.index);
        let block = before.take_while(is_between);
        let mut copies: Vec<Step<'m>> = block.filter(|it| it.is(StepKind::Copy)).collect();
        copies.reverse();
        copies
    }
}

impl<'m> Step<'m> {
    /// What it copies, in the order of its sources, as far as it is known where that lands.
    pub fn landings(self) -> impl Iterator<Item = &'m Landing> {
        let stage = self.stage();
        let own = stage.map_or(&[][..], |it| Filesystem::of(it).landings_of(self.index));
        own.iter()
    }

    /// Whether it is known of all that it copies where it lands.
    pub fn has_known_landings(self) -> bool {
        self.landings().count() == self.sources().count()
    }

    /// Whether it may copy something to a path, or below it: what is in a folder, and what lands nobody knows where, may be called
    /// so.
    pub fn may_land_at(self, path: &ImagePath) -> bool {
        let may_be_it = |it: &Landing| {
            // What is in a folder lands beside the place that a file would have.
            let around = it.path.parent().filter(|_| it.is_in_folder);
            let folder = around.as_ref().unwrap_or(&it.path);
            let may_hold = it.entry != Entry::File && path.is_below(folder);
            may_hold || it.path.is_below(path)
        };
        !self.has_known_landings() || self.landings().any(may_be_it)
    }
}
