//! Several outcomes, each on the text that the one before gave, as one.

use std::sync::Arc;

use dfix_engine::{Finding, Outcome, Round, Splice, line_before, lines_of_input};
use dfix_syntax::TextRange;

/// The outcome of what was done so far.
pub(crate) struct Combined {
    outcome: Outcome,
    /// What its rounds changed.
    splices: Vec<Splice>,
    /// What was told of the input, whose lines later words name.
    told: Vec<Finding>,
    /// What each step left to a person.
    left: Vec<Left>,
}

/// What a step left to a person.
#[derive(Clone)]
pub(crate) struct Left {
    /// The number of its recipe among those of the run.
    recipe: usize,
    step: usize,
    finding: Finding,
    /// Whether it is told by its pattern alone: with others at the same place then.
    is_of_pattern: bool,
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
            splices: Vec::new(),
            told: Vec::new(),
            left: Vec::new(),
        }
    }

    pub(crate) fn text(&self) -> &Arc<str> {
        &self.outcome.text
    }

    pub(crate) fn is_changed(&self) -> bool {
        !self.outcome.rounds.is_empty()
    }

    /// Takes what the step of this number did next: what a pattern leaves to a person where another one did is told with that.
    pub(crate) fn take_of_step(&mut self, next: Outcome, step: usize, is_of_pattern: bool) {
        self.take_next(next, Some((step, is_of_pattern)));
    }

    /// Takes what was done next: its places are put back into the input, and what remained so far into the new text.
    pub(crate) fn take(&mut self, next: Outcome) {
        self.take_next(next, None);
    }

    /// The same, with what the steps of the recipe of this number left.
    pub(crate) fn take_of_recipe(&mut self, next: Outcome, left: Vec<Left>, recipe: usize) {
        let into_input = |mut it: Left| {
            self.put_back(&mut it.finding);
            it.recipe = recipe;
            it
        };
        let left: Vec<Left> = left.into_iter().map(into_input).collect();
        self.take_next(next, None);
        self.left.extend(left);
    }

    /// Has a finding name places of the input.
    fn put_back(&self, finding: &mut Finding) {
        let Some(first) = self.outcome.rounds.first() else {
            return;
        };
        finding.origin = backward(&self.splices, finding.origin);
        let line = |it| line_before(&first.before, &self.outcome.text, &self.splices, it);
        lines_of_input(finding, &self.told, &line);
    }

    fn take_next(&mut self, mut next: Outcome, of: Option<(usize, bool)>) {
        let before = |finding: &mut Finding| self.put_back(finding);
        next.remaining.iter_mut().for_each(before);
        let applied = next.rounds.iter_mut().flat_map(|it| &mut it.applied);
        applied.for_each(before);
        next.refused
            .iter_mut()
            .for_each(|it| before(&mut it.finding));
        if !self.is_changed() {
            self.told.extend(next.remaining.iter().cloned());
        }
        let left = self.left.iter_mut().map(|it| &mut it.finding);
        for finding in self.outcome.remaining.iter_mut().chain(left) {
            finding.range = forward(&next.rounds, finding.range);
        }
        if !next.rounds.is_empty() {
            self.outcome.text = next.text;
        }
        self.splices.extend(next.rounds.iter().map(Splice::of));
        self.outcome.rounds.extend(next.rounds);
        for finding in next.remaining {
            match of.filter(|_| finding.fix.is_none()) {
                Some((step, is_of_pattern)) => self.leave(Left {
                    recipe: 0,
                    step,
                    finding,
                    is_of_pattern,
                }),
                None => self.tell(finding, false),
            }
        }
        for refused in next.refused {
            if !self.outcome.refused.contains(&refused) {
                self.outcome.refused.push(refused);
            }
        }
        self.outcome.errors.extend(next.errors);
    }

    /// Notes what a step left, and tells it.
    fn leave(&mut self, left: Left) {
        let mut others = self.left.iter().filter(|it| it.is_of_pattern);
        let is_with_others =
            left.is_of_pattern && others.any(|it| it.finding.origin == left.finding.origin);
        self.tell(left.finding.clone(), is_with_others);
        self.left.push(left);
    }

    /// Tells what remains, once; of several patterns at one place why each leaves it.
    fn tell(&mut self, finding: Finding, is_with_others: bool) {
        let is_same = |it: &&mut Finding| {
            it.rule == finding.rule
                && it.origin == finding.origin
                && (it.message == finding.message || (is_with_others && it.fix.is_none()))
        };
        match self.outcome.remaining.iter_mut().find(is_same) {
            Some(before) if is_with_others => tell_with(before, &finding),
            Some(_) => {}
            None => self.outcome.remaining.push(finding),
        }
    }

    /// Forgets what steps left to a person and others have done since. `is_done` is asked with the numbers of the recipe and
    /// the step, and the place in the text as it is now.
    pub(crate) fn forget_done(&mut self, is_done: impl Fn(usize, usize, TextRange) -> bool) {
        let all = std::mem::take(&mut self.left).into_iter();
        let (done, left): (Vec<Left>, Vec<Left>) =
            all.partition(|it| is_done(it.recipe, it.step, it.finding.range));
        if !done.is_empty() {
            let was_left = |it: &Finding| {
                let mut all = done.iter().chain(&left).map(|it| &it.finding);
                it.fix.is_none() && all.any(|left| left.rule == it.rule && left.origin == it.origin)
            };
            self.outcome.remaining.retain(|it| !was_left(it));
        }
        for it in left {
            self.leave(it);
        }
    }

    pub(crate) fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// What is left to a person under this name, as an outcome that changes nothing, and what the steps left of it.
    pub(crate) fn left_of(&self, name: &str) -> (Outcome, Vec<Left>) {
        let in_input = |finding: &Finding| Finding {
            range: finding.origin,
            ..finding.clone()
        };
        let of_steps = self.left.iter().map(|it| Left {
            finding: in_input(&it.finding),
            ..it.clone()
        });
        let left = self.outcome.remaining.iter();
        let left = left.filter(|it| it.rule == name && it.fix.is_none());
        let refused = self.outcome.refused.iter();
        let refused = refused.filter(|it| it.finding.rule == name);
        let outcome = Outcome {
            text: Arc::clone(&self.outcome.text),
            rounds: Vec::new(),
            remaining: left.map(in_input).collect(),
            refused: refused.cloned().collect(),
            errors: Vec::new(),
        };
        (outcome, of_steps.collect())
    }

    /// Forgets what remained, since it is going to be asked again.
    pub(crate) fn forget_remaining(&mut self) {
        self.outcome.remaining.clear();
        self.outcome.refused.clear();
        self.left.clear();
    }

    pub(crate) fn into_outcome(self) -> Outcome {
        self.into_parts().0
    }

    /// The outcome, and what the steps left of it.
    pub(crate) fn into_parts(mut self) -> (Outcome, Vec<Left>) {
        self.outcome
            .remaining
            .sort_by_key(|it| (it.range.start(), it.rule));
        (self.outcome, self.left)
    }
}

/// Tells why another pattern leaves the same place to a person, too.
fn tell_with(finding: &mut Finding, other: &Finding) {
    let (Some(why), Some(more)) = (&mut finding.remedy, &other.remedy) else {
        return;
    };
    if !why.contains(more.as_str()) {
        why.push_str("; ");
        why.push_str(more);
    }
}

/// Where a place of the text before these rounds is after them.
fn forward(rounds: &[Round], range: TextRange) -> TextRange {
    let splices = rounds.iter().map(Splice::of);
    splices.fold(range, |range, it| it.forward(range))
}

/// Where a place of the text after these rounds was before them.
fn backward(splices: &[Splice], range: TextRange) -> TextRange {
    let splices = splices.iter().rev();
    splices.fold(range, |range, it| it.backward(range))
}
