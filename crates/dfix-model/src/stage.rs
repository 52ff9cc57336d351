//! Stages: what they are called, what they stand on, which are shipped.

use std::cell::OnceCell;
use std::ops::Range;

use dfix_syntax::TextRange;
use dfix_syntax::ast::{AstNode, Instruction};

use crate::Model;
use crate::base::{self, Os};
use crate::command::Command;
use crate::image::{self, ImageRef};
use crate::requirements::Requirements;
use crate::step::{Mount, Step, StepData};
use crate::vars::{EnvFact, Origin, Piece};

/// How most lines of a file end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineEnding {
    /// `\n`
    Lf,
    /// `\r\n`
    CrLf,
}

impl LineEnding {
    pub(crate) fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let (mut feeds, mut pairs) = (0, 0);
        for at in memchr::memchr_iter(b'\n', bytes) {
            feeds += 1;
            pairs += usize::from(at > 0 && bytes[at - 1] == b'\r');
        }
        if pairs * 2 > feeds {
            LineEnding::CrLf
        } else {
            LineEnding::Lf
        }
    }

    /// Its characters.
    pub fn as_str(self) -> &'static str {
        match self {
            LineEnding::Lf => "\n",
            LineEnding::CrLf => "\r\n",
        }
    }
}

/// What is kept of a stage.
pub(crate) struct StageData {
    pub(crate) from: usize,
    pub(crate) steps: Range<usize>,
    pub(crate) name: Option<String>,
    pub(crate) image: ImageRef,
    pub(crate) platform: Option<String>,
    pub(crate) base: BaseData,
    /// How many stages it stands on.
    pub(crate) depth: usize,
    pub(crate) shipped: bool,
    pub(crate) env: OnceCell<Vec<EnvFact>>,
    pub(crate) os: OnceCell<Os>,
    pub(crate) facts: OnceCell<base::BaseData>,
    pub(crate) python_packages: OnceCell<Requirements>,
    /// The steps that set the shell, the user, the working directory; that copy files.
    pub(crate) shells: Vec<usize>,
    pub(crate) users: Vec<usize>,
    pub(crate) workdirs: Vec<usize>,
    pub(crate) copies: Vec<usize>,
}

#[derive(Clone, Copy)]
pub(crate) enum BaseData {
    Stage(usize),
    Image,
    Scratch,
    Unknown,
}

/// What a stage stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base<'m> {
    /// An earlier stage.
    Stage(Stage<'m>),
    /// An image whose name is known.
    Image,
    /// Nothing.
    Scratch,
    /// Only the build can tell.
    Unknown,
}

/// Where a `COPY --from` or a mount takes its files.
#[derive(Debug, Clone)]
pub enum Source<'m> {
    /// A stage of the file.
    Stage(Stage<'m>),
    /// An image, or a context that the build names.
    Image(Box<ImageRef>),
    /// Only the build can tell.
    Unknown,
}

impl<'m> Source<'m> {
    /// The stage, if it is one.
    pub fn stage(&self) -> Option<Stage<'m>> {
        match self {
            Source::Stage(stage) => Some(*stage),
            Source::Image(_) | Source::Unknown => None,
        }
    }
}

/// A stage: a `FROM` and what follows up to the next.
#[derive(Clone, Copy)]
pub struct Stage<'m> {
    pub(crate) file: &'m Model<'m>,
    pub(crate) index: usize,
}

impl PartialEq for Stage<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index
    }
}

impl Eq for Stage<'_> {}

impl std::fmt::Debug for Stage<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "stage {}", self.index)
    }
}

/// Finds the file's steps, global `ARG`s and stages.
pub(crate) fn survey(model: &mut Model<'_>) {
    for instruction in model.tree.clone().instructions() {
        let index = model.steps.len();
        match &instruction {
            Instruction::From(from) => {
                let image = image::of_from(&model.global, from);
                let (base, depth) = base_of(model, &image);
                model.stages.push(StageData {
                    from: index,
                    steps: index + 1..index + 1,
                    name: from.stage_name().and_then(|n| n.text()),
                    platform: image::platform(&model.global, from),
                    image,
                    base,
                    depth,
                    shipped: false,
                    env: OnceCell::new(),
                    os: OnceCell::new(),
                    facts: OnceCell::new(),
                    python_packages: OnceCell::new(),
                    shells: Vec::new(),
                    users: Vec::new(),
                    workdirs: Vec::new(),
                    copies: Vec::new(),
                });
            }
            _ => match model.stages.last_mut() {
                Some(stage) => {
                    stage.steps.end = index + 1;
                    match instruction {
                        Instruction::Shell(_) => stage.shells.push(index),
                        Instruction::User(_) => stage.users.push(index),
                        Instruction::Workdir(_) => stage.workdirs.push(index),
                        Instruction::Copy(_) | Instruction::Add(_) => stage.copies.push(index),
                        _ => {}
                    }
                }
                None => image::add_global(&mut model.global, &instruction, index),
            },
        }
        let stage = model.stages.len().checked_sub(1);
        model.steps.push(StepData::new(instruction, stage));
    }
    let mut shipped = model.stages.len().checked_sub(1);
    while let Some(index) = shipped {
        let stage = &mut model.stages[index];
        stage.shipped = true;
        shipped = match stage.base {
            BaseData::Stage(parent) => Some(parent),
            _ => None,
        };
    }
}

/// A stage that stands on more than this is taken to stand on something unknown: what is inherited is
/// asked for stage by stage.
const DEEPEST: usize = 100;

/// What a stage on this image stands on, and on how many stages.
fn base_of(model: &Model<'_>, image: &ImageRef) -> (BaseData, usize) {
    let Some(text) = image.text().filter(|t| !t.is_empty()) else {
        return if image.name().is_some() {
            (BaseData::Image, 0)
        } else {
            (BaseData::Unknown, 0)
        };
    };
    let named = |stage: &StageData| {
        stage
            .name
            .as_deref()
            .is_some_and(|name| name.eq_ignore_ascii_case(text))
    };
    if let Some(index) = model.stages.iter().rposition(named) {
        match model.stages[index].depth + 1 {
            depth if depth <= DEEPEST => (BaseData::Stage(index), depth),
            _ => (BaseData::Unknown, 0),
        }
    } else if text == "scratch" {
        (BaseData::Scratch, 0)
    } else {
        (BaseData::Image, 0)
    }
}

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

    /// The reference after `FROM`.
    pub fn image(self) -> &'m ImageRef {
        &self.data().image
    }

    /// What it stands on.
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

    /// The instructions of this name (upper case) that run in this build: not those of `ONBUILD`.
    pub fn steps_named(
        self,
        name: &'static str,
    ) -> impl DoubleEndedIterator<Item = Step<'m>> + Clone {
        self.steps()
            .filter(move |s| s.name() == name && !s.is_onbuild())
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

    /// Whether its layers are part of the image that is built when nothing else is asked for: the final
    /// stage and what it stands on.
    pub fn is_shipped(self) -> bool {
        self.data().shipped
    }

    /// Whether it is the last stage.
    pub fn is_final(self) -> bool {
        self.index + 1 == self.file.stages.len()
    }

    /// This stage, the one that it stands on, and so forth.
    pub fn lineage(self) -> impl Iterator<Item = Stage<'m>> {
        std::iter::successors(Some(self), |stage| match stage.base() {
            Base::Stage(parent) => Some(parent),
            _ => None,
        })
    }

    /// The image at the end of the `FROM stage` chain.
    pub fn root_image(self) -> &'m ImageRef {
        self.root().image()
    }

    /// The stage at the end of the `FROM stage` chain: it stands on an image.
    pub fn root(self) -> Stage<'m> {
        self.lineage().last().unwrap_or(self)
    }

    /// The stages that stand on this one directly.
    pub fn children(self) -> impl Iterator<Item = Stage<'m>> {
        self.file
            .stages()
            .filter(move |s| s.base() == Base::Stage(self))
    }

    /// Every command of the stage, in order of place; those of `ONBUILD` too, see [`Step::is_onbuild`].
    pub fn commands(self) -> impl Iterator<Item = Command<'m>> {
        self.steps().flat_map(Step::commands)
    }

    /// The commands that run while the stage is built: those of `RUN`.
    pub fn build_commands(self) -> impl Iterator<Item = Command<'m>> {
        self.steps_named("RUN").flat_map(Step::commands)
    }

    /// The steps that copy or mount files out of this stage, anywhere in the file.
    pub fn copied_by(self) -> impl Iterator<Item = Step<'m>> {
        self.file.steps().filter(move |step| {
            step.source().is_some_and(|s| s.stage() == Some(self))
                || step.mounts().any(|m| {
                    step.mount_source(m)
                        .is_some_and(|s| s.stage() == Some(self))
                })
        })
    }

    /// The stage that `name` means in a `--from` of this stage: a name or a number.
    fn source_named(self, name: &str) -> Option<Stage<'m>> {
        if let Ok(number) = name.parse::<usize>() {
            return (number < self.index).then_some(Stage {
                file: self.file,
                index: number,
            });
        }
        self.file.stages[..self.index]
            .iter()
            .rposition(|s| {
                s.name
                    .as_deref()
                    .is_some_and(|n| n.eq_ignore_ascii_case(name))
            })
            .map(|index| Stage {
                file: self.file,
                index,
            })
    }
}

impl<'m> Step<'m> {
    /// Where `--from` of a `COPY` or `ADD` takes its files; `None` where there is no `--from`.
    pub fn source(self) -> Option<Source<'m>> {
        if !matches!(self.name(), "COPY" | "ADD") {
            return None;
        }
        let word = self.flag("from")?.value()?;
        Some(self.source_of(word))
    }

    /// Where a mount with `from=` takes its files; `None` where it has no `from`.
    pub fn mount_source(self, mount: Mount<'m>) -> Option<Source<'m>> {
        Some(self.source_of(mount.option("from")?))
    }

    fn source_of(self, word: crate::Word<'m>) -> Source<'m> {
        let (Some(stage), Some(text)) = (self.stage(), word.value()) else {
            return Source::Unknown;
        };
        match stage.source_named(text) {
            Some(stage) => Source::Stage(stage),
            None if text.parse::<usize>().is_ok() => Source::Unknown,
            None => Source::Image(Box::new(ImageRef::new(
                word.range(),
                vec![Piece {
                    text: Some(text.to_owned()),
                    place: word.range_of(0..text.len()),
                    origin: Origin::Literal,
                }],
            ))),
        }
    }

    /// The instruction's keyword as it stands in the file (for `ONBUILD` that of the inner one).
    pub fn keyword_range(self) -> TextRange {
        let instruction = self.instruction();
        instruction
            .keyword()
            .map_or(instruction.syntax().text_range(), |k| k.text_range())
    }
}
