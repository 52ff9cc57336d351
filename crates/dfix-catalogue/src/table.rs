//! One reader for every table of text.
//!
//! A table is lines of columns with a tab between them, sorted by the bytes of the first column; lines
//! that begin with `#` stand at its top. `-` is an empty column, and empty ones at a line's end may be
//! left out. Nothing is read before somebody asks, and what is asked for is found by bisection.

use std::cmp::Ordering;

/// An embedded table.
#[derive(Clone, Copy)]
pub(crate) struct Table {
    text: &'static str,
}

/// A line of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    line: &'static str,
}

impl Table {
    /// A table over embedded text.
    pub(crate) const fn new(text: &'static str) -> Self {
        Self { text }
    }

    /// The rows whose first column is `key`, in the table's order.
    pub(crate) fn rows(self, key: &str) -> impl Iterator<Item = Row> + use<'_> {
        self.from(self.first(key))
            .take_while(move |row| row.key() == key)
    }

    /// The rows whose first column begins with this, in the table's order.
    pub(crate) fn starting_with(self, start: &str) -> impl Iterator<Item = Row> + use<'_> {
        self.from(self.first(start))
            .take_while(move |row| row.line.starts_with(start))
    }

    /// The first row whose first column is `key`.
    pub(crate) fn row(self, key: &str) -> Option<Row> {
        self.rows(key).next()
    }

    /// Whether there is a row whose first column is `key`.
    pub(crate) fn has(self, key: &str) -> bool {
        self.row(key).is_some()
    }

    /// Every row, in the table's order.
    pub(crate) fn all(self) -> impl Iterator<Item = Row> {
        self.from(0).filter(|row| !row.line.starts_with('#'))
    }

    fn from(self, at: usize) -> impl Iterator<Item = Row> {
        self.text[at..].lines().map(|line| Row { line })
    }

    /// Where the first line begins whose key is not less than `key`.
    fn first(self, key: &str) -> usize {
        let bytes = self.text.as_bytes();
        let (mut low, mut high) = (0, bytes.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            let start = memchr::memrchr(b'\n', &bytes[low..middle]).map_or(low, |at| low + at + 1);
            let end =
                memchr::memchr2(b'\t', b'\n', &bytes[start..]).map_or(bytes.len(), |at| start + at);
            let is_title = bytes[start] == b'#';
            if is_title || bytes[start..end].cmp(key.as_bytes()) == Ordering::Less {
                low = memchr::memchr(b'\n', &bytes[end..]).map_or(bytes.len(), |at| end + at + 1);
            } else {
                high = start;
            }
        }
        low
    }
}

impl Row {
    /// The first column.
    pub(crate) fn key(self) -> &'static str {
        self.column(0)
    }

    /// The text of a column, from 0; `""` for one that is empty or left out.
    pub(crate) fn column(self, number: usize) -> &'static str {
        match self.line.split('\t').nth(number) {
            None | Some("-") => "",
            Some(text) => text,
        }
    }

    /// The first columns, as [`Row::column`] gives them.
    pub(crate) fn columns<const N: usize>(self) -> [&'static str; N] {
        let mut columns = self.line.split('\t');
        std::array::from_fn(|_| match columns.next() {
            None | Some("-") => "",
            Some(text) => text,
        })
    }

    /// The words of a column.
    pub(crate) fn words(self, number: usize) -> impl Iterator<Item = &'static str> + use<> {
        self.column(number)
            .split(' ')
            .filter(|word| !word.is_empty())
    }

    /// Whether a column's words, split at `separator`, hold this one.
    pub(crate) fn lists(self, number: usize, separator: char, wanted: &str) -> bool {
        self.column(number)
            .split(separator)
            .any(|word| word == wanted && !word.is_empty())
    }

    /// The line as it stands, for tests.
    #[cfg(test)]
    pub(crate) fn line(self) -> &'static str {
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: Table = Table::new("# name\twords\n# more\na\t1\nab\t-\tx y\nb\nb\t2\nå\t3\n");

    #[test]
    fn rows_are_found_by_their_key() {
        for (key, count) in [
            ("a", 1),
            ("ab", 1),
            ("b", 2),
            ("å", 1),
            ("", 0),
            ("aa", 0),
            ("c", 0),
            ("zz", 0),
            ("a\t1", 0),
            ("# name", 0),
            ("#", 0),
        ] {
            assert_eq!(TABLE.rows(key).count(), count, "{key:?}");
        }
        assert_eq!(TABLE.all().count(), 5);
        assert!(!Table::new("").has("a"));
    }

    #[test]
    fn columns_may_be_empty_or_left_out() {
        let row = TABLE.row("ab").expect("listed");
        assert_eq!(
            (row.column(1), row.column(2), row.column(3)),
            ("", "x y", "")
        );
        assert!(row.words(2).eq(["x", "y"]));
        assert!(row.lists(2, ' ', "y") && !row.lists(2, ' ', "") && !row.lists(1, ' ', ""));
    }
}
