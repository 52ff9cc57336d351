//! The change that a rewrite makes at one place: what is said to the engine, and what it declares.

use dfix_engine::{Case, Edit, Effect, OpenCondition};
use dfix_model::{Command, Step, Word, Wrapper};
use dfix_syntax::TextRange;

/// A word that comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum New {
    /// By what it stands for.
    Value(String),
    /// As it is written.
    Source(String),
}

/// One part of a change.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Op<'m> {
    /// These bytes become this text.
    Bytes(TextRange, String),
    /// The word stands for something else.
    Word(Word<'m>, String),
    InsertAfter(Word<'m>, New),
    InsertBefore(Word<'m>, New),
    Remove(Vec<Word<'m>>),
    RemoveWrapper(Command<'m>, usize),
    /// A flag or a pair goes.
    RemovePiece(TextRange),
    AddFlag(Step<'m>, String, String),
    AddPairs(Step<'m>, Vec<(String, String)>),
    /// A pair with nothing behind its `=` gets a value.
    FillPair(TextRange, String),
    ExecForm(Step<'m>, Vec<String>),
    /// One more of a list, joined as that is.
    CommandBefore(Command<'m>, String),
    CommandAfter(Command<'m>, String),
    /// One of several that come for one.
    ChainedBefore(Command<'m>, String),
    ChainedAfter(Command<'m>, String),
    RemoveCommand(Command<'m>),
    /// The commands of a pipeline.
    RemoveCommands(Vec<Command<'m>>),
    InstructionBefore(Step<'m>, String),
    InstructionAfter(Step<'m>, String),
    ReplaceInstruction(Step<'m>, String),
    RemoveInstruction(Step<'m>),
}

/// A whole change.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Plan<'m> {
    pub(crate) ops: Vec<Op<'m>>,
    pub(crate) effects: Vec<Effect>,
    /// Keys that get another name.
    pub(crate) renamed: Vec<Renamed>,
    /// What is not known of it.
    pub(crate) open: Vec<OpenCondition>,
}

/// A key of a stage (none: before the first) that gets another name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Renamed {
    pub(crate) stage: Option<usize>,
    pub(crate) old: String,
    pub(crate) new: String,
    /// The value that it has then; none where another one with that is not known to be the same.
    pub(crate) value: Option<String>,
}

impl Renamed {
    /// Whether another key of the same stage gets the same name, and not the same value.
    pub(crate) fn clashes_with(&self, other: &Renamed) -> bool {
        let is_same = self.value.is_some() && self.value == other.value;
        self.stage == other.stage && self.new == other.new && self.old != other.old && !is_same
    }
}

/// A plan, or why there is none: a sentence without a full stop.
pub(crate) type Planned<'m> = Result<Plan<'m>, String>;

/// Whether a change of a default is wanted for the image of another stage as well, which it decides, too. Asked with the stage,
/// the change, and all that is changed with it.
pub(crate) type Others<'t, 'm> = &'t dyn Fn(usize, &Op<'m>, &[Op<'m>]) -> bool;

impl<'m> Plan<'m> {
    pub(crate) fn take(&mut self, other: Plan<'m>) {
        self.ops.extend(other.ops);
        self.renamed.extend(other.renamed);
        for open in other.open {
            if !self.open.contains(&open) {
                self.open.push(open);
            }
        }
        for effect in other.effects {
            self.declare(effect);
        }
    }

    pub(crate) fn declare(&mut self, effect: Effect) {
        if !self.effects.contains(&effect) {
            self.effects.push(effect);
        }
    }

    pub(crate) fn push(&mut self, op: impl Into<Option<Op<'m>>>) {
        self.ops.extend(op.into());
    }

    /// Says the change.
    pub(crate) fn say(&self, case: &mut Case<'_>) {
        for effect in &self.effects {
            case.declare(effect.clone());
        }
        case.open(self.open.iter().cloned());
        case.fix(|edit| {
            for op in &self.ops {
                op.say(edit);
            }
        });
    }
}

impl Op<'_> {
    fn say(&self, edit: &mut Edit<'_>) {
        match self {
            Op::Bytes(range, text) => edit.replace_part(*range, text),
            Op::Word(word, text) => edit.replace_word(*word, text),
            Op::InsertAfter(word, New::Value(text)) => edit.insert_word_after(*word, text),
            Op::InsertAfter(word, New::Source(text)) => edit.insert_source_after(*word, text),
            Op::InsertBefore(word, New::Value(text)) => edit.insert_word_before(*word, text),
            Op::InsertBefore(word, New::Source(text)) => edit.insert_source_before(*word, text),
            Op::Remove(words) => edit.remove_words(words.iter().copied()),
            Op::RemoveWrapper(command, index) => {
                let wrapper: Option<Wrapper<'_>> = command.wrappers().nth(*index);
                match wrapper {
                    Some(wrapper) => edit.remove_wrapper(*command, wrapper),
                    None => edit.fail("the wrapper is not there"),
                }
            }
            Op::RemovePiece(range) => edit.remove_flag(*range),
            Op::AddFlag(step, name, value) => edit.add_flag(*step, name, value),
            Op::AddPairs(step, pairs) => {
                edit.append_env_pairs(*step, pairs.iter().map(|(key, value)| (key, value)));
            }
            Op::FillPair(pair, value) => edit.fill_pair(*pair, value),
            Op::ExecForm(step, words) => {
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                edit.set_exec_form(*step, &words);
            }
            Op::CommandBefore(command, source) => edit.add_command_before(*command, source),
            Op::CommandAfter(command, source) => edit.add_command_after(*command, source),
            Op::ChainedBefore(command, source) => {
                edit.chain_command_before(*command, source, command.is_under_errexit());
            }
            Op::ChainedAfter(command, source) => {
                edit.chain_command_after(*command, source, command.is_under_errexit());
            }
            Op::RemoveCommand(command) => edit.remove_command(*command),
            Op::RemoveCommands(commands) => edit.remove_commands(commands.iter().copied()),
            Op::InstructionBefore(step, source) => edit.insert_instruction_before(*step, source),
            Op::InstructionAfter(step, source) => edit.insert_instruction_after(*step, source),
            Op::ReplaceInstruction(step, source) => {
                edit.replace_instruction_lifting_comments(*step, source);
            }
            Op::RemoveInstruction(step) => edit.remove_instruction_lifting_comments(*step),
        }
    }
}

/// Why a command is not changed word by word.
pub(crate) enum Refusal {
    /// It may still be written anew as a whole.
    InPlace(String),
    /// It cannot be changed at all.
    AtAll(String),
}

impl From<String> for Refusal {
    fn from(why: String) -> Self {
        Refusal::InPlace(why)
    }
}

impl From<&str> for Refusal {
    fn from(why: &str) -> Self {
        Refusal::InPlace(why.to_owned())
    }
}

impl Refusal {
    /// Why.
    pub(crate) fn into_why(self) -> String {
        match self {
            Refusal::InPlace(why) | Refusal::AtAll(why) => why,
        }
    }

    /// What is tried where the words cannot be changed one by one.
    pub(crate) fn or_else<'m>(self, anew: impl FnOnce(&str) -> Planned<'m>) -> Planned<'m> {
        match self {
            Refusal::InPlace(why) => anew(&why),
            Refusal::AtAll(why) => Err(why),
        }
    }
}
