//! A text that is written otherwise in a file, with the place of each of its bytes.

use std::ops::Range;

/// The text, and where its pieces stand in the file.
#[derive(Debug)]
pub(super) struct Decoded {
    pub(super) text: String,
    /// In order, without gaps in the text; in the file there are gaps.
    pieces: Vec<Piece>,
    /// Where it begins in the file.
    begins: usize,
}

#[derive(Debug)]
struct Piece {
    /// The bytes of the text.
    range: Range<usize>,
    /// Those of the file.
    place: Range<usize>,
    /// Whether they are the same, byte by byte.
    is_same: bool,
}

impl Decoded {
    /// Nothing, at this place of the file.
    pub(super) fn at(begins: usize) -> Self {
        Decoded {
            text: String::new(),
            pieces: Vec::new(),
            begins,
        }
    }

    /// Adds what the file says.
    pub(super) fn copy(&mut self, file: &str, place: Range<usize>) {
        self.add(&file[place.clone()], place, true);
    }

    /// Adds what stands for some bytes of the file.
    pub(super) fn put(&mut self, text: &str, place: Range<usize>) {
        self.add(text, place, false);
    }

    /// Adds some bytes of another text.
    pub(super) fn take(&mut self, other: &Decoded, range: Range<usize>) {
        let first = other
            .pieces
            .partition_point(|it| it.range.end <= range.start);
        for piece in &other.pieces[first..] {
            let start = piece.range.start.max(range.start);
            let end = piece.range.end.min(range.end);
            if start >= end {
                break;
            }
            let place = if piece.is_same {
                let moved = |at: usize| piece.place.start + (at - piece.range.start);
                moved(start)..moved(end)
            } else {
                piece.place.clone()
            };
            self.add(&other.text[start..end], place, piece.is_same);
        }
    }

    fn add(&mut self, text: &str, place: Range<usize>, is_same: bool) {
        if text.is_empty() {
            return;
        }
        let start = self.text.len();
        self.text.push_str(text);
        let range = start..self.text.len();
        match self.pieces.last_mut() {
            Some(last) if last.is_same && is_same && last.place.end == place.start => {
                last.range.end = range.end;
                last.place.end = place.end;
            }
            _ => self.pieces.push(Piece {
                range,
                place,
                is_same,
            }),
        }
    }

    /// The place where what begins at this byte begins; at the end of the text, its end.
    pub(super) fn start_of(&self, at: usize) -> usize {
        let piece = self.pieces.partition_point(|it| it.range.end <= at);
        match self.pieces.get(piece) {
            Some(piece) if piece.is_same => {
                piece.place.start + at.saturating_sub(piece.range.start)
            }
            Some(piece) => piece.place.start,
            None => self.end_of(at),
        }
    }

    /// The place where what ends before this byte ends; at the beginning of the text, its beginning.
    pub(super) fn end_of(&self, at: usize) -> usize {
        let piece = self.pieces.partition_point(|it| it.range.start < at);
        let Some(piece) = piece.checked_sub(1).map(|it| &self.pieces[it]) else {
            return self.begins;
        };
        if piece.is_same {
            piece.place.end - piece.range.end.saturating_sub(at)
        } else {
            piece.place.end
        }
    }

    /// Whether a line of the text begins here.
    pub(super) fn is_line_start(&self, at: usize) -> bool {
        at == 0 || self.text[..at].ends_with('\n')
    }
}
