//! Words and quotes.

use crate::grammar::shell::parser::{Failed, Parsed, Parser};
use crate::grammar::shell::table::{self, BALANCED, DOUBLE, LIMIT, WORD};
use crate::kind::SyntaxKind;

impl Parser<'_> {
    /// A word of any parts.
    pub(super) fn word(&mut self) -> Parsed {
        self.start(SyntaxKind::WORD);
        loop {
            let end = self.scan(self.pos, WORD);
            if end > self.pos {
                self.text(end);
            }
            match self.at(end) {
                b'\\' if self.line_end(end + 1) > 0 => {
                    let after = self.continuation_end(end);
                    if self.is_limit(after) {
                        break;
                    }
                    self.continuations_to(after);
                }
                b'\r' if self.line_end(end) == 0 => self.text(end + 1),
                b'<' | b'>' if self.at(end + 1) == b'(' => self.process_substitution()?,
                b'(' if matches!(
                    self.events.last(),
                    Some(crate::event::Event::Token(SyntaxKind::TEXT, _))
                ) && matches!(self.at(end - 1), b'?' | b'*' | b'+' | b'@' | b'!') =>
                {
                    self.group()?;
                }
                byte if table::is(byte, LIMIT) => break,
                b'\r' => break,
                byte => self.part(byte, false)?,
            }
        }
        self.finish();
        Ok(())
    }

    /// The word after `=~`: parentheses and bars belong to it.
    pub(super) fn regex(&mut self) -> Parsed {
        self.start(SyntaxKind::WORD);
        loop {
            let end = self.scan(self.pos, WORD);
            if end > self.pos {
                self.text(end);
            }
            match self.at(end) {
                b'\\' if self.line_end(end + 1) > 0 => {
                    let after = self.continuation_end(end);
                    if matches!(self.at(after), b' ' | b'\t' | b'\n' | b'\r' | 0) {
                        break;
                    }
                    self.continuations_to(after);
                }
                b' ' | b'\t' | b'\n' | 0 => break,
                b'\r' if self.line_end(end) > 0 => break,
                b'(' => self.group()?,
                b'\r' => self.text(end + 1),
                byte if table::is(byte, LIMIT) => self.text(end + 1),
                byte => self.part(byte, false)?,
            }
        }
        self.finish();
        Ok(())
    }

    /// A part that begins with `byte`, a quoting character or a dollar, at the current place.
    #[inline]
    pub(super) fn part(&mut self, byte: u8, quoted: bool) -> Parsed {
        match byte {
            b'"' => self.double_quoted(SyntaxKind::DOUBLE_QUOTED, 1),
            b'$' => self.dollar(quoted),
            b'\'' => self.single_quoted(),
            b'\\' => {
                self.escape();
                Ok(())
            }
            _ => self.backtick(quoted),
        }
    }

    /// A backslash and what it takes along; nothing but text at the end.
    pub(super) fn escape(&mut self) {
        let len = match self.at(self.pos + 1) {
            0 if self.is_end(self.pos + 1) => return self.text(self.pos + 1),
            0..=0x7f => 1,
            0x80..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0.. => 4,
        };
        self.token(SyntaxKind::ESCAPE, self.pos + 1 + len);
    }

    /// `'…'`
    fn single_quoted(&mut self) -> Parsed {
        let start = self.pos + 1;
        let Some(len) = memchr::memchr(b'\'', &self.bytes[start..]) else {
            return self.unterminated();
        };
        self.start(SyntaxKind::SINGLE_QUOTED);
        self.token(SyntaxKind::QUOTE, start);
        self.token(SyntaxKind::TEXT, start + len);
        self.token(SyntaxKind::QUOTE, start + len + 1);
        self.finish();
        Ok(())
    }

    /// `$'…'`
    pub(super) fn ansi_quoted(&mut self) -> Parsed {
        self.start(SyntaxKind::ANSI_QUOTED);
        self.token(SyntaxKind::QUOTE, self.pos + 2);
        loop {
            let Some(len) = memchr::memchr2(b'\'', b'\\', &self.bytes[self.pos..]) else {
                return self.unterminated();
            };
            self.token(SyntaxKind::TEXT, self.pos + len);
            if self.at(self.pos) == b'\'' {
                break;
            }
            self.escape();
        }
        self.token(SyntaxKind::QUOTE, self.pos + 1);
        self.finish();
        Ok(())
    }

    /// `"…"`, or `$"…"`, whose opening has `open` bytes.
    pub(super) fn double_quoted(&mut self, kind: SyntaxKind, open: usize) -> Parsed {
        self.start(kind);
        self.token(SyntaxKind::QUOTE, self.pos + open);
        loop {
            let end = self.scan(self.pos, DOUBLE);
            if end > self.pos {
                self.text(end);
            }
            match self.at(end) {
                b'"' => break,
                b'\\' => match self.at(end + 1) {
                    b'"' | b'\\' | b'$' | b'`' => self.escape(),
                    _ if self.line_end(end + 1) > 0 => {
                        self.continuations_to(self.continuation_end(end));
                    }
                    // The backslash stands for itself before any other character.
                    _ => self.text(end + 1),
                },
                b'$' => self.dollar(true)?,
                b'`' => self.backtick(true)?,
                _ => return self.unterminated(),
            }
        }
        self.token(SyntaxKind::QUOTE, self.pos + 1);
        self.finish();
        Ok(())
    }

    /// `( … )` of a pattern or a regular expression, as text with quotes and expansions.
    fn group(&mut self) -> Parsed {
        self.text(self.pos + 1);
        self.balanced(b'(', b')', BALANCED)?;
        self.text(self.pos + 1);
        Ok(())
    }

    /// `[ … ]` after a name; a byte of the classes `stops` must not stand in it unquoted.
    pub(super) fn subscript(&mut self, stops: u8) -> Parsed {
        self.token(SyntaxKind::L_BRACKET, self.pos + 1);
        self.balanced(b'[', b']', BALANCED | stops)?;
        self.token(SyntaxKind::R_BRACKET, self.pos + 1);
        Ok(())
    }

    /// Text with quotes and expansions up to (and without) the `close` that has no `open`.
    pub(super) fn balanced(&mut self, open: u8, close: u8, stops: u8) -> Parsed {
        let mut depth = 0;
        loop {
            let end = self.scan(self.pos, stops);
            if end > self.pos {
                self.text(end);
            }
            match self.at(end) {
                byte if byte == close => {
                    if depth == 0 {
                        return Ok(());
                    }
                    depth -= 1;
                    self.text(end + 1);
                }
                byte if byte == open => {
                    depth += 1;
                    self.text(end + 1);
                }
                b'\\' if self.line_end(end + 1) > 0 => {
                    self.continuations_to(self.continuation_end(end));
                }
                byte @ (b'\\' | b'\'' | b'"' | b'$' | b'`') => self.part(byte, false)?,
                0 if self.is_end(end) => return self.unterminated(),
                byte if table::is(byte, stops & LIMIT) => return Err(Failed),
                _ => self.text(end + 1),
            }
        }
    }
}
