//! A quick look whether a pattern can fit anything in a text at all.
//!
//! Some literal text of the pattern must stand in the file: letter by letter, for between two letters may stand quotes,
//! escapes, and continuations with the comments below them.

use dfix_catalogue::package_tool;

use crate::flat;
use crate::pattern::words::Piece;
use crate::pattern::{Kind, Pattern, instructions};

/// What must stand in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Filter {
    /// In small letters; empty where nothing is known.
    needle: Vec<u8>,
    /// Which of its bytes is looked for: the one that Dockerfiles have least of.
    rarest: usize,
    /// Whether variables may spell it.
    may_be_spelt: bool,
}

impl Filter {
    pub(crate) fn of(pattern: &Pattern) -> Self {
        let mut needle = "";
        let mut words = pattern.words();
        if pattern.has_open_program() {
            // An option may be there by another name, or in a cluster.
            words.retain(
                |it| !matches!(it.pieces.first(), Some(Piece::Text(text)) if text.starts_with('-')),
            );
        }
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
                if worth(run) > worth(needle) {
                    needle = run;
                }
            }
        }
        if needle.len() < 2
            && let Some(keyword) = keywords.iter().max_by_key(|it| it.len())
        {
            needle = keyword;
        }
        let has_image = match &pattern.kind {
            Kind::Image(_) => true,
            Kind::Instructions(lines) => instructions(lines).any(|it| it.keyword == "FROM"),
            Kind::Command(_) | Kind::Pipeline(_) => false,
        };
        let needle: Vec<u8> = needle.bytes().map(folded).collect();
        Filter {
            rarest: rarest(&needle),
            needle,
            may_be_spelt: has_image,
        }
    }

    /// Whether the needle may stand in a text.
    fn stands_in(&self, text: &[u8]) -> bool {
        let (first, rest) = self.needle.split_at(self.rarest);
        let Some((rarest, rest)) = rest.split_first() else {
            return true;
        };
        let is_here = |at: usize| may_precede(first, text, at) && follows(rest, text, at + 1);
        match rarest {
            // Signs that are the same in names of Python.
            b'-' => memchr::memchr3_iter(b'-', b'_', b'.', text).any(is_here),
            letter => {
                let capital = letter.to_ascii_uppercase();
                memchr::memchr2_iter(*letter, capital, text).any(is_here)
            }
        }
    }

    /// Whether the pattern may fit something in the text; `false` is certain.
    pub(crate) fn may_fit(&self, text: &str) -> bool {
        if self.needle.is_empty() {
            return true;
        }
        let bytes = text.as_bytes();
        let is_spelt = || {
            let has_arg = || {
                memchr::memchr2_iter(b'G', b'g', bytes)
                    .any(|at| at > 1 && bytes[at - 2..=at].eq_ignore_ascii_case(b"ARG"))
            };
            self.may_be_spelt
                && memchr::memchr(b'$', bytes).is_some()
                && (has_arg() || has_default(bytes))
        };
        self.stands_in(bytes) || memchr::memmem::find(bytes, b"\\u").is_some() || is_spelt()
    }
}

/// How much a word tells files apart: the longest does, but for what calls package managers, which most files do.
fn worth(word: &str) -> (bool, usize) {
    let is_install = |it: &str| package_tool("apt-get").is_some_and(|tool| tool.installs(it));
    let is_common = package_tool(word).is_some() || is_install(word);
    (!is_common && word.len() > 2, word.len())
}

/// Whether a variable has a default where it stands, which counts where no `ARG` sets it: `${V:-3.9}`.
fn has_default(text: &[u8]) -> bool {
    memchr::memmem::find_iter(text, b"${").any(|at| {
        let rest = &text[at + 2..];
        let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
        let rest = &rest[rest.iter().take_while(is_name).count()..];
        let operator = rest.strip_prefix(b":").unwrap_or(rest);
        matches!(operator.first(), Some(b'-' | b'='))
    })
}

/// What Dockerfiles have least of, first; capitals count as small letters, and `_` and `.` as `-` (of 20,000 public files).
const RARE_FIRST: &[u8] = b"%@+9,75q6483zj2:10=xwkyfvbhgmudc/plisnoart-e";

/// The place of the rarest byte of a needle.
fn rarest(needle: &[u8]) -> usize {
    let rank = |byte: &u8| RARE_FIRST.iter().position(|it| it == byte);
    let places = needle.iter().enumerate();
    let rarest = places.min_by_key(|(_, byte)| rank(byte).unwrap_or(RARE_FIRST.len()));
    rarest.map_or(0, |(at, _)| at)
}

/// Whether the first part of a needle may end before a place: where something stands there that may part two letters, it is
/// not looked any further.
fn may_precede(first: &[u8], text: &[u8], mut at: usize) -> bool {
    for wanted in first.iter().rev() {
        let Some(byte) = at.checked_sub(1).map(|before| text[before]) else {
            return false;
        };
        if folded(byte) != *wanted {
            return !byte.is_ascii_alphanumeric() && !b"-_./:@%+=,".contains(&byte);
        }
        at -= 1;
    }
    true
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

#[cfg(test)]
mod tests {
    use super::worth;

    #[test]
    fn a_word_that_few_files_have_is_looked_for() {
        for common in ["apt-get", "install", "add", "-y"] {
            assert!(worth("netcat") > worth(common), "{common}");
        }
        assert!(worth("netcat-openbsd") > worth("netcat"));
    }
}
