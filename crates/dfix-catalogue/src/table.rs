//! One reader for every table of text.
//!
//! A table is lines of columns with a tab between them, sorted by the bytes of the first column; lines
//! that begin with `#` stand at its top. `-` is an empty column, and empty ones at a line's end may be
//! left out. Nothing is read before somebody asks, and what is asked for is found by its hash, which the
//! compiler works out, or by bisection.

use std::cmp::Ordering;

/// A column with more bytes than this is searched, a shorter one is split.
const LONG: usize = 80;

/// One for each byte, and the end.
pub(crate) const HEADS: usize = 257;

/// An embedded table.
#[derive(Clone, Copy)]
pub(crate) struct Table {
    text: &'static str,
    /// Where its lines and columns begin; none where the table is too long to be gone through by the compiler.
    index: Option<&'static Index>,
}

/// The places in a table's text, which the compiler counts.
pub(crate) struct Index {
    /// Where each line begins, in bytes, and the text's end.
    pub(crate) lines: &'static [u32],
    /// Where each tab is, in bytes.
    pub(crate) tabs: &'static [u32],
    /// For each line how many tabs there are before it, and how many there are.
    pub(crate) tabs_before: &'static [u32],
    /// For each first byte the first line that begins with it or a greater one.
    pub(crate) heads: &'static [u32; HEADS],
    /// The first line of each key, one more than its number, where the key's hash says or in the places behind; 0 is none.
    pub(crate) slots: &'static [u32],
}

/// A line of a table.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    line: &'static str,
    /// Where its line begins, and where its tabs are, both in the table's text; none where that is not counted.
    tabs: Option<(u32, &'static [u32])>,
}

/// The table of this name in `data/`, with the places of its lines and columns, which the compiler counts.
macro_rules! table {
    ($name:literal) => {{
        use $crate::table::{
            HEADS, Index, Table, count, line_heads, line_starts, slots, slots_for, tab_places,
            tabs_before,
        };
        const TEXT: &str = include_str!(concat!("../data/", $name));
        static LINES: [u32; count(TEXT, b'\n') + 1] = line_starts(TEXT);
        static TABS: [u32; count(TEXT, b'\t')] = tab_places(TEXT);
        static TABS_BEFORE: [u32; count(TEXT, b'\n') + 1] = tabs_before(&LINES, &TABS);
        static HEADS_OF_LINES: [u32; HEADS] = line_heads(TEXT, &LINES);
        static SLOTS: [u32; slots_for(LINES.len())] = slots(TEXT, &LINES);
        static INDEX: Index = Index {
            lines: &LINES,
            tabs: &TABS,
            tabs_before: &TABS_BEFORE,
            heads: &HEADS_OF_LINES,
            slots: &SLOTS,
        };
        Table::indexed(TEXT, &INDEX)
    }};
}
pub(crate) use table;

/// How often a byte stands in a text.
pub(crate) const fn count(text: &str, byte: u8) -> usize {
    let bytes = text.as_bytes();
    let (mut at, mut count) = (0, 0);
    while at < bytes.len() {
        count += (bytes[at] == byte) as usize;
        at += 1;
    }
    count
}

#[expect(clippy::cast_possible_truncation, reason = "a table is no gigabyte")]
const fn place(at: usize) -> u32 {
    at as u32
}

/// Where the lines of a text begin, each with its end, and where the last one ends.
pub(crate) const fn line_starts<const STARTS: usize>(text: &str) -> [u32; STARTS] {
    let bytes = text.as_bytes();
    let mut starts = [0; STARTS];
    let (mut at, mut line) = (0, 1);
    while at < bytes.len() {
        if bytes[at] == b'\n' {
            starts[line] = place(at + 1);
            line += 1;
        }
        at += 1;
    }
    starts
}

/// Where the tabs of a text are.
pub(crate) const fn tab_places<const TABS: usize>(text: &str) -> [u32; TABS] {
    let bytes = text.as_bytes();
    let mut places = [0; TABS];
    let (mut at, mut tab) = (0, 0);
    while at < bytes.len() {
        if bytes[at] == b'\t' {
            places[tab] = place(at);
            tab += 1;
        }
        at += 1;
    }
    places
}

/// For each line, and for the end, how many of the tabs are before it.
pub(crate) const fn tabs_before<const STARTS: usize>(
    lines: &[u32; STARTS],
    tabs: &[u32],
) -> [u32; STARTS] {
    let mut before = [0; STARTS];
    let (mut line, mut tab) = (0, 0);
    while line < STARTS {
        while tab < tabs.len() && tabs[tab] < lines[line] {
            tab += 1;
        }
        before[line] = place(tab);
        line += 1;
    }
    before
}

/// For each byte the first of the lines that begins with it or a greater one. The last start is no line.
pub(crate) const fn line_heads(text: &str, starts: &[u32]) -> [u32; HEADS] {
    let bytes = text.as_bytes();
    let mut heads = [0; HEADS];
    let (mut line, mut byte) = (0, 0);
    while byte < HEADS {
        while line + 1 < starts.len() && (bytes[starts[line] as usize] as usize) < byte {
            line += 1;
        }
        heads[byte] = place(line);
        byte += 1;
    }
    heads
}

/// How many slots so many lines want: a power of two, and at least half of them stay free.
pub(crate) const fn slots_for(lines: usize) -> usize {
    (2 * lines).next_power_of_two()
}

/// The place of a key among so many slots: FNV-1a, of 32 bits.
const fn slot(key: &[u8], slots: usize) -> usize {
    let (mut hash, mut at) = (0x811c_9dc5_u32, 0);
    while at < key.len() {
        hash = (hash ^ key[at] as u32).wrapping_mul(0x0100_0193);
        at += 1;
    }
    (hash ^ (hash >> 15)) as usize & (slots - 1)
}

/// The key of the line that begins here.
const fn key_at(text: &str, start: u32) -> &[u8] {
    let (_, rest) = text.as_bytes().split_at(start as usize);
    let mut at = 0;
    while at < rest.len() && !matches!(rest[at], b'\t' | b'\n') {
        at += 1;
    }
    rest.split_at(at).0
}

/// Whether two keys are one, for the compiler.
pub(crate) const fn is_same(a: &[u8], b: &[u8]) -> bool {
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}

/// The slots of a text's keys. Titles have none, and equal keys, which stand together, one.
pub(crate) const fn slots<const SLOTS: usize>(text: &str, starts: &[u32]) -> [u32; SLOTS] {
    let mut slots = [0; SLOTS];
    let (mut line, mut last): (usize, &[u8]) = (0, b"#");
    while line + 1 < starts.len() {
        let key = key_at(text, starts[line]);
        let is_title = matches!(key, [b'#', ..]);
        if !is_title && !is_same(key, last) {
            let mut at = slot(key, SLOTS);
            while slots[at] != 0 {
                at = (at + 1) % SLOTS;
            }
            slots[at] = place(line + 1);
        }
        last = key;
        line += 1;
    }
    slots
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

/// Whether the line that begins here has this key.
fn begins_with_key(line: &[u8], key: &[u8]) -> bool {
    let rest = line.strip_prefix(key);
    rest.is_some_and(|rest| matches!(rest.first(), None | Some(b'\t' | b'\n')))
}

impl Table {
    /// A table over embedded text.
    pub(crate) const fn new(text: &'static str) -> Self {
        Self { text, index: None }
    }

    /// A table over embedded text whose places are these.
    pub(crate) const fn indexed(text: &'static str, index: &'static Index) -> Self {
        let index = Some(index);
        Self { text, index }
    }

    /// The rows whose first column is `key`, in the table's order.
    pub(crate) fn rows(self, key: &str) -> impl Iterator<Item = Row> + use<'_> {
        let first = self.find(key).map(|(at, _)| at);
        let rows = first.into_iter().flat_map(move |at| self.from(at));
        rows.take_while(move |row| row.has_key(key))
    }

    /// The rows whose first column begins with this, in the table's order.
    pub(crate) fn starting_with(self, start: &str) -> impl Iterator<Item = Row> + use<'_> {
        self.from(self.first(start))
            .take_while(move |row| row.line.starts_with(start))
    }

    /// The first row whose first column is `key`.
    pub(crate) fn row(self, key: &str) -> Option<Row> {
        Some(self.find(key)?.1)
    }

    /// The first row whose first column is `key`, and the number of its line.
    pub(crate) fn line(self, key: &str) -> Option<(usize, Row)> {
        match self.find(key)? {
            (Place::Line(line), row) => Some((line, row)),
            (Place::Byte(_), _) => None,
        }
    }

    /// The first row whose first column is `key`, and where it is.
    fn find(self, key: &str) -> Option<(Place, Row)> {
        let Some(index) = self.index else {
            let at = self.first(key);
            return Some((at, self.row_at(at).filter(|row| row.has_key(key))?));
        };
        let mut slot = slot(key.as_bytes(), index.slots.len());
        while let Some(line) = index.slots[slot].checked_sub(1) {
            let (line, bytes) = (line as usize, self.text.as_bytes());
            if begins_with_key(&bytes[index.lines[line] as usize..], key.as_bytes()) {
                let at = Place::Line(line);
                return Some((at, self.row_at(at)?));
            }
            slot = (slot + 1) % index.slots.len();
        }
        None
    }

    /// How many lines there are; 0 where they are not counted.
    pub(crate) const fn count_lines(self) -> usize {
        match self.index {
            Some(index) => index.lines.len() - 1,
            None => 0,
        }
    }

    /// The text of a column of a line, for the compiler; none for one that is left out.
    pub(crate) const fn column_at(self, line: usize, column: usize) -> &'static [u8] {
        let Some(index) = self.index else {
            return &[];
        };
        let first = index.tabs_before[line] as usize;
        let past = index.tabs_before[line + 1] as usize;
        if first + column > past || column == 0 {
            return &[];
        }
        let from = index.tabs[first + column - 1] as usize + 1;
        let to = if first + column < past {
            index.tabs[first + column] as usize
        } else {
            index.lines[line + 1] as usize - 1
        };
        let (before, _) = self.text.as_bytes().split_at(to);
        before.split_at(from).1
    }

    /// Whether there is a row whose first column is `key`.
    pub(crate) fn has(self, key: &str) -> bool {
        self.row(key).is_some()
    }

    /// Every row, in the table's order.
    pub(crate) fn all(self) -> impl Iterator<Item = Row> {
        let start = match self.index {
            Some(_) => Place::Line(0),
            None => Place::Byte(0),
        };
        self.from(start).filter(|row| !row.line.starts_with('#'))
    }

    fn from(self, mut at: Place) -> impl Iterator<Item = Row> {
        std::iter::from_fn(move || {
            let row = self.row_at(at)?;
            at = match at {
                Place::Line(line) => Place::Line(line + 1),
                Place::Byte(byte) => Place::Byte(byte + row.line.len() + 1),
            };
            Some(row)
        })
    }

    /// The line at this place, if there is one.
    fn row_at(self, at: Place) -> Option<Row> {
        match (at, self.index) {
            (Place::Line(line), Some(index)) => {
                let (start, end) = (*index.lines.get(line)?, *index.lines.get(line + 1)?);
                let [from, to] = [line, line + 1].map(|it| index.tabs_before[it] as usize);
                Some(Row {
                    line: &self.text[start as usize..end as usize - 1],
                    tabs: Some((start, &index.tabs[from..to])),
                })
            }
            (Place::Line(byte) | Place::Byte(byte), _) => {
                let rest = self.text.get(byte..).filter(|rest| !rest.is_empty())?;
                let end = memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
                let line = &rest[..end];
                Some(Row { line, tabs: None })
            }
        }
    }

    /// Where the first line is whose key is not less than `key`. Titles are less than any key.
    fn first(self, key: &str) -> Place {
        let (bytes, key) = (self.text.as_bytes(), key.as_bytes());
        if let Some(index) = self.index {
            let is_less = |start: &u32| compare(&bytes[*start as usize..], key).is_lt();
            let head = usize::from(key.first().copied().unwrap_or_default());
            let (from, to) = (index.heads[head] as usize, index.heads[head + 1] as usize);
            return Place::Line(from + index.lines[from..to].partition_point(is_less));
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
        Place::Byte(low)
    }
}

/// A place in a table: the number of a line where they are counted, else a byte.
#[derive(Clone, Copy)]
enum Place {
    Line(usize),
    Byte(usize),
}

impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.line)
    }
}

impl Row {
    /// The first column.
    pub(crate) fn key(self) -> &'static str {
        self.column(0)
    }

    fn has_key(self, key: &str) -> bool {
        let rest = self.line.strip_prefix(key);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('\t')) && !key.starts_with('#')
    }

    /// The text of a column, from 0; `""` for one that is empty or left out.
    pub(crate) fn column(self, number: usize) -> &'static str {
        let text = match self.tabs {
            Some((start, tabs)) => {
                let tab = |number: usize| tabs.get(number).map(|tab| (*tab - start) as usize);
                let from = match number.checked_sub(1) {
                    None => Some(0),
                    Some(before) => tab(before).map(|tab| tab + 1),
                };
                from.map(|from| &self.line[from..tab(number).unwrap_or(self.line.len())])
            }
            None => self.line.split('\t').nth(number),
        };
        text.filter(|text| *text != "-").unwrap_or_default()
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
    static LINES: [u32; 8] = line_starts(TEXT);
    static TABS: [u32; count(TEXT, b'\t')] = tab_places(TEXT);
    static TABS_BEFORE: [u32; 8] = tabs_before(&LINES, &TABS);
    static HEADS_OF_TEXT: [u32; HEADS] = line_heads(TEXT, &LINES);
    static INDEX: Index = Index {
        lines: &LINES,
        tabs: &TABS,
        tabs_before: &TABS_BEFORE,
        heads: &HEADS_OF_TEXT,
        slots: &SLOTS,
    };
    static SLOTS: [u32; slots_for(8)] = slots(TEXT, &LINES);
    const INDEXED: Table = Table::indexed(TEXT, &INDEX);

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
            assert_eq!(INDEXED.rows(key).count(), count, "{key:?}");
        }
        assert_eq!((TABLE.all().count(), INDEXED.all().count()), (5, 5));
        let columns = |row: Row| [0, 1, 2, 3].map(|number| row.column(number));
        assert!(INDEXED.all().map(columns).eq(TABLE.all().map(columns)));
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
            tabs: None,
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
