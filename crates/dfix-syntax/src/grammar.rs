//! The grammar: Dockerfile level here, shell level in `shell`.
//!
//! Each file below holds one part of [`Grammar`]: functions that take logical text (see `sink`) and
//! emit all of it. The reference is BuildKit's `frontend/dockerfile` (parser, instructions, shell).

mod check;
mod command;
mod embedded;
mod flags;
mod heredoc;
mod image;
mod instruction;
mod json;
mod lex;
mod pairs;
mod shell;
mod word;

use std::collections::HashSet;
use std::ops::Range;

use rowan::{GreenNode, TextRange, TextSize};

use crate::error::SyntaxError;
use crate::gap::Gap;
use crate::join::{self, Line};
use crate::kind::SyntaxKind::{
    self, BOM, COMMENT, DIRECTIVE, DIRECTIVE_TEXT, EQ, FILE, HASH, NEWLINE, WHITESPACE,
};
use crate::scratch::Scratch;
use crate::sink::Sink;

pub use embedded::Enclosure;
pub(crate) use embedded::embedded;
pub use flags::takes_flag;

/// The blanks between the words of an instruction; those of the lines' ends are all of Unicode's.
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\x0b' | '\x0c' | '\r')
}

/// The words of `text` between blanks, as ranges.
fn words(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    // Every blank is a byte.
    let bytes = text.as_bytes();
    let blank = |b: &u8| is_blank(char::from(*b));
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + bytes[at..].iter().position(|b| !blank(b))?;
        let len = bytes[start..].iter().position(blank);
        at = len.map_or(bytes.len(), |len| start + len);
        Some(start..at)
    })
}

/// Parses a whole file.
pub(crate) fn file(text: &str, scratch: &mut Scratch) -> (GreenNode, Vec<SyntaxError>) {
    let gaps = std::mem::take(&mut scratch.joined_gaps);
    let logical = std::mem::take(&mut scratch.logical);
    let mut grammar = Grammar {
        text,
        sink: Sink::new(text, scratch),
        errors: Vec::new(),
        escape: '\\',
        gaps,
        logical,
        foreign_shell: false,
        foreign_stages: HashSet::new(),
        stage: None,
        foreign_frontend: false,
        seen_instruction: false,
        seen_from: false,
        in_trigger: false,
    };
    grammar.file();
    let Grammar { sink, errors, .. } = grammar;
    sink.scratch.joined_gaps = grammar.gaps;
    sink.scratch.logical = grammar.logical;
    (sink.finish(), errors)
}

/// The state of one parse.
struct Grammar<'t> {
    text: &'t str,
    sink: Sink<'t>,
    errors: Vec<SyntaxError>,
    escape: char,
    /// Buffers, kept from instruction to instruction.
    gaps: Vec<Gap>,
    logical: String,
    /// Whether the `SHELL` in force is no POSIX shell.
    foreign_shell: bool,
    /// The stages, in lower case, that ended with a `SHELL` that is no POSIX shell.
    foreign_stages: HashSet<String>,
    /// The name of the stage at hand, in lower case, once a `SHELL` made it matter.
    stage: Option<String>,
    /// Whether `# syntax=` names a frontend other than Docker's: its flags are its own.
    foreign_frontend: bool,
    seen_instruction: bool,
    seen_from: bool,
    /// Whether the instruction at hand is one that `ONBUILD` triggers. The builder keeps it as text;
    /// most of what is wrong with it shows only in the builds that are based on this image.
    in_trigger: bool,
}

impl Grammar<'_> {
    fn file(&mut self) {
        self.sink.start_node(FILE);
        if self.text.starts_with('\u{feff}') {
            self.sink.token(BOM, '\u{feff}'.len_utf8());
        }
        self.directives();
        while self.sink.position() < self.text.len() {
            let line = Line::at(self.text, self.sink.position());
            let content = line.content(self.text);
            let body = content.trim_start();
            let blanks = content.len() - body.len();
            if body.is_empty() || body.starts_with('#') {
                self.check_length(line);
                self.sink.token(WHITESPACE, blanks);
                self.sink.token(COMMENT, body.len());
                self.line_end();
            } else {
                self.sink.token(WHITESPACE, blanks);
                self.joined_line();
            }
        }
        if !self.seen_instruction {
            self.error(0, 0, "the file has no instruction");
        } else if !self.seen_from {
            let end = self.text.len();
            self.error(end, end, "the file has no `FROM`");
        }
        self.sink.finish_node();
    }

    /// The parser directives at the top. A `#!` line may stand before them: BuildKit then still
    /// looks for `syntax` and `check`, but no longer for `escape`.
    fn directives(&mut self) {
        let mut seen: [bool; 3] = [false; 3];
        let mut after_shebang = false;
        let mut first = true;
        loop {
            let line = Line::at(self.text, self.sink.position());
            let content = line.content(self.text);
            let body = content.trim_start();
            if first && content.starts_with("#!") {
                after_shebang = true;
                self.sink.token(COMMENT, content.len());
                self.line_end();
                first = false;
                continue;
            }
            first = false;
            let Some(parts) = directive(body) else {
                return;
            };
            if after_shebang && parts.which == ESCAPE {
                self.sink.token(WHITESPACE, content.len() - body.len());
                self.sink.token(COMMENT, body.len());
                self.line_end();
                continue;
            }
            self.check_length(line);
            self.sink.token(WHITESPACE, content.len() - body.len());
            let start = self.sink.position();
            self.sink.start_node(DIRECTIVE);
            let value = &body[parts.value.clone()];
            for (kind, len) in [
                (HASH, 1),
                (WHITESPACE, parts.name.start - 1),
                (DIRECTIVE_TEXT, parts.name.len()),
                (WHITESPACE, parts.equals - parts.name.end),
                (EQ, 1),
                (WHITESPACE, parts.value.start - parts.equals - 1),
                (DIRECTIVE_TEXT, parts.value.len()),
            ] {
                self.sink.token(kind, len);
            }
            self.sink.finish_node();
            let end = self.sink.position();
            self.sink.token(WHITESPACE, body.len() - parts.value.end);
            self.line_end();
            if seen[parts.which] {
                if !after_shebang {
                    let name = &body[parts.name];
                    self.error(start, end, format!("the directive `{name}` stands twice"));
                }
                continue;
            }
            seen[parts.which] = true;
            match (parts.which, value) {
                (ESCAPE, "\\") => self.escape = '\\',
                (ESCAPE, "`") => self.escape = '`',
                (ESCAPE, _) => {
                    self.error(
                        start,
                        end,
                        "the escape character can be `\\` or a backtick only",
                    );
                }
                (SYNTAX, _) => self.foreign_frontend = !value.contains("docker/dockerfile"),
                _ => {}
            }
        }
    }

    /// An instruction, with everything that the builder joins to its line. The blanks before it
    /// were taken.
    fn joined_line(&mut self) {
        let start = self.sink.position();
        let mut gaps = std::mem::take(&mut self.gaps);
        let mut buffer = std::mem::take(&mut self.logical);
        // The escape character is one byte: a backslash or a backtick.
        let extent = join::join(self.text, start, self.escape as u8, &mut gaps);
        if let Some(line) = extent.long_line {
            self.error_long_line(line);
        }
        let range = start..extent.content_end;
        let logical = if gaps.is_empty() {
            &self.text[range]
        } else {
            join::logical(self.text, range, &gaps, &mut buffer);
            &buffer
        };
        self.sink.set_gaps(&gaps);
        let line = logical.trim_start();
        self.sink.token(WHITESPACE, logical.len() - line.len());
        let line = line.trim_end();
        let tail = logical.trim_start().len() - line.len();
        self.seen_instruction = true;
        if line.is_empty() {
            self.error(
                start,
                extent.content_end,
                "a continued line without an instruction",
            );
            self.sink.token(WHITESPACE, tail);
        } else if !self.instruction(line, line, tail, 0) {
            self.sink.token(WHITESPACE, tail);
        }
        self.sink.flush_gaps();
        self.line_end();
        self.gaps = gaps;
        self.logical = buffer;
    }

    /// The end of the line at hand, of which all else was taken: carriage returns and a line feed.
    fn line_end(&mut self) {
        let rest = &self.text.as_bytes()[self.sink.position()..];
        let returns = rest.iter().take_while(|b| **b == b'\r').count();
        match (returns, rest.get(returns)) {
            (0, Some(b'\n')) => self.sink.token(NEWLINE, 1),
            (_, Some(b'\n')) => {
                self.sink.token(WHITESPACE, returns - 1);
                self.sink.token(NEWLINE, 2);
            }
            _ => self.sink.token(WHITESPACE, returns),
        }
    }

    fn check_length(&mut self, line: Line) {
        if line.is_too_long(self.text) {
            self.error_long_line(line.start);
        }
    }

    fn error_long_line(&mut self, start: usize) {
        self.error(
            start,
            start,
            "the line is longer than the builder reads (64 KiB)",
        );
    }

    /// Notes a fault at physical offsets.
    fn error(&mut self, start: usize, end: usize, message: impl Into<String>) {
        if !self.in_trigger {
            self.parse_error(start, end, message);
        }
    }

    /// Notes a fault that the builder's parser meets, in a trigger too.
    fn parse_error(&mut self, start: usize, end: usize, message: impl Into<String>) {
        let size = |offset| TextSize::try_from(offset).expect("a tree holds at most 4 GiB");
        self.errors.push(SyntaxError {
            range: TextRange::new(size(start), size(end.max(start))),
            message: message.into(),
        });
    }

    /// Takes all of `text` as one token and notes a fault over it.
    fn refuse(&mut self, kind: SyntaxKind, text: &str, message: impl Into<String>) {
        if self.in_trigger {
            self.sink.token(kind, text.len());
        } else {
            self.parse_refuse(kind, text, message);
        }
    }

    /// The same for a fault that the builder's parser meets, in a trigger too.
    fn parse_refuse(&mut self, kind: SyntaxKind, text: &str, message: impl Into<String>) {
        self.sink.flush_gaps();
        let start = self.sink.position();
        self.sink.token(kind, text.len());
        self.parse_error(start, self.sink.position(), message);
    }

    /// Takes the blanks at the start of `text`; the rest.
    fn blanks<'a>(&mut self, text: &'a str) -> &'a str {
        let rest = text.trim_start();
        self.sink.token(WHITESPACE, text.len() - rest.len());
        rest
    }
}

const SYNTAX: usize = 0;
const ESCAPE: usize = 1;
const DIRECTIVES: [&str; 3] = ["syntax", "escape", "check"];

/// The parts of `# name = value`, as offsets into the line.
struct DirectiveParts {
    which: usize,
    name: Range<usize>,
    equals: usize,
    value: Range<usize>,
}

fn directive(line: &str) -> Option<DirectiveParts> {
    // What Go's `\s` means: vertical tab and the blanks beyond ASCII are none.
    let blank = |c: char| matches!(c, ' ' | '\t' | '\x0c' | '\r');
    let after_hash = line.strip_prefix('#')?.trim_start();
    let name_start = line.len() - after_hash.len();
    let name_len = after_hash
        .find(|c: char| !c.is_ascii_alphanumeric())
        .unwrap_or(after_hash.len());
    let name = &after_hash[..name_len];
    let which = DIRECTIVES
        .iter()
        .position(|known| known.eq_ignore_ascii_case(name))?;
    let after_name = &after_hash[name_len..];
    let value = after_name.trim_start_matches(blank).strip_prefix('=')?;
    let equals = line.len() - value.len() - 1;
    let mut trimmed = value.trim_start_matches(blank);
    if trimmed.is_empty() {
        // The builder's pattern wants a character: the last blank is the value then.
        trimmed = &value[value.len().checked_sub(1)?..];
    }
    let value_start = line.len() - trimmed.len();
    let trimmed = match trimmed.trim_end_matches(blank) {
        "" => trimmed,
        text => text,
    };
    Some(DirectiveParts {
        which,
        name: name_start..name_start + name_len,
        equals,
        value: value_start..value_start + trimmed.len(),
    })
}
