//! How to change a Dockerfile safely: findings, fixes, edits, proofs.
//!
//! Knows no rule by name. Takes text and gives an [`Outcome`]: no I/O, no threads, no globals.
#![warn(missing_docs)]

mod findings;
mod fix;
mod outcome;
mod rule;

pub use findings::Findings;
pub use fix::{Effect, Evidence, Fix, Safety, TextEdit, Unproven};
pub use outcome::{Finding, Outcome, Proof, Refused, Round};
pub use rule::{Example, Group, Phase, Rule};
