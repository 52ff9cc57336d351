//! Builds green trees.
//!
//! rowan's own builder shares all equal tokens and small nodes through hash tables that grow with
//! the text; filling them takes most of the time of a parse. This one shares short tokens, and nodes
//! that hold one of them, through two tables of fixed size in which a newcomer replaces what stood in
//! its place: most of what is worth it is shared, nothing is ever rehashed, and a table that is kept
//! from file to file stays small.

use rowan::{GreenNode, GreenToken, NodeOrToken};

type Element = NodeOrToken<GreenNode, GreenToken>;

/// Places in each table; a power of two.
const PLACES: usize = 512;
/// Longer tokens are hardly ever equal.
const LONGEST_SHARED: usize = 32;

/// What is shared between the trees of one parser.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    tokens: Vec<Option<(u64, GreenToken)>>,
    /// Nodes that hold one token each.
    nodes: Vec<Option<(u64, GreenNode)>>,
    /// The builder's buffers, kept for the next file.
    open: Vec<(rowan::SyntaxKind, usize)>,
    children: Vec<Element>,
}

/// Mixes a word into a hash; the constants are odd and have their bits spread, no more is asked.
fn mix(hash: u64, word: u64) -> u64 {
    (hash.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95)
}

/// The place in a table: the upper bits, which all of the input reaches.
#[allow(clippy::cast_possible_truncation)] // ten bits are left
fn place(hash: u64) -> usize {
    (hash >> (64 - PLACES.trailing_zeros())) as usize
}

fn hash_token(kind: rowan::SyntaxKind, text: &str) -> u64 {
    let bytes = text.as_bytes();
    let hash = u64::from(kind.0) << 32 | bytes.len() as u64;
    let eight = |from: usize| {
        let word = bytes[from..from + 8].try_into().expect("eight bytes");
        u64::from_le_bytes(word)
    };
    match bytes {
        [] => hash,
        [first, .., last] if bytes.len() < 4 => {
            let middle = bytes[bytes.len() / 2];
            mix(
                hash,
                u64::from_le_bytes([*first, middle, *last, 0, 0, 0, 0, 0]),
            )
        }
        [only] => mix(hash, u64::from(*only)),
        _ if bytes.len() < 8 => {
            let four = |from: usize| {
                let word = bytes[from..from + 4].try_into().expect("four bytes");
                u64::from(u32::from_le_bytes(word))
            };
            mix(hash, four(0) << 32 | four(bytes.len() - 4))
        }
        _ => {
            let last = bytes.len() - 8;
            let mut hash = mix(hash, eight(last));
            let mut at = 0;
            while at < last {
                hash = mix(hash, eight(at));
                at += 8;
            }
            hash
        }
    }
}

impl Shared {
    fn token(&mut self, kind: rowan::SyntaxKind, text: &str) -> GreenToken {
        if text.len() > LONGEST_SHARED {
            return GreenToken::new(kind, text);
        }
        if self.tokens.is_empty() {
            self.tokens.resize(PLACES, None);
        }
        let hash = hash_token(kind, text);
        let entry = &mut self.tokens[place(hash)];
        match entry {
            Some((known, token))
                if *known == hash && token.kind() == kind && token.text() == text =>
            {
                token.clone()
            }
            _ => {
                let token = GreenToken::new(kind, text);
                *entry = Some((hash, token.clone()));
                token
            }
        }
    }

    /// A node that holds one token.
    fn wrapped(
        &mut self,
        node: rowan::SyntaxKind,
        token: rowan::SyntaxKind,
        text: &str,
    ) -> GreenNode {
        let new = || GreenNode::new(node, [NodeOrToken::Token(GreenToken::new(token, text))]);
        if text.len() > LONGEST_SHARED {
            return new();
        }
        if self.nodes.is_empty() {
            self.nodes.resize(PLACES, None);
        }
        let hash = mix(hash_token(token, text), u64::from(node.0));
        let entry = &mut self.nodes[place(hash)];
        match entry {
            Some((known, shared)) if *known == hash && holds(shared, node, token, text) => {
                shared.clone()
            }
            _ => {
                let new = new();
                *entry = Some((hash, new.clone()));
                new
            }
        }
    }
}

/// Whether the node of the table is the one that is looked for.
fn holds(
    shared: &GreenNode,
    node: rowan::SyntaxKind,
    token: rowan::SyntaxKind,
    text: &str,
) -> bool {
    let child = shared.children().next().and_then(NodeOrToken::into_token);
    shared.kind() == node && child.is_some_and(|t| t.kind() == token && t.text() == text)
}

/// Takes nodes and tokens in order of place.
pub(crate) struct Builder<'s> {
    shared: &'s mut Shared,
    /// The open nodes: kind, and where in `children` their own begin.
    open: Vec<(rowan::SyntaxKind, usize)>,
    children: Vec<Element>,
}

impl<'s> Builder<'s> {
    /// A builder that shares through `shared`.
    pub(crate) fn new(shared: &'s mut Shared) -> Self {
        let mut open = std::mem::take(&mut shared.open);
        let mut children = std::mem::take(&mut shared.children);
        open.clear();
        children.clear();
        Builder {
            shared,
            open,
            children,
        }
    }

    /// How many nodes are open.
    pub(crate) fn depth(&self) -> usize {
        self.open.len()
    }

    pub(crate) fn token(&mut self, kind: rowan::SyntaxKind, text: &str) {
        let token = self.shared.token(kind, text);
        self.children.push(NodeOrToken::Token(token));
    }

    /// A node that holds one token.
    pub(crate) fn wrapped(
        &mut self,
        node: rowan::SyntaxKind,
        token: rowan::SyntaxKind,
        text: &str,
    ) {
        let node = self.shared.wrapped(node, token, text);
        self.children.push(NodeOrToken::Node(node));
    }

    pub(crate) fn start_node(&mut self, kind: rowan::SyntaxKind) {
        self.open.push((kind, self.children.len()));
    }

    /// Closes the innermost node; without one, nothing.
    pub(crate) fn finish_node(&mut self) {
        if let Some((kind, first)) = self.open.pop() {
            let node = GreenNode::new(kind, self.children.drain(first..));
            self.children.push(NodeOrToken::Node(node));
        }
    }

    /// The root: all nodes must be closed.
    pub(crate) fn finish(mut self) -> GreenNode {
        let root = match self.children.pop() {
            Some(NodeOrToken::Node(root)) if self.children.is_empty() => root,
            _ => unreachable!("the grammar opens one root and closes it"),
        };
        self.shared.open = self.open;
        self.shared.children = self.children;
        root
    }
}
