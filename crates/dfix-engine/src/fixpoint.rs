//! The loop: find, choose, apply, prove, and again, until nothing is left to do.

mod analysis;
mod batch;
mod converges;
mod lines;

use rustc_hash::FxHashSet;
use std::collections::BTreeSet;
use std::sync::Arc;

use dfix_model::context::Context;
use dfix_syntax::{Parse, TextRange, parse};

use crate::codemod::Checker;
use crate::fix::Fix;
use crate::fixpoint::analysis::{Analysis, Panic};
use crate::fixpoint::batch::compatible;
use crate::fixpoint::converges::converges;
pub use crate::fixpoint::lines::{line_before, lines_of_input};
use crate::level;
use crate::options::Options;
use crate::outcome::{Finding, Outcome, Proof, Refused, Round};
use crate::proof::{Failure, Snapshot, failure, prove};
use crate::splice::Splice;
use crate::watch::Part;

/// The last net under a loop that ends by itself.
const MOST_ROUNDS: usize = 32;

/// Finds, fixes and proves until nothing is left to do.
///
/// Takes the text of a Dockerfile and who answers for the files beside it; gives the text after all
/// fixes that are wanted and proved, and everything that was found. A text that the builder would
/// refuse is left as it is. No I/O; a panic in a rule is caught, and that rule is refused by name.
pub fn run(text: &str, context: &dyn Context, options: &Options<'_>) -> Outcome {
    options.watched.enter(Part::Parse);
    let parsed = parse(text);
    options.watched.enter(Part::Loop);
    run_parsed(&Arc::from(text), &parsed, context, options)
}

/// As [`run`], for a text that is parsed already.
pub fn run_parsed(
    text: &Arc<str>,
    parsed: &Parse,
    context: &dyn Context,
    options: &Options<'_>,
) -> Outcome {
    if !parsed.errors().is_empty() {
        return Outcome {
            text: Arc::clone(text),
            rounds: Vec::new(),
            remaining: Vec::new(),
            refused: Vec::new(),
            errors: parsed.errors().to_vec(),
        };
    }
    let rules = options.rules.iter().copied().map(Checker::Rule);
    let codemods = options.codemods.iter().copied().map(Checker::Codemod);
    let mut run = Run {
        context,
        options,
        checkers: rules.chain(codemods).collect(),
        exclusions: Vec::new(),
    };
    // Each turn leaves out rules that the one before did not, so there are few.
    loop {
        if let Some(outcome) = run.run_once(text, parsed) {
            return outcome;
        }
    }
}

struct Run<'a> {
    context: &'a dyn Context,
    options: &'a Options<'a>,
    /// The rules and codemods that are not left out.
    checkers: Vec<Checker<'a>>,
    /// Why the others are: they panicked, or they take turns.
    exclusions: Vec<Refused>,
}

/// What became of a batch that was halved until what fails stands alone.
#[derive(Default)]
struct Bisected<'f> {
    accepted: Vec<&'f Finding>,
    after: Option<(Analysis, Splice)>,
    refused: Vec<(&'f Finding, Failure)>,
}

/// By this a fix that was refused is known again in later rounds.
type FixKey = (&'static str, TextRange, String);

fn fix_key(finding: &Finding) -> FixKey {
    (finding.rule, finding.origin, finding.message.clone())
}

impl Run<'_> {
    /// One go from the input to a text that stays; `None` if rules took turns and the next go leaves
    /// them out.
    fn run_once(&mut self, text: &Arc<str>, parsed: &Parse) -> Option<Outcome> {
        let mut now = self.analyse(Arc::clone(text), parsed, &[]);
        let mut rounds: Vec<Round> = Vec::new();
        let mut splices: Vec<Splice> = Vec::new();
        let mut refused: Vec<Refused> = Vec::new();
        // Behind how many rounds each of these was refused.
        let mut refused_after: Vec<usize> = Vec::new();
        let mut refused_keys: FxHashSet<FixKey> = FxHashSet::default();
        let mut first: Vec<Finding> = Vec::new();
        // In how many rounds the text had changed when a fix was first refused of those that are.
        let mut refused_in: Option<usize> = None;
        loop {
            self.exclude_panicked(&mut now);
            let batch = self.choose(&now, &refused_keys);
            if batch.is_empty() {
                // What was refused in another text may do in this one: the next run would try.
                if refused_in.take().is_some_and(|it| it < rounds.len()) {
                    refused.clear();
                    refused_after.clear();
                    refused_keys.clear();
                    continue;
                }
                break;
            }
            if rounds.len() >= MOST_ROUNDS {
                for finding in batch {
                    refused_after.push(rounds.len());
                    refused.push(Refused {
                        finding: finding.clone(),
                        proof: Proof::Converges,
                        reason: format!("the text still changes after {MOST_ROUNDS} rounds"),
                    });
                    refused_keys.insert(fix_key(finding));
                }
                break;
            }
            let bisected = self.bisect(&now, &batch, &splices);
            for (finding, failure) in bisected.refused {
                refused_in.get_or_insert(rounds.len());
                refused_keys.insert(fix_key(finding));
                refused_after.push(rounds.len());
                refused.push(Refused {
                    finding: finding.clone(),
                    proof: failure.proof,
                    reason: failure.reason,
                });
            }
            let Some((after, splice)) = bisected.after else {
                continue;
            };
            let applied: Vec<Finding> = bisected.accepted.into_iter().cloned().collect();
            if rounds.is_empty() {
                first.clone_from(&now.findings);
            }
            rounds.push(Round {
                before: Arc::clone(&now.text),
                applied,
            });
            splices.push(splice);
            now = after;
            if let Some(first) = rounds.iter().position(|round| round.before == now.text) {
                self.exclude_cycle(&rounds[first..]);
                return None;
            }
        }
        let mut remaining: Vec<Finding> = Vec::new();
        let ran = self.ran_rules();
        let unused = now.ignores.unused(&ran, self.options.known);
        // Where no rule was asked for, nobody can tell which comments do nothing.
        for mut finding in unused
            .into_iter()
            .filter(|_| !self.options.rules.is_empty())
        {
            finding.origin = origin(finding.range, &splices);
            remaining.push(finding);
        }
        remaining.extend(
            now.findings
                .into_iter()
                .filter(|f| !refused_keys.contains(&fix_key(f))),
        );
        remaining.sort_by_key(|f| (f.range.start(), f.range.end()));
        for (number, round) in rounds.iter_mut().enumerate().skip(1) {
            let line = |it| line_before(text, &round.before, &splices[..number], it);
            for finding in &mut round.applied {
                lines_of_input(finding, &first, &line);
            }
        }
        for (refused, number) in refused.iter_mut().zip(&refused_after) {
            let before = rounds.get(*number).map_or(&now.text, |it| &it.before);
            let line = |it| line_before(text, before, &splices[..*number], it);
            lines_of_input(&mut refused.finding, &first, &line);
        }
        if !rounds.is_empty() {
            let line = |it| line_before(text, &now.text, &splices, it);
            for finding in &mut remaining {
                lines_of_input(finding, &first, &line);
            }
        }
        refused.append(&mut self.exclusions.clone());
        Some(Outcome {
            text: now.text,
            rounds,
            remaining,
            refused,
            errors: Vec::new(),
        })
    }

    /// The rules that are not left out.
    fn ran_rules(&self) -> Vec<&'static crate::Rule> {
        let rules = self.checkers.iter().filter_map(|it| match it {
            Checker::Rule(rule) => Some(*rule),
            Checker::Codemod(_) => None,
        });
        rules.collect()
    }

    /// Leaves out a rule, or a codemod, of this name; false if it was left out before.
    fn leave_out(&mut self, name: &str) -> bool {
        let before = self.checkers.len();
        self.checkers.retain(|it| it.id() != name);
        self.checkers.len() < before
    }

    fn analyse(&self, text: Arc<str>, parsed: &Parse, splices: &[Splice]) -> Analysis {
        let mut analysis = Analysis::new(text, parsed, self.context, &self.checkers, self.options);
        for finding in &mut analysis.findings {
            finding.origin = origin(finding.range, splices);
        }
        analysis
    }

    /// Leaves out the rules that panicked.
    fn exclude_panicked(&mut self, now: &mut Analysis) {
        for Panic { rule, message } in now.panics.drain(..) {
            if self.leave_out(rule) {
                let nowhere = TextRange::empty(0.into());
                self.exclusions.push(Refused {
                    finding: Finding {
                        rule,
                        range: nowhere,
                        origin: nowhere,
                        message: "the rule could not look at this file".to_owned(),
                        remedy: None,
                        fix: None,
                    },
                    proof: Proof::NoPanic,
                    reason: format!("the rule panicked: {message}"),
                });
            }
        }
    }

    /// Leaves out the rules whose fixes led back to a text that was there before.
    fn exclude_cycle(&mut self, cycle: &[Round]) {
        let names: BTreeSet<&str> = cycle
            .iter()
            .flat_map(|round| &round.applied)
            .map(|finding| finding.rule)
            .collect();
        for finding in cycle.iter().rev().flat_map(|round| &round.applied) {
            if !self.leave_out(finding.rule) {
                continue;
            }
            let others: Vec<String> = names
                .iter()
                .filter(|name| **name != finding.rule)
                .map(|name| format!("`{name}`"))
                .collect();
            self.exclusions.push(Refused {
                finding: finding.clone(),
                proof: Proof::Converges,
                reason: if others.is_empty() {
                    "its fixes lead back to the text that they started from".to_owned()
                } else {
                    format!("it takes turns with {}", others.join(" and "))
                },
            });
        }
    }

    /// As many fixes as go together, none touching another: where two do, that of the earlier phase is taken, and of one
    /// phase that which stands first. The other one comes in the next round, if it is still wanted then.
    fn choose<'f>(&self, now: &'f Analysis, refused_keys: &FxHashSet<FixKey>) -> Vec<&'f Finding> {
        let mut wanted: Vec<(&Finding, &Fix)> = now
            .findings
            .iter()
            .filter_map(|f| f.fix.as_ref().map(|fix| (f, fix)))
            .filter(|(f, fix)| {
                level::level(fix, self.options.settings.get(f.rule)) >= self.options.threshold
            })
            .filter(|(f, _)| !refused_keys.contains(&fix_key(f)))
            .filter(|(f, _)| !self.options.left.iter().any(|it| it.has(f)))
            .filter(|(f, _)| !self.options.declined.iter().any(|it| it.is_of(f)))
            .collect();
        let phase_of = |finding: &Finding| {
            let checker = self.checkers.iter().find(|it| it.id() == finding.rule);
            checker.map(|it| it.phase())
        };
        wanted.sort_by_key(|(finding, fix)| {
            let place = fix.edits.first().map(|e| e.range.start());
            (phase_of(finding), place)
        });
        compatible(wanted)
    }

    /// Applies what can be proved of a batch. A batch that fails is halved until the guilty fix
    /// stands alone.
    fn bisect<'f>(
        &self,
        now: &Analysis,
        batch: &[&'f Finding],
        splices: &[Splice],
    ) -> Bisected<'f> {
        let failure = match self.try_batch(now, batch, splices) {
            Ok(after) => {
                return Bisected {
                    accepted: batch.to_vec(),
                    after: Some(after),
                    refused: Vec::new(),
                };
            }
            Err(failure) => failure,
        };
        if let [guilty] = batch {
            return Bisected {
                refused: vec![(*guilty, failure)],
                ..Bisected::default()
            };
        }
        let (left, right) = batch.split_at(batch.len() / 2);
        let mut left = self.bisect(now, left, splices);
        let mut right = self.bisect(now, right, splices);
        let mut refused = std::mem::take(&mut left.refused);
        refused.append(&mut right.refused);
        let mut bisected = if left.after.is_none() {
            right
        } else if right.after.is_none() {
            left
        } else {
            let both: Vec<&Finding> = left
                .accepted
                .iter()
                .chain(&right.accepted)
                .copied()
                .collect();
            match self.try_batch(now, &both, splices) {
                Ok(after) => Bisected {
                    accepted: both,
                    after: Some(after),
                    refused: Vec::new(),
                },
                // Each half is fine and both are not: the second one comes in the next round, if it
                // is still wanted then.
                Err(_) => left,
            }
        };
        bisected.refused = refused;
        bisected
    }

    /// Applies a batch and proves the result.
    fn try_batch(
        &self,
        now: &Analysis,
        batch: &[&Finding],
        splices: &[Splice],
    ) -> Result<(Analysis, Splice), Failure> {
        let watched = self.options.watched;
        watched.enter(Part::Proofs);
        let edits = batch
            .iter()
            .filter_map(|f| f.fix.as_ref())
            .flat_map(|fix| fix.edits.iter().cloned())
            .collect();
        let splice = Splice::new(edits);
        let text = splice.apply(&now.text);
        if *text == *now.text {
            return Err(failure(Proof::Converges, "the fix changes nothing"));
        }
        watched.enter(Part::Parse);
        let parsed = parse(&text);
        watched.enter(Part::Proofs);
        if let Some(error) = parsed.errors().first() {
            return Err(failure(
                Proof::Parses,
                format!("the builder would refuse the result: {}", error.message),
            ));
        }
        let root = parsed.syntax();
        let snapshot = Snapshot::new(&text, &root);
        prove(now.snapshot(), &snapshot, &splice, batch)?;
        let mut after = self.analyse(text.into(), &parsed, &[]);
        after.know(snapshot);
        watched.enter(Part::Proofs);
        converges(now, &after, &splice, batch, self.options.rules)?;
        watched.enter(Part::Loop);
        for finding in &mut after.findings {
            finding.origin = origin(splice.backward(finding.range), splices);
        }
        Ok((after, splice))
    }
}

/// Where a place of the text after all these edits was in the input.
fn origin(range: TextRange, splices: &[Splice]) -> TextRange {
    splices
        .iter()
        .rev()
        .fold(range, |range, splice| splice.backward(range))
}
