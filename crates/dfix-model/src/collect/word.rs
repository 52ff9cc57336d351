//! What is kept of words: what they stand for and where they are.

use dfix_syntax::{
    Enclosure, NodeExt as _, NodeOrToken, SyntaxKind, SyntaxNode, TextRange, TextSize,
};

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
    pub(crate) complete: bool,
    pub(crate) splits: bool,
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

impl WordData {
    /// The data of a word node (or any node made of word parts).
    pub(crate) fn of_node(file: &str, node: &SyntaxNode, kind: WordKind) -> Self {
        WordData::at_offset(file, node, TextSize::new(0), kind)
    }

    /// The same for a node whose tree begins at `offset`.
    pub(crate) fn at_offset(
        file: &str,
        node: &SyntaxNode,
        offset: TextSize,
        kind: WordKind,
    ) -> Self {
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
            node: (!complete).then(|| node.clone()),
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
            Text::Own(_) => (
                self.range,
                Text::Own(self.literal_prefix(file)[from..].into()),
            ),
        };
        WordData {
            range,
            text,
            ..self.clone()
        }
    }

    /// The two parts of a word that stands for its own bytes; none of another.
    pub(crate) fn cut(&self, file: &str, at: usize) -> Option<(Self, Self)> {
        let is_plain = self.complete && matches!(self.text, Text::Written);
        is_plain.then(|| {
            let tail = self.tail(file, at);
            let range = TextRange::new(self.range.start(), tail.range.start());
            let head = WordData {
                range,
                ..self.clone()
            };
            (head, tail)
        })
    }

    /// Makes the word unknown from the first of these characters on.
    pub(crate) fn leave_to_the_build(&mut self, file: &str, from: &[char]) {
        let known = self.literal_prefix(file);
        if let Some(end) = known.find(from) {
            self.text = Text::Own(known[..end].into());
            self.complete = false;
        }
    }

    /// Where its known start stands in the file; none where it does not stand there as one piece.
    pub(crate) fn known_range(&self) -> Option<TextRange> {
        match &self.text {
            Text::Written => Some(self.range),
            Text::Slice(slice) => Some(*slice),
            Text::Own(_) => None,
        }
    }

    pub(crate) fn literal_prefix<'m>(&'m self, file: &'m str) -> &'m str {
        match &self.text {
            Text::Written => &file[self.range],
            Text::Slice(slice) => &file[*slice],
            Text::Own(text) => text,
        }
    }

    pub(crate) fn value<'m>(&'m self, file: &'m str) -> Option<&'m str> {
        self.complete.then(|| self.literal_prefix(file))
    }
}

/// Whether a word's bytes are its value: nothing in it quotes, escapes, expands or continues.
fn is_plain(node: &SyntaxNode) -> bool {
    let mut parts = node.outline().map(|(kind, _)| kind);
    parts.next() == Some(SyntaxKind::TEXT) && parts.next().is_none()
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
    fn append(&mut self, node: &SyntaxNode, quoted: bool) -> bool {
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
                    | SyntaxKind::ANSI_QUOTED => self.append(&part, true),
                    SyntaxKind::WORD => self.append(&part, quoted),
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
