//! Builds the tree from *logical* text.
//!
//! The builder (BuildKit) joins continued lines and drops the comments and empty lines between
//! them before it looks at a word or a quote. The grammars here do the same: they read joined
//! text, in which continuations do not exist, and say how many logical bytes each token has. The
//! sink cuts the *physical* text accordingly and puts the dropped ranges back as trivia, so that
//! the tree is lossless by construction and no grammar ever meets a continuation.

use rowan::GreenNode;

use crate::event::Event;
use crate::gap::{Gap, GapKind};
use crate::kind::SyntaxKind;
use crate::scratch::Scratch;
use crate::tree::Builder;

/// Takes tokens in logical lengths; builds a tree of the physical text.
pub(crate) struct Sink<'t> {
    tree: Builder,
    /// The buffers that the next text may use.
    pub(crate) scratch: &'t mut Scratch,
    text: &'t str,
    position: usize,
    gaps: Vec<Gap>,
    next_gap: usize,
    /// Where the next gap starts; nowhere without one.
    gap_at: usize,
    /// A buffer of the shell grammar, kept from script to script.
    pub(crate) events: Vec<Event>,
}

impl<'t> Sink<'t> {
    /// A sink over `text`, at its start, with the buffers of `scratch`.
    pub(crate) fn new(text: &'t str, scratch: &'t mut Scratch) -> Self {
        let mut gaps = std::mem::take(&mut scratch.gaps);
        gaps.clear();
        let events = std::mem::take(&mut scratch.events);
        Sink {
            tree: std::mem::take(&mut scratch.tree),
            scratch,
            text,
            position: 0,
            gaps,
            next_gap: 0,
            gap_at: usize::MAX,
            events,
        }
    }

    /// The physical offset up to which tokens were taken.
    pub(crate) fn position(&self) -> usize {
        self.position
    }

    /// Sets the gaps of the stretch that comes next, in order of place. Those before must be used up.
    pub(crate) fn set_gaps(&mut self, gaps: &[Gap]) {
        debug_assert_eq!(self.next_gap, self.gaps.len(), "gaps left behind");
        self.gaps.clear();
        self.gaps.extend_from_slice(gaps);
        self.next_gap = 0;
        self.find_gap();
    }

    fn find_gap(&mut self) {
        self.gap_at = self
            .gaps
            .get(self.next_gap)
            .map_or(usize::MAX, |gap| gap.start);
    }

    /// Opens a node; gaps that lie right here stay outside of it, unless it is the root.
    pub(crate) fn start_node(&mut self, kind: SyntaxKind) {
        if self.tree.depth() > 0 {
            self.flush_gaps();
        }
        self.tree.start_node(kind);
    }

    /// Closes the innermost node; gaps that lie right here stay outside of it, unless it is the root.
    pub(crate) fn finish_node(&mut self) {
        if self.tree.depth() == 1 {
            self.flush_gaps();
        }
        self.tree.finish_node();
    }

    /// Takes the next `len` logical bytes as a node that holds one token, or, where a gap cuts it,
    /// several.
    #[inline]
    pub(crate) fn wrapped(&mut self, node: SyntaxKind, token: SyntaxKind, len: usize) {
        self.flush_gaps();
        let end = self.position + len;
        if len > 0 && end <= self.gap_at {
            self.tree
                .wrapped(node, token, &self.text[self.position..end]);
            self.position = end;
        } else {
            self.start_node(node);
            self.token(token, len);
            self.finish_node();
        }
    }

    /// Takes the next `len` logical bytes as a token; a gap inside cuts it into several of its kind.
    #[inline]
    pub(crate) fn token(&mut self, kind: SyntaxKind, len: usize) {
        let end = self.position + len;
        if end <= self.gap_at {
            self.take(kind, end);
        } else {
            self.cut_token(kind, len);
        }
    }

    fn cut_token(&mut self, kind: SyntaxKind, len: usize) {
        let mut left = len;
        while left > 0 {
            self.flush_gaps();
            let until = self.gap_at.min(self.position + left);
            left -= until - self.position;
            self.take(kind, until);
        }
    }

    /// Emits the gaps that lie at the current place.
    #[inline]
    pub(crate) fn flush_gaps(&mut self) {
        while self.gap_at == self.position {
            let gap = self.gaps[self.next_gap];
            self.next_gap += 1;
            self.find_gap();
            match gap.kind {
                GapKind::QuoteEscape => self.take(SyntaxKind::QUOTE_ESCAPE, gap.end),
                GapKind::Continuation => self.continuation(gap.end),
            }
        }
    }

    fn continuation(&mut self, end: usize) {
        let first = self.line_end(end);
        self.take(SyntaxKind::CONTINUATION, first);
        while self.position < end {
            let next = self.line_end(end);
            let line = &self.text[self.position..next];
            let body = line.trim_end_matches('\n');
            let body = body.strip_suffix('\r').unwrap_or(body);
            let blanks = body.len() - body.trim_start().len();
            let (blanks_end, body_end) = (self.position + blanks, self.position + body.len());
            self.take(SyntaxKind::WHITESPACE, blanks_end);
            self.take(SyntaxKind::COMMENT, body_end);
            self.take(SyntaxKind::NEWLINE, next);
        }
    }

    fn line_end(&self, end: usize) -> usize {
        memchr::memchr(b'\n', &self.text.as_bytes()[self.position..end])
            .map_or(end, |i| self.position + i + 1)
    }

    #[inline]
    fn take(&mut self, kind: SyntaxKind, until: usize) {
        if until > self.position {
            self.tree.token(kind, &self.text[self.position..until]);
            self.position = until;
        }
    }

    /// The finished tree. All text must have been taken and all nodes closed.
    pub(crate) fn finish(mut self) -> GreenNode {
        debug_assert_eq!(self.position, self.text.len(), "text left behind");
        let root = self.tree.finish();
        self.scratch.tree = self.tree;
        self.scratch.gaps = self.gaps;
        self.scratch.events = self.events;
        root
    }
}
