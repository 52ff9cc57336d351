//! Where a rule puts what it found.

use crate::fix::Safety;
use crate::foreign::{ForeignIgnore, foreign_ignores};
use crate::ignore_comments::{self, IgnoreComment};
use crate::outcome::Finding;
use crate::place::Place;
use crate::rule_option::{RuleSettings, Setting};
use crate::text_edit::EditContext;
use crate::verdict::{Case, Remedy};

/// Takes what one rule found in one file.
pub struct Findings<'a> {
    rule: &'static str,
    context: &'a EditContext<'a>,
    settings: Option<&'a RuleSettings>,
    found: Vec<Finding>,
}

impl<'a> Findings<'a> {
    pub(crate) fn new(
        rule: &'static str,
        context: &'a EditContext<'a>,
        settings: Option<&'a RuleSettings>,
    ) -> Self {
        Findings {
            rule,
            context,
            settings,
            found: Vec::new(),
        }
    }

    pub(crate) fn into_vec(self) -> Vec<Finding> {
        self.found
    }

    /// The text of the file.
    pub(crate) fn text(&self) -> &'a str {
        self.context.text
    }

    /// What the configuration says for this rule under `key`.
    pub fn option(&self, key: &str) -> Option<&'a Setting> {
        self.settings?.options.get(key)
    }

    /// The comments of the file by which hadolint is asked not to hear rules.
    pub fn foreign_ignores(&self) -> Vec<ForeignIgnore> {
        foreign_ignores(self.context.text, self.context.root)
    }

    /// The comments that ask for the rule of these names not to be heard of this instruction, dfix's and hadolint's.
    pub fn ignores_of(&self, instruction: impl Place, names: &[&str]) -> Vec<IgnoreComment> {
        ignore_comments::of_rule(self.context.root, instruction.range(), names)
    }

    /// Judges one place: `look` says what speaks for a fix and what is open, and either says the fix or
    /// ends with the reason why there is none, which leaves the finding to a person.
    ///
    /// `safety` is the level where nothing is open; `message` says what is the matter.
    pub fn judge(
        &mut self,
        place: impl Place,
        safety: Safety,
        message: impl Into<String>,
        look: impl FnOnce(&mut Case<'a>) -> Result<(), Remedy>,
    ) {
        let range = place.range();
        let mut finding = Finding {
            rule: self.rule,
            range,
            origin: range,
            message: message.into(),
            remedy: None,
            fix: None,
        };
        let mut case = Case::new(self.rule, self.context, self.settings, safety);
        match look(&mut case).err().map(Err).or_else(|| case.close()) {
            Some(Ok(fix)) => finding.fix = Some(fix),
            Some(Err(remedy)) => finding.remedy = Some(remedy.into_text()),
            // The rule's own defect; the harness shows it.
            None => {}
        }
        self.found.push(finding);
    }
}
