//! Flags: `--name`, `--name=value`, and the options of `--mount`.
//!
//! BuildKit reads them before all else of an instruction (`split_command.go`): words that start
//! with `--`, in which quotes of both sorts hold blanks and the escape character takes the next
//! character along, in quotes too.

use std::borrow::Cow;

use super::Grammar;
use crate::ast::instruction_kind;
use crate::kind::SyntaxKind::{
    self, ADD_INSTR, COMMA, COPY_INSTR, EQ, FLAG, FLAG_NAME, FROM_INSTR, HEALTHCHECK_INSTR, MOUNT,
    MOUNT_OPTION, NAME, QUOTE, RUN_INSTR, WHITESPACE,
};

/// What a flag takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    Bool,
    Text,
    /// A text; the flag may stand several times.
    Texts,
}

/// The flags that the builder knows (`instructions/parse.go` and the files beside it).
fn known_flags(kind: SyntaxKind) -> &'static [(&'static str, Takes)] {
    use Takes::{Bool, Text, Texts};
    match kind {
        FROM_INSTR => &[("--platform", Text)],
        RUN_INSTR => &[
            ("--mount", Texts),
            ("--network", Text),
            ("--security", Text),
            ("--device", Texts),
        ],
        COPY_INSTR => &[
            ("--from", Text),
            ("--chown", Text),
            ("--chmod", Text),
            ("--link", Bool),
            ("--parents", Bool),
            ("--exclude", Texts),
        ],
        ADD_INSTR => &[
            ("--chown", Text),
            ("--chmod", Text),
            ("--link", Bool),
            ("--keep-git-dir", Bool),
            ("--checksum", Text),
            ("--unpack", Bool),
            ("--exclude", Texts),
        ],
        HEALTHCHECK_INSTR => &[
            ("--interval", Text),
            ("--timeout", Text),
            ("--start-period", Text),
            ("--start-interval", Text),
            ("--retries", Text),
        ],
        _ => &[],
    }
}

/// Whether the builder knows the flag (without its dashes) for the instruction of this keyword, in any case of letters.
pub fn takes_flag(keyword: &str, flag: &str) -> bool {
    let kind = instruction_kind(keyword);
    let known = kind.map_or(&[][..], known_flags);
    known.iter().any(|(name, _)| name[2..] == *flag)
}

fn is_flag_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\x0b' | '\x0c' | '\r')
}

/// The flag at the start of `text`: its length, and what it says without quotes and escapes.
fn flag(text: &str, escape: char) -> (usize, Cow<'_, str>) {
    let plain = |c: char| !is_flag_blank(c) && c != '"' && c != '\'' && c != escape;
    let end = text.find(|c| !plain(c)).unwrap_or(text.len());
    if text[end..].chars().next().is_none_or(is_flag_blank) {
        return (end, Cow::Borrowed(&text[..end]));
    }
    let mut content = String::new();
    let mut quote = None;
    let mut characters = text.char_indices();
    while let Some((at, c)) = characters.next() {
        if c == escape {
            content.extend(characters.next().map(|(_, c)| c));
        } else if quote == Some(c) {
            quote = None;
        } else if quote.is_none() && (c == '"' || c == '\'') {
            quote = Some(c);
        } else if quote.is_none() && is_flag_blank(c) {
            return (at, Cow::Owned(content));
        } else {
            content.push(c);
        }
    }
    (text.len(), Cow::Owned(content))
}

impl Grammar<'_> {
    /// Takes the flags at the start of `rest` with the blanks before each; what follows them.
    pub(super) fn flags<'a>(&mut self, kind: SyntaxKind, mut rest: &'a str) -> &'a str {
        let mut used = 0;
        loop {
            let trimmed = rest.trim_start_matches(is_flag_blank);
            if !trimmed.starts_with("--") {
                return rest;
            }
            self.sink.token(WHITESPACE, rest.len() - trimmed.len());
            let (len, content) = flag(trimmed, self.escape);
            let (text, after) = trimmed.split_at(len);
            rest = after;
            if content == "--" {
                self.sink.token(FLAG_NAME, len);
                return rest;
            }
            self.sink.start_node(FLAG);
            let start = self.sink.position();
            let mut name_len = text.find('=').unwrap_or(len);
            if text[..name_len].contains(['"', '\'', self.escape]) {
                // Nobody quotes a flag's name; it stays one token.
                name_len = len;
            }
            let name = &text[..name_len];
            self.sink.token(FLAG_NAME, name_len);
            if name_len < len {
                self.sink.token(EQ, 1);
                let value = &text[name_len + 1..];
                if value.is_empty() {
                } else if kind == RUN_INSTR && name == "--mount" {
                    self.mount(value);
                } else {
                    self.word(value);
                }
            }
            self.check_flag(kind, &content, start, &mut used);
            self.sink.finish_node();
        }
    }

    /// Whether the builder takes the flag; `used` has a bit for each that stood before.
    fn check_flag(&mut self, kind: SyntaxKind, content: &str, start: usize, used: &mut u32) {
        if self.foreign_frontend {
            return;
        }
        let end = self.sink.position();
        let (name, value) = match content.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (content, None),
        };
        let flags = known_flags(kind);
        let Some(index) = flags.iter().position(|(known, _)| *known == name) else {
            self.error(start, end, format!("the instruction has no flag `{name}`"));
            return;
        };
        let takes = flags[index].1;
        if *used & (1 << index) != 0 && takes != Takes::Texts {
            self.error(start, end, format!("the flag `{name}` stands twice"));
        }
        *used |= 1 << index;
        let fits = match (takes, value) {
            (Takes::Bool, None) => true,
            (Takes::Bool, Some(value)) => {
                value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false")
            }
            (_, value) if name == "--mount" => value.is_some_and(|value| !value.is_empty()),
            (_, value) => value.is_some(),
        };
        if !fits {
            let wanted = match takes {
                Takes::Bool => "`true` or `false`",
                _ => "a value",
            };
            self.error(start, end, format!("the flag `{name}` needs {wanted}"));
        }
    }

    /// The value of `--mount`: options between commas. Quotes may stand around options, or around
    /// the whole value; they hide no comma.
    fn mount(&mut self, value: &str) {
        self.sink.start_node(MOUNT);
        let mut open = None;
        let mut rest = value;
        while let Some(c) = rest.chars().next() {
            let len = match c {
                ',' => {
                    self.sink.token(COMMA, 1);
                    1
                }
                '"' | '\'' if open == Some(c) => {
                    open = None;
                    self.sink.token(QUOTE, 1);
                    1
                }
                '"' | '\'' if open.is_none() => {
                    open = Some(c);
                    self.sink.token(QUOTE, 1);
                    1
                }
                _ => {
                    let len = self.option_len(rest, open);
                    self.mount_option(&rest[..len]);
                    len
                }
            };
            rest = &rest[len..];
        }
        self.sink.finish_node();
    }

    /// The length of the option at the start of `text`: up to a comma or the quote that is open.
    fn option_len(&self, text: &str, open: Option<char>) -> usize {
        let mut quote: Option<char> = None;
        let mut characters = text.char_indices();
        while let Some((at, c)) = characters.next() {
            if c == self.escape {
                characters.next();
            } else if quote == Some(c) {
                quote = None;
            } else if quote.is_some() {
            } else if c == ',' || open == Some(c) {
                return at;
            } else if open.is_none() && matches!(c, '"' | '\'') {
                quote = Some(c);
            }
        }
        text.len()
    }

    fn mount_option(&mut self, text: &str) {
        self.sink.start_node(MOUNT_OPTION);
        let name_len = text.find('=').unwrap_or(text.len());
        self.sink.token(NAME, name_len);
        if name_len < text.len() {
            self.sink.token(EQ, 1);
            let value = &text[name_len + 1..];
            if !value.is_empty() {
                self.word(value);
            }
        }
        self.sink.finish_node();
    }
}
