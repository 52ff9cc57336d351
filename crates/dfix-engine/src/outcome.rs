//! What a run over one file gives.

use std::sync::Arc;

use dfix_syntax::{SyntaxError, TextRange};

use crate::fix::Fix;

/// What a rule found at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's name.
    pub rule: &'static str,
    /// The place in the text of the round that found it, in bytes.
    pub range: TextRange,
    /// The same place in the input, in bytes; where the text is new, the place that it was put.
    pub origin: TextRange,
    /// What is the matter here, as a sentence without a full stop.
    pub message: String,
    /// Why dfix does not fix it by itself and what a person could do; none where a fix is offered.
    pub remedy: Option<String>,
    /// The fix, if there is one.
    pub fix: Option<Fix>,
}

/// A proof that a fix can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Proof {
    /// No new syntax error; nothing that was an instruction is now part of another.
    Parses,
    /// Every difference is covered by a declared effect.
    OnlyDeclared,
    /// Comments, here-document bodies, line ends, byte order mark and final line end are all there.
    NothingLost,
    /// The rule no longer fires there, and no two rules take turns.
    Converges,
    /// The rule itself did not panic.
    NoPanic,
}

/// A fix that failed a proof and was not applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The finding whose fix was refused; ranges speak of the text of its round.
    pub finding: Finding,
    /// The proof that it failed.
    pub proof: Proof,
    /// What was wrong, as a sentence.
    pub reason: String,
}

/// One round of the loop: the text before it and the findings whose fixes were applied to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// The text that the findings' ranges speak of.
    pub before: Arc<str>,
    /// What was fixed in this round, in order of place.
    pub applied: Vec<Finding>,
}

/// What a run over one file gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The text after all fixes.
    pub text: Arc<str>,
    /// The rounds in which something was applied. The first one's `before` is the input.
    pub rounds: Vec<Round>,
    /// What remains, `range` being a place in the final `text`: findings without a fix, or with one below the level asked for.
    pub remaining: Vec<Finding>,
    /// Fixes that failed a proof.
    pub refused: Vec<Refused>,
    /// What the builder would refuse in the input. Such a file is left as it is.
    pub errors: Vec<SyntaxError>,
}

impl Outcome {
    /// Every finding whose fix was applied.
    pub fn applied(&self) -> impl Iterator<Item = &Finding> {
        self.rounds.iter().flat_map(|round| &round.applied)
    }
}
