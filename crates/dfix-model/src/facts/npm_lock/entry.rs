//! An entry of npm's lock file.

use serde_json::Value;

/// One package of the lock file.
#[derive(Clone, Copy)]
pub(super) struct Entry<'a> {
    own: &'a Value,
    /// What it links to, or itself.
    target: &'a Value,
}

impl<'a> Entry<'a> {
    /// One that is no link.
    pub(super) fn alone(own: &'a Value) -> Self {
        Entry { own, target: own }
    }

    /// It as a link to another one.
    pub(super) fn leading_to(self, target: &'a Value) -> Self {
        Entry { target, ..self }
    }

    /// A text of the entry itself.
    pub(super) fn text(&self, key: &str) -> Option<&'a str> {
        self.own.get(key)?.as_str()
    }

    /// A text of the package that it leads to.
    pub(super) fn target_text(&self, key: &str) -> Option<&'a str> {
        self.target.get(key)?.as_str()
    }
}
