//! Strings and here-documents, with what is inserted in them.

use crate::language::Language;
use crate::lexer::{Lexer, is_name, is_name_start};
use crate::token::{Inserts, Kind, Mode, Quote, Trouble};

impl Lexer<'_> {
    pub(crate) fn open_quote(&mut self, prefix: usize) {
        let start = self.at;
        let end = self.bytes[start + prefix];
        let letters = self.text[start..start + prefix].to_ascii_lowercase();
        let three = self.lexis.triple && self.bytes[start + prefix..].starts_with(&[end; 3]);
        let three = three && (self.is(Language::Python) || end == b'"');
        let count = if three { 3 } else { 1 };
        let is_raw = letters.contains('r')
            || self.is(Language::Go) && end == b'`'
            || self.is(Language::Kotlin) && three;
        let inserts = match self.language {
            Language::Python if letters.contains(['f', 't']) => Inserts::Brace,
            Language::JavaScript | Language::TypeScript if end == b'`' => Inserts::DollarBrace,
            Language::Ruby if end != b'\'' => Inserts::HashBrace,
            Language::Php if end != b'\'' => Inserts::Names,
            Language::Kotlin if end == b'"' => Inserts::Names,
            _ => Inserts::None,
        };
        let lines = three || end == b'`' || self.lexis.long_strings;
        self.push(Kind::StringOpen, start + prefix + count);
        self.modes.push(Mode::Quote(Quote {
            end,
            count,
            open: None,
            depth: 0,
            // A raw string of Python still keeps a quote behind a backslash.
            escapes: !is_raw || self.is(Language::Python),
            lines,
            inserts,
            start,
        }));
    }

    /// Text of a string up to what ends or interrupts it.
    pub(crate) fn quote(&mut self, quote: Quote) {
        let mut at = self.at;
        let mut depth = quote.depth;
        loop {
            let Some(byte) = self.bytes.get(at).copied() else {
                self.push(Kind::Text, at);
                return;
            };
            let next = self.bytes.get(at + 1).copied().unwrap_or(0);
            let is_end = byte == quote.end
                && depth == 0
                && self.bytes[at..]
                    .iter()
                    .take(quote.count)
                    .filter(|it| **it == quote.end)
                    .count()
                    == quote.count;
            if is_end {
                self.push(Kind::Text, at);
                self.modes.pop();
                self.push(Kind::StringClose, at + quote.count);
                return;
            }
            match byte {
                // No backslash keeps Python from inserting.
                b'\\' if quote.inserts == Inserts::Brace && matches!(next, b'{' | b'}') => at += 1,
                b'\\' if quote.escapes && self.bytes[at + 1..].starts_with(b"\r\n") => at += 3,
                b'\\' if quote.escapes => {
                    at += 1 + self.text[at + 1..].chars().next().map_or(0, char::len_utf8);
                }
                b'\n' if !quote.lines => {
                    // It ends with its line, and so the rest can be read.
                    self.fail(quote.start, Trouble::OpenString);
                    self.push(Kind::Text, at);
                    self.modes.pop();
                    return;
                }
                b'{' if quote.inserts == Inserts::Brace && next == b'{' => at += 2,
                b'}' if quote.inserts == Inserts::Brace && next == b'}' => at += 2,
                b'{' if quote.inserts == Inserts::Brace => return self.insert(at, 1),
                b'$' if quote.inserts == Inserts::DollarBrace && next == b'{' => {
                    return self.insert(at, 2);
                }
                b'#' if quote.inserts == Inserts::HashBrace && next == b'{' => {
                    return self.insert(at, 2);
                }
                b'$' if quote.inserts == Inserts::Names && next == b'{' => {
                    return self.insert(at, 2);
                }
                b'{' if quote.inserts == Inserts::Names
                    && next == b'$'
                    && self.is(Language::Php) =>
                {
                    return self.insert(at, 1);
                }
                b'$' if quote.inserts == Inserts::Names
                    && self.text[at + 1..].starts_with(is_name_start) =>
                {
                    self.push(Kind::Text, at);
                    let rest = &self.text[at + 1..];
                    let length = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
                    self.push(Kind::Name, at + 1 + length);
                    return;
                }
                byte if quote.open == Some(byte) => {
                    depth += 1;
                    at += 1;
                }
                byte if byte == quote.end && depth > 0 => {
                    depth -= 1;
                    at += 1;
                }
                _ => at += 1,
            }
            if let Some(Mode::Quote(top)) = self.modes.last_mut() {
                top.depth = depth;
            }
        }
    }

    pub(crate) fn insert(&mut self, at: usize, length: usize) {
        self.push(Kind::Text, at);
        self.push(Kind::InsertOpen, at + length);
        self.modes.push(Mode::Code {
            depth: 0,
            in_string: true,
        });
    }

    /// `%w[…]` and its like.
    pub(crate) fn percent(&mut self) -> bool {
        let letters = usize::from(b"wWiIqQxr".contains(&self.byte(1)));
        let open = self.byte(1 + letters);
        let is_called = self
            .last
            .is_some_and(|it| it.kind == Kind::Name && it.end < self.at)
            && letters == 1;
        if !(self.expects_operand() || is_called) {
            return false;
        }
        let end = match open {
            b'[' => b']',
            b'(' => b')',
            b'{' => b'}',
            b'<' => b'>',
            b'|' | b'!' if letters == 1 => open,
            _ => return false,
        };
        let inserts = if b"QWIxr".contains(&self.byte(1)) || letters == 0 {
            Inserts::HashBrace
        } else {
            Inserts::None
        };
        let start = self.at;
        self.push(Kind::StringOpen, start + 2 + letters);
        self.modes.push(Mode::Quote(Quote {
            end,
            count: 1,
            open: (open != end).then_some(open),
            depth: 0,
            escapes: true,
            lines: true,
            inserts,
            start,
        }));
        true
    }

    /// The beginning of a here-document.
    pub(crate) fn here_start(&mut self) -> bool {
        let rest = self.rest();
        if self.is(Language::Ruby) && rest.starts_with("<<") {
            let name = rest[2..].trim_start_matches(['~', '-']);
            let marked = name.len() < rest.len() - 2;
            let bare = name.trim_start_matches(['"', '\'', '`']);
            let length = bare.find(|c| !is_name(c)).unwrap_or(bare.len());
            let is_constant = bare.starts_with(|c: char| c.is_ascii_uppercase() || c == '_');
            if length == 0 || !is_constant && !marked || !marked && !self.expects_operand() {
                return false;
            }
            let quotes = name.len() - bare.len();
            self.pending.push(&bare[..length]);
            let end = self.at + (rest.len() - bare.len()) + length + quotes;
            self.push(Kind::Opaque, end);
            return true;
        }
        if self.is(Language::Php) && rest.starts_with("<<<") {
            let name = rest[3..].trim_start_matches([' ', '"', '\'']);
            let length = name.find(|c| !is_name(c)).unwrap_or(name.len());
            if length == 0 {
                return false;
            }
            let end = self.here_end(self.line_end(self.at) + 1, &name[..length]);
            let end = end.map(|(start, _)| {
                start + self.text[start..].find(&name[..length]).unwrap_or(0) + length
            });
            if end.is_none() {
                self.fail(self.at, Trouble::OpenString);
            }
            self.push(Kind::Opaque, end.unwrap_or(self.bytes.len()));
            return true;
        }
        false
    }

    /// The line that ends a here-document: where it begins and ends.
    pub(crate) fn here_end(&self, from: usize, name: &str) -> Option<(usize, usize)> {
        let mut start = from;
        while start < self.bytes.len() {
            let end = self.line_end(start);
            let line = self.text[start..end].trim();
            let rest = line.strip_prefix(name);
            if rest.is_some_and(|rest| {
                rest.is_empty() || self.is(Language::Php) && !rest.starts_with(is_name)
            }) {
                return Some((start, end));
            }
            start = end + 1;
        }
        None
    }

    /// The texts of the here-documents of the line before.
    pub(crate) fn here_documents(&mut self) {
        for name in std::mem::take(&mut self.pending) {
            let end = self.here_end(self.at, name).map(|(_, end)| end);
            if end.is_none() {
                self.fail(self.at, Trouble::OpenString);
            }
            self.push(Kind::Comment, end.unwrap_or(self.bytes.len()));
        }
    }
}
