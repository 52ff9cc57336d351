//! Words: what they stand for and where they are.

use dfix_syntax::ast::{AstNode, Variable};
use dfix_syntax::{TextRange, TextSize};

use crate::collect::word::WordKind;
use crate::collect::wrappers::assigned_name;
use crate::handles::Word;

impl<'m> Word<'m> {
    /// The word's bytes in the file, quotes included.
    pub fn range(self) -> TextRange {
        self.data.range
    }

    /// In which syntax it is written.
    pub fn kind(self) -> WordKind {
        self.data.kind
    }

    /// What the word stands for, quotes and escapes taken away; `None` where only the build can tell.
    /// Unquoted glob characters, `~` and braces count as their own text.
    pub fn value(self) -> Option<&'m str> {
        self.data.value(self.text)
    }

    /// The known text from the word's start up to the first thing that only the build can tell:
    /// `flask==` of `flask==$VERSION`. The whole value where all is known.
    pub fn literal_prefix(self) -> &'m str {
        self.data.literal_prefix(self.text)
    }

    /// Whether the word stands for exactly this text.
    pub fn is(self, text: &str) -> bool {
        self.value() == Some(text)
    }

    /// Whether the word is known to begin so.
    pub fn starts_with(self, text: &str) -> bool {
        self.literal_prefix().starts_with(text)
    }

    /// Whether the whole word is known.
    pub fn is_known(self) -> bool {
        self.data.complete
    }

    /// Whether it may become no word or several: it holds an expansion outside of quotes.
    pub fn may_split(self) -> bool {
        self.data.splits
    }

    /// Whether a `$` stands before a quote in it: bash reads `$'a b'` as one word with escapes, dash as `$a b` (POSIX
    /// left it open before 2024).
    pub fn has_dollar_quote(self) -> bool {
        let written = self.source_text();
        written.contains("$'") || written.contains("$\"")
    }

    /// Whether a bracket stands outside of quotes in it: a pattern to bash where `extglob` is on, and an error to dash.
    pub fn has_open_bracket(self) -> bool {
        let mut quote = None;
        let mut is_escaped = false;
        for c in self.source_text().chars() {
            match (quote, c) {
                _ if is_escaped => is_escaped = false,
                (None | Some('"'), '\\') => is_escaped = true,
                (None, '(' | ')') => return true,
                (None, '"' | '\'') => quote = Some(c),
                (Some(open), _) if c == open => quote = None,
                _ => {}
            }
        }
        false
    }

    /// The word as it stands in the file, quotes and continuations included.
    pub fn source_text(self) -> &'m str {
        &self.text[self.data.range]
    }

    /// The word as it stands in the file, without the quotes at its ends.
    pub fn unquoted(self) -> &'m str {
        self.source_text().trim_matches(['"', '\''])
    }

    /// Whether a name stands somewhere in the word as it is written, in whatever letter case.
    pub fn mentions(self, name: &str) -> bool {
        let mut places = self.source_text().as_bytes().windows(name.len());
        places.any(|place| place.eq_ignore_ascii_case(name.as_bytes()))
    }

    /// Whether the shell may make something else of its text: an unquoted pattern, a `~`, a brace, an escape.
    pub fn is_pattern(self) -> bool {
        let text = self.literal_prefix();
        !self.source_text().starts_with(['\'', '"'])
            && (text.contains(['*', '?', '[', '{', '\\'])
                || text.starts_with('~')
                || text.contains("=~"))
    }

    /// The word as it stands in the file, for a message: its first line, and not much of that.
    pub fn shortened(self) -> String {
        let text = self.source_text().chars();
        text.take_while(|c| *c != '\n').take(60).collect()
    }

    /// The names of the variables in it, in order, outside of command substitutions.
    pub fn variables(self) -> Vec<String> {
        let Some(node) = &self.data.node else {
            return Vec::new();
        };
        node.descendants()
            .filter_map(Variable::cast)
            .filter_map(|v| v.name())
            .collect()
    }

    /// The name in `NAME=value`, where the word begins as an assignment does.
    pub fn assigned_name(self) -> Option<&'m str> {
        assigned_name(self.source_text())
    }

    /// Whether it is this variable and nothing else, `$NAME` or `${NAME}`, without anything that is said for where it is not set.
    pub fn is_variable(self, name: &str) -> bool {
        let text = self.source_text().trim_matches('"');
        let inner = text.strip_prefix('$');
        let inner = inner.map(|it| {
            it.strip_prefix('{')
                .and_then(|it| it.strip_suffix('}'))
                .unwrap_or(it)
        });
        inner == Some(name)
    }

    /// The bytes of the file that spell a part of the value (`part` in bytes of the value); `None`
    /// where the value does not stand in the file as one piece.
    pub fn range_of(self, part: std::ops::Range<usize>) -> Option<TextRange> {
        let value = self.literal_prefix();
        let start = self.source_text().find(value)? + usize::from(self.data.range.start());
        value.get(part.clone())?;
        Some(TextRange::new(
            TextSize::try_from(start + part.start).ok()?,
            TextSize::try_from(start + part.end).ok()?,
        ))
    }

    /// The word's bytes without the quotes around it.
    pub fn inner_range(self) -> TextRange {
        let written = self.source_text();
        let quoted = written.len() >= 2
            && ['"', '\'']
                .iter()
                .any(|q| written.starts_with(*q) && written.ends_with(*q));
        if quoted {
            let one = TextSize::new(1);
            TextRange::new(self.data.range.start() + one, self.data.range.end() - one)
        } else {
            self.data.range
        }
    }
}

impl PartialEq for Word<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.data.range == other.data.range && self.data.kind == other.data.kind
    }
}

impl Eq for Word<'_> {}

impl std::fmt::Debug for Word<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.value() {
            Some(value) => write!(f, "{value:?}"),
            None => write!(f, "{:?}…", self.literal_prefix()),
        }
    }
}
