//! What the parts of a text are once the defaults of `ARG`s are put in.

use std::ops::Range;

use dfix_model::{Segment, SegmentKind};
use dfix_syntax::TextRange;

use crate::flat;

/// A run of the text as it is written, and the bytes that it is in the known one.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Run {
    written: Range<usize>,
    known: Range<usize>,
    is_literal: bool,
}

/// A text with the defaults of its variables put in, and which of its bytes which of the written ones are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PutIn {
    text: String,
    runs: Vec<Run>,
}

impl PutIn {
    /// Lays what is known beside what is written; `None` where the two cannot be told apart.
    pub(crate) fn of(written: &[Segment], known: &[Segment]) -> Option<Self> {
        let is_expansion = |it: &Segment| it.kind == SegmentKind::Expansion;
        let literals = written.iter().filter(|it| !is_expansion(it));
        let places: Vec<TextRange> = literals.map(|it| it.range).collect();
        // What is spelt by the literal text of the word itself; all else comes out of a variable.
        let is_put = |it: &Segment| {
            let stands_in =
                |place: &TextRange| !it.range.is_empty() && place.contains_range(it.range);
            it.range.is_empty() || !places.iter().any(stands_in)
        };
        let mut runs: Vec<Run> = Vec::new();
        let (mut at, mut from) = (0, 0);
        let mut pieces = known.iter().peekable();
        for segment in written {
            let end = at + flat::len_of(segment);
            let mut until = from;
            if is_expansion(segment) {
                while let Some(piece) = pieces.next_if(|it| is_put(it)) {
                    until += piece.text.len();
                }
            } else {
                let mut rest = segment.text.as_str();
                while !rest.is_empty() {
                    let piece = pieces.next()?;
                    rest = rest.strip_prefix(piece.text.as_str())?;
                    until += piece.text.len();
                }
            }
            let (is_literal, before) = (!is_expansion(segment), runs.last_mut());
            match before.filter(|it| !is_literal && !it.is_literal) {
                // Where one of two neighbours ends and the other begins is not known.
                Some(before) => {
                    before.written.end = end;
                    before.known.end = until;
                }
                None => runs.push(Run {
                    written: at..end,
                    known: from..until,
                    is_literal,
                }),
            }
            (at, from) = (end, until);
        }
        let text: String = known.iter().map(|it| it.text.as_str()).collect();
        (from == text.len()).then_some(PutIn { text, runs })
    }

    /// What the bytes of the written text are; `None` where they cut a variable, or two that stand side by side.
    pub(crate) fn get(&self, written: Range<usize>) -> Option<&str> {
        self.text
            .get(self.at(written.start)?..self.at(written.end)?)
    }

    fn at(&self, written: usize) -> Option<usize> {
        self.runs.iter().find_map(|run| match written {
            it if it == run.written.start => Some(run.known.start),
            it if it == run.written.end => Some(run.known.end),
            it if run.is_literal && run.written.contains(&it) => {
                Some(run.known.start + (it - run.written.start))
            }
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::PutIn;
    use dfix_model::{Segment, SegmentKind};
    use dfix_syntax::{TextRange, TextSize};

    fn segment(text: &str, at: u32, kind: SegmentKind) -> Segment {
        Segment {
            text: text.to_owned(),
            range: TextRange::at(TextSize::new(at), TextSize::of(text)),
            kind,
        }
    }

    /// `${A}-x-${B}${C}`, with `1`, `2` and `3` as defaults that stand before.
    #[test]
    fn parts_are_told_apart() {
        use SegmentKind::{Expansion, Literal};
        let written = [
            segment("${A}", 20, Expansion),
            segment("-x-", 24, Literal),
            segment("${B}", 27, Expansion),
            segment("${C}", 31, Expansion),
        ];
        let known = [
            segment("1", 2, Literal),
            segment("-x-", 24, Literal),
            segment("2", 4, Literal),
            segment("3", 6, Literal),
        ];
        let put_in = PutIn::of(&written, &known).expect("they are laid side by side");
        assert_eq!(put_in.get(0..6), Some("1"));
        assert_eq!(put_in.get(0..7), Some("1-"));
        assert_eq!(put_in.get(8..21), Some("-23"));
        assert_eq!(put_in.get(9..15), None, "where `${{B}}` ends is not known");
        assert_eq!(
            PutIn::of(&written, &known[..2]).and_then(|it| it.get(9..21).map(str::to_owned)),
            Some(String::new())
        );
        assert_eq!(
            PutIn::of(&written, &known[1..2]).map(|it| it.get(0..6).map(str::to_owned)),
            Some(Some(String::new()))
        );
        assert!(PutIn::of(&written, &known[..1]).is_none());
    }
}
