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

use rowan::{GreenNodeData, GreenTokenData, Language as _, NodeOrToken};

use crate::kind::SyntaxKind;
use crate::tree::{Dockerfile, NodeExt as _, SyntaxNode, SyntaxToken};

/// A typed view of a node.
pub trait AstNode: Sized {
    /// Whether nodes of this kind can be seen so.
    fn can_cast(kind: SyntaxKind) -> bool;
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
            fn can_cast(kind: $crate::kind::SyntaxKind) -> bool {
                kind == $crate::kind::SyntaxKind::$kind
            }
            fn cast(node: $crate::tree::SyntaxNode) -> Option<Self> {
                Self::can_cast(node.kind()).then_some($name(node))
            }
            fn syntax(&self) -> &$crate::tree::SyntaxNode {
                &self.0
            }
        }
    )*};
}
pub(crate) use ast_nodes;

/// The first child that can be seen as `N`.
pub(crate) fn child<N: AstNode>(node: &SyntaxNode) -> Option<N> {
    N::cast(node.first_of(N::can_cast)?.into_node()?)
}

/// The children that can be seen as `N`, in order of place.
pub(crate) fn children<N: AstNode>(node: &SyntaxNode) -> impl Iterator<Item = N> + use<N> {
    node.children().filter_map(N::cast)
}

/// The first direct token of this kind.
pub(crate) fn token(node: &SyntaxNode, kind: SyntaxKind) -> Option<SyntaxToken> {
    node.first_of(|k| k == kind)?.into_token()
}

/// The text of a node's direct tokens of one kind, joined: continuations cut tokens. None without one.
pub fn joined(node: &SyntaxNode, kind: SyntaxKind) -> Option<String> {
    let mut text: Option<String> = None;
    let tokens = node.green().children().filter_map(NodeOrToken::into_token);
    for piece in tokens.filter(|t| token_kind(t) == kind) {
        text.get_or_insert_default().push_str(piece.text());
    }
    text
}

fn node_kind(node: &GreenNodeData) -> SyntaxKind {
    Dockerfile::kind_from_raw(node.kind())
}

fn token_kind(token: &GreenTokenData) -> SyntaxKind {
    Dockerfile::kind_from_raw(token.kind())
}
