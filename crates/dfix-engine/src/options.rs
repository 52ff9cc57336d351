//! What is asked of a run: which rules, how far, with which settings.

use std::collections::BTreeMap;

use dfix_syntax::TextRange;

use crate::codemod::Codemod;
use crate::fix::Safety;
use crate::outcome::Finding;
use crate::rule::Rule;
use crate::rule_option::RuleSettings;
use crate::watch::{Watch, Watched};
use crate::withhold::Withhold;

/// A place at which the fixes of a rule are not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// The rule.
    pub rule: &'static str,
    /// A stretch of the input, in bytes.
    pub within: TextRange,
}

impl Left {
    /// Whether the finding is of this rule, and began in this place of the input.
    pub fn has(&self, finding: &Finding) -> bool {
        self.rule == finding.rule && self.within.contains(finding.origin.start())
    }
}

/// A fix that is not made, though what it is for is told: by this it is known again in whatever text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Declined {
    rule: &'static str,
    origin: TextRange,
    message: String,
}

impl Declined {
    /// The fix of this finding.
    pub fn of(finding: &Finding) -> Self {
        Declined {
            rule: finding.rule,
            origin: finding.origin,
            message: finding.message.clone(),
        }
    }

    /// Whether it is the fix of this finding.
    pub fn is_of(&self, finding: &Finding) -> bool {
        self.rule == finding.rule
            && self.origin == finding.origin
            && self.message == finding.message
    }
}

/// What is asked of a run over one file.
#[derive(Debug, Clone)]
pub struct Options<'a> {
    /// The rules that look at the file.
    pub rules: &'a [&'static Rule],
    /// The codemods that look at the file.
    pub codemods: &'a [&'a dyn Codemod],
    /// The lowest level that is applied.
    pub threshold: Safety,
    /// Settings by rule id.
    pub settings: &'a BTreeMap<String, RuleSettings>,
    /// Every rule that there is, also those that are not asked for: a comment that ignores another name is told. None where that is
    /// nobody's business.
    pub known: &'a [&'static Rule],
    /// Where fixes of a rule are not made, though what it finds is told.
    pub left: &'a [Left],
    /// Fixes that are not made, though what they are for is told.
    pub declined: &'a [Declined],
    /// Who may have fixes left out.
    pub withhold: Option<&'a dyn Withhold>,
    pub(crate) watched: Watched,
}

static NO_SETTINGS: BTreeMap<String, RuleSettings> = BTreeMap::new();

impl<'a> Options<'a> {
    /// These rules; safe and checked fixes; no settings.
    pub fn new(rules: &'a [&'static Rule]) -> Self {
        Options {
            rules,
            codemods: &[],
            threshold: Safety::Checked,
            settings: &NO_SETTINGS,
            known: &[],
            left: &[],
            declined: &[],
            withhold: None,
            watched: Watched::default(),
        }
    }

    /// No rule but these codemods; all their fixes, since somebody asked for them.
    pub fn of_codemods(codemods: &'a [&'a dyn Codemod]) -> Self {
        Options {
            codemods,
            threshold: Safety::Unsafe,
            ..Options::new(&[])
        }
    }

    /// The same with another lowest level.
    #[must_use]
    pub fn with_threshold(mut self, threshold: Safety) -> Self {
        self.threshold = threshold;
        self
    }

    /// The same with settings by rule id.
    #[must_use]
    pub fn with_settings(mut self, settings: &'a BTreeMap<String, RuleSettings>) -> Self {
        self.settings = settings;
        self
    }

    /// The same with every rule that there is, see [`Options::known`].
    #[must_use]
    pub fn with_known(mut self, known: &'a [&'static Rule]) -> Self {
        self.known = known;
        self
    }

    /// The same with places at which fixes are not made, see [`Options::left`].
    #[must_use]
    pub fn with_left(mut self, left: &'a [Left]) -> Self {
        self.left = left;
        self
    }

    /// The same without these fixes, see [`Options::declined`].
    #[must_use]
    pub fn with_declined(mut self, declined: &'a [Declined]) -> Self {
        self.declined = declined;
        self
    }

    /// The same with somebody who may have fixes left out.
    #[must_use]
    pub fn with_withhold(mut self, withhold: &'a dyn Withhold) -> Self {
        self.withhold = Some(withhold);
        self
    }

    /// The same with somebody who is told what the run is at.
    #[must_use]
    pub fn with_watch(mut self, watch: Watch) -> Self {
        self.watched = Watched(Some(watch));
        self
    }
}
