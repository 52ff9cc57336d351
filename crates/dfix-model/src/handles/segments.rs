//! Words piece by piece, as they are written: what stands for itself, what is escaped, what only the build can tell.

use dfix_syntax::ast::{AstNode, Variable, source_of};
use dfix_syntax::{NodeOrToken, SyntaxKind, SyntaxNode, TextRange, TextSize};

use crate::collect::word::{WordKind, unescape};
use crate::handles::Word;

/// How a piece of a word is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SegmentKind {
    /// Its bytes in the file are its text.
    Literal,
    /// It stands for its text: an escape, or a word whose text does not stand in the file as one piece.
    Escaped,
    /// A variable or a substitution, which only the build can tell.
    Expansion,
}

/// A piece of a word as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// What it stands for; of an expansion its source, a plain variable always as `${name}`.
    pub text: String,
    /// Its bytes in the file.
    pub range: TextRange,
    /// How it is written.
    pub kind: SegmentKind,
}

impl Segment {
    /// The variable that it stands for, plainly: `$NAME` or `${NAME}`.
    pub fn variable(&self) -> Option<&str> {
        let is_expansion = self.kind == SegmentKind::Expansion;
        plain_name(&self.text).filter(|_| is_expansion)
    }
}

impl Word<'_> {
    /// The word piece by piece, its quotes and continuations taken away.
    pub fn segments(self) -> Vec<Segment> {
        if let Some(node) = &self.data.node {
            return segments_of(node, self.data.offset);
        }
        let text = self.literal_prefix();
        if self.kind() == WordKind::Json && !self.is_known() {
            return self.pieces_of_string(text);
        }
        let whole = self.range_of_all(text);
        if let (None, Some(pieces)) = (whole, self.pieces_between_quotes(text)) {
            return pieces;
        }
        // What is left is written with escapes or over several lines.
        vec![Segment {
            text: text.to_owned(),
            range: whole.unwrap_or(self.range()),
            kind: match whole {
                Some(_) => SegmentKind::Literal,
                None => SegmentKind::Escaped,
            },
        }]
    }

    /// A string of JSON that the builder expands: what is known of it, and the rest as one piece that is not.
    fn pieces_of_string(self, known: &str) -> Vec<Segment> {
        let written = self.source_text();
        let inside = written.strip_prefix('"').unwrap_or(written);
        let inside = inside.strip_suffix('"').unwrap_or(inside);
        let start = self.range().start() + TextSize::of('"');
        let (first, rest) = match inside.strip_prefix(known) {
            Some(rest) => (TextRange::at(start, TextSize::of(known)), rest),
            None => (self.range(), inside),
        };
        let is_apart = rest.len() < inside.len() || known.is_empty();
        let segment = |text: &str, range, kind| Segment {
            text: text.to_owned(),
            range,
            kind,
        };
        let mut found = Vec::new();
        if is_apart && !known.is_empty() {
            found.push(segment(known, first, SegmentKind::Literal));
        }
        let end = if is_apart {
            TextRange::at(first.end(), TextSize::of(rest))
        } else {
            self.range()
        };
        found.push(segment(rest, end, SegmentKind::Expansion));
        found
    }

    /// What stands between quotes and beside them, where all of it stands for itself: `--url="https://e"`.
    fn pieces_between_quotes(self, value: &str) -> Option<Vec<Segment>> {
        if !matches!(self.kind(), WordKind::Shell | WordKind::Dockerfile) {
            return None;
        }
        let written = self.source_text();
        if written.contains(['\\', '`', '$', '\n', '\r']) {
            return None;
        }
        let mut pieces = Vec::new();
        let mut quote = None;
        for (at, c) in written.char_indices() {
            match quote {
                Some(open) if c == open => quote = None,
                None if matches!(c, '"' | '\'') => quote = Some(c),
                _ => {
                    let start = self.range().start() + TextSize::try_from(at).ok()?;
                    let text = &written[at..at + c.len_utf8()];
                    push_literal(text, TextRange::at(start, TextSize::of(c)), &mut pieces);
                }
            }
        }
        let spelt: String = pieces.iter().map(|it| it.text.as_str()).collect();
        (spelt == value).then_some(pieces)
    }

    /// The bytes that spell the value, where they stand between nothing but quotes, perhaps escaped by an outer quotation.
    fn range_of_all(self, value: &str) -> Option<TextRange> {
        let written = self.source_text();
        let start = written.find(value)?;
        let is_quotes = |text: &str| text.bytes().all(|b| matches!(b, b'"' | b'\'' | b'\\'));
        let end = start + value.len();
        let fits = is_quotes(&written[..start]) && is_quotes(&written[end..]);
        let at = |offset: usize| Some(self.range().start() + TextSize::try_from(offset).ok()?);
        fits.then(|| Some(TextRange::new(at(start)?, at(end)?)))?
    }
}

/// A piece of a word that stands in shell text without any quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BarePart<'m> {
    /// Letters of a name or a path.
    Text(&'m str),
    /// `$NAME` or `${NAME}`.
    Variable(&'m str),
    /// `$(…)`, at this place.
    Substitution(TextRange),
}

impl<'m> Word<'m> {
    /// The pieces of a word of shell text that stands there without quotes, escapes and continuations, is made of letters of
    /// names and paths, of plain variables and of `$(…)`, and has one of these in it; `None` of any other. Double quotes around
    /// such a word do nothing but to keep what it stands for one word.
    pub fn bare_parts(self) -> Option<Vec<BarePart<'m>>> {
        if self.kind() != WordKind::Shell || !self.may_split() {
            return None;
        }
        let is_of_path = |b: u8| b.is_ascii_alphanumeric() || b"_./:=,@%+-".contains(&b);
        let mut end = self.range().start();
        let mut parts = Vec::new();
        for segment in self.segments() {
            if segment.range.start() != end {
                return None;
            }
            end = segment.range.end();
            let written = &self.text[segment.range];
            parts.push(match segment.kind {
                SegmentKind::Literal if written.bytes().all(is_of_path) => BarePart::Text(written),
                SegmentKind::Expansion
                    if written.starts_with("$(") && !written.starts_with("$((") =>
                {
                    BarePart::Substitution(segment.range)
                }
                SegmentKind::Expansion => BarePart::Variable(plain_name(written)?),
                _ => return None,
            });
        }
        (end == self.range().end()).then_some(parts)
    }
}

/// The name in `$NAME` and `${NAME}`.
fn plain_name(written: &str) -> Option<&str> {
    let inner = written.strip_prefix('$')?;
    let name = match inner.strip_prefix('{') {
        Some(inner) => inner.strip_suffix('}')?,
        None => inner,
    };
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    is_name.then_some(name)
}

/// The pieces of a node made of word parts, such as a part of an image reference.
pub fn segments_of_node(node: &SyntaxNode) -> Vec<Segment> {
    segments_of(node, TextSize::new(0))
}

/// The pieces of a node made of word parts. `offset` is where its tree begins in the file.
pub(crate) fn segments_of(node: &SyntaxNode, offset: TextSize) -> Vec<Segment> {
    let mut found = Vec::new();
    collect(node, offset, &mut found);
    found
}

fn collect(node: &SyntaxNode, offset: TextSize, found: &mut Vec<Segment>) {
    for part in node.children_with_tokens() {
        let range = part.text_range() + offset;
        match part {
            NodeOrToken::Token(token) => match token.kind() {
                SyntaxKind::QUOTE => {}
                SyntaxKind::ESCAPE => found.push(Segment {
                    text: unescape(node.kind(), token.text()).to_owned(),
                    range,
                    kind: SegmentKind::Escaped,
                }),
                SyntaxKind::WHITESPACE => push_literal(token.text(), range, found),
                kind if kind.is_trivia() => {}
                _ => push_literal(token.text(), range, found),
            },
            NodeOrToken::Node(part) => match part.kind() {
                SyntaxKind::SINGLE_QUOTED
                | SyntaxKind::DOUBLE_QUOTED
                | SyntaxKind::LOCALE_QUOTED
                | SyntaxKind::WORD => collect(&part, offset, found),
                _ => found.push(Segment {
                    text: canonical(&part),
                    range,
                    kind: SegmentKind::Expansion,
                }),
            },
        }
    }
}

/// Neighbours in the file are one piece.
fn push_literal(text: &str, range: TextRange, found: &mut Vec<Segment>) {
    match found.last_mut() {
        Some(last) if last.kind == SegmentKind::Literal && last.range.end() == range.start() => {
            last.text.push_str(text);
            last.range = last.range.cover(range);
        }
        _ => found.push(Segment {
            text: text.to_owned(),
            range,
            kind: SegmentKind::Literal,
        }),
    }
}

/// The source of an expansion; `$x` and `${x}` are one.
fn canonical(node: &SyntaxNode) -> String {
    let source = source_of(node);
    let name = Variable::cast(node.clone()).and_then(|it| it.name());
    match name {
        Some(name) if source == format!("${name}") => format!("${{{name}}}"),
        _ => source,
    }
}
