//! Findings on lines that changed: all others are neither told nor fixed.

use std::ops::Range;
use std::sync::Arc;

use dfix_engine::{Finding, Left, Options, Outcome};
use dfix_model::context::Context;
use dfix_syntax::{Parse, TextRange, TextSize};

use crate::baseline::Nothing;

/// The lines of a text that changed, as bytes.
#[derive(Debug)]
pub(super) struct OnLines {
    changed: Vec<TextRange>,
    others: Vec<TextRange>,
}

impl OnLines {
    /// Of these lines, from 0, in order.
    pub(super) fn new(text: &str, lines: &[Range<usize>]) -> Self {
        let mut starts = vec![0];
        starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
        let size = |it: usize| TextSize::try_from(it).unwrap_or(TextSize::of(text));
        let start = |line: usize| size(starts.get(line).copied().unwrap_or(text.len()));
        let mut changed = Vec::new();
        let mut others = Vec::new();
        let mut at = TextSize::new(0);
        for line in lines {
            let range = TextRange::new(start(line.start), start(line.end).max(start(line.start)));
            others.push(TextRange::new(at, range.start().max(at)));
            at = range.end();
            changed.push(range);
        }
        // What stands at the end of the text is in it as well.
        let end = TextSize::of(text) + TextSize::new(1);
        let last = TextRange::new(at, end);
        match changed.last_mut() {
            Some(range) if range.end() == TextSize::of(text) => {
                *range = TextRange::new(range.start(), end);
            }
            _ => others.push(last),
        }
        others.retain(|it| !it.is_empty());
        changed.retain(|it| !it.is_empty());
        OnLines { changed, others }
    }

    /// Whether the place that a finding has in the input is on such a line, or reaches one.
    pub(super) fn has(&self, finding: &Finding) -> bool {
        let place = finding.origin;
        let mut changed = self.changed.iter();
        changed.any(|it| {
            it.contains(place.start()) || (place.start() < it.end() && place.end() > it.start())
        })
    }

    /// Where no fix is made: on the other lines, but for what reaches from there to one that changed.
    pub(super) fn left(
        &self,
        text: &Arc<str>,
        parsed: &Parse,
        context: &dyn Context,
        options: &Options<'_>,
    ) -> Vec<Left> {
        let looks = options.clone().with_withhold(&Nothing);
        let found = dfix_engine::run_parsed(text, parsed, context, &looks).remaining;
        let mut left = Vec::new();
        for rule in options.rules.iter().map(|it| it.id) {
            let reaching = |it: &&Finding| it.rule == rule && self.has(it);
            let mut starts: Vec<TextSize> = found
                .iter()
                .filter(reaching)
                .map(|it| it.origin.start())
                .collect();
            starts.sort_unstable();
            for other in &self.others {
                let mut at = other.start();
                for start in starts.iter().filter(|it| other.contains(**it)) {
                    left.push(Left {
                        rule,
                        within: TextRange::new(at.min(*start), *start),
                    });
                    at = *start + TextSize::new(1);
                }
                left.push(Left {
                    rule,
                    within: TextRange::new(at.min(other.end()), other.end()),
                });
            }
        }
        left.retain(|it| !it.within.is_empty());
        left
    }

    /// Takes out what is not on these lines.
    pub(super) fn retain(&self, outcome: &mut Outcome) {
        outcome.remaining.retain(|it| self.has(it));
        outcome.refused.retain(|it| self.has(&it.finding));
    }
}

#[cfg(test)]
mod tests {
    use super::OnLines;

    #[test]
    fn lines_are_bytes_and_so_are_the_others() {
        let on = OnLines::new("ab\nc\n\nde", &[1..2, 3..4]);
        let told = |ranges: &[dfix_syntax::TextRange]| -> Vec<(u32, u32)> {
            let ranges = ranges.iter();
            ranges
                .map(|it| (it.start().into(), it.end().into()))
                .collect()
        };
        assert_eq!(told(&on.changed), [(3, 5), (6, 9)]);
        assert_eq!(told(&on.others), [(0, 3), (5, 6)]);
        let none = OnLines::new("ab\n", &[]);
        assert_eq!(
            (told(&none.changed).len(), told(&none.others)),
            (0, vec![(0, 4)])
        );
        let all = OnLines::new("ab\n", &[0..1, 1..9]);
        assert_eq!(
            (told(&all.changed), told(&all.others).len()),
            (vec![(0, 3), (3, 4)], 0)
        );
    }
}
