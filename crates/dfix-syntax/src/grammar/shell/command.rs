//! Simple commands: assignments, words, redirections; and function definitions, which begin alike.

use crate::grammar::shell::events::Slot;
use crate::grammar::shell::list::Lead;
use crate::grammar::shell::parser::{Failed, Parsed, Parser};
use crate::grammar::shell::pending::Pending;
use crate::grammar::shell::table::{self, LIMIT, WORD};
use crate::kind::SyntaxKind;

impl Parser<'_> {
    /// A command without what joins it to others.
    pub(super) fn command(&mut self, lead: Lead) -> Parsed {
        if self.compound(lead)? {
            return Ok(());
        }
        if lead.word.closes() || lead.word == super::list::Reserved::Bang {
            return Err(Failed);
        }
        self.simple_command(lead.end)
    }

    /// A simple command; its first word (or what it begins with) is plain up to `end`.
    fn simple_command(&mut self, mut end: usize) -> Parsed {
        let node = self.slot();
        self.settle(node, SyntaxKind::COMMAND);
        let start = self.pos;
        if !self.starts_element(start) {
            return Err(Failed);
        }
        loop {
            let here = self.pos;
            if self.starts_redirect(here, end) {
                self.redirect(end)?;
            } else if !self.assignment(here)? {
                let declares = is_declaration(&self.bytes[here..end]);
                if self.is_plain(here, end) {
                    if here == start && self.at(self.blank_end_from(end)) == b'(' {
                        return self.function(node, end);
                    }
                    self.plain_word(end);
                    self.arguments(declares)?;
                } else {
                    self.word()?;
                    self.arguments(false)?;
                }
                break;
            }
            let next = self.blank_end();
            if !self.starts_element(next) || (next == self.pos && self.at(next) == b'#') {
                break;
            }
            self.blanks_to(next);
            end = self.scan(next, WORD);
        }
        self.finish();
        Ok(())
    }

    /// What follows a command's first word.
    fn arguments(&mut self, declares: bool) -> Parsed {
        loop {
            let start = self.blank_end();
            let first = self.at(start);
            if table::is(first, WORD) {
                if !self.starts_element(start) {
                    return Ok(());
                }
                self.blanks_to(start);
                if self.starts_redirect(start, start) {
                    self.redirect(start)?;
                } else {
                    self.word()?;
                }
                continue;
            }
            if first == b'#' {
                return Ok(());
            }
            let end = self.scan(start, WORD);
            let stop = self.at(end);
            self.blanks_to(start);
            if matches!(stop, b' ' | b'\n') || self.is_end(end) {
                self.plain_word(end);
            } else if self.starts_redirect(start, end) {
                self.redirect(end)?;
            } else if stop == b'(' && declares && self.bytes[end - 1] == b'=' {
                if !self.assignment(start)? {
                    return Err(Failed);
                }
            } else if self.is_plain(start, end) {
                self.plain_word(end);
            } else {
                self.word()?;
            }
        }
    }

    /// Whether a word or a redirection begins at `index`, which holds no blank.
    fn starts_element(&self, index: usize) -> bool {
        match self.at(index) {
            b'<' | b'>' => true,
            b'&' => self.at(index + 1) == b'>',
            b'#' => false,
            byte if table::is(byte, LIMIT) => false,
            b'\r' => self.line_end(index) == 0,
            _ => true,
        }
    }

    /// Whether the word at `start`, plain up to `end`, is plain to its own end.
    pub(super) fn is_plain(&self, start: usize, end: usize) -> bool {
        if end == start || !self.is_limit(end) {
            return false;
        }
        match self.at(end) {
            b'<' | b'>' => self.at(end + 1) != b'(',
            b'(' => !self.is_pattern_group(end),
            _ => true,
        }
    }

    /// Whether the parenthesis at `index` belongs to a pattern like `@(a|b)`.
    pub(super) fn is_pattern_group(&self, index: usize) -> bool {
        index > self.pos
            && matches!(self.at(index - 1), b'?' | b'*' | b'+' | b'@' | b'!')
            && self.at(index + 1) != b')'
    }

    /// Whether a redirection begins at `start`; its descriptor, if any, is the plain text up to `end`.
    pub(super) fn starts_redirect(&self, start: usize, end: usize) -> bool {
        match self.at(end) {
            b'<' | b'>' if self.at(end + 1) == b'(' => false,
            b'<' | b'>' => match &self.bytes[start..end] {
                [b'{', name @ .., b'}'] => {
                    !name.is_empty() && name.iter().all(|&b| table::is(b, table::NAME))
                }
                digits => digits.iter().all(u8::is_ascii_digit),
            },
            b'&' => start == end && self.at(end + 1) == b'>',
            _ => false,
        }
    }

    /// A redirection whose operator begins at `operator`.
    pub(super) fn redirect(&mut self, operator: usize) -> Parsed {
        const OPERATORS: [&[u8]; 12] = [
            b"&>>", b"&>", b"<<<", b"<<-", b"<<", b"<&", b"<>", b"<", b">>", b">&", b">|", b">",
        ];
        self.start(SyntaxKind::REDIRECT);
        self.token(SyntaxKind::FD, operator);
        let rest = &self.bytes[operator..];
        let text = OPERATORS
            .into_iter()
            .find(|o| rest.starts_with(o))
            .ok_or(Failed)?;
        self.token(SyntaxKind::REDIRECT_OP, operator + text.len());
        self.blanks();
        let target = self.pos;
        self.any_word()?;
        if text == b"<<" || text == b"<<-" {
            let source = &self.bytes[target..self.pos];
            self.pending.push(Pending::new(source, text == b"<<-"));
        }
        self.finish();
        Ok(())
    }

    /// Redirections after a compound.
    pub(super) fn redirects(&mut self) -> Parsed {
        loop {
            let start = self.blank_end();
            let end = self.scan(start, WORD);
            if !self.starts_redirect(start, end) {
                return Ok(());
            }
            self.blanks_to(start);
            self.redirect(end)?;
        }
    }

    /// A word at the current place, which must hold one.
    pub(super) fn any_word(&mut self) -> Parsed {
        let start = self.pos;
        let end = self.scan(start, WORD);
        if self.at(start) == b'#' {
            return Err(Failed);
        }
        if self.is_plain(start, end) {
            self.plain_word(end);
            return Ok(());
        }
        if self.is_limit(start) && !self.is_process_substitution(start) {
            return Err(Failed);
        }
        self.word()
    }

    pub(super) fn is_process_substitution(&self, index: usize) -> bool {
        matches!(self.at(index), b'<' | b'>') && self.at(index + 1) == b'('
    }

    /// An assignment at `start`, if there is one.
    fn assignment(&mut self, start: usize) -> Parsed<bool> {
        if !table::starts_name(self.at(start)) {
            return Ok(false);
        }
        let name = start
            + self.bytes[start..]
                .iter()
                .take_while(|&&b| table::is(b, table::NAME))
                .count();
        match self.assignment_operator(name) {
            0 if self.at(name) == b'[' => self.attempt(|parser| {
                parser.start(SyntaxKind::ASSIGNMENT);
                parser.token(SyntaxKind::NAME, name);
                parser.subscript(LIMIT)?;
                match parser.assignment_operator(parser.pos) {
                    0 => Err(Failed),
                    len => parser.assignment_value(len),
                }
            }),
            0 => Ok(false),
            len => {
                self.start(SyntaxKind::ASSIGNMENT);
                self.token(SyntaxKind::NAME, name);
                self.assignment_value(len)?;
                Ok(true)
            }
        }
    }

    /// Length of `=` or `+=` at `index`.
    fn assignment_operator(&self, index: usize) -> usize {
        match self.at(index) {
            b'=' => 1,
            b'+' if self.at(index + 1) == b'=' => 2,
            _ => 0,
        }
    }

    /// The operator, whose length is `len`, and the value.
    fn assignment_value(&mut self, len: usize) -> Parsed {
        self.token(SyntaxKind::EQ, self.pos + len);
        if self.at(self.pos) == b'(' {
            self.array()?;
        } else {
            let end = self.scan(self.pos, WORD);
            if self.is_plain(self.pos, end) {
                self.plain_word(end);
            } else if self.is_process_substitution(self.pos)
                || !self.is_limit(self.continuation_end(self.pos))
            {
                self.word()?;
            }
        }
        self.finish();
        Ok(())
    }

    /// `( … )` of words.
    fn array(&mut self) -> Parsed {
        self.start(SyntaxKind::ARRAY);
        self.token(SyntaxKind::L_PAREN, self.pos + 1);
        loop {
            self.line_breaks();
            if self.at(self.pos) == b')' {
                break;
            }
            self.any_word()?;
        }
        self.token(SyntaxKind::R_PAREN, self.pos + 1);
        self.finish();
        Ok(())
    }

    /// `name() body`; the name ends at `end`.
    fn function(&mut self, node: Slot, end: usize) -> Parsed {
        self.settle(node, SyntaxKind::FUNCTION);
        self.token(SyntaxKind::NAME, end);
        self.blanks();
        self.parentheses()?;
        self.function_body()
    }

    /// `()`
    pub(super) fn parentheses(&mut self) -> Parsed {
        self.token(SyntaxKind::L_PAREN, self.pos + 1);
        self.blanks();
        if self.at(self.pos) != b')' {
            return Err(Failed);
        }
        self.token(SyntaxKind::R_PAREN, self.pos + 1);
        Ok(())
    }

    /// The compound that a function runs; closes the node of the function.
    pub(super) fn function_body(&mut self) -> Parsed {
        self.line_breaks();
        let lead = self.lead(self.pos);
        if !self.compound(lead)? {
            return Err(Failed);
        }
        self.finish();
        Ok(())
    }
}

/// Whether the command takes assignments for arguments, arrays too.
fn is_declaration(name: &[u8]) -> bool {
    matches!(
        name,
        b"declare" | b"export" | b"local" | b"readonly" | b"typeset" | b"alias" | b"eval" | b"let"
    )
}
