//! Volumes that are meant as a JSON array and are none.
//!
//! Source: BuildKit, `frontend/dockerfile/parser/line_parsers.go`, `parseMaybeJSONToList`: arguments that are no JSON array are words
//! between blanks, so that each bracket is, or begins, the path of a volume.

use dfix_syntax::{BrokenArray, TextRange};

use crate::collect::instruction::StepKind;
use crate::handles::{Step, Word};

impl Step<'_> {
    /// What is wrong with the arguments of a `VOLUME` that are meant as a JSON array, and their place.
    pub fn broken_volumes(self) -> Option<(BrokenArray, TextRange)> {
        if !self.is(StepKind::Volume) || self.is_exec_form() {
            return None;
        }
        let range = self.words().map(Word::range).reduce(TextRange::cover)?;
        let words: Vec<&str> = self.words().map(Word::source_text).collect();
        Some((BrokenArray::of_paths(&words.join(" "))?, range))
    }
}
