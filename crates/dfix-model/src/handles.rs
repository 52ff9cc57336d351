//! Handles: small, free to copy, holding nothing but where they point.

mod arguments;
mod command;
mod file;
mod given;
mod global_arg;
pub(crate) mod segments;
mod stage;
mod step;
mod word;

pub(crate) use given::interpreting;
pub use given::{Given, Interpreting};

use dfix_syntax::TextRange;

use dfix_catalogue::WrapperKind;

use crate::collect::command::{AssignmentData, RedirectData};
use crate::collect::image::ImageRef;
use crate::collect::instruction::{FlagData, PairData};
use crate::collect::model::Model;
use crate::collect::script::ScriptText;
use crate::collect::word::WordData;

/// What a stage is based on.
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

/// One instruction of the file.
#[derive(Clone, Copy)]
pub struct Step<'m> {
    pub(crate) file: &'m Model<'m>,
    pub(crate) index: usize,
}

/// `--name=value` of an instruction.
#[derive(Clone, Copy)]
pub struct Flag<'m> {
    pub(crate) file: &'m Model<'m>,
    pub(crate) data: &'m FlagData,
}

/// `--mount=…` of a `RUN`.
#[derive(Clone, Copy)]
pub struct Mount<'m> {
    pub(crate) flag: Flag<'m>,
    pub(crate) options: &'m [(Box<str>, Option<WordData>)],
}

/// `key=value` of an `ENV`, `ARG` or `LABEL`; also the legacy form `key rest of the line`.
#[derive(Clone, Copy)]
pub struct Pair<'m> {
    pub(crate) file: &'m Model<'m>,
    pub(crate) data: &'m PairData,
}

impl PartialEq for Step<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index
    }
}

impl Eq for Step<'_> {}

impl std::fmt::Debug for Step<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "step {} {}", self.index, self.name())
    }
}

/// A command in front of the command: `sudo`, `env`, `time`, …
#[derive(Debug, Clone, Copy)]
pub struct Wrapper<'m> {
    /// Its name without folder: `sudo`.
    pub name: &'static str,
    /// What it does to the command.
    pub kind: WrapperKind,
    /// From its name to its last word before the command.
    pub range: TextRange,
    /// The word that names the user that the command runs as, if one is said.
    pub user: Option<Word<'m>>,
    /// The word that names the file which the variables come from, if one is said.
    pub file: Option<Word<'m>>,
}

/// `NAME=value` before a command, also among the words of `env` and `sudo`.
#[derive(Clone, Copy)]
pub struct Assignment<'m> {
    pub(crate) command: Command<'m>,
    pub(crate) data: &'m AssignmentData,
}

/// `>file` and its like.
#[derive(Clone, Copy)]
pub struct Redirect<'m> {
    pub(crate) command: Command<'m>,
    pub(crate) data: &'m RedirectData,
}

/// A simple command of shell text or of an exec form.
#[derive(Clone, Copy)]
pub struct Command<'m> {
    pub(crate) step: Step<'m>,
    /// The script of the build context that it stands in, where it does not stand in the step itself.
    pub(crate) script: Option<&'m ScriptText>,
    pub(crate) index: usize,
}

impl PartialEq for Command<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.step == other.step
            && self.index == other.index
            && match (self.script, other.script) {
                (None, None) => true,
                (Some(one), Some(other)) => std::ptr::eq(one, other),
                _ => false,
            }
    }
}

impl Eq for Command<'_> {}

impl std::fmt::Debug for Command<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.program())
            .entries(self.args())
            .finish()
    }
}

/// A word: its place in the file and what it stands for. Quoting is never seen.
#[derive(Clone, Copy)]
pub struct Word<'m> {
    /// The text that it stands in: the Dockerfile's, or that of a script.
    pub(crate) text: &'m str,
    pub(crate) data: &'m WordData,
}

/// An `ARG` before the first `FROM`: one name of it.
#[derive(Clone, Copy)]
pub struct GlobalArg<'m> {
    pub(crate) file: &'m Model<'m>,
    pub(crate) index: usize,
}

/// A place in a stage: a step, or a command in it.
pub trait ProgramPoint<'m>: Copy {
    /// The step.
    fn step(self) -> Step<'m>;
    /// The command, where the place is inside one.
    fn command(self) -> Option<Command<'m>> {
        None
    }
}

impl<'m> ProgramPoint<'m> for Step<'m> {
    fn step(self) -> Step<'m> {
        self
    }
}

impl<'m> ProgramPoint<'m> for Command<'m> {
    fn step(self) -> Step<'m> {
        Command::step(self)
    }
    fn command(self) -> Option<Command<'m>> {
        Some(self)
    }
}
