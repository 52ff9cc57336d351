//! Stages: what they are called, what they are based on, which are shipped.

use rustc_hash::FxHashMap;

use dfix_syntax::TextRange;

use crate::collect::image::ImageRef;
use crate::collect::instruction::StepKind;
use crate::collect::model::Model;
use crate::collect::shell::Os;
use crate::collect::stage::{BaseData, StageData};
use crate::handles::{Base, Command, Stage, Step};

impl<'m> Stage<'m> {
    pub(crate) fn data(self) -> &'m StageData {
        &self.file.stages[self.index]
    }

    /// The file.
    pub fn file(self) -> &'m Model<'m> {
        self.file
    }

    /// Its index, counted from 0.
    pub fn index(self) -> usize {
        self.index
    }

    /// The name that `AS` gives it.
    pub fn name(self) -> Option<&'m str> {
        self.data().name.as_deref()
    }

    /// Whether the builder takes the name for that of this stage: capitals and small letters are the same to it.
    pub fn is_called(self, name: &str) -> bool {
        self.name().is_some_and(|it| it.eq_ignore_ascii_case(name))
    }

    /// The reference after `FROM`.
    pub fn image(self) -> &'m ImageRef {
        &self.data().image
    }

    /// What it is based on.
    pub fn base(self) -> Base<'m> {
        match self.data().base {
            BaseData::Stage(index) => Base::Stage(Stage {
                file: self.file,
                index,
            }),
            BaseData::Image => Base::Image,
            BaseData::Scratch => Base::Scratch,
            BaseData::Unknown => Base::Unknown,
        }
    }

    /// The value of `--platform`, if there is one and it is known.
    pub fn platform(self) -> Option<&'m str> {
        self.data().platform.as_deref()
    }

    /// The `FROM` instruction.
    pub fn from_step(self) -> Step<'m> {
        Step {
            file: self.file,
            index: self.data().from,
        }
    }

    /// The instructions after the `FROM`, in order; an `ONBUILD` is one, see [`Step::is_onbuild`].
    pub fn steps(self) -> impl DoubleEndedIterator<Item = Step<'m>> + ExactSizeIterator + Clone {
        let file = self.file;
        self.data()
            .steps
            .clone()
            .map(move |index| Step { file, index })
    }

    /// The instructions of this kind that run in this build: not those of `ONBUILD`.
    pub fn steps_of(self, kind: StepKind) -> impl DoubleEndedIterator<Item = Step<'m>> + Clone {
        self.steps().filter(move |s| s.is(kind) && !s.is_onbuild())
    }

    /// Its `RUN`s, without those of `ONBUILD`.
    pub fn runs(self) -> impl DoubleEndedIterator<Item = Step<'m>> + Clone {
        self.steps_of(StepKind::Run)
    }

    /// Its `COPY`s and `ADD`s, without those of `ONBUILD`.
    pub fn copies(self) -> impl DoubleEndedIterator<Item = Step<'m>> + ExactSizeIterator + Clone {
        self.listed(&self.data().copies)
    }

    /// Its `WORKDIR`s, without those of `ONBUILD`.
    pub fn workdirs(self) -> impl DoubleEndedIterator<Item = Step<'m>> + ExactSizeIterator + Clone {
        self.listed(&self.data().workdirs)
    }

    /// Its `USER`s, without those of `ONBUILD`.
    pub fn user_steps(
        self,
    ) -> impl DoubleEndedIterator<Item = Step<'m>> + ExactSizeIterator + Clone {
        self.listed(&self.data().users)
    }

    fn listed(
        self,
        steps: &'m [usize],
    ) -> impl DoubleEndedIterator<Item = Step<'m>> + ExactSizeIterator + Clone {
        let file = self.file;
        steps.iter().map(move |&index| Step { file, index })
    }

    /// A fact of the stage, kept by its type.
    pub(crate) fn cached<T: 'static>(self, work_out: impl FnOnce() -> T) -> &'m T {
        self.data().cache.get_or_init(work_out)
    }

    /// The last of these steps before another.
    pub(crate) fn last_of(self, steps: &[usize], before: usize) -> Option<Step<'m>> {
        let at = steps
            .partition_point(|&step| step < before)
            .checked_sub(1)?;
        Some(Step {
            file: self.file,
            index: steps[at],
        })
    }

    /// The last instruction, the `FROM` itself where nothing follows.
    pub fn last_step(self) -> Step<'m> {
        self.steps().next_back().unwrap_or(self.from_step())
    }

    /// From the `FROM` to the end of the last instruction.
    pub fn range(self) -> TextRange {
        self.from_step().range().cover(self.last_step().range())
    }

    /// Whether it is the last stage.
    pub fn is_final(self) -> bool {
        self.index + 1 == self.file.stages.len()
    }

    /// This stage, the one that it is based on, and so forth.
    pub fn base_chain(self) -> impl Iterator<Item = Stage<'m>> {
        std::iter::successors(Some(self), |stage| match stage.base() {
            Base::Stage(parent) => Some(parent),
            _ => None,
        })
    }

    /// The image at the end of the `FROM stage` chain.
    pub fn base_image(self) -> &'m ImageRef {
        self.base_stage().image()
    }

    /// The stage at the end of the `FROM stage` chain: it is based on an image.
    pub fn base_stage(self) -> Stage<'m> {
        self.base_chain().last().unwrap_or(self)
    }

    /// The stages that are based on this one directly.
    pub fn children(self) -> impl Iterator<Item = Stage<'m>> {
        let file = self.file;
        let children = file.cached(|| Children::of(file));
        let children = children.0.get(&self.index).into_iter().flatten();
        children.map(move |&index| Stage { file, index })
    }

    /// This stage and all that are based on it, directly or through others, in order of place.
    pub fn with_descendants(self) -> impl Iterator<Item = Stage<'m>> {
        let mut found = vec![self.index];
        let mut at = 0;
        while let Some(&index) = found.get(at) {
            found.extend(Stage { index, ..self }.children().map(Stage::index));
            at += 1;
        }
        found.sort_unstable();
        found.into_iter().map(move |index| Stage { index, ..self })
    }

    /// Every command of the stage, in order of place; those of `ONBUILD` too, see [`Step::is_onbuild`].
    pub fn commands(self) -> impl Iterator<Item = Command<'m>> {
        self.steps().flat_map(Step::commands)
    }

    /// The commands that run while the stage is built: those of `RUN`.
    pub fn build_commands(self) -> impl Iterator<Item = Command<'m>> {
        self.runs().flat_map(Step::commands)
    }

    /// The steps that copy or mount files out of this stage, anywhere in the file.
    pub fn copied_by(self) -> impl Iterator<Item = Step<'m>> {
        let file = self.file;
        let copied = file.cached(|| CopiedBy::of(file));
        let steps = copied.0.get(&self.index).map_or(&[][..], Vec::as_slice);
        self.listed(steps)
    }

    /// The stage that `name` means in a `--from` of this stage: a name or a number.
    pub(crate) fn source_named(self, name: &str) -> Option<Stage<'m>> {
        if let Ok(number) = name.parse::<usize>() {
            return (number < self.index).then_some(Stage {
                file: self.file,
                index: number,
            });
        }
        self.file.stage_named(name, self.index).map(|index| Stage {
            file: self.file,
            index,
        })
    }

    /// The operating system, guessed from the platform and the base image.
    pub fn os(self) -> Os {
        self.file.os(self.index)
    }
}

/// The steps that copy or mount files out of each stage.
struct CopiedBy(FxHashMap<usize, Vec<usize>>);

/// The stages that are based on each stage directly.
struct Children(FxHashMap<usize, Vec<usize>>);

impl Children {
    fn of(file: &Model<'_>) -> Self {
        let mut children: FxHashMap<usize, Vec<usize>> = FxHashMap::default();
        for stage in file.stages() {
            if let Base::Stage(parent) = stage.base() {
                children.entry(parent.index).or_default().push(stage.index);
            }
        }
        Children(children)
    }
}

impl CopiedBy {
    fn of(file: &Model<'_>) -> Self {
        let mut copied: FxHashMap<usize, Vec<usize>> = FxHashMap::default();
        for step in file.steps() {
            let mounted = step.mounts().filter_map(|mount| step.mount_source(mount));
            for source in step.source().into_iter().chain(mounted) {
                let Some(stage) = source.stage() else {
                    continue;
                };
                let steps = copied.entry(stage.index).or_default();
                if steps.last() != Some(&step.index) {
                    steps.push(step.index);
                }
            }
        }
        CopiedBy(copied)
    }
}
