//! Several outcomes, each on the text that the one before gave, as one.

use std::sync::Arc;

use dfix_engine::{Finding, Outcome, Round, TextEdit};
use dfix_syntax::{TextRange, TextSize};

/// The outcome of what was done so far.
pub(crate) struct Combined {
    outcome: Outcome,
}

impl Combined {
    pub(crate) fn new(text: &Arc<str>) -> Self {
        Combined {
            outcome: Outcome {
                text: Arc::clone(text),
                rounds: Vec::new(),
                remaining: Vec::new(),
                refused: Vec::new(),
                errors: Vec::new(),
            },
        }
    }

    pub(crate) fn text(&self) -> &Arc<str> {
        &self.outcome.text
    }

    pub(crate) fn is_changed(&self) -> bool {
        !self.outcome.rounds.is_empty()
    }

    /// Takes what was done next. What remains is what the last steps left: places in a text that is gone are of no use.
    pub(crate) fn take(&mut self, mut next: Outcome) {
        let rounds = &self.outcome.rounds;
        let before = |finding: &mut Finding| finding.origin = backward(rounds, finding.origin);
        next.remaining.iter_mut().for_each(before);
        let applied = next.rounds.iter_mut().flat_map(|it| &mut it.applied);
        applied.for_each(before);
        next.refused
            .iter_mut()
            .for_each(|it| before(&mut it.finding));
        if !next.rounds.is_empty() {
            self.outcome.text = next.text;
        }
        self.outcome.rounds.extend(next.rounds);
        for finding in next.remaining {
            let is_same = |it: &&Finding| {
                it.rule == finding.rule
                    && it.origin == finding.origin
                    && it.message == finding.message
            };
            if self.outcome.remaining.iter().find(is_same).is_none() {
                self.outcome.remaining.push(finding);
            }
        }
        for refused in next.refused {
            if !self.outcome.refused.contains(&refused) {
                self.outcome.refused.push(refused);
            }
        }
        self.outcome.errors.extend(next.errors);
    }

    /// Forgets what remained, since it is going to be asked again.
    pub(crate) fn forget_remaining(&mut self) {
        self.outcome.remaining.clear();
        self.outcome.refused.clear();
    }

    pub(crate) fn into_outcome(mut self) -> Outcome {
        self.outcome
            .remaining
            .sort_by_key(|it| (it.range.start(), it.rule));
        self.outcome
    }
}

/// Where a place of the text after these rounds was before them.
fn backward(rounds: &[Round], range: TextRange) -> TextRange {
    rounds.iter().rev().fold(range, |range, round| {
        let fixes = round.applied.iter().filter_map(|it| it.fix.as_ref());
        let mut edits: Vec<&TextEdit> = fixes.flat_map(|it| &it.edits).collect();
        edits.sort_by_key(|it| (it.range.start(), it.range.end()));
        let start = before(&edits, range.start());
        let end = before(&edits, range.end()).max(start);
        TextRange::new(start, end)
    })
}

/// Where a byte of the text after the edits was before them; of what is new, where it was put.
fn before(edits: &[&TextEdit], at: TextSize) -> TextSize {
    let (mut old, mut new) = (TextSize::new(0), TextSize::new(0));
    for edit in edits {
        let kept = edit.range.start().checked_sub(old).unwrap_or_default();
        if at < new + kept {
            return old + (at - new);
        }
        new += kept;
        let text = TextSize::of(edit.text.as_str());
        if at < new + text {
            return edit.range.start();
        }
        new += text;
        old = edit.range.end();
    }
    old + at.checked_sub(new).unwrap_or_default()
}
