//! What the builder would refuse.

use rowan::TextRange;

/// A fault that makes the builder refuse the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// Where it is, in bytes.
    pub range: TextRange,
    /// What is wrong, as a sentence without a full stop.
    pub message: String,
}
