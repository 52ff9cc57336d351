//! `key=value` pairs: `ENV`, `LABEL`, `ARG`.

use std::ops::Range;

use super::{Grammar, is_blank};
use crate::kind::SyntaxKind::{
    self, ENV_INSTR, EQ, ERROR_TEXT, ESCAPE, LEGACY_PAIR, PAIR, WHITESPACE,
};

/// The words of `text`: quotes hold blanks, the escape character takes the next character along
/// (not between single quotes). BuildKit's `parseWords`.
fn pair_words(text: &str, escape: char) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    // The character at `at`, and where the next one starts.
    let character = |at: usize| match *bytes.get(at)? {
        b if b.is_ascii() => Some((char::from(b), at + 1)),
        _ => text[at..].chars().next().map(|c| (c, at + c.len_utf8())),
    };
    let mut words = Vec::new();
    let mut start = None;
    let mut quote = None;
    let mut next = 0;
    while let Some((c, after)) = character(next) {
        let at = std::mem::replace(&mut next, after);
        if quote.is_none() && c.is_whitespace() {
            if let Some(start) = start.take() {
                words.push(start..at);
            }
            continue;
        }
        start.get_or_insert(at);
        if c == escape && quote != Some('\'') {
            next = character(next).map_or(next, |(_, after)| after);
        } else if quote == Some(c) {
            quote = None;
        } else if quote.is_none() && matches!(c, '"' | '\'') {
            quote = Some(c);
        }
    }
    if let Some(start) = start {
        words.push(start..text.len());
    }
    words
}

impl Grammar<'_> {
    /// `ENV` and `LABEL`: pairs, or the legacy form when the first word has no `=`.
    pub(super) fn pairs(&mut self, kind: SyntaxKind, rest: &str) {
        let words = pair_words(rest, self.escape);
        let first = words.first().cloned().unwrap_or(0..0);
        if rest[first].contains('=') {
            self.pair_list(kind, rest, words);
            return;
        }
        let key_len = rest.find(is_blank).unwrap_or(rest.len());
        let (key, after) = rest.split_at(key_len);
        let value = after.trim_start_matches(is_blank);
        if value.is_empty() {
            let start = self.sink.position();
            self.pair(key);
            let end = self.sink.position();
            self.parse_error(start, end, "the value is missing");
            self.sink.token(WHITESPACE, after.len());
            return;
        }
        self.sink.start_node(LEGACY_PAIR);
        self.word(key);
        self.sink.token(WHITESPACE, after.len() - value.len());
        self.word(value);
        self.sink.finish_node();
    }

    /// `ARG`: names with or without a value.
    pub(super) fn arg(&mut self, rest: &str) {
        let words = pair_words(rest, self.escape);
        self.pair_list(SyntaxKind::ARG_INSTR, rest, words);
    }

    fn pair_list(&mut self, kind: SyntaxKind, rest: &str, words: Vec<Range<usize>>) {
        let mut at = 0;
        for word in words {
            self.sink.token(WHITESPACE, word.start - at);
            at = word.end;
            let text = &rest[word];
            if text.len() == self.escape.len_utf8() && text.starts_with(self.escape) {
                // An escape character that ends the line is dropped by the builder.
                self.sink.token(ESCAPE, text.len());
                continue;
            }
            if text.contains('=') || kind == SyntaxKind::ARG_INSTR {
                self.pair(text);
            } else {
                let name = if kind == ENV_INSTR { "ENV" } else { "LABEL" };
                self.parse_refuse(ERROR_TEXT, text, format!("`{name}` wants `key=value` here"));
            }
        }
        self.sink.token(WHITESPACE, rest.len() - at);
    }

    fn pair(&mut self, text: &str) {
        self.sink.start_node(PAIR);
        let key_len = text.find('=').unwrap_or(text.len());
        if key_len == 0 {
            let start = self.sink.position();
            self.error(start, start + 1, "the key is missing before `=`");
        } else {
            self.word(&text[..key_len]);
        }
        if key_len < text.len() {
            self.sink.token(EQ, 1);
            let value = &text[key_len + 1..];
            if !value.is_empty() {
                self.word(value);
            }
        }
        self.sink.finish_node();
    }
}
