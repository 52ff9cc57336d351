//! Elements of JSX: their tags and texts are left out, the expressions in them are read.

use crate::lexer::{Lexer, is_name, is_name_start};
use crate::token::{Kind, Mode, Token, Trouble};

impl Lexer<'_> {
    /// Whether the `<` here opens an element of JSX, and no list of types.
    pub(crate) fn is_element(&self) -> bool {
        let rest = &self.rest()[1..];
        if rest.starts_with('>') {
            return true;
        }
        let length = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
        let after = rest[length..].trim_start();
        rest.starts_with(is_name_start)
            && !after.starts_with([',', '('])
            && !after.starts_with("extends ")
    }

    pub(crate) fn tag(&mut self) {
        match self.byte(0) {
            b'/' if self.byte(1) == b'>' => {
                self.push(Kind::Comment, self.at + 2);
                self.modes.pop();
                self.last = None;
                self.after_element();
            }
            b'/' if self.byte(1) == b'/' => {
                let end = self.line_end(self.at);
                self.push(Kind::Comment, end);
            }
            b'/' if self.byte(1) == b'*' => {
                let end = self.find(self.at + 2, "*/").map(|end| end + 2);
                if end.is_none() {
                    self.fail(self.at, Trouble::OpenComment);
                }
                self.push(Kind::Comment, end.unwrap_or(self.bytes.len()));
            }
            b'>' => {
                self.push(Kind::Comment, self.at + 1);
                self.modes.pop();
                self.modes.push(Mode::Body);
            }
            b'{' => self.expression(),
            b'<' => self.types(),
            quote @ (b'"' | b'\'') => {
                let end = self.bytes[self.at + 1..].iter().position(|it| *it == quote);
                if end.is_none() {
                    self.fail(self.at, Trouble::OpenString);
                }
                self.push(
                    Kind::Comment,
                    end.map_or(self.bytes.len(), |end| self.at + end + 2),
                );
            }
            _ => {
                let stop = |byte: &u8| matches!(byte, b'/' | b'<' | b'>' | b'{' | b'"' | b'\'');
                let length = self.bytes[self.at + 1..].iter().position(stop);
                self.push(
                    Kind::Comment,
                    length.map_or(self.bytes.len(), |it| self.at + 1 + it),
                );
            }
        }
    }

    /// The types of an element: `<Select<Kind, true> …>`.
    fn types(&mut self) {
        const MOST: usize = 200;
        let (mut depth, mut length) = (0_usize, 0);
        for byte in self.bytes[self.at..].iter().take(MOST) {
            length += 1;
            match byte {
                b'<' => depth += 1,
                b'>' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        self.push(Kind::Comment, self.at + length);
    }

    pub(crate) fn body(&mut self) {
        if self.rest().starts_with("</") {
            let end = self
                .find(self.at, ">")
                .map_or(self.bytes.len(), |end| end + 1);
            self.push(Kind::Comment, end);
            self.modes.pop();
            self.after_element();
        } else if self.byte(0) == b'<' {
            self.push(Kind::Comment, self.at + 1);
            let is_fragment = self.byte(0) == b'>';
            if is_fragment {
                self.push(Kind::Comment, self.at + 1);
            }
            self.modes
                .push(if is_fragment { Mode::Body } else { Mode::Tag });
        } else if self.byte(0) == b'{' {
            self.expression();
        } else {
            let length = self.bytes[self.at..]
                .iter()
                .position(|it| matches!(it, b'<' | b'{'));
            self.push(
                Kind::Comment,
                length.map_or(self.bytes.len(), |it| self.at + it),
            );
        }
    }

    pub(crate) fn expression(&mut self) {
        self.push(Kind::Punct, self.at + 1);
        self.modes.push(Mode::Code {
            depth: 0,
            in_string: false,
        });
    }

    /// An element is an operand: what follows is none.
    pub(crate) fn after_element(&mut self) {
        let end = self.at;
        self.last = Some(Token {
            kind: Kind::Opaque,
            start: end,
            end,
        });
    }
}
