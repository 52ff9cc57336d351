//! What an `echo` is given to print.

use dfix_engine::{Remedy, remedy};
use dfix_model::{SegmentKind, Word};
use dfix_syntax::TextRange;

/// The words that are printed, and what is known of their text.
pub(super) struct Texts<'m> {
    words: Vec<Word<'m>>,
    text: String,
}

/// Stands for what only the build can tell.
const HOLE: char = '\u{1}';

impl<'m> Texts<'m> {
    /// None where there is nothing to print.
    pub(super) fn of(words: Vec<Word<'m>>) -> Option<Self> {
        if words.is_empty() {
            return None;
        }
        let mut text = String::new();
        for segment in words.iter().flat_map(|it| it.segments()) {
            match segment.kind {
                SegmentKind::Expansion => text.push(HOLE),
                SegmentKind::Literal | SegmentKind::Escaped => text.push_str(&segment.text),
            }
        }
        Some(Texts { words, text })
    }

    /// Whether only the build can tell some of it.
    pub(super) fn is_unknown(&self) -> bool {
        self.text.contains(HOLE)
    }

    /// Whether dash makes something else of it (dash, `conv_escape`).
    pub(super) fn has_escapes(&self) -> bool {
        self.escapes()
            .any(|it| it.starts_with(|c| "abcefnrtv\\01234567".contains(c)))
    }

    /// Whether ShellCheck takes a backslash in it for an escape (SC2028).
    pub(super) fn looks_escaped(&self) -> bool {
        self.escapes().any(|it| {
            it.starts_with(|c: char| "rntabefv\\'01234567".contains(c))
                || it
                    .strip_prefix('x')
                    .is_some_and(|it| it.starts_with(|c: char| c.is_ascii_hexdigit()))
        })
    }

    /// Whether bash's `printf '%b'` reads something in it that its `echo -e` does not, or complains of it: `\101`, `\xyz`.
    pub(super) fn has_bare_octal(&self) -> bool {
        self.escapes().any(|it| {
            it.starts_with(|c| "1234567".contains(c))
                || it
                    .strip_prefix(['x', 'u', 'U'])
                    .is_some_and(|it| !it.starts_with(|c: char| c.is_ascii_hexdigit()))
        })
    }

    /// What stands behind each backslash that no other one takes.
    fn escapes(&self) -> impl Iterator<Item = &str> {
        let mut rest = self.text.as_str();
        std::iter::from_fn(move || {
            let behind = &rest[rest.find('\\')? + 1..];
            let taken = behind.chars().next().map_or(0, char::len_utf8);
            rest = &behind[taken..];
            Some(behind)
        })
    }

    /// The words as one, and where they stand; none where there is one alone.
    pub(super) fn joined(&self) -> Result<Option<(TextRange, String)>, Remedy> {
        let is_several = |it: &&Word<'m>| {
            let source = it.source_text();
            it.may_split() || it.is_pattern() && source.contains(['*', '?', '[', '~', '{'])
        };
        if let Some(word) = self.words.iter().find(is_several) {
            return Err(remedy!(
                "put quotes around `{}`, and write `printf '%b\\n'`",
                word.shortened()
            ));
        }
        let is_list = |it: &&Word<'m>| {
            let source = it.source_text();
            ["$@", "${@", "[@]"]
                .iter()
                .any(|list| source.contains(list))
        };
        if let Some(word) = self.words.iter().find(is_list) {
            return Err(remedy!(
                "`{}` may be several words, and `printf` takes each for a text of its own: write `printf '%b\\n'` with one text",
                word.shortened()
            ));
        }
        let [first, .., last] = self.words.as_slice() else {
            return Ok(None);
        };
        let quote = self.words.iter().find_map(|it| {
            let source = it.source_text();
            source.chars().next().filter(|it| matches!(it, '"' | '\''))
        });
        let quote = quote.unwrap_or('"');
        let inner: Option<Vec<&str>> = self.words.iter().map(|it| inner(*it, quote)).collect();
        let Some(inner) = inner else {
            return Err(remedy!(
                "make one text of its words, and write `printf '%b\\n'`"
            ));
        };
        Ok(Some((
            first.range().cover(last.range()),
            format!("{quote}{}{quote}", inner.join(" ")),
        )))
    }
}

/// What stands between the quotes of a word, where it is all in such quotes, or is plain.
fn inner(word: Word<'_>, quote: char) -> Option<&str> {
    let written = word.source_text();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_./:@%+,=-".contains(c);
    if written.chars().all(is_plain) {
        return Some(written);
    }
    let inner = written.strip_prefix(quote)?.strip_suffix(quote)?;
    let without = inner.replace("\\\\", "").replace("\\\"", "");
    let is_whole = !without.contains([quote, '`', '\n', '\r'])
        && !without.contains("$(")
        && !without.ends_with('\\');
    is_whole.then_some(inner)
}
