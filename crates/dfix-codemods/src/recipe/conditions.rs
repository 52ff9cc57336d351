//! Conditions on a whole file: what must be found in it, and what must not.

use dfix_model::Model;

use crate::rewrite::Search;

/// What must be in a file, and what must not.
#[derive(Debug, Clone, Default)]
pub(crate) struct FileSearches {
    pub(crate) has: Vec<Search>,
    pub(crate) has_not: Vec<Search>,
}

impl FileSearches {
    /// Whether the file is as it must be.
    pub(crate) fn hold(&self, file: &Model<'_>) -> bool {
        let is_there = |search: &Search| !search.find(file).is_empty();
        self.has.iter().all(is_there) && !self.has_not.iter().any(is_there)
    }

    /// Whether the file may be as it must be; `false` is certain. Much quicker than looking.
    pub(crate) fn may_hold(&self, text: &str) -> bool {
        self.has.iter().all(|it| it.may_match(text))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.has.is_empty() && self.has_not.is_empty()
    }
}
