//! Nodes and tokens without a way up: for walks over much text.
//!
//! A [`SyntaxNode`] counts its references and holds its parent, and one is allocated for every step
//! of a walk. These are a pointer and an offset. What a walk keeps it turns into a `SyntaxNode` by
//! its range ([`SyntaxNode::child_or_token_at_range`] of the parent).

use rowan::{Language, NodeOrToken, TextRange, TextSize};

use crate::kind::{Dockerfile, SyntaxKind, SyntaxNode};

/// A node: its kind, its place and what is below it.
#[derive(Debug, Clone, Copy)]
pub struct LeanNode<'t> {
    green: &'t rowan::GreenNodeData,
    start: TextSize,
}

/// A token: its kind, its place and its text.
#[derive(Debug, Clone, Copy)]
pub struct LeanToken<'t> {
    green: &'t rowan::GreenTokenData,
    start: TextSize,
}

impl<'t> LeanNode<'t> {
    /// The same node; offsets stay those of its tree.
    pub fn of(node: &'t SyntaxNode) -> Self {
        LeanNode {
            green: node.green(),
            start: node.text_range().start(),
        }
    }

    /// What it is.
    pub fn kind(self) -> SyntaxKind {
        Dockerfile::kind_from_raw(self.green.kind())
    }

    /// Its place in its tree, in bytes.
    pub fn text_range(self) -> TextRange {
        TextRange::at(self.start, self.green.text_len())
    }

    /// What stands right below it, in order of place.
    pub fn children_with_tokens(
        self,
    ) -> impl Iterator<Item = NodeOrToken<LeanNode<'t>, LeanToken<'t>>> {
        let mut start = self.start;
        self.green.children().map(move |child| match child {
            NodeOrToken::Node(green) => {
                let node = LeanNode { green, start };
                start += green.text_len();
                NodeOrToken::Node(node)
            }
            NodeOrToken::Token(green) => {
                let token = LeanToken { green, start };
                start += green.text_len();
                NodeOrToken::Token(token)
            }
        })
    }

    /// The nodes right below it, in order of place.
    pub fn children(self) -> impl Iterator<Item = LeanNode<'t>> {
        self.children_with_tokens()
            .filter_map(NodeOrToken::into_node)
    }

    /// The tokens right below it, in order of place.
    pub fn tokens(self) -> impl Iterator<Item = LeanToken<'t>> {
        self.children_with_tokens()
            .filter_map(NodeOrToken::into_token)
    }
}

impl<'t> LeanToken<'t> {
    /// What it is.
    pub fn kind(self) -> SyntaxKind {
        Dockerfile::kind_from_raw(self.green.kind())
    }

    /// Its place in its tree, in bytes.
    pub fn text_range(self) -> TextRange {
        TextRange::at(self.start, self.green.text_len())
    }

    /// Its text.
    pub fn text(self) -> &'t str {
        self.green.text()
    }
}
