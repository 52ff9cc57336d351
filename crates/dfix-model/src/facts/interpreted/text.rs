//! A text that reaches an interpreter, as it is kept.

use dfix_syntax::TextRange;

use crate::handles::Command;
use crate::ternary::OpenCondition;

/// How text reaches an interpreter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Door {
    /// As a word: `sh -c "…"`, `eval "…"`, `su -c "…"`, `python -c "…"`.
    Word,
    /// As a here-document or a here-string.
    Document,
    /// Through a pipe: `curl … | sh`, `echo … | sh`.
    Pipe,
    /// As what a command in the words prints: `sh -c "$(curl …)"`, `bash <(curl …)`.
    Substitution,
    /// As a file that it is given: `sh x.sh`, `. ./x`.
    File,
    /// As a file on its standard input: `sh < x.sh`.
    Input,
    /// As a file that is run by its own name, its first line naming the interpreter.
    Program,
    /// Through `xargs`.
    Arguments,
    /// As shell text of the instruction itself.
    Instruction,
}

/// Text that was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// The command, or the instruction, in the Dockerfile that has it interpreted.
    pub place: TextRange,
    /// The index of its step, see [`crate::Step::index`].
    pub step: usize,
    /// How it reaches the interpreter.
    pub door: Door,
    /// The interpreter's name: `bash`, `.`, `python3`.
    pub interpreter: String,
    /// What text it is, to be put into a sentence: "the text that `curl …` hands to `bash`".
    pub what: String,
    /// What cannot be said for it.
    pub open: OpenCondition,
}

/// What is kept of a text.
#[derive(Debug)]
pub(crate) struct TextData {
    pub(crate) step: usize,
    pub(crate) place: TextRange,
    pub(crate) door: Door,
    pub(crate) reading: ReadingData,
}

/// What became of a text.
#[derive(Debug)]
pub(crate) enum ReadingData {
    Here,
    /// The path of the image.
    Script(String),
    Foreign(String),
    /// The interpreter, and the path of the image.
    ForeignFile(String, String),
    Unread(Unread),
}

/// What a stage executes, as it is kept.
#[derive(Default)]
pub(crate) struct InterpretedData {
    pub(crate) texts: Vec<TextData>,
    /// What is done, in order, with the index of the step.
    pub(crate) steps: Vec<(usize, Done)>,
    /// The keys of the scripts that commands stand in, each one after its like.
    pub(crate) scripts: Vec<Box<str>>,
}

/// Something that is done.
#[derive(Clone, Copy)]
pub(crate) enum Done {
    /// The command with this index; of the script with that number where it stands in one.
    Command(usize, Option<usize>),
    /// The text with this index reaches an interpreter.
    Text(usize),
}

impl InterpretedData {
    pub(crate) fn command(&mut self, command: Command<'_>) {
        let script = command.script.map(|script| {
            if self
                .scripts
                .last()
                .is_none_or(|last| **last != *script.path)
            {
                self.scripts.push(script.path.as_str().into());
            }
            self.scripts.len() - 1
        });
        let step = command.step().index();
        self.steps
            .push((step, Done::Command(command.index, script)));
    }
}
