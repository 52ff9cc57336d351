//! Words: what they stand for and where they are.

use dfix_syntax::ast::{AstNode, Variable};
use dfix_syntax::{Enclosure, NodeOrToken, NodeRef, SyntaxKind, SyntaxNode, TextRange, TextSize};

/// In which syntax a word is written: decides how new text must be quoted beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordKind {
    /// A word of an instruction's own arguments: `COPY a b`, `USER x`.
    Dockerfile,
    /// A word of shell text.
    Shell,
    /// A word of shell text that stands inside a word of the outer shell, or inside a JSON string.
    ShellIn(Enclosure),
    /// A JSON string of the exec form, its quotes included.
    Json,
}

/// What is kept of a word.
#[derive(Debug, Clone)]
pub(crate) struct WordData {
    pub(crate) range: TextRange,
    pub(crate) kind: WordKind,
    text: Text,
    complete: bool,
    splits: bool,
    /// Kept where something in the word is not known; offsets in its tree are `offset` too small.
    pub(crate) node: Option<SyntaxNode>,
    pub(crate) offset: TextSize,
}

/// The known text from a word's start.
#[derive(Debug, Clone)]
enum Text {
    /// The word's own bytes.
    Written,
    /// Bytes of the file: what stands between quotes.
    Slice(TextRange),
    /// What does not stand in the file as one piece.
    Own(Box<str>),
}

/// A word: its place in the file and what it stands for. Quoting is never seen.
#[derive(Clone, Copy)]
pub struct Word<'m> {
    /// The text that it stands in: the Dockerfile's, or that of a script.
    pub(crate) text: &'m str,
    pub(crate) data: &'m WordData,
}

impl WordData {
    /// The data of a word node (or any node made of word parts).
    pub(crate) fn of_node(file: &str, node: &SyntaxNode, kind: WordKind) -> Self {
        WordData::of_ref(file, node.borrowed(), TextSize::new(0), kind)
    }

    /// The same for a node whose tree begins at `offset`.
    pub(crate) fn of_ref(file: &str, node: NodeRef<'_>, offset: TextSize, kind: WordKind) -> Self {
        let range = node.text_range() + offset;
        if is_plain(node) {
            return WordData {
                range,
                kind,
                text: Text::Written,
                complete: true,
                splits: false,
                node: None,
                offset,
            };
        }
        let mut reading = Reading {
            file,
            offset,
            slice: TextRange::empty(range.start()),
            text: String::new(),
            splits: false,
        };
        let complete = reading.append(node, false);
        WordData {
            range,
            kind,
            splits: reading.splits,
            text: match reading.text() {
                Text::Slice(slice) if slice == range => Text::Written,
                text => text,
            },
            complete,
            node: (!complete).then(|| node.to_node()),
            offset,
        }
    }

    /// A JSON string, or several tokens of one that continuations cut.
    pub(crate) fn of_json(range: TextRange, value: Option<String>) -> Self {
        WordData {
            range,
            kind: WordKind::Json,
            complete: value.is_some(),
            text: Text::Own(value.unwrap_or_default().into_boxed_str()),
            splits: false,
            node: None,
            offset: TextSize::new(0),
        }
    }

    /// A JSON string that stands for what is between its quotes.
    pub(crate) fn of_plain_json(range: TextRange) -> Self {
        let one = TextSize::new(1);
        WordData {
            range,
            kind: WordKind::Json,
            complete: true,
            text: Text::Slice(TextRange::new(range.start() + one, range.end() - one)),
            splits: false,
            node: None,
            offset: TextSize::new(0),
        }
    }

    /// The part of a word from `from` on, in bytes of its known start: `y` of `x=y`.
    pub(crate) fn tail(&self, file: &str, from: usize) -> Self {
        let after = |range: TextRange| {
            let from = TextSize::try_from(from).expect("files are below 4 GiB");
            TextRange::new(range.start() + from, range.end())
        };
        let (range, text) = match &self.text {
            Text::Written => (after(self.range), Text::Written),
            Text::Slice(slice) => (self.range, Text::Slice(after(*slice))),
            Text::Own(_) => (self.range, Text::Own(self.known_start(file)[from..].into())),
        };
        WordData {
            range,
            text,
            ..self.clone()
        }
    }

    /// Makes the word unknown from the first of these characters on.
    pub(crate) fn leave_to_the_build(&mut self, file: &str, from: &[char]) {
        let known = self.known_start(file);
        if let Some(end) = known.find(from) {
            self.text = Text::Own(known[..end].into());
            self.complete = false;
        }
    }

    pub(crate) fn known_start<'m>(&'m self, file: &'m str) -> &'m str {
        match &self.text {
            Text::Written => &file[self.range],
            Text::Slice(slice) => &file[*slice],
            Text::Own(text) => text,
        }
    }

    pub(crate) fn value<'m>(&'m self, file: &'m str) -> Option<&'m str> {
        self.complete.then(|| self.known_start(file))
    }
}

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
    pub fn known_start(self) -> &'m str {
        self.data.known_start(self.text)
    }

    /// Whether the word stands for exactly this text.
    pub fn is(self, text: &str) -> bool {
        self.value() == Some(text)
    }

    /// Whether the word is known to begin so.
    pub fn starts_with(self, text: &str) -> bool {
        self.known_start().starts_with(text)
    }

    /// Whether the whole word is known.
    pub fn is_known(self) -> bool {
        self.data.complete
    }

    /// Whether it may become no word or several: it holds an expansion outside of quotes.
    pub fn may_split(self) -> bool {
        self.data.splits
    }

    /// The word as it stands in the file, quotes and continuations included.
    pub fn written(self) -> &'m str {
        &self.text[self.data.range]
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

    /// The bytes of the file that spell a part of the value (`part` in bytes of the value); `None`
    /// where the value does not stand in the file as one piece.
    pub fn range_of(self, part: std::ops::Range<usize>) -> Option<TextRange> {
        let value = self.known_start();
        let start = self.written().find(value)? + usize::from(self.data.range.start());
        value.get(part.clone())?;
        Some(TextRange::new(
            TextSize::try_from(start + part.start).ok()?,
            TextSize::try_from(start + part.end).ok()?,
        ))
    }

    /// The word's bytes without the quotes around it.
    pub fn inner_range(self) -> TextRange {
        let written = self.written();
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
            None => write!(f, "{:?}…", self.known_start()),
        }
    }
}

/// Whether a word's bytes are its value: nothing in it quotes, escapes, expands or continues.
fn is_plain(node: NodeRef<'_>) -> bool {
    let mut parts = node.children_with_tokens();
    let first = parts.next().and_then(NodeOrToken::into_token);
    first.is_some_and(|token| token.kind() == SyntaxKind::TEXT) && parts.next().is_none()
}

/// Reads the value of a node made of word parts.
struct Reading<'t> {
    file: &'t str,
    offset: TextSize,
    /// What was read, as long as it stands in the file as one piece.
    slice: TextRange,
    /// What was read before `slice`.
    text: String,
    splits: bool,
}

impl Reading<'_> {
    /// Takes bytes of the tree.
    fn push(&mut self, range: TextRange) {
        let range = range + self.offset;
        if self.slice.is_empty() {
            self.slice = range;
        } else if self.slice.end() == range.start() {
            self.slice = self.slice.cover(range);
        } else {
            self.text.push_str(&self.file[self.slice]);
            self.slice = range;
        }
    }

    /// All that was read.
    fn text(mut self) -> Text {
        if self.text.is_empty() {
            return Text::Slice(self.slice);
        }
        self.text.push_str(&self.file[self.slice]);
        Text::Own(self.text.into_boxed_str())
    }

    /// Appends what is known; `false` at the first thing that is not.
    fn append(&mut self, node: NodeRef<'_>, quoted: bool) -> bool {
        let parent = node.kind();
        for part in node.children_with_tokens() {
            let known = match part {
                NodeOrToken::Token(token) => {
                    match token.kind() {
                        SyntaxKind::QUOTE => {}
                        SyntaxKind::ESCAPE if parent == SyntaxKind::ANSI_QUOTED => return false,
                        SyntaxKind::ESCAPE => {
                            let rest = TextSize::of(unescape(parent, token.text()));
                            let end = token.text_range().end();
                            self.push(TextRange::new(end - rest, end));
                        }
                        SyntaxKind::WHITESPACE => self.push(token.text_range()),
                        kind if kind.is_trivia() => {}
                        _ => self.push(token.text_range()),
                    }
                    true
                }
                NodeOrToken::Node(part) => match part.kind() {
                    SyntaxKind::SINGLE_QUOTED
                    | SyntaxKind::DOUBLE_QUOTED
                    | SyntaxKind::LOCALE_QUOTED
                    | SyntaxKind::ANSI_QUOTED => self.append(part, true),
                    SyntaxKind::WORD => self.append(part, quoted),
                    _ => {
                        self.splits |= !quoted;
                        false
                    }
                },
            };
            if !known {
                return false;
            }
        }
        true
    }
}

/// What an escape stands for: between double quotes the escape character is taken away only before
/// what it can protect there (POSIX 2.2.3), elsewhere before anything (2.2.1).
pub(crate) fn unescape(parent: SyntaxKind, escape: &str) -> &str {
    let mut characters = escape.chars();
    let (first, rest) = (characters.next(), characters.as_str());
    let in_double = matches!(
        parent,
        SyntaxKind::DOUBLE_QUOTED | SyntaxKind::LOCALE_QUOTED
    );
    let protects =
        !in_double || rest.starts_with(['$', '`', '"', '\\', '\n']) || first == rest.chars().next();
    if protects { rest } else { escape }
}
