//! Many places of a text, to be asked which of them lie somewhere.

use dfix_syntax::TextRange;

/// Whether two places share a byte.
pub(crate) fn overlap(a: TextRange, b: TextRange) -> bool {
    a.intersect(b).is_some_and(|both| !both.is_empty())
}

/// Places by where they start; they may lie in one another.
#[derive(Debug, Default)]
pub(crate) struct Ranges {
    ranges: Vec<TextRange>,
    /// How far each place and those before it reach.
    reach: Vec<dfix_syntax::TextSize>,
}

impl FromIterator<TextRange> for Ranges {
    fn from_iter<I: IntoIterator<Item = TextRange>>(ranges: I) -> Self {
        let mut ranges: Vec<TextRange> = ranges.into_iter().collect();
        ranges.sort_by_key(|range| range.start());
        let reach = ranges
            .iter()
            .scan(0.into(), |reach, range| {
                *reach = range.end().max(*reach);
                Some(*reach)
            })
            .collect();
        Ranges { ranges, reach }
    }
}

impl Ranges {
    /// Those that share a byte with `range` or meet it at a border.
    pub(crate) fn meeting(&self, range: TextRange) -> impl Iterator<Item = TextRange> {
        let first = self.reach.partition_point(|reach| *reach < range.start());
        self.ranges[first..]
            .iter()
            .copied()
            .take_while(move |it| it.start() <= range.end())
            .filter(move |it| it.end() >= range.start())
    }

    /// Whether one of them shares a byte with `range`.
    pub(crate) fn overlap(&self, range: TextRange) -> bool {
        self.meeting(range).any(|it| overlap(it, range))
    }
}

#[cfg(test)]
mod tests {
    use super::{Ranges, overlap};
    use dfix_syntax::TextRange;

    #[test]
    fn finds_what_a_look_at_all_finds() {
        let range = |start: u32, end: u32| TextRange::new(start.into(), end.into());
        let all = [
            (5, 9),
            (0, 20),
            (7, 7),
            (12, 13),
            (3, 4),
            (12, 18),
            (25, 26),
        ];
        let all = all.map(|(start, end)| range(start, end));
        let ranges: Ranges = all.into_iter().collect();
        for (start, end) in (0..30).flat_map(|start| (start..30).map(move |end| (start, end))) {
            let asked = range(start, end);
            let meets = all.iter().filter(|it| it.intersect(asked).is_some());
            assert_eq!(ranges.meeting(asked).count(), meets.count(), "{asked:?}");
            let overlaps = all.iter().any(|it| overlap(*it, asked));
            assert_eq!(ranges.overlap(asked), overlaps, "{asked:?}");
        }
    }
}
