//! What must hold before a changed text is believed.
//!
//! The texts before and after are compared token by token: whatever no edit touched must stand
//! where the edits moved it, as the same token of the same instruction. What the edits did touch
//! must be covered by what the fixes declared.

mod align;
mod declared;
mod lost;

use dfix_syntax::{NodeOrToken, SyntaxKind, SyntaxNode, SyntaxToken, TextRange};

use crate::outcome::{Finding, Proof};
use crate::splice::Splice;

/// A proof that failed, and why, as a sentence without a full stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) proof: Proof,
    pub(crate) reason: String,
}

pub(crate) fn failure(proof: Proof, reason: impl Into<String>) -> Failure {
    Failure {
        proof,
        reason: reason.into(),
    }
}

/// A text with what the proofs ask of its tree, worked out once.
#[derive(Debug)]
pub(crate) struct Subject {
    pub(crate) text: String,
    pub(crate) tokens: Vec<Token>,
    /// The instructions of the file's own level, and error nodes.
    pub(crate) instructions: Vec<SyntaxNode>,
    not_understood: usize,
}

/// A token: place, kind, and the instruction that it is part of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    pub(crate) range: TextRange,
    pub(crate) kind: SyntaxKind,
    pub(crate) owner: Option<usize>,
    /// Whether it may grow and shrink at its borders: blanks, and text between quotes.
    pub(crate) loose: bool,
}

impl Token {
    fn of(token: &SyntaxToken, owner: Option<usize>) -> Token {
        use SyntaxKind::{
            ANSI_QUOTED, CONTINUATION, DOUBLE_QUOTED, LOCALE_QUOTED, NEWLINE, SINGLE_QUOTED, TEXT,
            WHITESPACE,
        };
        let kind = token.kind();
        let loose = match kind {
            WHITESPACE | NEWLINE | CONTINUATION => true,
            TEXT => token.parent().is_some_and(|parent| {
                matches!(
                    parent.kind(),
                    SINGLE_QUOTED | DOUBLE_QUOTED | ANSI_QUOTED | LOCALE_QUOTED
                )
            }),
            _ => false,
        };
        Token {
            range: token.text_range(),
            kind,
            owner,
            loose,
        }
    }
}

impl Subject {
    pub(crate) fn new(text: &str, root: &SyntaxNode) -> Self {
        let mut subject = Subject {
            text: text.to_owned(),
            tokens: Vec::new(),
            instructions: Vec::new(),
            not_understood: 0,
        };
        for child in root.children_with_tokens() {
            match child {
                NodeOrToken::Token(token) => subject.tokens.push(Token::of(&token, None)),
                NodeOrToken::Node(node) => {
                    let owner = (node.kind() != SyntaxKind::DIRECTIVE).then(|| {
                        subject.instructions.push(node.clone());
                        subject.instructions.len() - 1
                    });
                    for inner in node.descendants_with_tokens() {
                        match inner {
                            NodeOrToken::Token(token) => {
                                subject.tokens.push(Token::of(&token, owner));
                            }
                            NodeOrToken::Node(inner) => {
                                subject.not_understood += usize::from(matches!(
                                    inner.kind(),
                                    SyntaxKind::OPAQUE | SyntaxKind::ERROR
                                ));
                            }
                        }
                    }
                }
            }
        }
        subject
    }
}

/// Proves the first three of the four proofs for edits that made `after` of `before`. The fourth
/// needs the rules and is the loop's.
pub(crate) fn prove(
    before: &Subject,
    after: &Subject,
    splice: &Splice,
    batch: &[&Finding],
) -> Result<(), Failure> {
    if after.not_understood > before.not_understood {
        return Err(failure(
            Proof::Parses,
            "some text is no longer understood after the change",
        ));
    }
    lost::nothing_lost(before, after, batch)?;
    let alignment = align::align(before, after, splice)?;
    declared::only_declared(before, after, splice, &alignment, batch)
}

#[cfg(test)]
mod tests;
