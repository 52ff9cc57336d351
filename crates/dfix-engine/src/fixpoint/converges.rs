//! The fourth proof: what was fixed is not found again, and the change brings nothing new that only
//! a person could fix.

use rustc_hash::FxHashMap;
use std::cell::LazyCell;

use dfix_syntax::TextRange;

use crate::fixpoint::analysis::Analysis;
use crate::outcome::{Finding, Proof};
use crate::proof::{Failure, failure};
use crate::ranges::Ranges;
use crate::rule::Rule;
use crate::splice::Splice;

/// What makes two findings the same: the rule and the message.
type Sort<'f> = (&'static str, &'f str);

fn sort(finding: &Finding) -> Sort<'_> {
    (finding.rule, &finding.message)
}

/// The places of the findings by their sort.
fn by_sort<'f>(findings: impl Iterator<Item = &'f Finding>) -> FxHashMap<Sort<'f>, Ranges> {
    let mut places: FxHashMap<Sort<'f>, Vec<TextRange>> = FxHashMap::default();
    for finding in findings {
        places.entry(sort(finding)).or_default().push(finding.range);
    }
    places
        .into_iter()
        .map(|(sort, places)| (sort, places.into_iter().collect()))
        .collect()
}

/// How many of these places meet the range.
fn count(places: Option<&Ranges>, range: TextRange) -> usize {
    places.map_or(0, |places| places.meeting(range).count())
}

pub(super) fn converges(
    before: &Analysis,
    after: &Analysis,
    splice: &Splice,
    batch: &[&Finding],
    rules: &[&'static Rule],
) -> Result<(), Failure> {
    let in_new_text = |finding: &&Finding| splice.brought(finding.range);
    let then = by_sort(before.findings.iter());
    let now = by_sort(after.findings.iter());
    let mut in_new: FxHashMap<Sort<'_>, Vec<TextRange>> = FxHashMap::default();
    for finding in after.findings.iter().filter(in_new_text) {
        in_new.entry(sort(finding)).or_default().push(finding.range);
    }
    for finding in batch {
        if let Some(panic) = after.panics.iter().find(|p| p.rule == finding.rule) {
            return Err(failure(
                Proof::NoPanic,
                format!("the rule panics over its own fix: {}", panic.message),
            ));
        }
        let sort = sort(finding);
        let place = splice.forward(finding.range);
        if count(now.get(&sort), place) >= count(then.get(&sort), finding.range) {
            return Err(failure(
                Proof::Converges,
                "the rule finds the same again after its fix",
            ));
        }
        // Or it finds the same in what was put there.
        let again = in_new.get(&sort).into_iter().flatten().any(|found| {
            let others = before.findings.iter().filter(|f| self::sort(f) == sort);
            !others
                .filter(|other| other.range != finding.range)
                .any(|other| splice.forward(other.range).intersect(*found).is_some())
        });
        if again {
            return Err(failure(
                Proof::Converges,
                "the rule finds the same again in its own text",
            ));
        }
    }
    let causes = LazyCell::new(|| Causes::of(before, after, batch));
    // What only advises and waits to be asked for stops nothing: the fix is the same where nobody asks.
    let is_advice = |it: &Finding| rules.iter().any(|rule| rule.id == it.rule && !rule.is_on());
    let by_hand = after
        .findings
        .iter()
        .filter(|f| f.fix.is_none() && !is_advice(f));
    for finding in by_hand.filter(in_new_text) {
        let was_there = before.findings.iter().any(|f| {
            f.rule == finding.rule && splice.forward(f.range).intersect(finding.range).is_some()
        });
        if !was_there && causes.are_new(finding) {
            return Err(failure(
                Proof::Converges,
                format!("`{}` would object to the new text", finding.rule),
            ));
        }
    }
    Ok(())
}

/// What a rule finds fault with, wherever that stands: by its message, or by what a person could do about it. What is found as
/// often as before is not new, though it may stand at another place, or be said in other words.
struct Causes<'f> {
    then: FxHashMap<Sort<'f>, usize>,
    now: FxHashMap<Sort<'f>, usize>,
}

impl<'f> Causes<'f> {
    fn of(before: &'f Analysis, after: &'f Analysis, batch: &[&Finding]) -> Self {
        let is_left = |finding: &&Finding| {
            let is_same =
                |fixed: &&Finding| fixed.range == finding.range && sort(fixed) == sort(finding);
            !batch.iter().any(is_same)
        };
        Causes {
            then: counted(before.findings.iter().filter(is_left)),
            now: counted(after.findings.iter()),
        }
    }

    fn are_new(&self, finding: &Finding) -> bool {
        causes_of(finding).all(|cause| {
            let then = self.then.get(&cause).copied().unwrap_or_default();
            self.now.get(&cause).is_none_or(|now| *now > then)
        })
    }
}

fn causes_of(finding: &Finding) -> impl Iterator<Item = Sort<'_>> {
    let words = [Some(&finding.message), finding.remedy.as_ref()];
    let words = words.into_iter().flatten();
    words.map(|words| (finding.rule, words.as_str()))
}

fn counted<'f>(findings: impl Iterator<Item = &'f Finding>) -> FxHashMap<Sort<'f>, usize> {
    let mut counts = FxHashMap::default();
    for cause in findings.flat_map(causes_of) {
        *counts.entry(cause).or_default() += 1;
    }
    counts
}
