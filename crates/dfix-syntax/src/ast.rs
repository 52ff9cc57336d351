//! Typed views over the tree. Every accessor returns `Option` or an iterator: any part may be
//! missing in a file that is being written. Views are cheap to make and to clone.

mod compound;
mod instructions;
mod shell;
mod word;

pub use compound::*;
pub use instructions::*;
pub use shell::*;
pub use word::*;

use crate::kind::SyntaxKind;
use crate::tree::{SyntaxNode, SyntaxToken, TokenRef};

/// A typed view of a node.
pub trait AstNode: Sized {
    /// The view, if the node is of its kind.
    fn cast(node: SyntaxNode) -> Option<Self>;
    /// The node behind the view.
    fn syntax(&self) -> &SyntaxNode;
}

/// Declares typed views: one struct a kind.
macro_rules! ast_nodes {
    ($($(#[$doc:meta])* $name:ident = $kind:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub struct $name(pub(crate) $crate::tree::SyntaxNode);

        impl $crate::ast::AstNode for $name {
            fn cast(node: $crate::tree::SyntaxNode) -> Option<Self> {
                (node.kind() == $crate::kind::SyntaxKind::$kind).then_some($name(node))
            }
            fn syntax(&self) -> &$crate::tree::SyntaxNode {
                &self.0
            }
        }
    )*};
}
pub(crate) use ast_nodes;

pub(crate) fn child<N: AstNode>(node: &SyntaxNode) -> Option<N> {
    node.children().find_map(N::cast)
}

pub(crate) fn children<N: AstNode>(node: &SyntaxNode) -> impl Iterator<Item = N> + use<N> {
    node.children().filter_map(N::cast)
}

pub(crate) fn token(node: &SyntaxNode, kind: SyntaxKind) -> Option<SyntaxToken> {
    let mut tokens = node.borrowed().tokens();
    tokens.find(|t| t.kind() == kind).map(TokenRef::to_token)
}

/// The text of a node's direct tokens of one kind, joined: a token may be cut by continuations.
pub(crate) fn joined(node: &SyntaxNode, kind: SyntaxKind) -> Option<String> {
    let mut text: Option<String> = None;
    for piece in node.borrowed().tokens().filter(|t| t.kind() == kind) {
        text.get_or_insert_default().push_str(piece.text());
    }
    text
}
