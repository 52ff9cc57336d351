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
