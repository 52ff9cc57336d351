//! What is written down of a file.

use std::collections::BTreeMap;

/// What is known of one file: how often a rule found something in an instruction.
pub(crate) type OfFile = BTreeMap<Known, Times>;

/// By this a finding is known in its file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Known {
    /// The rule.
    pub(crate) rule: String,
    /// A number that the instruction's text gives.
    pub(crate) hash: u64,
}

/// How often, and the beginning of the instruction, for who reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Times {
    pub(crate) count: usize,
    pub(crate) text: String,
}
