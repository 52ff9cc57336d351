//! Where the parser is, what it has written, and how it goes back.

use super::pending::Pending;
use super::table;
use crate::event::Event;
use crate::kind::SyntaxKind;

/// How deep constructs may nest. Deeper text is opaque, so that neither the parser nor a reader of
/// the tree runs out of stack.
const MAX_DEPTH: u32 = 200;

/// The text cannot be read as what it was taken for.
pub(super) struct Failed;

pub(super) type Parsed<T = ()> = Result<T, Failed>;

/// A state to go back to.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    pub(super) events: usize,
    pub(super) pos: usize,
    pub(super) depth: u32,
}

pub(super) struct Parser<'t> {
    /// The text that may be read: the script, or what stands between two backticks.
    pub(super) bytes: &'t [u8],
    /// Up to where events were written.
    pub(super) pos: usize,
    pub(super) events: Vec<Event>,
    pub(super) depth: u32,
    /// Here-documents whose operator was read and whose body begins on the next line.
    pub(super) pending: Vec<Pending>,
    /// Whether a command substitution is open: it may end a here-document.
    pub(super) in_substitution: bool,
    /// Where an attempt failed before, in order of place: never tried again.
    pub(super) failed: Vec<usize>,
    /// Bytes read in vain, which keeps the whole linear.
    pub(super) wasted: usize,
    /// Whether `MAX_DEPTH` was reached: no other reading can help then.
    pub(super) too_deep: bool,
}

impl<'t> Parser<'t> {
    /// A parser over `bytes`, so many levels deep; `events` is a buffer whose content does not count.
    pub(super) fn new(bytes: &'t [u8], mut events: Vec<Event>, depth: u32) -> Self {
        events.clear();
        Parser {
            bytes,
            pos: 0,
            events,
            depth,
            pending: Vec::new(),
            in_substitution: false,
            failed: Vec::new(),
            wasted: 0,
            too_deep: false,
        }
    }

    /// The byte at `index`; a zero past the end.
    #[inline]
    pub(super) fn at(&self, index: usize) -> u8 {
        self.bytes.get(index).copied().unwrap_or(0)
    }

    #[inline]
    pub(super) fn is_end(&self, index: usize) -> bool {
        index >= self.bytes.len()
    }

    /// The first place from `from` on that holds a byte of the classes `mask`.
    #[inline]
    pub(super) fn scan(&self, from: usize, mask: u8) -> usize {
        self.bytes[from..]
            .iter()
            .position(|&b| table::is(b, mask))
            .map_or(self.bytes.len(), |n| from + n)
    }

    /// Length of the line end at `index`: `\n` or `\r\n`.
    #[inline]
    pub(super) fn line_end(&self, index: usize) -> usize {
        match self.at(index) {
            b'\n' => 1,
            b'\r' if self.at(index + 1) == b'\n' => 2,
            _ => 0,
        }
    }

    /// Whether no word goes on at `index`.
    #[inline]
    pub(super) fn is_limit(&self, index: usize) -> bool {
        let byte = self.at(index);
        table::is(byte, table::LIMIT) || (byte == b'\r' && self.line_end(index) > 0)
    }

    /// The place after any backslashes with line ends at `index`.
    pub(super) fn continuation_end(&self, mut index: usize) -> usize {
        while self.at(index) == b'\\' {
            match self.line_end(index + 1) {
                0 => break,
                len => index += 1 + len,
            }
        }
        index
    }

    /// The place after the blanks (and continuations) at the current one.
    #[inline]
    pub(super) fn blank_end(&self) -> usize {
        self.blank_end_from(self.pos)
    }

    #[inline]
    pub(super) fn blank_end_from(&self, mut index: usize) -> usize {
        loop {
            while matches!(self.at(index), b' ' | b'\t') {
                index += 1;
            }
            if self.at(index) != b'\\' {
                return index;
            }
            let after = self.continuation_end(index);
            if after == index {
                return index;
            }
            index = after;
        }
    }

    /// Takes the blanks and continuations up to `until`.
    #[inline]
    pub(super) fn blanks_to(&mut self, until: usize) {
        while self.pos < until {
            let mut end = self.pos;
            while matches!(self.at(end), b' ' | b'\t') {
                end += 1;
            }
            self.token(SyntaxKind::WHITESPACE, end);
            if self.pos < until {
                self.continuations_to(self.continuation_end(self.pos));
            }
        }
    }

    /// Takes the blanks and continuations at the current place.
    #[inline]
    pub(super) fn blanks(&mut self) {
        self.blanks_to(self.blank_end());
    }

    /// Takes continuations up to `until`, one token each.
    pub(super) fn continuations_to(&mut self, until: usize) {
        while self.pos < until {
            let len = 1 + self.line_end(self.pos + 1);
            self.token(SyntaxKind::CONTINUATION, self.pos + len);
        }
    }

    /// Takes the line end at the current place, and the here-documents that begin after it.
    pub(super) fn line_break(&mut self) {
        self.token(SyntaxKind::NEWLINE, self.pos + self.line_end(self.pos));
        if !self.pending.is_empty() {
            self.here_documents();
        }
    }

    /// Takes blanks, line ends and comments.
    pub(super) fn line_breaks(&mut self) {
        loop {
            self.blanks();
            if self.line_end(self.pos) > 0 {
                self.line_break();
            } else if !self.comment() {
                return;
            }
        }
    }

    /// Takes the comment at the current place, up to the end of its line.
    pub(super) fn comment(&mut self) -> bool {
        if self.at(self.pos) != b'#' {
            return false;
        }
        let mut end = memchr::memchr(b'\n', &self.bytes[self.pos..])
            .map_or(self.bytes.len(), |n| self.pos + n);
        if !self.is_end(end) && self.at(end - 1) == b'\r' {
            end -= 1;
        }
        self.token(SyntaxKind::COMMENT, end);
        true
    }

    pub(super) fn mark(&self) -> Mark {
        Mark {
            events: self.events.len(),
            pos: self.pos,
            depth: self.depth,
        }
    }

    pub(super) fn back_to(&mut self, mark: Mark) {
        self.events.truncate(mark.events);
        self.pos = mark.pos;
        self.depth = mark.depth;
    }

    /// Goes one level deeper. The way up is `self.depth -= 1`, or [`Parser::back_to`].
    pub(super) fn enter(&mut self) -> Parsed {
        if self.depth >= MAX_DEPTH {
            self.too_deep = true;
            return Err(Failed);
        }
        self.depth += 1;
        Ok(())
    }

    /// The text ends within something.
    pub(super) fn unterminated(&mut self) -> Parsed {
        self.pos = self.bytes.len();
        Err(Failed)
    }

    /// Tries a reading; `false`, and everything as before, if the text does not bear it.
    ///
    /// Each place is tried once: what is nested in a failed attempt would otherwise be tried twice
    /// at each level. What is read in vain is counted, so that the time stays linear all the same.
    pub(super) fn attempt(&mut self, read: impl FnOnce(&mut Self) -> Parsed) -> Parsed<bool> {
        let mark = self.mark();
        let Err(slot) = self.failed.binary_search(&mark.pos) else {
            return Ok(false);
        };
        if read(self).is_ok() {
            return Ok(true);
        }
        self.wasted += self.pos.saturating_sub(mark.pos);
        if self.too_deep || self.wasted > 4 * self.bytes.len() + 4096 {
            return Err(Failed);
        }
        self.back_to(mark);
        // Places found inside lie behind this one, so the slot is still right.
        self.failed.insert(slot, mark.pos);
        Ok(false)
    }
}
