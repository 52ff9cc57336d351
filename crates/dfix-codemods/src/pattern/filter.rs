//! A quick look whether a pattern can fit anything in a text at all.
//!
//! Some literal text of the pattern must stand in the file: letter by letter, for between two letters may stand quotes,
//! escapes, and continuations with the comments below them.

use crate::flat;
use crate::pattern::words::Piece;
use crate::pattern::{Kind, Pattern, instructions};

/// What must stand in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Filter {
    /// In small letters; empty where nothing is known.
    needle: Vec<u8>,
    /// Whether variables may spell it.
    may_be_spelt: bool,
}

impl Filter {
    pub(crate) fn of(pattern: &Pattern) -> Self {
        let mut needle = String::new();
        let mut words = pattern.words();
        let keywords: Vec<String> = match &pattern.kind {
            Kind::Instructions(lines) => instructions(lines)
                .map(|it| it.keyword.to_owned())
                .collect(),
            _ => Vec::new(),
        };
        let pieces =
            words
                .drain(..)
                .flat_map(|word| &word.pieces)
                .filter_map(|piece| match piece {
                    Piece::Text(text) => Some(text.as_str()),
                    Piece::Hole(_) => None,
                });
        // An expansion may be written in several ways.
        let literals = pieces.flat_map(|text| text.split([flat::OPEN, flat::CLOSE]).step_by(2));
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
        for literal in literals {
            for run in literal.split(|c| !is_plain(c)) {
                if run.len() > needle.len() {
                    run.clone_into(&mut needle);
                }
            }
        }
        if needle.len() < 2
            && let Some(keyword) = keywords.into_iter().max_by_key(String::len)
        {
            needle = keyword;
        }
        let has_image = match &pattern.kind {
            Kind::Image(_) => true,
            Kind::Instructions(lines) => instructions(lines).any(|it| it.keyword == "FROM"),
            Kind::Command(_) | Kind::Pipeline(_) => false,
        };
        Filter {
            needle: needle.bytes().map(folded).collect(),
            may_be_spelt: has_image,
        }
    }

    /// Whether the pattern may fit something in the text; `false` is certain.
    pub(crate) fn may_fit(&self, text: &str) -> bool {
        let Some((first, rest)) = self.needle.split_first() else {
            return true;
        };
        let bytes = text.as_bytes();
        let is_spelt = || {
            self.may_be_spelt
                && memchr::memchr(b'$', bytes).is_some()
                && memchr::memmem::find(&bytes.to_ascii_uppercase(), b"ARG").is_some()
        };
        stands_in(*first, rest, bytes)
            || memchr::memmem::find(bytes, b"\\u").is_some()
            || is_spelt()
    }
}

fn stands_in(first: u8, rest: &[u8], text: &[u8]) -> bool {
    let begins_at = |at: usize| follows(rest, text, at + 1);
    match first {
        // Signs that are the same in names of Python.
        b'-' => memchr::memchr3_iter(b'-', b'_', b'.', text).any(begins_at),
        letter => memchr::memchr2_iter(letter, letter.to_ascii_uppercase(), text).any(begins_at),
    }
}

/// A byte as it is compared.
fn folded(byte: u8) -> u8 {
    match byte {
        b'_' | b'.' => b'-',
        byte => byte.to_ascii_lowercase(),
    }
}

/// Whether the rest of a needle follows at a place.
fn follows(rest: &[u8], text: &[u8], mut at: usize) -> bool {
    for wanted in rest {
        at = loop {
            match text.get(at) {
                Some(byte) if folded(*byte) == *wanted => break at + 1,
                Some(b'"' | b'\'') => at += 1,
                Some(b'\\' | b'`') => at = behind_escape(text, at + 1),
                _ => return false,
            }
        };
    }
    true
}

/// Where the text goes on behind an escape character: behind the line end that it takes away, and the empty lines and
/// comments below that.
fn behind_escape(text: &[u8], at: usize) -> usize {
    let blanks = |at: usize| {
        let rest = text.get(at..).unwrap_or_default();
        at + rest
            .iter()
            .take_while(|b| matches!(b, b' ' | b'\t' | b'\r'))
            .count()
    };
    let mut end = blanks(at);
    if text.get(end) != Some(&b'\n') {
        return at;
    }
    loop {
        end += 1;
        let start = end;
        end = blanks(start);
        match text.get(end) {
            Some(b'\n') => {}
            Some(b'#') => match memchr::memchr(b'\n', &text[end..]) {
                Some(length) => end += length,
                None => return text.len(),
            },
            // The blanks of the line may be the word's own.
            _ => return end,
        }
    }
}
