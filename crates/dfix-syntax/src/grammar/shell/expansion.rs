//! What begins with a dollar, a backtick, `<(` or `>(`.

use crate::grammar::shell::list::Until;
use crate::grammar::shell::parser::{Failed, Parsed, Parser};
use crate::grammar::shell::table::{self, BALANCED, BRACE, NAME, SEPARATOR};
use crate::kind::SyntaxKind;

/// What divides the operands of a parameter expansion.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Operands {
    One,
    /// `${x/pattern/replacement}`, `${x:offset:length}`
    Two(u8),
}

impl Parser<'_> {
    /// What begins with the `$` at the current place, between double quotes if `quoted`.
    pub(super) fn dollar(&mut self, quoted: bool) -> Parsed {
        let next = self.pos + 1;
        let name_end = match self.at(next) {
            b'(' => {
                if self.at(next + 1) == b'(' && self.attempt(Self::arithmetic)? {
                    return Ok(());
                }
                return self.substitution(SyntaxKind::COMMAND_SUBST, SyntaxKind::DOLLAR_PAREN);
            }
            b'{' => return self.parameter(),
            b'[' => {
                if !self.attempt(Self::bracket_arithmetic)? {
                    self.text(next);
                }
                return Ok(());
            }
            b'\'' if !quoted => return self.ansi_quoted(),
            b'"' if !quoted => return self.double_quoted(SyntaxKind::LOCALE_QUOTED, 2),
            byte if table::starts_name(byte) => self.name_end(next),
            b'0'..=b'9' | b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!' => next + 1,
            _ => {
                self.text(next);
                return Ok(());
            }
        };
        self.start(SyntaxKind::VARIABLE);
        self.token(SyntaxKind::DOLLAR, next);
        self.token(SyntaxKind::NAME, name_end);
        self.finish();
        Ok(())
    }

    fn name_end(&self, from: usize) -> usize {
        self.bytes[from..]
            .iter()
            .position(|&b| !table::is(b, NAME))
            .map_or(self.bytes.len(), |n| from + n)
    }

    /// `$((…))`
    fn arithmetic(&mut self) -> Parsed {
        self.enter()?;
        self.start(SyntaxKind::ARITH_SUBST);
        self.token(SyntaxKind::ARITH_PAREN, self.pos + 3);
        self.arithmetic_end()?;
        self.finish();
        self.depth -= 1;
        Ok(())
    }

    /// An expression and the `))` after it.
    pub(super) fn arithmetic_end(&mut self) -> Parsed {
        self.balanced(b'(', b')', BALANCED)?;
        if self.at(self.pos + 1) != b')' {
            return Err(Failed);
        }
        self.token(SyntaxKind::ARITH_PAREN, self.pos + 2);
        Ok(())
    }

    /// `$[…]`, which only bash knows.
    fn bracket_arithmetic(&mut self) -> Parsed {
        self.enter()?;
        self.start(SyntaxKind::ARITH_SUBST);
        self.token(SyntaxKind::ARITH_PAREN, self.pos + 2);
        self.balanced(b'[', b']', BALANCED)?;
        self.token(SyntaxKind::ARITH_PAREN, self.pos + 1);
        self.finish();
        self.depth -= 1;
        Ok(())
    }

    /// `$(…)`, `<(…)`, `>(…)`
    fn substitution(&mut self, node: SyntaxKind, open: SyntaxKind) -> Parsed {
        self.enter()?;
        self.start(node);
        self.token(open, self.pos + 2);
        // Here-documents that wait outside begin on the next line outside.
        let pending = std::mem::take(&mut self.pending);
        let outer = std::mem::replace(&mut self.in_substitution, true);
        let read = self.optional_body(Until::PAREN);
        self.in_substitution = outer;
        self.pending = pending;
        read?;
        self.blanks();
        self.token(SyntaxKind::R_PAREN, self.pos + 1);
        self.finish();
        self.depth -= 1;
        Ok(())
    }

    /// `<(…)`, `>(…)`
    pub(super) fn process_substitution(&mut self) -> Parsed {
        self.substitution(SyntaxKind::PROCESS_SUBST, SyntaxKind::PROCESS_PAREN)
    }

    /// `` `…` ``, between double quotes if `quoted`.
    ///
    /// It ends at the next backtick that no backslash precedes, whatever stands between. A backslash
    /// before `$`, `` ` `` or `\` (or `"`, between double quotes) is taken away before the text is
    /// read as a script.
    pub(super) fn backtick(&mut self, quoted: bool) -> Parsed {
        let start = self.pos + 1;
        let mut end = start;
        // The backslashes that are taken away, in order of place.
        let mut escapes = Vec::new();
        loop {
            let Some(len) = memchr::memchr2(b'`', b'\\', self.bytes.get(end..).unwrap_or(b""))
            else {
                return self.unterminated();
            };
            end += len;
            if self.bytes[end] == b'`' {
                break;
            }
            if matches!(self.at(end + 1), b'$' | b'`' | b'\\')
                || (quoted && self.at(end + 1) == b'"')
            {
                escapes.push(end);
            }
            end += 2;
        }
        self.enter()?;
        self.start(SyntaxKind::BACKTICK_SUBST);
        self.token(SyntaxKind::BACKTICK, start);
        if escapes.is_empty() {
            let all = self.bytes;
            self.bytes = &all[..end];
            let pending = std::mem::take(&mut self.pending);
            let outer = std::mem::replace(&mut self.in_substitution, false);
            self.script();
            self.in_substitution = outer;
            self.pending = pending;
            self.bytes = all;
        } else {
            let mut inner = Vec::with_capacity(end - start);
            let mut from = start;
            for &escape in &escapes {
                inner.extend_from_slice(&self.bytes[from..escape]);
                from = escape + 1;
            }
            inner.extend_from_slice(&self.bytes[from..end]);
            let mut parser = Parser::new(&inner, Vec::new(), self.depth);
            parser.script();
            self.splice(&parser.events, &escapes);
        }
        self.token(SyntaxKind::BACKTICK, end + 1);
        self.finish();
        self.depth -= 1;
        Ok(())
    }

    /// `${…}`
    fn parameter(&mut self) -> Parsed {
        self.enter()?;
        self.start(SyntaxKind::VARIABLE);
        self.token(SyntaxKind::DOLLAR_BRACE, self.pos + 2);
        if self.is_prefixed() {
            self.token(SyntaxKind::PARAM_OP, self.pos + 1);
        }
        let name_end = match self.at(self.pos) {
            byte if table::starts_name(byte) => self.name_end(self.pos),
            b'0'..=b'9' => {
                let digits = self.bytes[self.pos..].iter();
                self.pos + digits.take_while(|b| b.is_ascii_digit()).count()
            }
            b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!' => self.pos + 1,
            _ => self.pos,
        };
        let named = name_end > self.pos;
        self.token(SyntaxKind::NAME, name_end);
        let mut operands = Operands::One;
        if named {
            if self.at(self.pos) == b'[' {
                self.subscript(0)?;
            }
            let (len, after) = self.parameter_operator();
            self.token(SyntaxKind::PARAM_OP, self.pos + len);
            operands = after;
        }
        self.operand(operands)?;
        if let Operands::Two(separator) = operands
            && self.at(self.pos) == separator
        {
            self.token(SyntaxKind::PARAM_OP, self.pos + 1);
            self.operand(Operands::One)?;
        }
        self.token(SyntaxKind::R_BRACE, self.pos + 1);
        self.finish();
        self.depth -= 1;
        Ok(())
    }

    /// Whether the `!` or `#` at the current place stands before a name and is none itself.
    fn is_prefixed(&self) -> bool {
        let next = self.at(self.pos + 1);
        let is_name = table::is(next, NAME)
            || (matches!(next, b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!')
                && matches!(self.at(self.pos + 2), b'}' | b'['));
        matches!(self.at(self.pos), b'!' | b'#') && is_name
    }

    /// The operator at the current place, and what it takes.
    fn parameter_operator(&self) -> (usize, Operands) {
        let next = self.at(self.pos + 1);
        match self.at(self.pos) {
            b':' if matches!(next, b'-' | b'=' | b'?' | b'+') => (2, Operands::One),
            b':' => (1, Operands::Two(b':')),
            b'/' if matches!(next, b'/' | b'#' | b'%') => (2, Operands::Two(b'/')),
            b'/' => (1, Operands::Two(b'/')),
            byte @ (b'#' | b'%' | b'^' | b',' | b'~') if next == byte => (2, Operands::One),
            b'-' | b'=' | b'?' | b'+' | b'#' | b'%' | b'^' | b',' | b'~' | b'@' | b'*' => {
                (1, Operands::One)
            }
            _ => (0, Operands::One),
        }
    }

    /// The word after an operator, up to (and without) the brace or the divider. An empty one is
    /// left out, unless another follows.
    fn operand(&mut self, operands: Operands) -> Parsed {
        if self.at(self.pos) == b'}' {
            return Ok(());
        }
        let (mask, separator) = match operands {
            Operands::One => (BRACE, 0),
            Operands::Two(separator) => (BRACE | SEPARATOR, separator),
        };
        self.start(SyntaxKind::WORD);
        loop {
            let end = self.scan(self.pos, mask);
            if end > self.pos {
                self.text(end);
            }
            match self.at(end) {
                b'}' => break,
                byte if byte == separator && byte != 0 => break,
                b'\\' if self.line_end(end + 1) > 0 => {
                    self.continuations_to(self.continuation_end(end));
                }
                byte @ (b'\\' | b'\'' | b'"' | b'$' | b'`') => self.part(byte, false)?,
                0 if self.is_end(end) => return self.unterminated(),
                _ => self.text(end + 1),
            }
        }
        self.finish();
        Ok(())
    }
}
