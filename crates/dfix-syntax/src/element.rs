//! What is either a node or a token, and the small types around it.

/// A node or a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NodeOrToken<N, T> {
    /// A node.
    Node(N),
    /// A token.
    Token(T),
}

impl<N, T> NodeOrToken<N, T> {
    /// The node, if it is one.
    #[inline]
    pub fn into_node(self) -> Option<N> {
        match self {
            NodeOrToken::Node(node) => Some(node),
            NodeOrToken::Token(_) => None,
        }
    }

    /// The token, if it is one.
    #[inline]
    pub fn into_token(self) -> Option<T> {
        match self {
            NodeOrToken::Node(_) => None,
            NodeOrToken::Token(token) => Some(token),
        }
    }

    /// The node, if it is one.
    #[inline]
    pub fn as_node(&self) -> Option<&N> {
        match self {
            NodeOrToken::Node(node) => Some(node),
            NodeOrToken::Token(_) => None,
        }
    }

    /// The token, if it is one.
    #[inline]
    pub fn as_token(&self) -> Option<&T> {
        match self {
            NodeOrToken::Node(_) => None,
            NodeOrToken::Token(token) => Some(token),
        }
    }
}

/// A step of a walk through all that a node holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WalkEvent<T> {
    /// Before what the element holds.
    Enter(T),
    /// After it.
    Leave(T),
}
