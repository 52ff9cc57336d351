//! Where a rule puts what it found.

use crate::outcome::Finding;

/// Takes what one rule found in one file.
pub struct Findings<'a> {
    found: Vec<Finding>,
    rule: &'a crate::Rule,
}

impl<'a> Findings<'a> {
    /// Nothing found yet, by `rule`.
    pub fn new(rule: &'a crate::Rule) -> Self {
        Findings {
            found: Vec::new(),
            rule,
        }
    }

    /// What was found.
    pub fn into_vec(self) -> Vec<Finding> {
        debug_assert!(self.found.iter().all(|f| f.rule == self.rule.id));
        self.found
    }
}
