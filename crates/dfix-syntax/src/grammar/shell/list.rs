//! Lists of commands, pipelines, reserved words.

use crate::grammar::shell::parser::{Failed, Mark, Parsed, Parser};
use crate::kind::SyntaxKind;

/// Words that the shell reserves, where a command may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reserved {
    None,
    // Those that end a list.
    Then,
    Elif,
    Else,
    Fi,
    Do,
    Done,
    Esac,
    RBrace,
    // Those that begin a compound.
    LBrace,
    If,
    For,
    While,
    Until,
    Case,
    Select,
    Function,
    Test,
    // Those before a command.
    Bang,
    Time,
    Coproc,
}

impl Reserved {
    fn of(word: &[u8]) -> Self {
        match word {
            b"then" => Reserved::Then,
            b"elif" => Reserved::Elif,
            b"else" => Reserved::Else,
            b"fi" => Reserved::Fi,
            b"do" => Reserved::Do,
            b"done" => Reserved::Done,
            b"esac" => Reserved::Esac,
            b"}" => Reserved::RBrace,
            b"{" => Reserved::LBrace,
            b"if" => Reserved::If,
            b"for" => Reserved::For,
            b"while" => Reserved::While,
            b"until" => Reserved::Until,
            b"case" => Reserved::Case,
            b"select" => Reserved::Select,
            b"function" => Reserved::Function,
            b"[[" => Reserved::Test,
            b"!" => Reserved::Bang,
            b"time" => Reserved::Time,
            b"coproc" => Reserved::Coproc,
            _ => Reserved::None,
        }
    }

    /// Whether it ends a list and begins no command.
    pub(super) fn closes(self) -> bool {
        Reserved::Then as u8 <= self as u8 && self as u8 <= Reserved::RBrace as u8
    }

    /// Whether it begins a compound command.
    pub(super) fn opens(self) -> bool {
        Reserved::LBrace as u8 <= self as u8 && self as u8 <= Reserved::Test as u8
    }
}

/// What a list ends at: a set.
#[derive(Clone, Copy)]
pub(super) struct Until(u32);

impl Until {
    /// The end of the text.
    pub(super) const END: Until = Until(1 << 31);
    /// `)`
    pub(super) const PAREN: Until = Until(1 << 30);
    /// `;;` and its like, or `esac`.
    pub(super) const CASE: Until = Until(1 << 29 | Until::word(Reserved::Esac).0);
    /// `elif`, `else` or `fi`.
    pub(super) const BRANCH: Until = Until(
        Until::word(Reserved::Elif).0 | Until::word(Reserved::Else).0 | Until::word(Reserved::Fi).0,
    );

    /// A reserved word.
    pub(super) const fn word(word: Reserved) -> Self {
        Until(1 << word as u8)
    }

    fn has(self, other: Until) -> bool {
        self.0 & other.0 != 0
    }
}

/// The first word of something: how far its plain beginning reaches, and whether it is reserved.
#[derive(Clone, Copy)]
pub(super) struct Lead {
    pub(super) end: usize,
    pub(super) word: Reserved,
}

/// What stands before the current place in a list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum After {
    /// Nothing, `;`, `&` or a line end.
    Separator,
    /// `&&` or `||`.
    AndOr,
    Command,
}

impl Parser<'_> {
    /// What begins at `start`, which holds no blank.
    #[inline]
    pub(super) fn lead(&self, start: usize) -> Lead {
        let end = self.scan(start, super::table::WORD);
        let ends = self.is_limit(self.continuation_end(end)) && !self.is_process_substitution(end);
        let word = if end - start <= 8 && ends {
            Reserved::of(&self.bytes[start..end])
        } else {
            Reserved::None
        };
        Lead { end, word }
    }

    /// Commands and the operators between them, up to (and without) what ends the list and the
    /// blanks before that. `good` is where the command began that is being read. Tells whether there
    /// was any command.
    pub(super) fn list(&mut self, until: Until, good: &mut Mark) -> Parsed<bool> {
        let mut after = After::Separator;
        let mut any = false;
        loop {
            let start = self.blank_end();
            let next = self.at(start + 1);
            let (kind, len, then) = match self.at(start) {
                b'#' => {
                    self.blanks_to(start);
                    self.comment();
                    continue;
                }
                b'\n' | b'\r' if self.line_end(start) > 0 => {
                    self.blanks_to(start);
                    self.line_break();
                    if after == After::Command {
                        after = After::Separator;
                        *good = self.mark();
                    }
                    continue;
                }
                b';' if next == b';' || next == b'&' => {
                    return if until.has(Until::CASE) && after != After::AndOr {
                        Ok(any)
                    } else {
                        Err(Failed)
                    };
                }
                b';' => (SyntaxKind::SEMI, 1, After::Separator),
                b'&' if next == b'&' => (SyntaxKind::AND_AND, 2, After::AndOr),
                b'&' if next != b'>' => (SyntaxKind::AMP, 1, After::Separator),
                b'|' if next == b'|' => (SyntaxKind::OR_OR, 2, After::AndOr),
                b'|' => return Err(Failed),
                b')' => {
                    return if until.has(Until::PAREN) && after != After::AndOr {
                        Ok(any)
                    } else {
                        Err(Failed)
                    };
                }
                0 if self.is_end(start) => {
                    if !until.has(Until::END) {
                        return Err(Failed);
                    }
                    self.blanks_to(start);
                    return Ok(any);
                }
                0 => return Err(Failed),
                _ => {
                    let lead = self.lead(start);
                    if lead.word.closes() {
                        return if until.has(Until::word(lead.word)) && after != After::AndOr {
                            Ok(any)
                        } else {
                            Err(Failed)
                        };
                    }
                    if after == After::Command {
                        return Err(Failed);
                    }
                    self.blanks_to(start);
                    *good = self.mark();
                    self.pipeline(lead)?;
                    after = After::Command;
                    any = true;
                    continue;
                }
            };
            if after != After::Command {
                return Err(Failed);
            }
            self.blanks_to(start);
            self.token(kind, start + len);
            after = then;
            *good = self.mark();
        }
    }

    /// A `SHELL_SCRIPT` inside a compound, which must hold a command.
    pub(super) fn body(&mut self, until: Until) -> Parsed {
        if self.optional_body(until)? {
            Ok(())
        } else {
            Err(Failed)
        }
    }

    /// A `SHELL_SCRIPT` inside something else; tells whether it holds a command.
    pub(super) fn optional_body(&mut self, until: Until) -> Parsed<bool> {
        self.blanks();
        self.start(SyntaxKind::SHELL_SCRIPT);
        let mut unused = self.mark();
        let any = self.list(until, &mut unused)?;
        self.finish();
        Ok(any)
    }

    /// Commands joined by `|`; a `PIPELINE` only if there is one, or a word before the command.
    fn pipeline(&mut self, mut lead: Lead) -> Parsed {
        let slot = self.slot();
        let mut wrapped = false;
        let mut empty = false;
        loop {
            let kind = match lead.word {
                Reserved::Bang => SyntaxKind::BANG,
                Reserved::Time if self.is_time_keyword(lead.end) => SyntaxKind::SHELL_KEYWORD,
                Reserved::Coproc if self.coproc(lead.end) => {
                    wrapped = true;
                    lead = self.lead(self.pos);
                    continue;
                }
                _ => break,
            };
            self.token(kind, lead.end);
            wrapped = true;
            let start = self.blank_end();
            if self.is_command_end(start) {
                // `!` and `time` may stand alone.
                empty = true;
                break;
            }
            self.blanks_to(start);
            lead = self.lead(start);
            if kind == SyntaxKind::SHELL_KEYWORD && &self.bytes[start..lead.end] == b"-p" {
                self.plain_word(lead.end);
                self.blanks();
                lead = self.lead(self.pos);
            }
        }
        if !empty {
            self.command(lead)?;
        }
        loop {
            let start = self.blank_end();
            if self.at(start) != b'|' || self.at(start + 1) == b'|' {
                break;
            }
            self.blanks_to(start);
            if self.at(start + 1) == b'&' {
                self.token(SyntaxKind::PIPE_AND, start + 2);
            } else {
                self.token(SyntaxKind::PIPE, start + 1);
            }
            wrapped = true;
            let dangling = self.blank_end();
            if self.is_end(dangling) {
                break;
            }
            self.line_breaks();
            lead = self.lead(self.pos);
            if lead.word == Reserved::Time && self.is_time_keyword(lead.end) {
                self.token(SyntaxKind::SHELL_KEYWORD, lead.end);
                self.blanks();
                lead = self.lead(self.pos);
            }
            self.command(lead)?;
        }
        if wrapped {
            self.settle(slot, SyntaxKind::PIPELINE);
            self.finish();
        }
        Ok(())
    }

    /// Whether no command begins at `index`: an operator, a line end or the end of the text.
    fn is_command_end(&self, index: usize) -> bool {
        match self.at(index) {
            b';' | b'|' | b')' | b'\n' | b'#' => true,
            b'&' => self.at(index + 1) != b'>',
            b'\r' => self.line_end(index) > 0,
            0 => self.is_end(index),
            _ => false,
        }
    }

    /// `time` with options other than `-p` is the program of that name.
    fn is_time_keyword(&self, end: usize) -> bool {
        let next = self.blank_end_from(end);
        self.at(next) != b'-' || (self.at(next + 1) == b'p' && self.is_limit(next + 2))
    }

    /// Takes `coproc` and the name after it, if a compound follows; it is a plain word otherwise,
    /// as it is to a POSIX shell.
    fn coproc(&mut self, end: usize) -> bool {
        let name = self.blank_end_from(end);
        let lead = self.lead(name);
        if lead.word.opens() || self.at(name) == b'(' {
            self.token(SyntaxKind::SHELL_KEYWORD, end);
            self.blanks();
            return true;
        }
        let body = self.blank_end_from(lead.end);
        if lead.end > name && body > lead.end && self.lead(body).word.opens() {
            self.token(SyntaxKind::SHELL_KEYWORD, end);
            self.blanks();
            self.token(SyntaxKind::NAME, lead.end);
            self.blanks();
            return true;
        }
        false
    }
}
