//! Text with variables put in: what each piece says, and where it comes from.

use dfix_syntax::ast::{AstNode, Variable};
use dfix_syntax::{NodeOrToken, SyntaxKind, SyntaxNode, TextRange, TextSize};

use crate::collect::word::unescape;

/// Where a piece of expanded text comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// The word itself.
    Literal,
    /// The default of the global `ARG` with this index, see [`crate::Model::global_args`].
    ArgDefault(usize),
    /// What the step with this index sets: an `ENV`, or the default of an `ARG`.
    Step(usize),
    /// The environment of the base image.
    BaseImage,
    /// Several of these.
    Mixed,
    /// Only the build can tell.
    Unknown,
}

/// A piece of expanded text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The text; `None` where only the build can tell.
    pub text: Option<String>,
    /// The bytes of the file that spell it, byte for byte; without a text those of the variable.
    pub place: Option<TextRange>,
    /// Where it comes from.
    pub origin: Origin,
}

/// What a lookup says of a variable.
pub(crate) enum Lookup {
    Set(Vec<Piece>),
    /// Set by the build or not at all.
    Open,
    Unset,
    Unknown,
}

/// The whole text of pieces, if all are known.
pub(crate) fn text_of(pieces: &[Piece]) -> Option<String> {
    match pieces {
        [one] => one.text.clone(),
        _ => pieces.iter().map(|p| p.text.as_deref()).collect(),
    }
}

/// A piece that only the build can tell.
pub(crate) fn hole() -> Piece {
    Piece {
        text: None,
        place: None,
        origin: Origin::Unknown,
    }
}

/// Expands a node made of word parts. `offset` is where its tree begins in the file.
pub(crate) fn expand(
    node: &SyntaxNode,
    offset: TextSize,
    origin: Origin,
    lookup: &mut dyn FnMut(&str) -> Lookup,
) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut left = MOST_EXPANDED;
    let mut bounded = |name: &str| match lookup(name) {
        Lookup::Set(pieces) => {
            let cost = pieces.iter().map(cost).sum();
            match left.checked_sub(cost) {
                Some(rest) => {
                    left = rest;
                    Lookup::Set(pieces)
                }
                None => Lookup::Unknown,
            }
        }
        other => other,
    };
    expand_into(node, offset, origin, &mut bounded, &mut pieces, 0);
    pieces
}

/// How much the variables of one word may bring: `ENV a=$a$a` doubles with every line. What is over
/// is taken as unknown.
const MOST_EXPANDED: usize = 1 << 16;

/// A piece weighs its text, and 256 bytes for itself.
fn cost(piece: &Piece) -> usize {
    256 + piece.text.as_deref().map_or(0, str::len)
}

fn expand_into(
    node: &SyntaxNode,
    offset: TextSize,
    origin: Origin,
    lookup: &mut dyn FnMut(&str) -> Lookup,
    out: &mut Vec<Piece>,
    depth: usize,
) {
    if depth > 32 {
        out.push(hole());
        return;
    }
    let parent = node.kind();
    let literal = |out: &mut Vec<Piece>, text: &str, place: Option<TextRange>| {
        // Neighbours that stand side by side in the file are one piece.
        if let (Some(last), Some(place)) = (out.last_mut(), place)
            && last.origin == origin
            && let (Some(known), Some(before)) = (&mut last.text, last.place)
            && before.end() == place.start()
        {
            known.push_str(text);
            last.place = Some(before.cover(place));
            return;
        }
        out.push(Piece {
            text: Some(text.to_owned()),
            place,
            origin,
        });
    };
    for part in node.children_with_tokens() {
        match part {
            NodeOrToken::Token(token) => match token.kind() {
                SyntaxKind::QUOTE => {}
                SyntaxKind::ESCAPE if parent == SyntaxKind::ANSI_QUOTED => out.push(hole()),
                SyntaxKind::ESCAPE => literal(out, unescape(parent, token.text()), None),
                SyntaxKind::WHITESPACE => {
                    literal(out, token.text(), Some(token.text_range() + offset));
                }
                kind if kind.is_trivia() => {}
                _ => literal(out, token.text(), Some(token.text_range() + offset)),
            },
            NodeOrToken::Node(part) => match part.kind() {
                SyntaxKind::VARIABLE => {
                    if let Some(variable) = Variable::cast(part) {
                        expand_variable(&variable, offset, origin, lookup, out, depth);
                    }
                }
                SyntaxKind::COMMAND_SUBST
                | SyntaxKind::BACKTICK_SUBST
                | SyntaxKind::ARITH_SUBST
                | SyntaxKind::PROCESS_SUBST => out.push(hole()),
                SyntaxKind::FLAG | SyntaxKind::STAGE_NAME => {}
                _ => expand_into(&part, offset, origin, lookup, out, depth + 1),
            },
        }
    }
}

fn expand_variable(
    variable: &Variable,
    offset: TextSize,
    origin: Origin,
    lookup: &mut dyn FnMut(&str) -> Lookup,
    out: &mut Vec<Piece>,
    depth: usize,
) {
    let hole = || Piece {
        place: Some(variable.syntax().text_range() + offset),
        ..hole()
    };
    let Some(name) = variable.name() else {
        out.push(hole());
        return;
    };
    let found = lookup(&name);
    let operator = variable.operator();
    let otherwise = |lookup: &mut dyn FnMut(&str) -> Lookup, out: &mut Vec<Piece>| {
        if let Some(word) = variable.argument() {
            expand_into(word.syntax(), offset, origin, lookup, out, depth + 1);
        }
    };
    match (operator.as_deref(), found) {
        (None | Some(":?" | "?"), Lookup::Set(pieces)) => out.extend(pieces),
        (None, Lookup::Unset) => {}
        (Some(":-" | "-" | ":=" | "="), Lookup::Open | Lookup::Unset) => otherwise(lookup, out),
        (Some(":-" | ":="), Lookup::Set(pieces)) => match text_of(&pieces) {
            Some(text) if text.is_empty() => otherwise(lookup, out),
            Some(_) => out.extend(pieces),
            None => out.push(hole()),
        },
        (Some("-" | "="), Lookup::Set(pieces)) => out.extend(pieces),
        (Some(":+" | "+"), Lookup::Unset) => {}
        (Some("+"), Lookup::Set(_)) => otherwise(lookup, out),
        (Some(":+"), Lookup::Set(pieces)) => match text_of(&pieces) {
            Some(text) if text.is_empty() => {}
            Some(_) => otherwise(lookup, out),
            None => out.push(hole()),
        },
        _ => out.push(hole()),
    }
}
