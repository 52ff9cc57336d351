//! Lines and columns of byte offsets, as people count them.

use dfix_syntax::LineIndex;

/// Where the lines of a text begin.
pub(crate) struct Lines<'t> {
    text: &'t str,
    index: LineIndex,
}

impl<'t> Lines<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        let index = LineIndex::new(text);
        Lines { text, index }
    }

    /// The text that they are of.
    pub(crate) fn text(&self) -> &'t str {
        self.text
    }

    /// Line and column, both from 1; the column counts characters, and the byte order mark is none.
    pub(crate) fn place(&self, offset: usize) -> (usize, usize) {
        let place = self.index.position_in_chars(self.text, offset);
        let is_after_mark =
            place.line == 0 && place.column > 0 && self.text.starts_with('\u{feff}');
        (
            place.line + 1,
            place.column + 1 - usize::from(is_after_mark),
        )
    }

    /// The offset of a place.
    pub(crate) fn offset(&self, (line, column): (usize, usize)) -> usize {
        let (text, start) = self.line(line);
        let mark = usize::from(line == 1 && text.starts_with('\u{feff}'));
        let within = text.char_indices().nth(column - 1 + mark);
        start + within.map_or(text.len(), |it| it.0)
    }

    /// A line's text without its end, and the offset of its first byte.
    pub(crate) fn line(&self, line: usize) -> (&'t str, usize) {
        let range = self
            .index
            .content_range(self.text, line - 1)
            .unwrap_or_default();
        (&self.text[range.clone()], range.start)
    }
}

#[cfg(test)]
mod tests {
    use super::Lines;

    #[test]
    fn places_count_characters_from_one() {
        let lines = Lines::new("\u{feff}é a\r\nb\n");
        assert_eq!(lines.place(0), (1, 1));
        assert_eq!(lines.place(3), (1, 1));
        assert_eq!(lines.place(5), (1, 2));
        assert_eq!(lines.place(9), (2, 1));
        assert_eq!(lines.place(99), (3, 1));
        assert_eq!(
            [(1, 2), (2, 1), (2, 2)].map(|it| lines.offset(it)),
            [5, 9, 10]
        );
        assert_eq!(lines.line(1), ("\u{feff}é a", 0));
        assert_eq!(lines.line(3), ("", 11));
    }
}
