//! The tree: the text, and one flat list of elements over it.
//!
//! Elements stand in the order of the text, a node right before what it holds. Each one knows where
//! its text starts, which node holds it, and where in the list it ends; so a tree is three allocations
//! however large it is, a step in any direction is a few additions, and nothing is ever freed or
//! compared by recursion. An element's text ends where that of the next one after it starts.

mod handle;
mod view;
mod ways;

use std::sync::Arc;

use text_size::{TextRange, TextSize};

use crate::kind::SyntaxKind;

pub use handle::{Preorder, SyntaxElement, SyntaxNode, SyntaxToken};
pub use view::{NodeRef, TokenRef};

/// A node or a token of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Element {
    /// Where its text starts, in bytes.
    start: u32,
    /// The place in the list of the node that holds it; the root's own for the root.
    parent: u32,
    /// The place in the list after all that it holds.
    end: u32,
    kind: SyntaxKind,
    is_token: bool,
}

/// A finished tree. The root is the first element.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Tree {
    text: Box<str>,
    elements: Box<[Element]>,
}

impl Tree {
    /// The root's handle.
    pub(crate) fn root(self: &Arc<Self>) -> SyntaxNode {
        SyntaxNode::new(self, 0)
    }

    #[inline]
    fn at(&self, place: u32) -> &Element {
        &self.elements[place as usize]
    }

    #[inline]
    fn range(&self, place: u32) -> TextRange {
        let element = self.at(place);
        let end = match self.elements.get(element.end as usize) {
            Some(next) => TextSize::new(next.start),
            None => TextSize::of(&*self.text),
        };
        TextRange::new(TextSize::new(element.start), end)
    }

    #[inline]
    fn text(&self, place: u32) -> &str {
        &self.text[self.range(place)]
    }
}

/// Takes nodes and tokens in order of place.
pub(crate) struct Builder {
    elements: Vec<Element>,
    /// The place of the innermost open node.
    open: u32,
}

/// A number of bytes or elements as the list holds it.
#[inline]
fn number(count: usize) -> u32 {
    u32::try_from(count).expect("a tree holds at most 4 GiB and as many elements")
}

impl Builder {
    /// A builder; `elements` is a buffer whose content does not count.
    pub(crate) fn new(mut elements: Vec<Element>) -> Self {
        elements.clear();
        Builder { elements, open: 0 }
    }

    /// Whether nothing was taken yet: the root comes next.
    pub(crate) fn is_empty(&self) -> bool {
        self.elements.is_empty()
    }

    /// Whether no node but the root is open.
    pub(crate) fn is_in_root(&self) -> bool {
        self.open == 0
    }

    #[inline]
    fn push(&mut self, kind: SyntaxKind, start: usize, is_token: bool) -> u32 {
        let place = number(self.elements.len());
        self.elements.push(Element {
            start: number(start),
            parent: self.open,
            end: place + 1,
            kind,
            is_token,
        });
        place
    }

    /// A token whose text, which is not empty, starts at `start`.
    #[inline]
    pub(crate) fn token(&mut self, kind: SyntaxKind, start: usize) {
        self.push(kind, start, true);
    }

    /// Opens a node at `start`.
    #[inline]
    pub(crate) fn start_node(&mut self, kind: SyntaxKind, start: usize) {
        self.open = self.push(kind, start, false);
    }

    /// Closes the innermost node.
    #[inline]
    pub(crate) fn finish_node(&mut self) {
        let end = number(self.elements.len());
        if let Some(node) = self.elements.get_mut(self.open as usize) {
            node.end = end;
            self.open = node.parent;
        }
    }

    /// The tree over `text`, and the buffer. All nodes must be closed.
    pub(crate) fn finish(self, text: &str) -> (Arc<Tree>, Vec<Element>) {
        let root_end = self.elements.first().map(|root| root.end as usize);
        debug_assert_eq!(
            (self.open, root_end),
            (0, Some(self.elements.len())),
            "the grammar opens one root and closes it last"
        );
        let tree = Tree {
            text: text.into(),
            elements: self.elements.as_slice().into(),
        };
        (Arc::new(tree), self.elements)
    }
}
