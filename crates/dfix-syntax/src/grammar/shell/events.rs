//! What the parser found, as a flat list that can be cut.

use crate::event::Event;
use crate::grammar::shell::parser::Parser;
use crate::kind::SyntaxKind;
use crate::sink::Sink;

/// Hands the events over to the sink.
pub(super) fn replay(events: &[Event], sink: &mut Sink<'_>) {
    for &event in events {
        match event {
            Event::Token(kind, len) => sink.token(kind, len as usize),
            Event::PlainWord(len) => {
                sink.wrapped(SyntaxKind::WORD, SyntaxKind::TEXT, len as usize);
            }
            Event::Start(kind) => sink.start_node(kind),
            Event::Finish => sink.finish_node(),
            Event::Nothing => {}
        }
    }
}

/// A node whose kind is settled later.
#[derive(Clone, Copy)]
pub(super) struct Slot(usize);

impl Parser<'_> {
    /// Bytes from the current place to `end`.
    #[inline]
    #[allow(clippy::cast_possible_truncation)] // the tree's offsets have 32 bits; it refuses longer text
    fn len_to(&self, end: usize) -> u32 {
        (end - self.pos) as u32
    }

    /// Takes a token up to `end`; none if that is here.
    #[inline]
    pub(super) fn token(&mut self, kind: SyntaxKind, end: usize) {
        if end > self.pos {
            self.events.push(Event::Token(kind, self.len_to(end)));
            self.pos = end;
        }
    }

    /// Takes text up to `end`, as one token with the text right before it.
    #[inline]
    pub(super) fn text(&mut self, end: usize) {
        let len = self.len_to(end);
        if let Some(Event::Token(SyntaxKind::TEXT, before)) = self.events.last_mut() {
            *before += len;
            self.pos = end;
        } else {
            self.token(SyntaxKind::TEXT, end);
        }
    }

    /// Takes a word of plain text up to `end`.
    #[inline]
    pub(super) fn plain_word(&mut self, end: usize) {
        self.events.push(Event::PlainWord(self.len_to(end)));
        self.pos = end;
    }

    #[inline]
    pub(super) fn start(&mut self, kind: SyntaxKind) {
        self.events.push(Event::Start(kind));
    }

    #[inline]
    pub(super) fn finish(&mut self) {
        self.events.push(Event::Finish);
    }

    /// A place where a node may turn out to begin.
    #[inline]
    pub(super) fn slot(&mut self) -> Slot {
        self.events.push(Event::Nothing);
        Slot(self.events.len() - 1)
    }

    /// Lets a node begin at the slot.
    #[inline]
    pub(super) fn settle(&mut self, slot: Slot, kind: SyntaxKind) {
        self.events[slot.0] = Event::Start(kind);
    }

    /// Takes the events of text from which the bytes at `escapes` were left out.
    pub(super) fn splice(&mut self, events: &[Event], escapes: &[usize]) {
        let mut escapes = escapes;
        for &event in events {
            match event {
                Event::Token(kind, len) => self.cut_token(kind, len, &mut escapes),
                Event::PlainWord(len) => {
                    self.escapes(&mut escapes);
                    self.start(SyntaxKind::WORD);
                    self.cut_token(SyntaxKind::TEXT, len, &mut escapes);
                    self.finish();
                }
                Event::Start(kind) => {
                    self.escapes(&mut escapes);
                    self.start(kind);
                }
                Event::Finish => self.finish(),
                Event::Nothing => {}
            }
        }
    }

    /// Takes the escapes at the current place.
    fn escapes(&mut self, escapes: &mut &[usize]) {
        while let Some((first, rest)) = escapes.split_first()
            && *first == self.pos
        {
            self.token(SyntaxKind::QUOTE_ESCAPE, self.pos + 1);
            *escapes = rest;
        }
    }

    /// Takes a token of so many bytes, escapes not counted, which cut it.
    fn cut_token(&mut self, kind: SyntaxKind, len: u32, escapes: &mut &[usize]) {
        let mut left = len as usize;
        while left > 0 {
            self.escapes(escapes);
            let whole = self.pos + left;
            let end = escapes.first().map_or(whole, |&next| whole.min(next));
            left -= end - self.pos;
            self.token(kind, end);
        }
    }
}
