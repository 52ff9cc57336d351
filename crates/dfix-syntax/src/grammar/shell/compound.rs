//! Compound commands.

use crate::grammar::shell::list::{Lead, Reserved, Until};
use crate::grammar::shell::parser::{Failed, Parsed, Parser};
use crate::grammar::shell::table::WORD;
use crate::kind::SyntaxKind;

impl Parser<'_> {
    /// The compound command at the current place with the redirections after it, if there is one.
    pub(super) fn compound(&mut self, lead: Lead) -> Parsed<bool> {
        let is_paren = self.at(self.pos) == b'(';
        if !is_paren && !lead.word.opens() {
            return Ok(false);
        }
        self.enter()?;
        if is_paren {
            if self.at(self.pos + 1) != b'(' || !self.attempt(Self::arithmetic_command)? {
                self.subshell()?;
            }
        } else {
            match lead.word {
                Reserved::LBrace => self.brace_group()?,
                Reserved::If => self.if_clause(lead)?,
                Reserved::For => self.for_clause(SyntaxKind::FOR_CLAUSE, lead)?,
                Reserved::Select => self.for_clause(SyntaxKind::SELECT_CLAUSE, lead)?,
                Reserved::While => self.loop_clause(SyntaxKind::WHILE_CLAUSE, lead)?,
                Reserved::Until => self.loop_clause(SyntaxKind::UNTIL_CLAUSE, lead)?,
                Reserved::Case => self.case_clause(lead)?,
                Reserved::Function => self.function_clause(lead)?,
                _ => self.test_command(lead)?,
            }
        }
        if lead.word != Reserved::Function {
            self.redirects()?;
        }
        self.finish();
        self.depth -= 1;
        Ok(true)
    }

    /// The reserved word `word`, after blanks.
    fn expect(&mut self, word: Reserved) -> Parsed {
        self.blanks();
        let lead = self.lead(self.pos);
        if lead.word != word {
            return Err(Failed);
        }
        self.token(SyntaxKind::SHELL_KEYWORD, lead.end);
        Ok(())
    }

    /// `(( … ))`, without closing its node.
    fn arithmetic_command(&mut self) -> Parsed {
        self.start(SyntaxKind::ARITH_COMMAND);
        self.token(SyntaxKind::ARITH_PAREN, self.pos + 2);
        self.arithmetic_end()
    }

    fn subshell(&mut self) -> Parsed {
        self.start(SyntaxKind::SUBSHELL);
        self.token(SyntaxKind::L_PAREN, self.pos + 1);
        self.body(Until::PAREN)?;
        self.blanks();
        self.token(SyntaxKind::R_PAREN, self.pos + 1);
        Ok(())
    }

    fn brace_group(&mut self) -> Parsed {
        self.start(SyntaxKind::BRACE_GROUP);
        self.token(SyntaxKind::L_BRACE, self.pos + 1);
        self.brace_group_end()
    }

    fn brace_group_end(&mut self) -> Parsed {
        self.body(Until::word(Reserved::RBrace))?;
        self.blanks();
        self.token(SyntaxKind::R_BRACE, self.pos + 1);
        Ok(())
    }

    fn if_clause(&mut self, lead: Lead) -> Parsed {
        self.start(SyntaxKind::IF_CLAUSE);
        self.token(SyntaxKind::SHELL_KEYWORD, lead.end);
        loop {
            self.body(Until::word(Reserved::Then))?;
            self.expect(Reserved::Then)?;
            self.body(Until::BRANCH)?;
            self.blanks();
            let lead = self.lead(self.pos);
            self.token(SyntaxKind::SHELL_KEYWORD, lead.end);
            match lead.word {
                Reserved::Elif => {}
                Reserved::Else => {
                    self.body(Until::word(Reserved::Fi))?;
                    return self.expect(Reserved::Fi);
                }
                _ => return Ok(()),
            }
        }
    }

    fn loop_clause(&mut self, kind: SyntaxKind, lead: Lead) -> Parsed {
        self.start(kind);
        self.token(SyntaxKind::SHELL_KEYWORD, lead.end);
        self.body(Until::word(Reserved::Do))?;
        self.do_group()
    }

    /// `do … done`
    fn do_group(&mut self) -> Parsed {
        self.expect(Reserved::Do)?;
        self.body(Until::word(Reserved::Done))?;
        self.expect(Reserved::Done)
    }

    /// `do … done`, or `{ … }`, which bash takes as well after `for` and `select`.
    fn for_body(&mut self) -> Parsed {
        self.line_breaks();
        let lead = self.lead(self.pos);
        if lead.word != Reserved::LBrace {
            return self.do_group();
        }
        self.brace_group()?;
        self.finish();
        Ok(())
    }

    fn for_clause(&mut self, kind: SyntaxKind, lead: Lead) -> Parsed {
        self.start(kind);
        self.token(SyntaxKind::SHELL_KEYWORD, lead.end);
        self.blanks();
        if self.bytes[self.pos..].starts_with(b"((") {
            self.token(SyntaxKind::ARITH_PAREN, self.pos + 2);
            self.arithmetic_end()?;
            self.blanks();
            if self.at(self.pos) == b';' {
                self.token(SyntaxKind::SEMI, self.pos + 1);
            }
            return self.for_body();
        }
        let end = self.scan(self.pos, WORD);
        if end == self.pos || !self.is_limit(end) || self.at(self.pos) == b'#' {
            return Err(Failed);
        }
        self.token(SyntaxKind::NAME, end);
        self.blanks();
        if self.at(self.pos) == b';' {
            self.token(SyntaxKind::SEMI, self.pos + 1);
            return self.for_body();
        }
        self.line_breaks();
        if self.is_word_in() {
            self.token(SyntaxKind::SHELL_KEYWORD, self.pos + 2);
            loop {
                self.blanks();
                match self.at(self.pos) {
                    b';' => {
                        self.token(SyntaxKind::SEMI, self.pos + 1);
                        break;
                    }
                    b'#' => {
                        self.comment();
                    }
                    _ if self.line_end(self.pos) > 0 => {
                        self.line_break();
                        break;
                    }
                    _ => self.any_word()?,
                }
            }
        }
        self.for_body()
    }

    fn is_word_in(&self) -> bool {
        self.bytes[self.pos..].starts_with(b"in") && self.is_limit(self.pos + 2)
    }

    fn case_clause(&mut self, lead: Lead) -> Parsed {
        self.start(SyntaxKind::CASE_CLAUSE);
        self.token(SyntaxKind::SHELL_KEYWORD, lead.end);
        self.blanks();
        self.any_word()?;
        self.line_breaks();
        if !self.is_word_in() {
            return Err(Failed);
        }
        self.token(SyntaxKind::SHELL_KEYWORD, self.pos + 2);
        loop {
            self.line_breaks();
            let lead = self.lead(self.pos);
            if lead.word == Reserved::Esac {
                self.token(SyntaxKind::SHELL_KEYWORD, lead.end);
                return Ok(());
            }
            self.case_item()?;
        }
    }

    fn case_item(&mut self) -> Parsed {
        self.start(SyntaxKind::CASE_ITEM);
        if self.at(self.pos) == b'(' {
            self.token(SyntaxKind::L_PAREN, self.pos + 1);
            self.blanks();
        }
        loop {
            self.any_word()?;
            self.blanks();
            match self.at(self.pos) {
                b'|' => self.token(SyntaxKind::PIPE, self.pos + 1),
                b')' => break,
                _ => return Err(Failed),
            }
            self.blanks();
        }
        self.token(SyntaxKind::R_PAREN, self.pos + 1);
        self.optional_body(Until::CASE)?;
        let end = self.blank_end();
        if self.at(end) == b';' {
            self.blanks_to(end);
            let len = if self.bytes[end..].starts_with(b";;&") {
                3
            } else {
                2
            };
            self.token(SyntaxKind::SEMI_SEMI, end + len);
        }
        self.finish();
        Ok(())
    }

    /// `function name body`, `function name() body`
    fn function_clause(&mut self, lead: Lead) -> Parsed {
        self.start(SyntaxKind::FUNCTION);
        self.token(SyntaxKind::SHELL_KEYWORD, lead.end);
        self.blanks();
        let end = self.scan(self.pos, WORD);
        if end == self.pos || !self.is_limit(end) {
            return Err(Failed);
        }
        self.token(SyntaxKind::NAME, end);
        self.blanks();
        if self.at(self.pos) == b'(' && self.at(self.blank_end_from(self.pos + 1)) == b')' {
            self.parentheses()?;
        }
        self.line_breaks();
        let lead = self.lead(self.pos);
        if self.compound(lead)? {
            Ok(())
        } else {
            Err(Failed)
        }
    }

    /// `[[ … ]]`: every operand and operator is a word.
    fn test_command(&mut self, lead: Lead) -> Parsed {
        self.start(SyntaxKind::TEST_COMMAND);
        self.token(SyntaxKind::SHELL_KEYWORD, lead.end);
        loop {
            self.line_breaks();
            let start = self.pos;
            let next = self.at(start + 1);
            match self.at(start) {
                b'(' | b')' | b'<' | b'>' => self.plain_word(start + 1),
                byte @ (b'&' | b'|') if next == byte => self.plain_word(start + 2),
                b'!' if next == b'(' => self.plain_word(start + 1),
                _ => {
                    let end = self.scan(start, WORD);
                    match &self.bytes[start..end] {
                        b"]]" if self.is_limit(end) => {
                            self.token(SyntaxKind::SHELL_KEYWORD, end);
                            return Ok(());
                        }
                        b"=~" if matches!(self.at(end), b' ' | b'\t') => {
                            self.plain_word(end);
                            self.blanks();
                            self.regex()?;
                        }
                        _ => self.any_word()?,
                    }
                }
            }
        }
    }
}
