//! Words as one text: what they stand for, their variables and substitutions as they are written, each between two marks.

use dfix_model::{Segment, SegmentKind};

/// Before an expansion.
pub(crate) const OPEN: char = '\u{2}';
/// After one.
pub(crate) const CLOSE: char = '\u{3}';

/// The text of a word's pieces.
pub(crate) fn of_segments(segments: &[Segment]) -> String {
    let mut flat = String::new();
    for segment in segments {
        if segment.kind == SegmentKind::Expansion {
            flat.push(OPEN);
            flat.push_str(&segment.text);
            flat.push(CLOSE);
        } else {
            flat.push_str(&segment.text);
        }
    }
    flat
}

/// How long a piece is in the text.
pub(crate) fn len_of(segment: &Segment) -> usize {
    match segment.kind {
        SegmentKind::Expansion => segment.text.len() + OPEN.len_utf8() + CLOSE.len_utf8(),
        _ => segment.text.len(),
    }
}

/// The text without its marks.
pub(crate) fn shown(flat: &str) -> String {
    flat.replace([OPEN, CLOSE], "")
}

/// Whether only the build can tell some of it.
pub(crate) fn has_expansion(flat: &str) -> bool {
    flat.contains(OPEN)
}

/// Whether a name of a variable may go on so.
pub(crate) fn is_of_name(c: Option<char>) -> bool {
    c.is_some_and(|it| it.is_ascii_alphanumeric() || it == '_')
}

/// Puts braces around the variable that a source text ends with, if it has none: `a$B` becomes `a${B}`.
pub(crate) fn in_braces(source: &mut String) {
    let start = source.trim_end_matches(|it| is_of_name(Some(it))).len();
    let before = source[..start].strip_suffix('$');
    let escapes = before.map(|it| it.len() - it.trim_end_matches('\\').len());
    if start < source.len() && escapes.is_some_and(|it| it % 2 == 0) {
        source.insert(start, '{');
        source.push('}');
    }
}

/// The text with its expansions taken away.
pub(crate) fn without_expansions(flat: &str) -> String {
    let mut rest = String::new();
    let mut depth = 0_u32;
    for c in flat.chars() {
        match c {
            OPEN => depth += 1,
            CLOSE => depth = depth.saturating_sub(1),
            c if depth == 0 => rest.push(c),
            _ => {}
        }
    }
    rest
}

/// The text as a glob in which each expansion is anything.
pub(crate) fn as_glob(flat: &str) -> String {
    let mut glob = String::new();
    let mut depth = 0_u32;
    for c in flat.chars() {
        match c {
            OPEN => {
                depth += 1;
                glob.push('*');
            }
            CLOSE => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            '*' | '?' | '\\' => glob.extend(['\\', c]),
            c => glob.push(c),
        }
    }
    glob
}

/// The source of each expansion.
pub(crate) fn expansions(flat: &str) -> impl Iterator<Item = &str> {
    let behind = flat.split(OPEN).skip(1);
    behind.map(|it| it.split(CLOSE).next().unwrap_or(it))
}

/// Whether no expansion begins before the place and ends behind it.
pub(crate) fn is_border(flat: &str, at: usize) -> bool {
    flat.is_char_boundary(at)
        && flat[..at].matches(OPEN).count() == flat[..at].matches(CLOSE).count()
}

/// Where a mark of one byte stands outside of expansions.
pub(crate) fn places(flat: &str, mark: char) -> impl DoubleEndedIterator<Item = usize> {
    debug_assert!(mark.is_ascii());
    let all = flat.match_indices(mark).map(|(at, _)| at);
    all.filter(|at| is_border(flat, *at))
}

/// How long the parts are that marks of one byte outside of expansions part.
pub(crate) fn lengths(flat: &str, mark: char) -> Vec<usize> {
    let mut from = 0;
    let mut lengths = Vec::new();
    for at in places(flat, mark) {
        lengths.push(at - from);
        from = at + 1;
    }
    lengths.push(flat.len() - from);
    lengths
}

#[cfg(test)]
mod tests {
    use super::{lengths, places};

    #[test]
    fn variables_get_braces() {
        let braced = |text: &str| {
            let mut text = text.to_owned();
            super::in_braces(&mut text);
            text
        };
        assert_eq!(braced("a$B_1"), "a${B_1}");
        assert_eq!(braced("${B}"), "${B}");
        assert_eq!(braced("a\\$B"), "a\\$B");
        assert_eq!(braced("ab") + &braced("$"), "ab$");
    }

    #[test]
    fn what_stands_in_an_expansion_parts_nothing() {
        let flat = "a-\u{2}${B:-x-y/z}\u{3}-c";
        assert_eq!(lengths(flat, '-'), [1, 13, 1]);
        assert_eq!(places(flat, '/').count(), 0);
    }
}
