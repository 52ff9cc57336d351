//! Byte offsets to lines and columns, and back.

use std::ops::Range;

/// A place in a text: line and column, both counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line; lines end at `\n`.
    pub line: usize,
    /// The column, in the unit that the function says.
    pub column: usize,
}

/// Where the lines of a text start. Made once for a text; each question then takes a binary search
/// and, for columns other than bytes, a walk over one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineIndex {
    /// The offset of each line's first byte.
    starts: Vec<usize>,
    len: usize,
}

impl LineIndex {
    /// The index of `text`. A text that ends with a line end has an empty last line.
    pub fn new(text: &str) -> Self {
        let ends = memchr::memchr_iter(b'\n', text.as_bytes()).map(|i| i + 1);
        LineIndex {
            starts: std::iter::once(0).chain(ends).collect(),
            len: text.len(),
        }
    }

    /// The number of lines, an empty last one included.
    pub fn lines(&self) -> usize {
        self.starts.len()
    }

    /// The line that holds the byte at `offset`; past the end, the last one.
    pub fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset) - 1
    }

    /// The bytes of `line` with its line end; `None` past the last line.
    pub fn line_range(&self, line: usize) -> Option<Range<usize>> {
        let start = *self.starts.get(line)?;
        Some(start..self.starts.get(line + 1).copied().unwrap_or(self.len))
    }

    /// The bytes of `line` of `text` without its line end (`\n` or `\r\n`).
    pub fn content_range(&self, text: &str, line: usize) -> Option<Range<usize>> {
        let range = self.line_range(line)?;
        let line = text.get(range.clone())?;
        let line = line.strip_suffix('\n').unwrap_or(line);
        let line = line.strip_suffix('\r').unwrap_or(line);
        Some(range.start..range.start + line.len())
    }

    /// The place of `offset`, its column in bytes.
    pub fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.len);
        let line = self.line(offset);
        Position {
            line,
            column: offset - self.starts[line],
        }
    }

    /// The place of `offset`, its column in characters (Unicode scalar values).
    pub fn position_in_chars(&self, text: &str, offset: usize) -> Position {
        self.position_by(text, offset, |_| 1)
    }

    /// The place of `offset`, its column in UTF-16 units, as editors count.
    pub fn position_in_utf16(&self, text: &str, offset: usize) -> Position {
        self.position_by(text, offset, char::len_utf16)
    }

    fn position_by(&self, text: &str, offset: usize, width: fn(char) -> usize) -> Position {
        let Position { line, column } = self.position(offset);
        let start = self.starts[line];
        let before = text[start..]
            .char_indices()
            .take_while(|(at, _)| *at < column);
        Position {
            line,
            column: before.map(|(_, c)| width(c)).sum(),
        }
    }

    /// The offset of a place whose column is in bytes; `None` outside of the text.
    pub fn offset(&self, position: Position) -> Option<usize> {
        let range = self.line_range(position.line)?;
        let offset = range.start + position.column;
        (offset <= range.end).then_some(offset)
    }

    /// The offset of a place whose column is in characters; past the line's end, the end.
    pub fn offset_from_chars(&self, text: &str, position: Position) -> Option<usize> {
        self.offset_by(text, position, |_| 1)
    }

    /// The offset of a place whose column is in UTF-16 units; past the line's end, the end.
    pub fn offset_from_utf16(&self, text: &str, position: Position) -> Option<usize> {
        self.offset_by(text, position, char::len_utf16)
    }

    fn offset_by(&self, text: &str, position: Position, width: fn(char) -> usize) -> Option<usize> {
        let range = self.content_range(text, position.line)?;
        let mut column = 0;
        for (at, c) in text[range.clone()].char_indices() {
            if column >= position.column {
                return Some(range.start + at);
            }
            column += width(c);
        }
        Some(range.end)
    }
}

#[cfg(test)]
mod tests {
    use super::{LineIndex, Position};

    #[test]
    fn counts_in_bytes_characters_and_utf16() {
        let text = "aé😀b\r\nc\n";
        let index = LineIndex::new(text);
        let at = |line, column| Position { line, column };
        let b = text.find('b').expect("a b");
        assert_eq!(index.position(b), at(0, 7));
        assert_eq!(index.position_in_chars(text, b), at(0, 3));
        assert_eq!(index.position_in_utf16(text, b), at(0, 4));
        assert_eq!(index.offset(at(0, 7)), Some(b));
        assert_eq!(index.offset_from_chars(text, at(0, 3)), Some(b));
        assert_eq!(index.offset_from_utf16(text, at(0, 4)), Some(b));
        assert_eq!(index.offset_from_chars(text, at(0, 99)), Some(b + 1));
        assert_eq!(index.content_range(text, 0), Some(0..b + 1));
        assert_eq!(index.line_range(0), Some(0..b + 3));
        assert_eq!(index.lines(), 3);
        assert_eq!(index.position(text.len()), at(2, 0));
        assert_eq!(index.offset(at(3, 0)), None);
        assert_eq!(LineIndex::new("").position(0), at(0, 0));
    }
}
