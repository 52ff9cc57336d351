//! Who may have fixes left out.

use dfix_model::Model;

use crate::outcome::Finding;

/// Somebody who knows fixes that must not be made, though nothing of the file itself speaks against them: such as half of a
/// migration whose other half is left to a person.
pub trait Withhold: std::fmt::Debug + Sync {
    /// Why the fix of this finding is not made, a sentence without a full stop that is told as its remedy; nothing where it may be.
    /// Ranges of the finding and of its edits speak of this file.
    fn why_not(&self, file: &Model<'_>, finding: &Finding) -> Option<String>;
}
