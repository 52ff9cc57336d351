//! Builds green trees.
//!
//! rowan's own builder shares all equal tokens and small nodes through hash tables that grow with
//! the text; filling them takes most of the time of a parse. This one shares short tokens, and nodes
//! that hold one of them, through two tables in which a newcomer replaces what stood in its place:
//! most of what is worth it is shared, and a table that is kept from file to file stays small. A
//! place holds the text itself, as two numbers, so that most answers need no look at the element.

use std::cell::Cell;

use rowan::{GreenNode, GreenToken, NodeOrToken};

use crate::grammar::Event;
use crate::sink::Gap;

type Element = NodeOrToken<GreenNode, GreenToken>;

/// Places in a table: so many at first, and at most; powers of two.
const FEWEST: usize = 32;
const MOST: usize = 2048;
/// A table has a place for so many bytes of all the text that its thread has seen.
const BYTES_A_PLACE: usize = 16;
/// Bytes that are tokens by themselves: those of ASCII.
const SINGLE: usize = 128;
/// What a place tells of a text.
const SEEN_AT_ONCE: usize = 16;
/// Longer tokens are hardly ever equal.
const LONGEST_SHARED: usize = 32;

/// A longer text (in bytes) leaves nothing behind: the buffers have grown with it.
const LONGEST_KEPT: usize = 1 << 20;

thread_local! {
    /// Filling tables and buffers anew for each file would take a third of the time.
    static KEPT: Cell<Shared> = Cell::default();
}

/// What `build` makes of a text of so many bytes, with what earlier texts of this thread left.
pub(crate) fn shared<T>(len: usize, build: impl FnOnce(&mut Shared) -> T) -> T {
    let mut shared = KEPT.take();
    let built = build(&mut shared);
    if len <= LONGEST_KEPT {
        KEPT.set(shared);
    }
    built
}

/// What is shared between the trees of one thread.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    /// Tokens of one byte, by that byte: more than half of all tokens.
    single: Vec<Option<GreenToken>>,
    tokens: Table<GreenToken>,
    /// Nodes that hold one token each.
    nodes: Table<GreenNode>,
    /// Bytes of all texts.
    seen: usize,
    pub(crate) buffers: Buffers,
}

/// Buffers that are kept from file to file; what they hold does not count.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    open: Vec<(rowan::SyntaxKind, usize)>,
    children: Vec<Element>,
    pub(crate) events: Vec<Event>,
    pub(crate) joined_gaps: Vec<Gap>,
    pub(crate) gaps: Vec<Gap>,
    pub(crate) logical: String,
}

/// A token's kind and text, and the kind of the node around it or zero: equal keys, equal elements,
/// up to [`SEEN_AT_ONCE`] bytes of text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Key {
    /// The text's first bytes, and zeros.
    low: u64,
    high: u64,
    /// The kinds and the length. Never zero: no token is empty.
    tag: u64,
}

impl Key {
    /// The key of the `len` bytes (some, at most [`LONGEST_SHARED`]) at `start`.
    #[inline]
    fn new(bytes: &[u8], start: usize, len: usize, kinds: u32) -> Self {
        let rest = &bytes[start..];
        let sixteen = if let Some(sixteen) = rest.first_chunk::<SEEN_AT_ONCE>() {
            u128::from_le_bytes(*sixteen)
        } else {
            let mut padded = [0; SEEN_AT_ONCE];
            padded[..rest.len()].copy_from_slice(rest);
            u128::from_le_bytes(padded)
        };
        let unused = SEEN_AT_ONCE.saturating_sub(len) * 8;
        let text = sixteen & (u128::MAX >> unused);
        #[allow(clippy::cast_possible_truncation)] // the two halves
        Key {
            low: text as u64,
            high: (text >> 64) as u64,
            tag: u64::from(kinds) << 8 | len as u64,
        }
    }

    /// Spread over the upper bits; the constants are odd and have their bits spread, no more is asked.
    #[inline]
    fn hash(self) -> u64 {
        let tag = self.tag.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.low ^ self.high.rotate_left(29)).wrapping_add(tag);
        (mixed ^ mixed >> 32).wrapping_mul(0x517c_c1b7_2722_0a95)
    }
}

#[derive(Debug)]
struct Table<T> {
    places: Vec<(Key, Option<T>)>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Table { places: Vec::new() }
    }
}

impl<T: Clone> Table<T> {
    /// Lets the table have so many places, a power of two; it never has fewer than before.
    fn grow(&mut self, places: usize) {
        if places <= self.places.len() {
            return;
        }
        let before = std::mem::replace(&mut self.places, vec![(Key::default(), None); places]);
        for entry in before {
            let key = entry.0;
            *self.place(key) = entry;
        }
    }

    #[inline]
    fn place(&mut self, key: Key) -> &mut (Key, Option<T>) {
        let mask = self.places.len() - 1;
        #[allow(clippy::cast_possible_truncation)] // the mask leaves a few bits
        let hash = (key.hash() >> 40) as usize;
        &mut self.places[hash & mask]
    }
}

impl Shared {
    /// Makes ready for a text of so many bytes.
    fn prepare(&mut self, len: usize) {
        self.seen = self.seen.saturating_add(len);
        let wanted = (self.seen / BYTES_A_PLACE).clamp(FEWEST, MOST);
        let places = wanted.next_power_of_two();
        self.single.resize(SINGLE, None);
        self.tokens.grow(places);
        self.nodes.grow(places);
    }

    #[inline]
    fn token(
        &mut self,
        kind: rowan::SyntaxKind,
        text: &str,
        start: usize,
        end: usize,
    ) -> GreenToken {
        let len = end - start;
        let new = || GreenToken::new(kind, &text[start..end]);
        if len == 1
            && let Some(place) = self.single.get_mut(usize::from(text.as_bytes()[start]))
        {
            return match place {
                Some(token) if token.kind() == kind => token.clone(),
                _ => place.insert(new()).clone(),
            };
        }
        if len > LONGEST_SHARED {
            return new();
        }
        let key = Key::new(text.as_bytes(), start, len, u32::from(kind.0));
        let (known, place) = self.tokens.place(key);
        if *known == key
            && let Some(token) = place
            && (len <= SEEN_AT_ONCE || token.text() == &text[start..end])
        {
            return token.clone();
        }
        let token = new();
        *known = key;
        *place = Some(token.clone());
        token
    }

    /// A node that holds one token.
    #[inline]
    fn wrapped(
        &mut self,
        node: rowan::SyntaxKind,
        token: rowan::SyntaxKind,
        text: &str,
        start: usize,
        end: usize,
    ) -> GreenNode {
        let len = end - start;
        let new = || {
            let token = GreenToken::new(token, &text[start..end]);
            GreenNode::new(node, [NodeOrToken::Token(token)])
        };
        if len > LONGEST_SHARED {
            return new();
        }
        let kinds = u32::from(node.0) << 16 | u32::from(token.0);
        let key = Key::new(text.as_bytes(), start, len, kinds);
        let (known, place) = self.nodes.place(key);
        if *known == key
            && let Some(shared) = place
            && (len <= SEEN_AT_ONCE || holds(shared, &text[start..end]))
        {
            return shared.clone();
        }
        let new = new();
        *known = key;
        *place = Some(new.clone());
        new
    }
}

/// Whether the node's token has this text.
fn holds(shared: &GreenNode, text: &str) -> bool {
    let child = shared.children().next().and_then(NodeOrToken::into_token);
    child.is_some_and(|token| token.text() == text)
}

/// Takes nodes and tokens in order of place.
pub(crate) struct Builder<'s> {
    shared: &'s mut Shared,
    text: &'s str,
    /// The open nodes: kind, and where in `children` their own begin.
    open: Vec<(rowan::SyntaxKind, usize)>,
    children: Vec<Element>,
}

impl<'s> Builder<'s> {
    /// A builder over `text` that shares through `shared`.
    pub(crate) fn new(text: &'s str, shared: &'s mut Shared) -> Self {
        shared.prepare(text.len());
        let mut open = std::mem::take(&mut shared.buffers.open);
        let mut children = std::mem::take(&mut shared.buffers.children);
        open.clear();
        children.clear();
        Builder {
            shared,
            text,
            open,
            children,
        }
    }

    /// How many nodes are open.
    pub(crate) fn depth(&self) -> usize {
        self.open.len()
    }

    /// The buffers that the next file may use.
    pub(crate) fn buffers(&mut self) -> &mut Buffers {
        &mut self.shared.buffers
    }

    /// The text from `start` to `end`, which is not empty, as a token.
    #[inline]
    pub(crate) fn token(&mut self, kind: rowan::SyntaxKind, start: usize, end: usize) {
        let token = self.shared.token(kind, self.text, start, end);
        self.children.push(NodeOrToken::Token(token));
    }

    /// The text from `start` to `end`, which is not empty, as a node that holds one token.
    #[inline]
    pub(crate) fn wrapped(
        &mut self,
        node: rowan::SyntaxKind,
        token: rowan::SyntaxKind,
        start: usize,
        end: usize,
    ) {
        let node = self.shared.wrapped(node, token, self.text, start, end);
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
        self.shared.buffers.open = self.open;
        self.shared.buffers.children = self.children;
        root
    }
}
