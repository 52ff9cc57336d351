//! Ways through the list, from place to place.

use text_size::{TextRange, TextSize};

use super::{Tree, number};

/// The elements right below a node, one after the other.
pub(super) struct Below {
    next: u32,
    end: u32,
}

impl Below {
    #[inline]
    pub(super) fn of(tree: &Tree, node: u32) -> Self {
        Below {
            next: node + 1,
            end: tree.end(node),
        }
    }

    #[inline]
    pub(super) fn next(&mut self, tree: &Tree) -> Option<u32> {
        let place = self.next;
        if place >= self.end {
            return None;
        }
        self.next = tree.end(place);
        Some(place)
    }
}

impl Tree {
    /// The node that holds the element at `place`; none for the root.
    #[inline]
    pub(super) fn parent(&self, place: u32) -> Option<u32> {
        (place > 0).then(|| self.at(place).parent)
    }

    /// The place after all that the element at `place` holds.
    #[inline]
    pub(super) fn end(&self, place: u32) -> u32 {
        self.at(place).end
    }

    /// The next element below the same node.
    #[inline]
    pub(super) fn next_sibling(&self, place: u32) -> Option<u32> {
        let next = self.end(place);
        (next < self.end(self.at(place).parent)).then_some(next)
    }

    /// The element before, below the same node.
    pub(super) fn prev_sibling(&self, place: u32) -> Option<u32> {
        let parent = self.parent(place)?;
        // The last of all that the sibling holds, or the sibling itself.
        let mut before = place - 1;
        if before == parent {
            return None;
        }
        while self.at(before).parent != parent {
            before = self.at(before).parent;
        }
        Some(before)
    }

    /// The first token from `place` on, before `end`.
    pub(super) fn first_token(&self, place: u32, end: u32) -> Option<u32> {
        (place..end).find(|place| self.at(*place).is_token)
    }

    /// The last token from `place` on, before `end`.
    pub(super) fn last_token(&self, place: u32, end: u32) -> Option<u32> {
        (place..end).rev().find(|place| self.at(*place).is_token)
    }

    /// The token below `node` that `offset` (in bytes) lies in, or that starts there; at the very
    /// end the last one.
    pub(super) fn token_at(&self, node: u32, offset: TextSize) -> Option<u32> {
        if !self.range(node).contains_inclusive(offset) {
            return None;
        }
        self.last_token(node, self.behind(node, u32::from(offset)))
    }

    /// The smallest element, `node` or below it, that holds all of `range` (in bytes): between two
    /// tokens, an empty range belongs to the first. `node` for what lies outside of it.
    pub(super) fn covering(&self, node: u32, range: TextRange) -> u32 {
        let start = u32::from(range.start());
        let behind = if range.is_empty() {
            self.behind(node, start.saturating_sub(1))
        } else {
            self.behind(node, start)
        };
        let mut place = self.last_token(node, behind).unwrap_or(node);
        while place > node && !self.range(place).contains_range(range) {
            place = self.at(place).parent;
        }
        place
    }

    /// The place of the first element below `node` that starts behind `offset`.
    fn behind(&self, node: u32, offset: u32) -> u32 {
        let own = &self.elements[node as usize..self.end(node) as usize];
        node + number(own.partition_point(|element| element.start <= offset))
    }
}
