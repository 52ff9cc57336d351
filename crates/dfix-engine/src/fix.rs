//! A fix and what it is accountable for.

use dfix_model::OpenCondition;
use dfix_syntax::TextRange;

use crate::place::Place;

/// How far a fix may be trusted; ordered, so that a threshold is one comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Safety {
    /// At least one condition could not be established; the fix names it.
    Unsafe,
    /// The image changes on purpose and every condition was established; the evidence says how.
    Checked,
    /// The build's result is the same, but for what the rule names and nothing can observe.
    Safe,
}

/// What a fix says that it changes. The engine holds it to that: whatever else differs after the
/// fix was applied makes it be refused. Stages are counted from 0.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Blanks, line ends, letter case of keywords; every other token stays.
    Layout,
    /// The same build, said differently.
    Equivalent,
    /// The image that a stage is based on.
    BaseImage {
        /// The stage.
        stage: usize,
    },
    /// The default of a global `ARG`.
    GlobalArg {
        /// Its name.
        name: String,
    },
    /// The words of a command that stands (or begins) in this range of the text before.
    Arguments {
        /// The command's place before the fix, in bytes.
        command: TextRange,
    },
    /// Environment keys that a stage sets.
    Environment {
        /// The stage.
        stage: usize,
        /// The keys.
        keys: Vec<String>,
    },
    /// The user in force from some place of a stage on.
    User {
        /// The stage.
        stage: usize,
    },
    /// An instruction is added to a stage.
    Inserted {
        /// The stage.
        stage: usize,
        /// Its keyword in upper case.
        keyword: &'static str,
    },
    /// The instruction at this place goes (perhaps replaced by an inserted one).
    Removed {
        /// The instruction's place before the fix, in bytes.
        instruction: TextRange,
    },
    /// Commands come to the list of the instruction at this place, or go; those that stay keep their words.
    Commands {
        /// The instruction's place before the fix, in bytes.
        instruction: TextRange,
    },
    /// The instruction at this place does something else than before, as the rule's summary says.
    Changed {
        /// The instruction's place before the fix, in bytes.
        instruction: TextRange,
    },
    /// The comment at this place is written anew: it stays one, or becomes several, or goes with its line.
    Comment {
        /// The comment's place before the fix, in bytes.
        comment: TextRange,
    },
}

impl Effect {
    /// The words of the command at this place.
    pub fn arguments_of(command: impl Place) -> Effect {
        Effect::Arguments {
            command: command.range(),
        }
    }

    /// Commands come to the list of the instruction at (or around) this place, or go.
    pub fn commands_of(instruction: impl Place) -> Effect {
        Effect::Commands {
            instruction: instruction.range(),
        }
    }

    /// The instruction at (or around) this place does something else.
    pub fn changed(instruction: impl Place) -> Effect {
        Effect::Changed {
            instruction: instruction.range(),
        }
    }

    /// The instruction at (or around) this place goes.
    pub fn removed(instruction: impl Place) -> Effect {
        Effect::Removed {
            instruction: instruction.range(),
        }
    }

    /// The comment at this place is written anew.
    pub fn comment(comment: impl Place) -> Effect {
        Effect::Comment {
            comment: comment.range(),
        }
    }

    /// These environment keys of a stage.
    pub fn environment<K: Into<String>>(stage: usize, keys: impl IntoIterator<Item = K>) -> Effect {
        Effect::Environment {
            stage,
            keys: keys.into_iter().map(Into::into).collect(),
        }
    }
}

/// A short sentence that says what was established, such as `tag 3.11-slim exists and is maintained`.
pub type Evidence = String;

/// A replacement of bytes; rules never see one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TextEdit {
    /// What goes, in bytes of the text before.
    pub range: TextRange,
    /// What comes.
    pub text: String,
}

/// A change to the text with everything that makes it believable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// How far to trust it.
    pub safety: Safety,
    /// All that it changes.
    pub effects: Vec<Effect>,
    /// Why it is right.
    pub evidence: Vec<Evidence>,
    /// What could not be established; there is one if and only if the fix is unsafe.
    pub unproven: Vec<OpenCondition>,
    /// The change, in order of place, without overlaps.
    pub edits: Vec<TextEdit>,
}

impl Fix {
    /// An open condition makes a fix unsafe, and an unsafe fix names one.
    pub(crate) fn settle_safety(&mut self) {
        if !self.unproven.is_empty() {
            self.safety = Safety::Unsafe;
        } else if self.safety == Safety::Unsafe {
            self.unproven.push(OpenCondition::new(
                "whether this change is wanted here",
                "look at the change and decide",
            ));
        }
    }
}
