//! A text as the proofs see it.

use dfix_syntax::{NodeOrToken, SyntaxKind, SyntaxNode, SyntaxToken, TextRange};

/// A text with what the proofs ask of its tree, worked out once.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) text: String,
    pub(crate) tokens: Vec<Token>,
    /// The instructions of the file's own level, and error nodes.
    pub(crate) instructions: Vec<SyntaxNode>,
    /// How many nodes are not understood.
    pub(crate) not_understood: usize,
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

impl Snapshot {
    pub(crate) fn new(text: &str, root: &SyntaxNode) -> Self {
        let mut snapshot = Snapshot {
            text: text.to_owned(),
            tokens: Vec::new(),
            instructions: Vec::new(),
            not_understood: 0,
        };
        for child in root.children_with_tokens() {
            match child {
                NodeOrToken::Token(token) => snapshot.tokens.push(Token::of(&token, None)),
                NodeOrToken::Node(node) => {
                    let owner = (node.kind() != SyntaxKind::DIRECTIVE).then(|| {
                        snapshot.instructions.push(node.clone());
                        snapshot.instructions.len() - 1
                    });
                    for inner in node.descendants_with_tokens() {
                        match inner {
                            NodeOrToken::Token(token) => {
                                snapshot.tokens.push(Token::of(&token, owner));
                            }
                            NodeOrToken::Node(inner) => {
                                snapshot.not_understood += usize::from(matches!(
                                    inner.kind(),
                                    SyntaxKind::OPAQUE | SyntaxKind::ERROR
                                ));
                            }
                        }
                    }
                }
            }
        }
        snapshot
    }
}
