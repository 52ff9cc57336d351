//! Nodes and tokens that hold their tree: cheap to clone, and free to outlive everything else.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use text_size::{TextRange, TextSize};

use super::ways::Below;
use super::{NodeRef, Tree};
use crate::debug;
use crate::element::{NodeOrToken, WalkEvent};
use crate::kind::SyntaxKind;

/// A node of the tree: cheap to clone, knows its parent and its place (offsets in bytes). Two are
/// equal if they are the same node of the same tree.
#[derive(Clone)]
pub struct SyntaxNode {
    tree: Arc<Tree>,
    place: u32,
}

/// A token of the tree.
#[derive(Clone)]
pub struct SyntaxToken {
    tree: Arc<Tree>,
    place: u32,
}

/// A node or a token.
pub type SyntaxElement = NodeOrToken<SyntaxNode, SyntaxToken>;

/// What nodes and tokens have in common.
macro_rules! handles {
    ($($name:ident)*) => {$(
        impl $name {
            #[inline]
            pub(super) fn new(tree: &Arc<Tree>, place: u32) -> Self {
                $name { tree: Arc::clone(tree), place }
            }

            /// What it is.
            #[inline]
            pub fn kind(&self) -> SyntaxKind {
                self.tree.at(self.place).kind
            }

            /// Its place in the tree's text, in bytes.
            #[inline]
            pub fn text_range(&self) -> TextRange {
                self.tree.range(self.place)
            }

            /// Its text, all of it.
            #[inline]
            pub fn text(&self) -> &str {
                self.tree.text(self.place)
            }

            /// The node that holds it; none for the root.
            #[inline]
            pub fn parent(&self) -> Option<SyntaxNode> {
                let place = self.tree.parent(self.place)?;
                Some(SyntaxNode::new(&self.tree, place))
            }

            /// What follows it below the same node.
            #[inline]
            pub fn next_sibling_or_token(&self) -> Option<SyntaxElement> {
                let place = self.tree.next_sibling(self.place)?;
                Some(element(&self.tree, place))
            }

            /// What stands before it below the same node.
            #[inline]
            pub fn prev_sibling_or_token(&self) -> Option<SyntaxElement> {
                let place = self.tree.prev_sibling(self.place)?;
                Some(element(&self.tree, place))
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.place == other.place && Arc::ptr_eq(&self.tree, &other.tree)
            }
        }

        impl Eq for $name {}

        impl Hash for $name {
            fn hash<H: Hasher>(&self, state: &mut H) {
                Arc::as_ptr(&self.tree).hash(state);
                self.place.hash(state);
            }
        }
    )*};
}

handles!(SyntaxNode SyntaxToken);

#[inline]
fn element(tree: &Arc<Tree>, place: u32) -> SyntaxElement {
    if tree.at(place).is_token {
        NodeOrToken::Token(SyntaxToken::new(tree, place))
    } else {
        NodeOrToken::Node(SyntaxNode::new(tree, place))
    }
}

impl SyntaxNode {
    /// The same node, borrowed.
    #[inline]
    pub fn borrowed(&self) -> NodeRef<'_> {
        NodeRef {
            tree: &self.tree,
            place: self.place,
        }
    }

    /// What stands right below it, in order of place.
    #[inline]
    pub fn children_with_tokens(&self) -> impl Iterator<Item = SyntaxElement> + use<> {
        let tree = Arc::clone(&self.tree);
        let mut below = Below::of(&tree, self.place);
        std::iter::from_fn(move || Some(element(&tree, below.next(&tree)?)))
    }

    /// The nodes right below it, in order of place.
    #[inline]
    pub fn children(&self) -> impl Iterator<Item = SyntaxNode> + use<> {
        let tree = Arc::clone(&self.tree);
        let mut below = Below::of(&tree, self.place);
        std::iter::from_fn(move || {
            loop {
                let place = below.next(&tree)?;
                if !tree.at(place).is_token {
                    return Some(SyntaxNode::new(&tree, place));
                }
            }
        })
    }

    /// The first node right below it.
    pub fn first_child(&self) -> Option<SyntaxNode> {
        self.children().next()
    }

    /// The next node below the same node.
    pub fn next_sibling(&self) -> Option<SyntaxNode> {
        let mut place = self.tree.next_sibling(self.place)?;
        while self.tree.at(place).is_token {
            place = self.tree.next_sibling(place)?;
        }
        Some(SyntaxNode::new(&self.tree, place))
    }

    /// The node before, below the same node.
    pub fn prev_sibling(&self) -> Option<SyntaxNode> {
        let mut place = self.tree.prev_sibling(self.place)?;
        while self.tree.at(place).is_token {
            place = self.tree.prev_sibling(place)?;
        }
        Some(SyntaxNode::new(&self.tree, place))
    }

    /// The node itself, then what holds it, up to the root.
    pub fn ancestors(&self) -> impl Iterator<Item = SyntaxNode> + use<> {
        std::iter::successors(Some(self.clone()), SyntaxNode::parent)
    }

    /// The node itself and all nodes below it, in order of place.
    pub fn descendants(&self) -> impl Iterator<Item = SyntaxNode> + use<> {
        let tree = Arc::clone(&self.tree);
        let mut all = self.place..self.tree.end(self.place);
        std::iter::from_fn(move || {
            let place = all.find(|place| !tree.at(*place).is_token)?;
            Some(SyntaxNode::new(&tree, place))
        })
    }

    /// The node itself and all that is below it, in order of place.
    pub fn descendants_with_tokens(&self) -> impl Iterator<Item = SyntaxElement> + use<> {
        let tree = Arc::clone(&self.tree);
        let all = self.place..self.tree.end(self.place);
        all.map(move |place| element(&tree, place))
    }

    /// The node itself and all that is below it, each before and after what it holds.
    pub fn preorder_with_tokens(&self) -> Preorder {
        Preorder {
            tree: Arc::clone(&self.tree),
            open: Vec::new(),
            next: self.place,
            end: self.tree.end(self.place),
        }
    }

    /// The first token in it; none in an empty node.
    pub fn first_token(&self) -> Option<SyntaxToken> {
        let end = self.tree.end(self.place);
        let place = self.tree.first_token(self.place, end)?;
        Some(SyntaxToken::new(&self.tree, place))
    }

    /// The last token in it; none in an empty node.
    pub fn last_token(&self) -> Option<SyntaxToken> {
        let end = self.tree.end(self.place);
        let place = self.tree.last_token(self.place, end)?;
        Some(SyntaxToken::new(&self.tree, place))
    }

    /// The token in it that `offset` (in bytes) lies in, or that starts there; at its very end the
    /// last one. None outside of it.
    pub fn token_at(&self, offset: TextSize) -> Option<SyntaxToken> {
        let place = self.tree.token_at(self.place, offset)?;
        Some(SyntaxToken::new(&self.tree, place))
    }

    /// The smallest element, the node or below it, that holds all of `range` (in bytes). Between two
    /// tokens, an empty range belongs to the first. The node itself for a range outside of it.
    pub fn covering_element(&self, range: TextRange) -> SyntaxElement {
        element(&self.tree, self.tree.covering(self.place, range))
    }
}

/// A walk through all that a node holds, see [`SyntaxNode::preorder_with_tokens`].
#[derive(Debug, Clone)]
pub struct Preorder {
    tree: Arc<Tree>,
    /// The elements that were entered and not left.
    open: Vec<u32>,
    next: u32,
    end: u32,
}

impl Preorder {
    /// Passes over what the element entered last holds; leaving it comes next.
    pub fn skip_subtree(&mut self) {
        if let Some(last) = self.open.last() {
            self.next = self.tree.end(*last);
        }
    }
}

impl Iterator for Preorder {
    type Item = WalkEvent<SyntaxElement>;

    fn next(&mut self) -> Option<Self::Item> {
        let is_left = |place: &mut u32| self.tree.end(*place) <= self.next;
        if let Some(place) = self.open.pop_if(is_left) {
            return Some(WalkEvent::Leave(element(&self.tree, place)));
        }
        if self.next >= self.end {
            return None;
        }
        let place = self.next;
        self.open.push(place);
        self.next += 1;
        Some(WalkEvent::Enter(element(&self.tree, place)))
    }
}

impl SyntaxToken {
    /// The next token of the tree.
    pub fn next_token(&self) -> Option<SyntaxToken> {
        let end = self.tree.end(0);
        let place = self.tree.first_token(self.place + 1, end)?;
        Some(SyntaxToken::new(&self.tree, place))
    }

    /// The token before it in the tree.
    pub fn prev_token(&self) -> Option<SyntaxToken> {
        let place = self.tree.last_token(0, self.place)?;
        Some(SyntaxToken::new(&self.tree, place))
    }
}

impl SyntaxElement {
    fn at(&self) -> (&Arc<Tree>, u32) {
        match self {
            NodeOrToken::Node(node) => (&node.tree, node.place),
            NodeOrToken::Token(token) => (&token.tree, token.place),
        }
    }

    /// What it is.
    pub fn kind(&self) -> SyntaxKind {
        let (tree, place) = self.at();
        tree.at(place).kind
    }

    /// Its place in the tree's text, in bytes.
    pub fn text_range(&self) -> TextRange {
        let (tree, place) = self.at();
        tree.range(place)
    }

    /// The node that holds it; none for the root.
    pub fn parent(&self) -> Option<SyntaxNode> {
        let (tree, place) = self.at();
        Some(SyntaxNode::new(tree, tree.parent(place)?))
    }

    /// What follows it below the same node.
    pub fn next_sibling_or_token(&self) -> Option<SyntaxElement> {
        let (tree, place) = self.at();
        Some(element(tree, tree.next_sibling(place)?))
    }

    /// What stands before it below the same node.
    pub fn prev_sibling_or_token(&self) -> Option<SyntaxElement> {
        let (tree, place) = self.at();
        Some(element(tree, tree.prev_sibling(place)?))
    }
}

/// `KIND@start..end`; with `#`, the whole tree below it.
impl fmt::Debug for SyntaxNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.alternate() {
            f.write_str(&debug::tree(self))
        } else {
            write!(f, "{:?}@{:?}", self.kind(), self.text_range())
        }
    }
}

/// `KIND@start..end "text"`
impl fmt::Debug for SyntaxToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?}@{:?} {:?}",
            self.kind(),
            self.text_range(),
            self.text()
        )
    }
}
