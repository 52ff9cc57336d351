//! One reader for every table of text.
//!
//! A table is lines of columns with a tab between them, sorted by the bytes of the first column; lines
//! that begin with `#` stand at its top. `-` is an empty column, and empty ones at a line's end may be
//! left out. Nothing is read before somebody asks, and what is asked for is found by bisection.

use std::cmp::Ordering;

/// A column with more bytes than this is searched, a shorter one is split.
const LONG: usize = 80;

/// One for each byte, and the end.
pub(crate) const HEADS: usize = 257;

/// An embedded table.
#[derive(Clone, Copy)]
pub(crate) struct Table {
    text: &'static str,
    /// Where each line begins; none where the table is too long to be gone through by the compiler.
    starts: &'static [u32],
    /// For each first byte the first line that begins with it or a greater one.
    heads: &'static [u32; HEADS],
}

/// A line of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    line: &'static str,
}

/// The table of this name in `data/`, with the places of its lines, which the compiler counts.
macro_rules! table {
    ($name:literal) => {{
        const TEXT: &str = include_str!(concat!("../data/", $name));
        const LINES: usize = $crate::table::count_lines(TEXT);
        static STARTS: [u32; LINES] = $crate::table::line_starts(TEXT);
        static HEADS: [u32; $crate::table::HEADS] = $crate::table::line_heads(TEXT, &STARTS);
        $crate::table::Table::indexed(TEXT, &STARTS, &HEADS)
    }};
}
pub(crate) use table;

/// How many lines a text has, each with its end.
pub(crate) const fn count_lines(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut at, mut count) = (0, 0);
    while at < bytes.len() {
        if bytes[at] == b'\n' {
            count += 1;
        }
        at += 1;
    }
    count
}

/// Where the lines of a text begin.
pub(crate) const fn line_starts<const LINES: usize>(text: &str) -> [u32; LINES] {
    let bytes = text.as_bytes();
    let mut starts = [0; LINES];
    let (mut at, mut line) = (0, 1);
    while at < bytes.len() {
        if bytes[at] == b'\n' && line < LINES {
            #[expect(clippy::cast_possible_truncation, reason = "a table is no gigabyte")]
            let start = at as u32 + 1;
            starts[line] = start;
            line += 1;
        }
        at += 1;
    }
    starts
}

/// For each byte the first of the lines that begins with it or a greater one.
pub(crate) const fn line_heads(text: &str, starts: &[u32]) -> [u32; HEADS] {
    let bytes = text.as_bytes();
    let mut heads = [0; HEADS];
    let (mut line, mut byte) = (0, 0);
    while byte < HEADS {
        while line < starts.len() && (bytes[starts[line] as usize] as usize) < byte {
            line += 1;
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "as many lines as a table has"
        )]
        let head = line as u32;
        heads[byte] = head;
        byte += 1;
    }
    heads
}

/// How the key of the line that begins here stands to another: a column's end comes before any byte of
/// a name.
fn compare(line: &[u8], key: &[u8]) -> Ordering {
    let ends = |byte: Option<&u8>| byte.is_none_or(|it| matches!(it, b'\t' | b'\n'));
    for (at, wanted) in key.iter().enumerate() {
        match line.get(at) {
            byte if ends(byte) => return Ordering::Less,
            Some(byte) if byte == wanted => {}
            byte => return byte.cmp(&Some(wanted)),
        }
    }
    if ends(line.get(key.len())) {
        Ordering::Equal
    } else {
        Ordering::Greater
    }
}

impl Table {
    /// A table over embedded text.
    pub(crate) const fn new(text: &'static str) -> Self {
        Self {
            text,
            starts: &[],
            heads: &[0; HEADS],
        }
    }

    /// A table over embedded text whose lines begin at these places.
    pub(crate) const fn indexed(
        text: &'static str,
        starts: &'static [u32],
        heads: &'static [u32; HEADS],
    ) -> Self {
        Self {
            text,
            starts,
            heads,
        }
    }

    /// The rows whose first column is `key`, in the table's order.
    pub(crate) fn rows(self, key: &str) -> impl Iterator<Item = Row> + use<'_> {
        self.from(self.first(key))
            .take_while(move |row| row.has_key(key))
    }

    /// The rows whose first column begins with this, in the table's order.
    pub(crate) fn starting_with(self, start: &str) -> impl Iterator<Item = Row> + use<'_> {
        self.from(self.first(start))
            .take_while(move |row| row.line.starts_with(start))
    }

    /// The first row whose first column is `key`.
    pub(crate) fn row(self, key: &str) -> Option<Row> {
        let rest = &self.text[self.first(key)..];
        let is_it = compare(rest.as_bytes(), key.as_bytes()).is_eq() && !key.starts_with('#');
        let end = || memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
        (is_it && !rest.is_empty()).then(|| Row {
            line: &rest[..end()],
        })
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

    /// Where the first line begins whose key is not less than `key`. Titles are less than any key.
    fn first(self, key: &str) -> usize {
        let (bytes, key) = (self.text.as_bytes(), key.as_bytes());
        if !self.starts.is_empty() {
            let is_less = |start: &u32| compare(&bytes[*start as usize..], key).is_lt();
            let head = usize::from(key.first().copied().unwrap_or_default());
            let (from, to) = (self.heads[head] as usize, self.heads[head + 1] as usize);
            let line = from + self.starts[from..to].partition_point(is_less);
            return self.starts.get(line).map_or(bytes.len(), |at| *at as usize);
        }
        let (mut low, mut high) = (0, bytes.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            let start = memchr::memrchr(b'\n', &bytes[low..middle]).map_or(low, |at| low + at + 1);
            if compare(&bytes[start..], key).is_lt() {
                let end = memchr::memchr(b'\n', &bytes[start..]);
                low = end.map_or(bytes.len(), |at| start + at + 1);
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

    fn has_key(self, key: &str) -> bool {
        compare(self.line.as_bytes(), key.as_bytes()).is_eq() && !key.starts_with('#')
    }

    /// The text of a column, from 0; `""` for one that is empty or left out.
    pub(crate) fn column(self, number: usize) -> &'static str {
        let bytes = self.line.as_bytes();
        let mut tabs = memchr::memchr_iter(b'\t', bytes);
        let start = match number.checked_sub(1) {
            None => 0,
            Some(before) => match tabs.nth(before) {
                Some(tab) => tab + 1,
                None => return "",
            },
        };
        match &self.line[start..tabs.next().unwrap_or(bytes.len())] {
            "-" => "",
            text => text,
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
        let column = self.column(number);
        if column.len() < wanted.len() || wanted.is_empty() || wanted.contains(separator) {
            return false;
        }
        // A searcher is worth its making in long columns.
        if column.len() > LONG {
            let ends = |text: &str| text.is_empty() || text.starts_with(separator);
            let is_word = |at: usize| {
                let before = column[..at].chars().next_back();
                before.is_none_or(|it| it == separator) && ends(&column[at + wanted.len()..])
            };
            return memchr::memmem::find_iter(column.as_bytes(), wanted).any(is_word);
        }
        let (mut rest, wanted) = (column.as_bytes(), wanted.as_bytes());
        loop {
            // Every separator is one byte.
            let end = rest.iter().position(|byte| char::from(*byte) == separator);
            let Some(end) = end else {
                return rest == wanted;
            };
            if &rest[..end] == wanted {
                return true;
            }
            rest = &rest[end + 1..];
        }
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

    const TEXT: &str = "# name\twords\n# more\na\t1\nab\t-\tx y\nb\nb\t2\nå\t3\n";
    const TABLE: Table = Table::new(TEXT);
    static STARTS: [u32; 7] = line_starts(TEXT);
    static HEADS_OF_TEXT: [u32; HEADS] = line_heads(TEXT, &STARTS);

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
            let indexed = Table::indexed(TEXT, &STARTS, &HEADS_OF_TEXT);
            assert_eq!(indexed.rows(key).count(), count, "{key:?}");
        }
        assert_eq!(count_lines(TEXT), STARTS.len());
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
        assert!(row.lists(2, ' ', "x") && !row.lists(2, ' ', "x y") && !row.lists(2, ' ', "xy"));
        let longer = Row {
            line: "a\tbb,b,bbb\t-",
        };
        assert!(
            longer.lists(1, ',', "b")
                && !longer.lists(1, ',', "bbbb")
                && longer.lists(1, ',', "bbb")
        );
        assert_eq!(
            (longer.column(2), longer.column(3), longer.key()),
            ("", "", "a")
        );
        assert!(row.lists(2, ' ', "y") && !row.lists(2, ' ', "") && !row.lists(1, ' ', ""));
    }
}
