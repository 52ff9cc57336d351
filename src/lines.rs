//! Lines and columns of byte offsets.

/// Where the lines of a text begin.
pub(crate) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        let starts = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        Lines { text, starts }
    }

    /// The text that they are of.
    pub(crate) fn text(&self) -> &'t str {
        self.text
    }

    /// Line and column, both from 1; the column counts characters, and the byte order mark is none.
    pub(crate) fn place(&self, offset: usize) -> (usize, usize) {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.starts.partition_point(|start| *start <= offset);
        let before = &self.text[self.starts[line - 1]..offset];
        (
            line,
            before.trim_start_matches('\u{feff}').chars().count() + 1,
        )
    }

    /// A line's text without its end, and the offset of its first byte.
    pub(crate) fn line(&self, line: usize) -> (&'t str, usize) {
        let start = self.starts[line - 1];
        let end = self.starts.get(line).copied().unwrap_or(self.text.len());
        let text = self.text[start..end].trim_end_matches('\n');
        (text.strip_suffix('\r').unwrap_or(text), start)
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
        assert_eq!(lines.line(1), ("\u{feff}é a", 0));
        assert_eq!(lines.line(3), ("", 11));
    }
}
