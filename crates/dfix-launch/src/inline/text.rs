//! Dockerfiles as they stand in a file.

use std::ops::Range;

use super::decoded::Decoded;
use super::edit::{Edit, Told};
use super::holder::Holder;
use super::style::{self, Style};

/// The Dockerfiles in one text.
#[derive(Debug)]
pub struct Inlines {
    /// What holds them.
    pub(super) holder: Holder,
    /// Each, in order of place.
    pub all: Vec<Inline>,
    /// All that the text says beside them.
    pub(super) rest: Vec<String>,
}

/// A Dockerfile that stands in another file.
#[derive(Debug)]
pub struct Inline {
    /// The service or target that it is of; the keys above it, where it is of none.
    pub name: String,
    /// The bytes of the file that say it.
    pub place: Range<usize>,
    /// What it says, if that is known.
    pub said: Result<Text, Told>,
}

/// What a Dockerfile says, and how that is written.
#[derive(Debug)]
pub struct Text {
    pub(super) decoded: Decoded,
    pub(super) style: Style,
    /// Why it must not be changed where it stands, if so.
    pub left: Option<Told>,
}

impl Text {
    /// What the builder reads.
    pub fn text(&self) -> &str {
        &self.decoded.text
    }

    /// Where some bytes of the text stand in the file.
    pub fn place(&self, range: Range<usize>) -> Range<usize> {
        let start = self.decoded.start_of(range.start);
        if range.is_empty() {
            return start..start;
        }
        start..self.decoded.end_of(range.end).max(start)
    }

    /// Edits of the text that are made together, as edits of the file, in their order. Only [`super::proven`] knows whether the file
    /// then says what was wanted.
    pub fn edits(&self, edits: &[Edit]) -> Result<Vec<Edit>, Told> {
        style::edits(&self.decoded, &self.style, edits)
    }
}
