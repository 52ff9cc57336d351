//! Edits applied to a text, and where its places went.

use std::collections::BTreeMap;

use dfix_syntax::{TextRange, TextSize};

use crate::fix::TextEdit;
use crate::outcome::Round;

/// Edits in order of place, none overlapping another.
#[derive(Debug, Clone, Default)]
pub struct Splice {
    edits: Vec<TextEdit>,
    /// Where each edit's text stands afterwards.
    images: Vec<TextRange>,
}

impl Splice {
    /// All that a round changed.
    pub fn of(round: &Round) -> Self {
        let fixes = round.applied.iter().filter_map(|it| it.fix.as_ref());
        Splice::new(fixes.flat_map(|it| it.edits.iter().cloned()).collect())
    }

    pub(crate) fn new(mut edits: Vec<TextEdit>) -> Self {
        edits.sort_by_key(|e| (e.range.start(), e.range.end()));
        let mut shift = 0_i64;
        let images = edits
            .iter()
            .map(|edit| {
                let start = moved(edit.range.start(), shift);
                shift += len(&edit.text) - i64::from(u32::from(edit.range.len()));
                TextRange::at(start, TextSize::of(edit.text.as_str()))
            })
            .collect();
        Splice { edits, images }
    }

    /// Each edit with the place of its text afterwards.
    pub(crate) fn edits(&self) -> impl Iterator<Item = (&TextEdit, TextRange)> {
        self.edits.iter().zip(self.images.iter().copied())
    }

    /// Whether an edit overlaps the range or meets it.
    pub(crate) fn meets(&self, range: TextRange) -> bool {
        // No edit overlaps another: the first that does not end before is the one.
        let first = self
            .edits
            .partition_point(|e| e.range.end() < range.start());
        let edit = self.edits.get(first);
        edit.is_some_and(|edit| edit.range.start() <= range.end())
    }

    /// Whether all of the place (some bytes of the text afterwards) is one edit's new text.
    pub(crate) fn brought(&self, range: TextRange) -> bool {
        // Of images that start at the same place only the last one is not empty.
        let next = self
            .images
            .partition_point(|image| image.start() <= range.start());
        let image = next.checked_sub(1).map(|last| self.images[last]);
        !range.is_empty() && image.is_some_and(|image| image.contains_range(range))
    }

    /// The text after all of it.
    pub fn apply(&self, text: &str) -> String {
        let mut result = String::with_capacity(text.len() + 64);
        let mut at = 0;
        for edit in &self.edits {
            result.push_str(&text[at..usize::from(edit.range.start())]);
            result.push_str(&edit.text);
            at = usize::from(edit.range.end());
        }
        result.push_str(&text[at..]);
        result
    }

    /// Where a place is afterwards, with what was put at its borders.
    pub fn forward(&self, range: TextRange) -> TextRange {
        let start = self.shifted(range.start(), false);
        let end = self.shifted(range.end(), true);
        TextRange::new(start.min(end), end)
    }

    /// Where a place was before; what was put in anew was at the place that it was put.
    pub fn backward(&self, range: TextRange) -> TextRange {
        let start = self.unshifted(range.start(), false);
        let end = self.unshifted(range.end(), true);
        TextRange::new(start.min(end), end)
    }

    /// Where a place was before, of which nothing was put in or changed, nor beside it; none of another.
    pub fn exactly_before(&self, range: TextRange) -> Option<TextRange> {
        let first = self
            .images
            .partition_point(|image| image.end() < range.start());
        let is_free = self
            .images
            .get(first)
            .is_none_or(|image| image.start() > range.end());
        let shift = -self.shift_after(first);
        let moved = |it| moved(it, shift);
        is_free.then(|| TextRange::new(moved(range.start()), moved(range.end())))
    }

    /// How far the first so many edits move what comes after them.
    pub(crate) fn shift_after(&self, edits: usize) -> i64 {
        edits.checked_sub(1).map_or(0, |last| {
            let (old, new) = (self.edits[last].range.end(), self.images[last].end());
            i64::from(u32::from(new)) - i64::from(u32::from(old))
        })
    }

    /// Whether an edit takes all of the range away.
    pub(crate) fn removes(&self, range: TextRange) -> bool {
        let first = self.edits.partition_point(|e| e.range.end() < range.end());
        self.edits
            .get(first)
            .is_some_and(|edit| edit.text.is_empty() && edit.range.contains_range(range))
    }

    /// Where something that begins here begins afterwards: what is put in before it pushes it on.
    pub(crate) fn pushed(&self, offset: TextSize) -> TextSize {
        let passed = self.edits.partition_point(|e| e.range.end() <= offset);
        moved(offset, self.shift_after(passed))
    }

    fn shifted(&self, offset: TextSize, is_end: bool) -> TextSize {
        let passed = self.edits.partition_point(|e| e.range.end() < offset);
        let mut shift = self.shift_after(passed);
        for (edit, image) in self.edits().skip(passed) {
            let range = edit.range;
            let past = if is_end {
                range.end() <= offset
            } else {
                range.end() < offset || (range.end() == offset && !range.is_empty())
            };
            if past {
                shift += len(&edit.text) - i64::from(u32::from(range.len()));
            } else if range.start() < offset || (range.start() == offset && !is_end) {
                return if is_end { image.end() } else { image.start() };
            } else {
                break;
            }
        }
        moved(offset, shift)
    }

    fn unshifted(&self, offset: TextSize, is_end: bool) -> TextSize {
        let passed = self.images.partition_point(|image| image.end() < offset);
        let mut shift = -self.shift_after(passed);
        for (edit, image) in self.edits().skip(passed) {
            let past = if is_end {
                image.end() < offset || (image.end() == offset && !image.is_empty())
            } else {
                image.end() <= offset
            };
            if past {
                shift += i64::from(u32::from(edit.range.len())) - len(&edit.text);
            } else if image.start() < offset || (image.start() == offset && !is_end) {
                // Inside new text: the place that it was put.
                return if is_end {
                    edit.range.end()
                } else {
                    edit.range.start()
                };
            } else {
                break;
            }
        }
        moved(offset, shift)
    }
}

fn len(text: &str) -> i64 {
    i64::try_from(text.len()).expect("a text is shorter than 2^63 bytes")
}

fn moved(offset: TextSize, shift: i64) -> TextSize {
    let offset = i64::from(u32::from(offset)) + shift;
    TextSize::new(u32::try_from(offset).expect("a parsed text is shorter than 4 GiB"))
}

/// The places of edits, to find those that touch: overlap, or meet at a place where the order would
/// matter.
#[derive(Debug, Default)]
pub(crate) struct RangeSet {
    /// Start and end. RangeSet that touch are one, so none touches another.
    places: BTreeMap<TextSize, TextSize>,
}

impl RangeSet {
    /// Whether the range touches a place.
    pub(crate) fn touch(&self, range: TextRange) -> bool {
        let before = self.places.range(..=range.end()).next_back();
        before.is_some_and(|(_, end)| *end >= range.start())
    }

    /// Takes the range in.
    pub(crate) fn add(&mut self, range: TextRange) {
        let (mut start, mut end) = (range.start(), range.end());
        while let Some((first, last)) = self.places.range(..=end).next_back()
            && *last >= start
        {
            let first = *first;
            (start, end) = (start.min(first), end.max(*last));
            self.places.remove(&first);
        }
        self.places.insert(start, end);
    }
}

#[cfg(test)]
mod tests {
    use super::{RangeSet, Splice};
    use crate::fix::TextEdit;
    use dfix_syntax::TextRange;

    fn range(start: u32, end: u32) -> TextRange {
        TextRange::new(start.into(), end.into())
    }

    fn edit(start: u32, end: u32, text: &str) -> TextEdit {
        TextEdit {
            range: range(start, end),
            text: text.to_owned(),
        }
    }

    #[test]
    fn places_are_mapped_there_and_back() {
        let splice = Splice::new(vec![edit(8, 9, ""), edit(3, 3, "XY"), edit(5, 7, "abc")]);
        assert_eq!(splice.apply("0123456789"), "012XY34abc79");
        assert_eq!(splice.forward(range(0, 2)), range(0, 2));
        assert_eq!(splice.forward(range(3, 5)), range(3, 7));
        assert_eq!(splice.forward(range(5, 7)), range(7, 10));
        assert_eq!(splice.forward(range(6, 10)), range(7, 12));
        assert_eq!(splice.backward(range(7, 10)), range(5, 7));
        assert_eq!(splice.backward(range(3, 5)), range(3, 3));
        assert_eq!(splice.backward(range(4, 6)), range(3, 4));
        assert_eq!(splice.backward(range(11, 12)), range(9, 10));
    }

    #[test]
    fn new_text_is_known() {
        let splice = Splice::new(vec![
            edit(2, 3, ""),
            edit(3, 3, "XY"),
            edit(3, 5, ""),
            edit(6, 7, "Z"),
        ]);
        assert_eq!(splice.apply("0123456789"), "01XY5Z789");
        for (start, end) in (0..9).flat_map(|start| (start..9).map(move |end| (start, end))) {
            let new = (start >= 2 && end <= 4) || (start, end) == (5, 6);
            assert_eq!(
                splice.brought(range(start, end)),
                new && start < end,
                "{start}..{end}"
            );
        }
    }

    fn touch(a: TextRange, b: TextRange) -> bool {
        let mut places = RangeSet::default();
        places.add(a);
        places.touch(b)
    }

    #[test]
    fn insertions_at_one_place_touch() {
        assert!(touch(range(3, 3), range(3, 3)));
        assert!(touch(range(1, 3), range(3, 4)));
        assert!(touch(range(3, 4), range(1, 3)));
        assert!(touch(range(1, 9), range(3, 4)));
        assert!(!touch(range(1, 2), range(3, 4)));
        assert!(!touch(range(3, 4), range(1, 2)));
    }

    #[test]
    fn places_that_touch_become_one() {
        let mut places = RangeSet::default();
        for (start, end) in [(1, 2), (4, 9), (12, 13), (5, 6), (2, 3), (9, 9)] {
            places.add(range(start, end));
        }
        let touched: Vec<u32> = (0..16).filter(|at| places.touch(range(*at, *at))).collect();
        assert_eq!(touched, [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13]);
    }
}
