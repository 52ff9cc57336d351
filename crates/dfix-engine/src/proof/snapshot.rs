//! A text as the proofs see it.

use dfix_syntax::{NodeExt as _, NodeOrToken, SyntaxKind, SyntaxNode, TextRange};

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
    fn new(holder: SyntaxKind, kind: SyntaxKind, range: TextRange, owner: Option<usize>) -> Token {
        use SyntaxKind::{
            ANSI_QUOTED, CONTINUATION, DOUBLE_QUOTED, LOCALE_QUOTED, NEWLINE, SINGLE_QUOTED, TEXT,
            WHITESPACE,
        };
        let loose = match kind {
            WHITESPACE | NEWLINE | CONTINUATION => true,
            TEXT => matches!(
                holder,
                SINGLE_QUOTED | DOUBLE_QUOTED | ANSI_QUOTED | LOCALE_QUOTED
            ),
            _ => false,
        };
        Token {
            range,
            kind,
            owner,
            loose,
        }
    }
}

/// A token has about so many bytes, its blanks counted as tokens.
const BYTES_OF_A_TOKEN: usize = 4;

impl Snapshot {
    pub(crate) fn new(text: &str, root: &SyntaxNode) -> Self {
        let mut snapshot = Snapshot {
            text: text.to_owned(),
            tokens: Vec::with_capacity(text.len() / BYTES_OF_A_TOKEN),
            instructions: Vec::new(),
            not_understood: 0,
        };
        let is_not_understood = |kind| matches!(kind, SyntaxKind::OPAQUE | SyntaxKind::ERROR);
        for child in root.children_with_tokens() {
            match child {
                NodeOrToken::Token(token) => {
                    let token = Token::new(root.kind(), token.kind(), token.text_range(), None);
                    snapshot.tokens.push(token);
                }
                NodeOrToken::Node(node) => {
                    snapshot.not_understood += usize::from(is_not_understood(node.kind()));
                    let owner = (node.kind() != SyntaxKind::DIRECTIVE).then(|| {
                        snapshot.instructions.push(node.clone());
                        snapshot.instructions.len() - 1
                    });
                    node.skim(|holder, element, range| match element {
                        NodeOrToken::Token(kind) => {
                            snapshot.tokens.push(Token::new(holder, kind, range, owner));
                        }
                        NodeOrToken::Node(kind) => {
                            snapshot.not_understood += usize::from(is_not_understood(kind));
                        }
                    });
                }
            }
        }
        snapshot
    }
}
