//! Words of the Dockerfile level: quotes, escapes and variables as the builder expands them.

use super::{Grammar, lex};
use crate::kind::SyntaxKind::{
    self, DOLLAR, DOLLAR_BRACE, DOUBLE_QUOTED, ERROR_TEXT, ESCAPE, NAME, PARAM_OP, QUOTE, R_BRACE,
    SINGLE_QUOTED, TEXT, VARIABLE, WORD,
};

/// Variables inside variables beyond this depth are not understood.
const DEEPEST: u32 = 50;

impl Grammar<'_> {
    /// Takes `text` as one word.
    pub(super) fn word(&mut self, text: &str) {
        self.parts(WORD, text);
    }

    /// Takes `text` as a node of a word's parts: text, escapes, quotations, variables.
    pub(super) fn parts(&mut self, kind: SyntaxKind, text: &str) {
        let escape = self.escape as u8;
        let is_special = |b: u8| matches!(b, b'\'' | b'"' | b'$') || b == escape;
        if !text.bytes().any(is_special) {
            self.sink.wrapped(kind, TEXT, text.len());
            return;
        }
        self.sink.start_node(kind);
        let taken = self.parts_until(text, None, 0);
        debug_assert_eq!(taken, text.len());
        self.sink.finish_node();
    }

    /// Takes parts up to a `stop` outside of quotations (not taken), or all: the length taken.
    fn parts_until(&mut self, text: &str, stop: Option<u8>, depth: u32) -> usize {
        let bytes = text.as_bytes();
        let escape = self.escape as u8;
        let mut plain = 0;
        let mut at = 0;
        while at < bytes.len() {
            let b = bytes[at];
            let is_special = matches!(b, b'\'' | b'"' | b'$') || b == escape || Some(b) == stop;
            if !is_special {
                at += 1;
                continue;
            }
            self.sink.token(TEXT, at - plain);
            if Some(b) == stop {
                return at;
            }
            let rest = &text[at..];
            at += match b {
                b'\'' => self.single_quoted(rest),
                b'"' => self.double_quoted(rest, depth),
                b'$' => self.variable(rest, depth),
                _ => {
                    let len = 1 + rest[1..].chars().next().map_or(0, char::len_utf8);
                    self.sink.token(ESCAPE, len);
                    len
                }
            };
            plain = at;
        }
        self.sink.token(TEXT, at - plain);
        at
    }

    fn unreadable(&mut self, rest: &str, message: &str) -> usize {
        self.refuse(ERROR_TEXT, rest, message);
        rest.len()
    }

    fn single_quoted(&mut self, rest: &str) -> usize {
        let Some(len) = memchr::memchr(b'\'', &rest.as_bytes()[1..]) else {
            return self.unreadable(rest, "the single quote is not closed");
        };
        self.sink.start_node(SINGLE_QUOTED);
        self.sink.token(QUOTE, 1);
        self.sink.token(TEXT, len);
        self.sink.token(QUOTE, 1);
        self.sink.finish_node();
        len + 2
    }

    fn double_quoted(&mut self, rest: &str, depth: u32) -> usize {
        let Some(end) = double_quoted_end(rest, self.escape, depth) else {
            return self.unreadable(rest, "the double quote is not closed");
        };
        let escape = self.escape as u8;
        let bytes = rest.as_bytes();
        self.sink.start_node(DOUBLE_QUOTED);
        self.sink.token(QUOTE, 1);
        let (mut at, mut plain) = (1, 1);
        while at < end - 1 {
            let b = bytes[at];
            if b == b'$' {
                self.sink.token(TEXT, at - plain);
                at += self.variable(&rest[at..end - 1], depth);
                plain = at;
            } else if b == escape && is_escaped_in_quotes(bytes[at + 1], escape) {
                self.sink.token(TEXT, at - plain);
                self.sink.token(ESCAPE, 2);
                at += 2;
                plain = at;
            } else {
                at += 1;
            }
        }
        self.sink.token(TEXT, end - 1 - plain);
        self.sink.token(QUOTE, 1);
        self.sink.finish_node();
        end
    }

    /// Takes the variable (or the lone dollar) at the start of `rest`.
    fn variable(&mut self, rest: &str, depth: u32) -> usize {
        if !rest.starts_with("${") {
            let name = lex::name_len(&rest[1..]);
            if name == 0 {
                self.sink.token(TEXT, 1);
                return 1;
            }
            self.sink.start_node(VARIABLE);
            self.sink.token(DOLLAR, 1);
            self.sink.token(NAME, name);
            self.sink.finish_node();
            return 1 + name;
        }
        let Some(end) = variable_end(rest, self.escape, depth) else {
            return self.unreadable(rest, "the builder cannot read this variable");
        };
        self.sink.start_node(VARIABLE);
        self.sink.token(DOLLAR_BRACE, 2);
        let name = lex::name_len(&rest[2..]);
        self.sink.token(NAME, name);
        let mut at = 2 + name;
        let bytes = rest.as_bytes();
        match bytes[at] {
            b'}' => {}
            b'/' => {
                let operator = 1 + usize::from(bytes[at + 1] == b'/');
                self.sink.token(PARAM_OP, operator);
                at += operator;
                at += self.argument(&rest[at..end - 1], Some(b'/'), depth);
                self.sink.token(PARAM_OP, 1);
                at += 1;
                self.argument(&rest[at..end - 1], None, depth);
            }
            operator => {
                let operator = match (operator, bytes[at + 1]) {
                    (b':', _) => 1 + rest[at + 1..].chars().next().map_or(0, char::len_utf8),
                    (b'#', b'#') | (b'%', b'%') => 2,
                    _ => 1,
                };
                self.sink.token(PARAM_OP, operator);
                self.argument(&rest[at + operator..end - 1], None, depth);
            }
        }
        self.sink.token(R_BRACE, 1);
        self.sink.finish_node();
        end
    }

    fn argument(&mut self, text: &str, stop: Option<u8>, depth: u32) -> usize {
        if text.is_empty() || stop.is_some_and(|stop| text.as_bytes()[0] == stop) {
            return 0;
        }
        self.sink.start_node(WORD);
        let len = self.parts_until(text, stop, depth + 1);
        self.sink.finish_node();
        len
    }
}

/// Whether the escape character takes `b` along between double quotes; before others it is text.
fn is_escaped_in_quotes(b: u8, escape: u8) -> bool {
    matches!(b, b'"' | b'$') || b == escape
}

/// The end of the double-quoted text at the start of `rest`.
fn double_quoted_end(rest: &str, escape: char, depth: u32) -> Option<usize> {
    let bytes = rest.as_bytes();
    let mut at = 1;
    loop {
        let b = *bytes.get(at)?;
        at += match b {
            b'"' => return Some(at + 1),
            b'$' => variable_end(&rest[at..], escape, depth)?,
            _ if b == escape as u8 && is_escaped_in_quotes(*bytes.get(at + 1)?, escape as u8) => 2,
            _ => 1,
        };
    }
}

/// The end of the variable, or of the lone dollar, at the start of `rest`.
pub(super) fn variable_end(rest: &str, escape: char, depth: u32) -> Option<usize> {
    if !rest.starts_with("${") {
        return Some(1 + lex::name_len(&rest[1..]));
    }
    if depth > DEEPEST || matches!(rest.as_bytes().get(2)?, b'{' | b'}' | b':') {
        return None;
    }
    let at = 2 + lex::name_len(&rest[2..]);
    let bytes = rest.as_bytes();
    match bytes.get(at)? {
        b'}' => Some(at + 1),
        b':' => {
            let second = rest[at + 1..].chars().next()?;
            if matches!(second, '#' | '%') {
                return None;
            }
            let from = at + 1 + second.len_utf8();
            Some(from + argument_end(&rest[from..], b'}', escape, depth + 1)? + 1)
        }
        b'+' | b'-' | b'?' | b'#' | b'%' => {
            let from = at + 1;
            Some(from + argument_end(&rest[from..], b'}', escape, depth + 1)? + 1)
        }
        b'/' => {
            let from = at + 1 + usize::from(bytes.get(at + 1) == Some(&b'/'));
            let from = from + argument_end(&rest[from..], b'/', escape, depth + 1)? + 1;
            Some(from + argument_end(&rest[from..], b'}', escape, depth + 1)? + 1)
        }
        _ => None,
    }
}

/// Where `stop` stands outside of quotations in `rest`.
fn argument_end(rest: &str, stop: u8, escape: char, depth: u32) -> Option<usize> {
    let bytes = rest.as_bytes();
    let mut at = 0;
    loop {
        let b = *bytes.get(at)?;
        if b == stop {
            return Some(at);
        }
        at += match b {
            b'\'' => memchr::memchr(b'\'', &bytes[at + 1..])? + 2,
            b'"' => double_quoted_end(&rest[at..], escape, depth)?,
            b'$' => variable_end(&rest[at..], escape, depth)?,
            _ if b == escape as u8 => 1 + rest[at + 1..].chars().next()?.len_utf8(),
            _ => 1,
        };
    }
}
