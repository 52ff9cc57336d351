//! What becomes of a stage whose image comes to another version.

use super::numbers::{Numbers, numbers};

/// A stage that comes to another version.
pub(super) struct Change<'a> {
    pub(super) language: &'a str,
    /// For people: `Python 3.13`.
    pub(super) goal: String,
    pub(super) repository: String,
    pub(super) old: Numbers,
    pub(super) new: Numbers,
    /// The new version with all its numbers.
    pub(super) full: Numbers,
    pub(super) new_tag: String,
}

impl Change<'_> {
    /// Whether something that holds from a version on did not hold for the old one and does for the new one.
    pub(super) fn brings(&self, since: &str) -> bool {
        let since = numbers(since).unwrap_or_default();
        self.old < since && self.new >= since
    }
}
