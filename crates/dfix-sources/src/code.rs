//! The tokens that count, with their brackets.

use std::cell::OnceCell;

use crate::language::Language;
use crate::lexer::lex;
use crate::token::{Kind, Token, Trouble};

/// Nothing: no partner, no bracket around.
pub(crate) const NONE: usize = usize::MAX;

/// A text is not read past this many bytes.
const MOST_BYTES: usize = 2_000_000;

/// No person writes a longer line.
const MOST_OF_A_LINE: usize = 20_000;

/// A text as its tokens, without blanks and comments. Ends of lines stand only where they may end a statement.
pub(crate) struct Code<'t> {
    pub(crate) language: Language,
    pub(crate) text: &'t str,
    pub(crate) tokens: Vec<Token>,
    /// For each bracket and each end of a string the other one.
    pub(crate) partner: Vec<usize>,
    /// For each token the bracket around it.
    pub(crate) outer: Vec<usize>,
    /// Where the lines begin.
    lines: Vec<usize>,
    pub(crate) trouble: Option<(usize, Trouble)>,
    names_sockets: OnceCell<bool>,
    names_folders_above: OnceCell<bool>,
}

impl<'t> Code<'t> {
    pub(crate) fn of(language: Language, text: &'t str) -> Self {
        let starts = memchr_lines(text);
        let mut code = Self {
            language,
            text,
            tokens: Vec::new(),
            partner: Vec::new(),
            outer: Vec::new(),
            lines: starts,
            trouble: None,
            names_sockets: OnceCell::new(),
            names_folders_above: OnceCell::new(),
        };
        if text.len() > MOST_BYTES {
            code.trouble = Some((0, Trouble::TooLong));
            return code;
        }
        let lexed = lex(language, text);
        code.trouble = lexed.trouble;
        code.pair(lexed.tokens);
        let ends = code.lines.iter().skip(1).copied().chain([text.len()]);
        let long = code
            .lines
            .iter()
            .zip(ends)
            .find(|(start, end)| *end - **start > MOST_OF_A_LINE);
        if let Some((start, _)) = long {
            code.trouble.get_or_insert((*start, Trouble::LongLine));
        }
        code
    }

    /// Whether the text speaks of sockets that lie in the file system.
    pub(crate) fn names_sockets(&self) -> bool {
        *self
            .names_sockets
            .get_or_init(|| self.text.contains("AF_UNIX"))
    }

    /// Whether the text may give names to places above its own folder, or the working directory.
    pub(crate) fn names_folders_above(&self) -> bool {
        const SIGNS: [&str; 11] = [
            "__file__",
            "__dirname",
            "import.meta",
            "\"..\"",
            "'..'",
            "= \"../",
            "= '../",
            ": \"../",
            ": '../",
            "=\"../",
            ":\"../",
        ];
        let find = || SIGNS.iter().any(|sign| self.text.contains(sign));
        *self.names_folders_above.get_or_init(find)
    }

    fn pair(&mut self, tokens: Vec<Token>) {
        let mut open: Vec<usize> = Vec::new();
        let keeps = self.language.ends_with_line();
        for token in tokens {
            let at = self.tokens.len();
            let around = open.last().copied().unwrap_or(NONE);
            match token.kind {
                Kind::Blank | Kind::Comment => continue,
                Kind::Newline => {
                    let in_block =
                        around == NONE || self.is(around, "{") && self.language != Language::Python;
                    if !keeps
                        || !in_block
                        || self
                            .tokens
                            .last()
                            .is_some_and(|it| it.kind == Kind::Newline)
                    {
                        continue;
                    }
                }
                _ => {}
            }
            self.tokens.push(token);
            self.partner.push(NONE);
            let text = &self.text[token.start..token.end];
            let opens = match token.kind {
                Kind::StringOpen | Kind::InsertOpen => true,
                Kind::Punct => matches!(text, "(" | "[" | "{"),
                _ => false,
            };
            let closes = match token.kind {
                Kind::StringClose => Some(""),
                Kind::InsertClose => Some("i"),
                Kind::Punct => match text {
                    ")" => Some("("),
                    "]" => Some("["),
                    "}" => Some("{"),
                    _ => None,
                },
                _ => None,
            };
            if let Some(wanted) = closes {
                let fits = |other: usize| match self.tokens[other].kind {
                    Kind::StringOpen => wanted.is_empty(),
                    Kind::InsertOpen => wanted == "i",
                    _ => self.is(other, wanted),
                };
                match open.last().copied() {
                    Some(other) if fits(other) => {
                        open.pop();
                        self.partner[at] = other;
                        self.partner[other] = at;
                    }
                    _ => {
                        self.trouble
                            .get_or_insert((token.start, Trouble::OpenBracket));
                    }
                }
            }
            self.outer.push(open.last().copied().unwrap_or(NONE));
            if opens {
                open.push(at);
            }
            // A string that has no end ends with its line.
            if token.kind == Kind::Text
                && open
                    .last()
                    .is_some_and(|it| self.tokens[*it].kind == Kind::StringOpen)
            {
                let next = self.text.as_bytes().get(token.end);
                let is_broken = next == Some(&b'\n') && !self.language.lexis().long_strings;
                let is_long = open.last().is_some_and(|it| self.text_of(*it).len() >= 3);
                if is_broken && !is_long && !self.text_of(open[open.len() - 1]).ends_with('`') {
                    open.pop();
                }
            }
        }
        if let Some(first) = open.first() {
            self.trouble
                .get_or_insert((self.tokens[*first].start, Trouble::OpenBracket));
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.tokens.len()
    }

    pub(crate) fn kind(&self, at: usize) -> Option<Kind> {
        self.tokens.get(at).map(|it| it.kind)
    }

    pub(crate) fn text_of(&self, at: usize) -> &'t str {
        self.tokens
            .get(at)
            .map_or("", |it| &self.text[it.start..it.end])
    }

    /// Whether this is an operator or a name of this text.
    pub(crate) fn is(&self, at: usize, text: &str) -> bool {
        matches!(self.kind(at), Some(Kind::Punct | Kind::Name)) && self.text_of(at) == text
    }

    pub(crate) fn is_any(&self, at: usize, texts: &str) -> bool {
        let text = self.text_of(at);
        matches!(self.kind(at), Some(Kind::Punct | Kind::Name))
            && texts.split(' ').any(|it| it == text)
    }

    pub(crate) fn is_name(&self, at: usize) -> bool {
        self.kind(at) == Some(Kind::Name)
    }

    /// The line, from 1, of a byte.
    pub(crate) fn line_of_byte(&self, byte: usize) -> usize {
        self.lines.partition_point(|start| *start <= byte)
    }

    /// The line, from 1, of a token.
    pub(crate) fn line(&self, at: usize) -> usize {
        self.tokens
            .get(at)
            .map_or(0, |it| self.line_of_byte(it.start))
    }

    /// By how many bytes the line of a token is moved in.
    pub(crate) fn column(&self, at: usize) -> usize {
        let Some(token) = self.tokens.get(at) else {
            return 0;
        };
        let line = self.lines[self.line_of_byte(token.start) - 1];
        token.start - line
    }

    /// The token behind this one, or behind the bracket or string that begins with it.
    pub(crate) fn after(&self, at: usize) -> usize {
        match self.partner.get(at) {
            Some(&other) if other != NONE && other > at => other + 1,
            _ => at + 1,
        }
    }

    /// The text from one token up to another, cut where it is long.
    pub(crate) fn between(&self, start: usize, end: usize) -> String {
        const MOST: usize = 120;
        let (Some(first), Some(last)) =
            (self.tokens.get(start), self.tokens.get(end.wrapping_sub(1)))
        else {
            return String::new();
        };
        let mut stop = last.end.min(first.start + MOST).max(first.start);
        while !self.text.is_char_boundary(stop) {
            stop += 1;
        }
        let text = &self.text[first.start..stop];
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The parts of a range between these operators, leaving brackets and strings whole.
    pub(crate) fn split(&self, start: usize, end: usize, separator: &str) -> Vec<(usize, usize)> {
        let mut parts = Vec::new();
        let (mut from, mut at) = (start, start);
        while at < end {
            if self.is(at, separator) {
                parts.push((from, at));
                from = at + 1;
            }
            at = self.after(at);
        }
        if from < end || !parts.is_empty() {
            parts.push((from, end));
        }
        parts.retain(|(from, to)| (*from..*to).any(|it| self.kind(it) != Some(Kind::Newline)));
        parts
    }

    /// Without the ends of lines at its ends.
    pub(crate) fn trim(&self, mut start: usize, mut end: usize) -> (usize, usize) {
        while start < end && self.kind(start) == Some(Kind::Newline) {
            start += 1;
        }
        while start < end && self.kind(end - 1) == Some(Kind::Newline) {
            end -= 1;
        }
        (start, end)
    }

    /// Where the expression that begins here ends: at the statement's end, at a comma, or at a bracket that it does not open.
    pub(crate) fn expression_end(&self, start: usize, most: usize) -> Option<usize> {
        let mut at = start;
        let mut steps = 0;
        while at < self.len() {
            steps += 1;
            if steps > most {
                return None;
            }
            match self.kind(at) {
                Some(Kind::Newline) if at == start => {}
                Some(Kind::Newline) if self.goes_on(at) => {}
                Some(Kind::Newline | Kind::InsertClose | Kind::StringClose) => return Some(at),
                Some(Kind::Punct) if self.is_any(at, ", ; ) ] }") => return Some(at),
                _ => {}
            }
            at = self.after(at);
        }
        Some(self.len())
    }

    /// Whether a statement goes on behind this end of a line.
    fn goes_on(&self, newline: usize) -> bool {
        if self.language == Language::Python {
            return false;
        }
        let before = newline.wrapping_sub(1);
        let is_open = self.is_any(before, "= + || && ?? ? : . , => := - * / % ?: or and");
        let follows =
            self.language != Language::Go && self.is_any(newline + 1, ". ?. + || && ?? ? : ?:");
        is_open || follows
    }

    /// Whether a statement begins with this token.
    pub(crate) fn starts_statement(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else {
            return true;
        };
        self.kind(before) == Some(Kind::Newline) || self.is_any(before, "; { }")
    }
}

fn memchr_lines(text: &str) -> Vec<usize> {
    let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
    std::iter::once(0)
        .chain(ends.map(|(at, _)| at + 1))
        .collect()
}
