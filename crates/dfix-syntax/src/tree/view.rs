//! Nodes and tokens that borrow their tree: a pointer and a number, for walks over much text.

use std::sync::Arc;

use text_size::TextRange;

use super::ways::Below;
use super::{SyntaxNode, SyntaxToken, Tree};
use crate::element::NodeOrToken;
use crate::kind::SyntaxKind;

/// A node that borrows its tree. [`NodeRef::to_node`] gives one to keep.
#[derive(Clone, Copy)]
pub struct NodeRef<'t> {
    pub(super) tree: &'t Arc<Tree>,
    pub(super) place: u32,
}

/// A token that borrows its tree. [`TokenRef::to_token`] gives one to keep.
#[derive(Clone, Copy)]
pub struct TokenRef<'t> {
    pub(super) tree: &'t Arc<Tree>,
    pub(super) place: u32,
}

/// What nodes and tokens have in common.
macro_rules! views {
    ($($name:ident)*) => {$(
        impl<'t> $name<'t> {
            /// What it is.
            #[inline]
            pub fn kind(self) -> SyntaxKind {
                self.tree.at(self.place).kind
            }

            /// Its place in the tree's text, in bytes.
            #[inline]
            pub fn text_range(self) -> TextRange {
                self.tree.range(self.place)
            }

            /// Its text, all of it.
            #[inline]
            pub fn text(self) -> &'t str {
                self.tree.text(self.place)
            }
        }
    )*};
}

views!(NodeRef TokenRef);

impl<'t> NodeRef<'t> {
    /// The same node, to keep.
    #[inline]
    pub fn to_node(self) -> SyntaxNode {
        SyntaxNode::new(self.tree, self.place)
    }

    /// What stands right below it, in order of place.
    #[inline]
    pub fn children_with_tokens(
        self,
    ) -> impl Iterator<Item = NodeOrToken<NodeRef<'t>, TokenRef<'t>>> {
        let NodeRef { tree, place } = self;
        let mut below = Below::of(tree, place);
        std::iter::from_fn(move || {
            let place = below.next(tree)?;
            Some(if tree.at(place).is_token {
                NodeOrToken::Token(TokenRef { tree, place })
            } else {
                NodeOrToken::Node(NodeRef { tree, place })
            })
        })
    }

    /// The nodes right below it, in order of place.
    #[inline]
    pub fn children(self) -> impl Iterator<Item = NodeRef<'t>> {
        self.children_with_tokens()
            .filter_map(NodeOrToken::into_node)
    }

    /// The tokens right below it, in order of place.
    #[inline]
    pub fn tokens(self) -> impl Iterator<Item = TokenRef<'t>> {
        self.children_with_tokens()
            .filter_map(NodeOrToken::into_token)
    }
}

impl TokenRef<'_> {
    /// The same token, to keep.
    #[inline]
    pub fn to_token(self) -> SyntaxToken {
        SyntaxToken::new(self.tree, self.place)
    }
}
