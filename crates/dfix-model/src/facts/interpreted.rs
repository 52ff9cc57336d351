//! Text that reaches an interpreter, by whatever door; what of it was read, what was not, and why.

mod on_path;
mod search;
mod text;

use dfix_syntax::TextRange;

use crate::facts::interpreted::search::{Runs, file_at};
use crate::facts::interpreted::text::{Done, InterpretedData, ReadingData, TextData};
use crate::facts::scripts::{Script, ScriptAt, known};
use crate::handles::{Command, Stage, Step};

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

impl<'m> Interpreted<'m> {
    /// Those of a stage's own instructions; see [`Stage::base_chain`] for what it is based on.
    pub fn of(stage: Stage<'m>) -> Self {
        let data = stage.cached(|| search::texts_of(stage));
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

    /// What a step executes, in order: commands, of the file or of a script, and the texts that they have interpreted.
    pub(crate) fn executed(self, step: Step<'m>) -> impl Iterator<Item = Executed<'m>> {
        let (stage, data) = (self.stage, self.data);
        let first = data.steps.partition_point(|(at, _)| *at < step.index());
        let of_step = data.steps[first..].iter();
        of_step
            .take_while(move |(at, _)| *at == step.index())
            .filter_map(move |(_, done)| match *done {
                Done::Text(text) => Some(Executed::Text(InterpretedText {
                    stage,
                    data: &data.texts[text],
                })),
                Done::Command(index, None) => Some(Executed::Command(Command {
                    step,
                    script: None,
                    index,
                })),
                Done::Command(index, Some(script)) => {
                    let script = known(stage, &data.scripts[script], step)?;
                    Some(Executed::Command(script.command(index)))
                }
            })
    }

    /// What was not read of a step.
    pub fn unread_in(self, step: Step<'m>) -> impl Iterator<Item = &'m Unread> {
        self.unread()
            .filter(move |unread| unread.step == step.index())
    }
}

/// Something that a step executes.
#[derive(Clone, Copy)]
pub(crate) enum Executed<'m> {
    Command(Command<'m>),
    Text(InterpretedText<'m>),
}

impl<'m> InterpretedText<'m> {
    /// The text of a file for another interpreter than a shell.
    pub(crate) fn foreign_source(self) -> Option<&'m str> {
        let ReadingData::ForeignFile(_, path) = &self.data.reading else {
            return None;
        };
        match file_at(self.stage, path, Runs::Step(self.step())) {
            ScriptAt::Other { text, .. } => Some(text),
            _ => None,
        }
    }

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
            ReadingData::Foreign(interpreter) | ReadingData::ForeignFile(interpreter, _) => {
                Reading::Foreign(interpreter)
            }
            ReadingData::Unread(unread) => Reading::Unread(unread),
            ReadingData::Script(path) => match file_at(self.stage, path, Runs::Step(self.step())) {
                ScriptAt::Shell(script) => Reading::Script(script),
                _ => Reading::Here,
            },
        }
    }
}
