//! Where a walk stands: a node without a cursor, which gets one where it is kept.

use std::cell::OnceCell;

use dfix_syntax::{LeanNode, LeanToken, NodeOrToken, SyntaxKind, SyntaxNode, TextRange};

/// A node of a walk from the top down.
pub(crate) struct Spot<'t> {
    lean: LeanNode<'t>,
    /// Among the children of what is above.
    index: usize,
    above: Option<&'t Spot<'t>>,
    node: OnceCell<SyntaxNode>,
}

impl<'t> Spot<'t> {
    /// Where a walk begins.
    pub(crate) fn top(node: &'t SyntaxNode) -> Self {
        Spot {
            lean: LeanNode::of(node),
            index: 0,
            above: None,
            node: OnceCell::from(node.clone()),
        }
    }

    pub(crate) fn kind(&self) -> SyntaxKind {
        self.lean.kind()
    }

    pub(crate) fn text_range(&self) -> TextRange {
        self.lean.text_range()
    }

    pub(crate) fn lean(&self) -> LeanNode<'t> {
        self.lean
    }

    /// What stands right below it.
    pub(crate) fn children_with_tokens(
        &self,
    ) -> impl Iterator<Item = NodeOrToken<Spot<'_>, LeanToken<'_>>> {
        let below = |(index, element)| match element {
            NodeOrToken::Node(lean) => NodeOrToken::Node(Spot {
                lean,
                index,
                above: Some(self),
                node: OnceCell::new(),
            }),
            NodeOrToken::Token(token) => NodeOrToken::Token(token),
        };
        self.lean.children_with_tokens().enumerate().map(below)
    }

    /// The nodes right below it.
    pub(crate) fn children(&self) -> impl Iterator<Item = Spot<'_>> {
        self.children_with_tokens()
            .filter_map(NodeOrToken::into_node)
    }

    /// The node itself.
    pub(crate) fn node(&self) -> &SyntaxNode {
        self.node.get_or_init(|| {
            let above = self.above.expect("the top has its node").node();
            let range = self.text_range();
            let found = if range.is_empty() {
                above.children_with_tokens().nth(self.index)
            } else {
                above.child_or_token_at_range(range)
            };
            found
                .and_then(NodeOrToken::into_node)
                .expect("the walk came by it")
        })
    }
}
