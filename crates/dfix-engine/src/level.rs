//! How far the fixes of a rule count.

use dfix_model::OpenCondition;

use crate::fix::{Fix, Safety};
use crate::outcome::Finding;
use crate::rule_option::RuleSettings;

/// Takes the fix of a rule whose fixes the configuration leaves to people.
pub(crate) fn leave_to_people(finding: &mut Finding, settings: Option<&RuleSettings>) {
    if finding.fix.is_some() && settings.is_some_and(|it| it.by_hand) {
        finding.fix = None;
        finding.remedy = Some(
            "fix it by hand: the configuration leaves the fixes of this rule to people (its level is by-hand)"
                .to_owned(),
        );
    }
}

/// Lowers a fix to the level that the configuration holds its rule at.
pub(crate) fn lower(fix: &mut Fix, settings: Option<&RuleSettings>) {
    let Some(level) = settings.and_then(|s| s.level) else {
        return;
    };
    if level < fix.safety {
        fix.safety = level;
        if level == Safety::Unsafe && fix.unproven.is_empty() {
            fix.unproven.push(OpenCondition {
                condition: "whether it is wanted: the configuration counts this rule as unsafe"
                    .to_owned(),
                remedy: "ask for unsafe fixes, or change the rule's level".to_owned(),
            });
        }
    }
}

/// The level that decides whether a fix is applied: its own, or the one that the configuration
/// answers for.
pub(crate) fn level(fix: &Fix, settings: Option<&RuleSettings>) -> Safety {
    settings.and_then(|s| s.level).unwrap_or(fix.safety)
}
