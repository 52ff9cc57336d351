//! Text that reaches an interpreter, by whatever door; what of it was read, what was not, and why.

mod search;
mod text;

use dfix_syntax::TextRange;

use crate::facts::interpreted::search::{Runs, file_at};
use crate::facts::interpreted::text::{ReadingData, TextData};
use crate::facts::scripts::{Script, ScriptAt};
use crate::handles::{Stage, Step};

pub use crate::facts::interpreted::text::{Door, Unread};

/// Text that reaches an interpreter.
#[derive(Debug, Clone, Copy)]
pub struct InterpretedText<'m> {
    stage: Stage<'m>,
    data: &'m TextData,
}

/// What became of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading<'m> {
    /// It stands in the Dockerfile, and its commands are among those of the step.
    Here,
    /// It is a shell script of the build context, and was read.
    Script(Script<'m>),
    /// It is for another interpreter than a shell, of this name.
    Foreign(&'m str),
    /// It was not read.
    Unread(&'m Unread),
}

/// The texts of a stage that reach interpreters.
#[derive(Clone, Copy)]
pub struct Interpreted<'m> {
    stage: Stage<'m>,
    data: &'m InterpretedData,
}

struct InterpretedData {
    texts: Vec<TextData>,
}

impl<'m> Interpreted<'m> {
    /// Those of a stage's own instructions; see [`Stage::base_chain`] for what it is based on.
    pub fn of(stage: Stage<'m>) -> Self {
        let data = stage.cached(|| InterpretedData {
            texts: search::texts_of(stage),
        });
        Interpreted { stage, data }
    }

    /// All of them, in order of the steps; also those that scripts have interpreted in turn.
    pub fn texts(self) -> impl Iterator<Item = InterpretedText<'m>> {
        let stage = self.stage;
        self.data
            .texts
            .iter()
            .map(move |data| InterpretedText { stage, data })
    }

    /// What was not read, in order of the steps. What is for other interpreters than a shell is not
    /// among it where it stands in a file or in the Dockerfile, see [`Reading::Foreign`].
    pub fn unread(self) -> impl Iterator<Item = &'m Unread> {
        self.data
            .texts
            .iter()
            .filter_map(|text| match &text.reading {
                ReadingData::Unread(unread) => Some(unread),
                _ => None,
            })
    }

    /// What was not read of a step.
    pub fn unread_in(self, step: Step<'m>) -> impl Iterator<Item = &'m Unread> {
        self.unread()
            .filter(move |unread| unread.step == step.index())
    }
}

impl<'m> InterpretedText<'m> {
    /// The step that has it interpreted.
    pub fn step(self) -> Step<'m> {
        let file = self.stage.file;
        Step {
            file,
            index: self.data.step,
        }
    }

    /// The command, or the instruction, in the Dockerfile that has it interpreted.
    pub fn place(self) -> TextRange {
        self.data.place
    }

    /// How it reaches the interpreter.
    pub fn door(self) -> Door {
        self.data.door
    }

    /// What became of it.
    pub fn reading(self) -> Reading<'m> {
        match &self.data.reading {
            ReadingData::Here => Reading::Here,
            ReadingData::Foreign(interpreter) => Reading::Foreign(interpreter),
            ReadingData::Unread(unread) => Reading::Unread(unread),
            ReadingData::Script(path) => match file_at(self.stage, path, Runs::Step(self.step())) {
                ScriptAt::Shell(script) => Reading::Script(script),
                _ => Reading::Here,
            },
        }
    }
}
