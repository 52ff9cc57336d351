//! A proof that failed.

use crate::outcome::Proof;

/// A proof that failed, and why, as a sentence without a full stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) proof: Proof,
    pub(crate) reason: String,
}

pub(crate) fn failure(proof: Proof, reason: impl Into<String>) -> Failure {
    Failure {
        proof,
        reason: reason.into(),
    }
}
