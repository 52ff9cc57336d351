//! The tree is rowan's: this binds it to our kinds, and builds it.
//!
//! Green nodes are made directly, without rowan's `GreenNodeBuilder`: that one looks each token and
//! small node up among those that it made before, and on files of a few kilobytes the look-ups cost
//! more than what they find saves. Only the last short token of each kind is kept.

use rowan::{GreenNode, GreenNodeData, GreenToken, Language, NodeOrToken, TextRange, TextSize};

use crate::kind::SyntaxKind;

/// rowan's name for our language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dockerfile {}

impl Language for Dockerfile {
    type Kind = SyntaxKind;

    #[inline]
    fn kind_from_raw(raw: rowan::SyntaxKind) -> SyntaxKind {
        SyntaxKind::ALL[usize::from(raw.0)]
    }

    #[inline]
    fn kind_to_raw(kind: SyntaxKind) -> rowan::SyntaxKind {
        rowan::SyntaxKind(kind as u16)
    }
}

/// A node of the tree: cheap to clone, knows its parent and its place (offsets in bytes). It stays on
/// its thread; what goes from thread to thread is [`crate::Parse`]. Two are equal if they are the
/// same node of the same tree.
pub type SyntaxNode = rowan::SyntaxNode<Dockerfile>;
/// A token of the tree.
pub type SyntaxToken = rowan::SyntaxToken<Dockerfile>;
/// A node or a token.
pub type SyntaxElement = rowan::SyntaxElement<Dockerfile>;

/// What rowan's nodes do not answer, or only by making each child that they pass.
pub trait NodeExt {
    /// Kind and place (in bytes) of all that stands right below the node, in order of place.
    fn outline(&self) -> impl Iterator<Item = (SyntaxKind, TextRange)>;

    /// The first child or token right below it whose kind is wanted.
    fn first_of(&self, wanted: impl Fn(SyntaxKind) -> bool) -> Option<SyntaxElement>;

    /// Passes over all that is below the node, in order of place: the kind of the node that holds it,
    /// what it is, and its place (in bytes).
    fn skim(&self, visit: impl FnMut(SyntaxKind, NodeOrToken<SyntaxKind, SyntaxKind>, TextRange));

    /// The token in it that `offset` (in bytes) lies in, or that starts there; at its very end the
    /// last one. None outside of it.
    fn token_at(&self, offset: TextSize) -> Option<SyntaxToken>;

    /// The first token in it; none in an empty node. (rowan's own `first_token` finds none either
    /// where an empty node stands before it: the script of `$()`.)
    fn leftmost_token(&self) -> Option<SyntaxToken>;

    /// The last token in it, likewise.
    fn rightmost_token(&self) -> Option<SyntaxToken>;
}

/// What rowan's tokens do not answer.
pub trait TokenExt {
    /// The next token of the tree. (rowan's own `next_token` ends before an empty node.)
    fn token_after(&self) -> Option<SyntaxToken>;

    /// The token before it in the tree, likewise.
    fn token_before(&self) -> Option<SyntaxToken>;
}

const BYTE: TextSize = TextSize::new(1);

impl NodeExt for SyntaxNode {
    #[inline]
    fn outline(&self) -> impl Iterator<Item = (SyntaxKind, TextRange)> {
        let mut start = self.text_range().start();
        self.green().children().map(move |child| {
            let (kind, len) = match child {
                NodeOrToken::Node(node) => (node.kind(), node.text_len()),
                NodeOrToken::Token(token) => (token.kind(), token.text_len()),
            };
            let range = TextRange::at(start, len);
            start = range.end();
            (Dockerfile::kind_from_raw(kind), range)
        })
    }

    fn first_of(&self, wanted: impl Fn(SyntaxKind) -> bool) -> Option<SyntaxElement> {
        let (_, range) = self.outline().find(|(kind, _)| wanted(*kind))?;
        if range.is_empty() {
            // rowan's search takes no empty range for that of an empty node.
            return self.children_with_tokens().find(|c| wanted(c.kind()));
        }
        self.child_or_token_at_range(range)
    }

    fn skim(
        &self,
        mut visit: impl FnMut(SyntaxKind, NodeOrToken<SyntaxKind, SyntaxKind>, TextRange),
    ) {
        skim(self.green(), self.text_range().start(), &mut visit);
    }

    fn token_at(&self, offset: TextSize) -> Option<SyntaxToken> {
        let whole = self.text_range();
        let last = whole.end().checked_sub(BYTE)?;
        let byte = TextRange::at(offset.min(last), BYTE);
        let is_inside = whole.contains_inclusive(offset) && whole.contains_range(byte);
        is_inside.then(|| self.covering_element(byte))?.into_token()
    }

    fn leftmost_token(&self) -> Option<SyntaxToken> {
        self.token_at(self.text_range().start())
    }

    fn rightmost_token(&self) -> Option<SyntaxToken> {
        self.token_at(self.text_range().end())
    }
}

fn skim(
    node: &GreenNodeData,
    mut start: TextSize,
    visit: &mut impl FnMut(SyntaxKind, NodeOrToken<SyntaxKind, SyntaxKind>, TextRange),
) {
    let holder = Dockerfile::kind_from_raw(node.kind());
    for child in node.children() {
        match child {
            NodeOrToken::Node(node) => {
                let kind = Dockerfile::kind_from_raw(node.kind());
                let range = TextRange::at(start, node.text_len());
                visit(holder, NodeOrToken::Node(kind), range);
                skim(node, start, visit);
                start = range.end();
            }
            NodeOrToken::Token(token) => {
                let kind = Dockerfile::kind_from_raw(token.kind());
                let range = TextRange::at(start, token.text_len());
                visit(holder, NodeOrToken::Token(kind), range);
                start = range.end();
            }
        }
    }
}

impl TokenExt for SyntaxToken {
    fn token_after(&self) -> Option<SyntaxToken> {
        let next = self.text_range().end();
        let holds_more = |node: &SyntaxNode| node.text_range().end() > next;
        self.parent_ancestors().find(holds_more)?.token_at(next)
    }

    fn token_before(&self) -> Option<SyntaxToken> {
        let last = self.text_range().start().checked_sub(BYTE)?;
        let holds_it = |node: &SyntaxNode| node.text_range().contains(last);
        self.parent_ancestors().find(holds_it)?.token_at(last)
    }
}

type GreenElement = NodeOrToken<GreenNode, GreenToken>;

/// A node that is not closed yet.
#[derive(Debug)]
pub(crate) struct Open {
    kind: SyntaxKind,
    /// Where its children begin among all that wait for their node.
    first: usize,
}

/// Takes nodes and tokens in order of place.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    open: Vec<Open>,
    /// Finished children of the open nodes, those of the outermost first.
    waiting: Vec<GreenElement>,
    /// The last short token of each kind: half of all tokens are a blank, a line end or a sign that was there before, and
    /// stand in the tree as the same one.
    last: Vec<Option<GreenToken>>,
}

/// A longer token (in bytes) is hardly like the last one of its kind.
const SHORT: usize = 2;

impl Builder {
    /// How many nodes are open.
    pub(crate) fn depth(&self) -> usize {
        self.open.len()
    }

    /// A token; its text is not empty.
    #[inline]
    pub(crate) fn token(&mut self, kind: SyntaxKind, text: &str) {
        let token = if text.len() <= SHORT && kind != SyntaxKind::TEXT {
            self.short(kind, text)
        } else {
            GreenToken::new(raw(kind), text)
        };
        self.waiting.push(token.into());
    }

    fn short(&mut self, kind: SyntaxKind, text: &str) -> GreenToken {
        self.last.resize(SyntaxKind::ALL.len(), None);
        let last = &mut self.last[usize::from(kind as u16)];
        match last {
            Some(last) if last.text() == text => last.clone(),
            _ => last.insert(GreenToken::new(raw(kind), text)).clone(),
        }
    }

    /// A node that holds one token; its text is not empty.
    #[inline]
    pub(crate) fn wrapped(&mut self, node: SyntaxKind, kind: SyntaxKind, text: &str) {
        self.waiting
            .push(GreenNode::new(raw(node), [GreenToken::new(raw(kind), text).into()]).into());
    }

    /// Opens a node.
    #[inline]
    pub(crate) fn start_node(&mut self, kind: SyntaxKind) {
        let first = self.waiting.len();
        self.open.push(Open { kind, first });
    }

    /// Closes the innermost node; without one, nothing.
    #[inline]
    pub(crate) fn finish_node(&mut self) {
        if let Some(Open { kind, first }) = self.open.pop() {
            let node = GreenNode::new(raw(kind), self.waiting.drain(first..));
            self.waiting.push(node.into());
        }
    }

    /// The root. All nodes must be closed.
    pub(crate) fn finish(&mut self) -> GreenNode {
        match self.waiting.pop() {
            Some(GreenElement::Node(root)) if self.waiting.is_empty() => root,
            _ => unreachable!("the grammar opens one root and closes it last"),
        }
    }
}

#[inline]
fn raw(kind: SyntaxKind) -> rowan::SyntaxKind {
    Dockerfile::kind_to_raw(kind)
}
