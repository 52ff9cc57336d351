//! Where a rule puts what it found.

use dfix_model::OpenCondition;
use dfix_syntax::TextRange;

use crate::edit::Edit;
use crate::fix::{Effect, Fix, Safety};
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

    /// What the configuration says for this rule under `key`.
    pub fn option(&self, key: &str) -> Option<&'a Setting> {
        self.settings?.options.get(key)
    }

    /// Reports without a fix. `message` says what is the matter, as a sentence without a full stop.
    pub fn report(&mut self, place: impl Place, message: impl Into<String>) -> Report<'_> {
        self.found.push(finding(self.rule, place.range(), message));
        Report {
            finding: self.found.last_mut().expect("one was just put there"),
        }
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
        let mut finding = finding(self.rule, place.range(), message);
        let mut case = Case::new(self.rule, self.context, self.settings, safety);
        match look(&mut case).err().map(Err).or_else(|| case.close()) {
            Some(Ok(fix)) => finding.fix = Some(fix),
            Some(Err(remedy)) => finding.remedy = Some(remedy.into_text()),
            // The rule's own defect; the harness shows it.
            None => {}
        }
        self.found.push(finding);
    }

    /// Begins a fix at a place; [`FixBuilder::edit`] ends it.
    pub fn fix(
        &mut self,
        place: impl Place,
        safety: Safety,
        message: impl Into<String>,
    ) -> FixBuilder<'_, 'a> {
        FixBuilder {
            finding: finding(self.rule, place.range(), message),
            fix: Fix {
                safety,
                effects: Vec::new(),
                evidence: Vec::new(),
                unproven: Vec::new(),
                edits: Vec::new(),
            },
            findings: self,
        }
    }
}

fn finding(rule: &'static str, range: TextRange, message: impl Into<String>) -> Finding {
    Finding {
        rule,
        range,
        origin: range,
        message: message.into(),
        remedy: None,
        fix: None,
    }
}

/// A finding without a fix, just reported.
pub struct Report<'f> {
    finding: &'f mut Finding,
}

impl Report<'_> {
    /// Says why dfix does not fix it and what a person could do.
    pub fn remedy(self, remedy: impl Into<String>) {
        self.finding.remedy = Some(remedy.into());
    }
}

/// A fix that is being said. Nothing is found until [`FixBuilder::edit`] is called.
#[must_use = "a fix without an edit is not reported"]
pub struct FixBuilder<'f, 'a> {
    findings: &'f mut Findings<'a>,
    finding: Finding,
    fix: Fix,
}

impl FixBuilder<'_, '_> {
    /// Declares something that the fix changes.
    pub fn effect(mut self, effect: Effect) -> Self {
        self.fix.effects.push(effect);
        self
    }

    /// Declares several things that the fix changes.
    pub fn effects(mut self, effects: impl IntoIterator<Item = Effect>) -> Self {
        self.fix.effects.extend(effects);
        self
    }

    /// Adds a short sentence that says what was established.
    pub fn evidence(mut self, evidence: impl Into<String>) -> Self {
        self.fix.evidence.push(evidence.into());
        self
    }

    /// Adds several sentences that say what was established.
    pub fn evidences<S: Into<String>>(mut self, evidence: impl IntoIterator<Item = S>) -> Self {
        self.fix
            .evidence
            .extend(evidence.into_iter().map(Into::into));
        self
    }

    /// Names a condition that could not be established, and how a person could; the fix becomes unsafe.
    pub fn unproven(mut self, condition: impl Into<String>, remedy: impl Into<String>) -> Self {
        self.fix.unproven.push(OpenCondition {
            condition: condition.into(),
            remedy: remedy.into(),
        });
        self
    }

    /// Says the change, and reports. What cannot be lowered to text with certainty leaves a finding
    /// without a fix, which says why.
    pub fn edit(mut self, change: impl FnOnce(&mut Edit<'_>)) {
        let context = self.findings.context;
        let edits = context.editing(self.finding.rule, || {
            let mut edit = Edit::new(context);
            change(&mut edit);
            edit.finish()
        });
        match edits {
            Ok(edits) => {
                self.fix.edits = edits;
                self.fix.settle_safety();
                self.finding.fix = Some(self.fix);
            }
            Err(reason) => {
                self.finding.remedy = Some(format!("change it by hand: {reason}"));
            }
        }
        self.findings.found.push(self.finding);
    }
}
