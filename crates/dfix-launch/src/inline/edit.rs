//! Changes, and why one is not made.

use std::ops::Range;

/// Why something cannot be done with a Dockerfile, and what a person can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Why, as a sentence without a full stop.
    pub why: String,
    /// What a person can do.
    pub remedy: String,
}

impl Told {
    pub(super) fn new(why: impl Into<String>, remedy: impl Into<String>) -> Told {
        Told {
            why: why.into(),
            remedy: remedy.into(),
        }
    }
}

/// Some bytes, and what comes in their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The bytes.
    pub range: Range<usize>,
    /// What comes.
    pub text: String,
}

/// The text after edits; none where two of them overlap, or one has no place in it.
pub fn applied<'e>(text: &str, edits: impl IntoIterator<Item = &'e Edit>) -> Option<String> {
    let mut edits: Vec<&Edit> = edits.into_iter().collect();
    edits.sort_by_key(|it| (it.range.start, it.range.end));
    let mut result = String::with_capacity(text.len() + 64);
    let mut at = 0;
    for edit in edits {
        if edit.range.start < at {
            return None;
        }
        result.push_str(text.get(at..edit.range.start)?);
        result.push_str(&edit.text);
        at = edit.range.end;
    }
    result.push_str(text.get(at..)?);
    Some(result)
}
