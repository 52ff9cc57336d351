//! The smallest change that makes one text of another: what is equal keeps its bytes, and so its quotes.

use dfix_model::{Segment, SegmentKind, Word, WordKind};
use dfix_syntax::{TextRange, TextSize};

use crate::flat::{self, has_expansion, is_border};
use crate::matching::state::Text;
use crate::replacement::carry::{self, Target};
use crate::replacement::plan::{New, Op};

/// Which characters may come where a text is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dress {
    /// Those that mean nothing anywhere.
    Plain,
    /// All but those that mean something between double quotes.
    Double,
    /// All but the single quote.
    Single,
    /// All but those that JSON escapes.
    Json,
}

impl Dress {
    fn of(word: Option<Word<'_>>) -> Dress {
        let Some(word) = word else {
            return Dress::Plain;
        };
        if word.kind() == WordKind::Json {
            return Dress::Json;
        }
        if matches!(word.kind(), WordKind::ShellIn(_)) {
            return Dress::Plain;
        }
        let written = word.source_text();
        let is_between = |quote: char| {
            written.len() >= 2
                && written.starts_with(quote)
                && written.ends_with(quote)
                && !written[1..written.len() - 1].contains(['"', '\''])
        };
        if is_between('"') {
            Dress::Double
        } else if is_between('\'') {
            Dress::Single
        } else {
            Dress::Plain
        }
    }

    fn takes(self, text: &str) -> bool {
        let is_plain = |c: char| {
            c.is_ascii_alphanumeric()
                || matches!(c, '_' | '.' | '/' | ':' | '@' | '%' | '+' | ',' | '=' | '-')
        };
        !text.contains(['\n', '\r'])
            && match self {
                Dress::Plain => text.chars().all(is_plain),
                Dress::Double => !text.contains(['"', '$', '`', '\\']),
                Dress::Single => !text.contains('\''),
                Dress::Json => !text.contains(['"', '\\']) && !text.chars().any(char::is_control),
            }
    }
}

/// The bytes of pieces that become a text, for `old` to become `new`, where they stand in the file as one piece and it
/// may be written there. `prefer` says on which side something comes where both are possible.
pub(crate) fn narrow(
    segments: &[Segment],
    word: Option<Word<'_>>,
    old: &str,
    new: &str,
    prefer: Option<TextRange>,
) -> Option<(TextRange, String)> {
    let (from, to) = differing(old, new);
    let middle = &new[from..new.len() - (old.len() - to)];
    let dress = Dress::of(word);
    let may_expand = match word {
        None => true,
        Some(word) => match word.kind() {
            WordKind::Dockerfile => true,
            WordKind::Shell => dress == Dress::Double,
            WordKind::Json | WordKind::ShellIn(_) => false,
        },
    };
    let middle = if has_expansion(middle) {
        let rest: String = flat::without_expansions(middle);
        (may_expand && dress.takes(&rest)).then(|| flat::shown(middle))?
    } else {
        dress.takes(middle).then(|| middle.to_owned())?
    };
    let mut at = 0;
    let mut found: Option<TextRange> = None;
    for segment in segments {
        let len = flat::len_of(segment);
        let (start, end) = (at, at + len);
        at = end;
        let touches = if from == to {
            start <= from && from <= end
        } else {
            start < to && from < end
        };
        if !touches {
            continue;
        }
        let is_border = from == to && may_expand && segment.kind == SegmentKind::Expansion;
        if segment.kind != SegmentKind::Literal && !is_border {
            if from == to {
                continue;
            }
            return None;
        }
        if is_border {
            let at_start = TextRange::empty(segment.range.start());
            let at_end = TextRange::empty(segment.range.end());
            found.get_or_insert(if from == start { at_start } else { at_end });
            continue;
        }
        let place = |offset: usize| {
            let offset = offset.clamp(start, end) - start;
            segment.range.start() + TextSize::try_from(offset).expect("files are below 4 GiB")
        };
        let range = TextRange::new(place(from), place(to));
        found = Some(match found {
            None => range,
            Some(before) if from == to => {
                let is_preferred = prefer.is_some_and(|it| it.contains_range(range));
                let was_preferred = prefer.is_some_and(|it| it.contains_range(before));
                if is_preferred && !was_preferred {
                    range
                } else {
                    before
                }
            }
            Some(before) if before.end() == range.start() => before.cover(range),
            Some(_) => return None,
        });
    }
    let found = found?;
    if found.is_empty() {
        return beside(segments, found, &middle);
    }
    Some((found, middle))
}

/// What comes at a border of a piece is part of that piece: the character beside it is written anew with it.
fn beside(segments: &[Segment], at: TextRange, new: &str) -> Option<(TextRange, String)> {
    let is_here = |it: &&Segment| it.range.contains_inclusive(at.start());
    let is_literal = |it: &&Segment| it.kind == SegmentKind::Literal;
    let mut here = segments.iter().filter(is_here);
    let Some(segment) = here.clone().find(is_literal) else {
        // A variable is written anew, in braces, so that its name ends where it did.
        let segment = here.find(|it| it.kind == SegmentKind::Expansion)?;
        let is_before = segment.range.start() == at.start();
        let text = &segment.text;
        let both = if is_before {
            format!("{new}{text}")
        } else {
            format!("{text}{new}")
        };
        return Some((segment.range, both));
    };
    let (before, after) = segment
        .text
        .split_at(usize::from(at.start() - segment.range.start()));
    if let Some(c) = before.chars().next_back() {
        let range = TextRange::new(at.start() - TextSize::of(c), at.end());
        return Some((range, format!("{c}{new}")));
    }
    let c = after.chars().next()?;
    let range = TextRange::new(at.start(), at.end() + TextSize::of(c));
    Some((range, format!("{new}{c}")))
}

/// Whether `new` is `old` with something more in it, and nothing of it goes.
pub(crate) fn only_adds(old: &str, new: &str) -> bool {
    let (from, to) = differing(old, new);
    from == to
}

/// The bytes of `old` that are not as in `new`: what is equal at both ends is left out. Both begin and end outside of an expansion.
fn differing(old: &str, new: &str) -> (usize, usize) {
    let shorter = old.len().min(new.len());
    let equal = |at: &usize| old.as_bytes()[*at] == new.as_bytes()[*at];
    let mut from = (0..shorter).take_while(equal).count();
    while !(is_border(old, from) && is_border(new, from)) {
        from -= 1;
    }
    let most = shorter - from;
    let equal_back =
        |back: &usize| old.as_bytes()[old.len() - back] == new.as_bytes()[new.len() - back];
    let mut back = (1..=most).take_while(equal_back).count();
    while !(is_border(old, old.len() - back) && is_border(new, new.len() - back)) {
        back -= 1;
    }
    (from, old.len() - back)
}

/// What makes the meant part of a word stand for `new`; nothing where it does.
pub(crate) fn change_word<'m>(text: &Text<'m>, new: &str) -> Result<Option<Op<'m>>, String> {
    if text.flat() == new {
        return Ok(None);
    }
    change_whole(text, &text.with(new))
}

/// What makes a word stand for `new` as a whole.
pub(crate) fn change_whole<'m>(text: &Text<'m>, new: &str) -> Result<Option<Op<'m>>, String> {
    let old = text.whole();
    if old == new {
        return Ok(None);
    }
    if !new.is_empty()
        && let Some((range, middle)) = narrow(text.segments(), text.word, old, new, None)
    {
        return Ok(Some(Op::Bytes(range, middle)));
    }
    match text.word {
        Some(word) if !has_expansion(new) => Ok(Some(Op::Word(word, new.to_owned()))),
        Some(word) if takes_variables(word, new) => {
            let source = flat::shown(new);
            // `$A` becomes `$B` where no braces are needed.
            let name = source
                .strip_prefix("${")
                .and_then(|it| it.strip_suffix('}'));
            let name = name.filter(|it| it.chars().all(|it| flat::is_of_name(Some(it))));
            let has_braces = word.source_text().contains("${");
            let source = name
                .filter(|_| !has_braces)
                .map_or(source.clone(), |it| format!("${it}"));
            Ok(Some(Op::Bytes(word.inner_range(), source)))
        }
        _ => Err(format!(
            "`{}` cannot be written in the place of `{}`",
            flat::shown(new),
            flat::shown(old)
        )),
    }
}

/// Whether the builder puts variables into a word, so that one can be written there beside plain text.
fn takes_variables(word: Word<'_>, new: &str) -> bool {
    let rest = flat::without_expansions(new);
    word.kind() == WordKind::Dockerfile
        && !word.source_text().contains(['\'', '\\', '`'])
        && (rest.is_empty() || carry::is_plain(&rest))
}

/// A word that is new in the file. One that a hole binds is written as it was.
pub(crate) fn new_word(
    flat: &str,
    bound: Option<&Text<'_>>,
    target: Target,
) -> Result<New, String> {
    let bound = bound.filter(|it| it.flat() == it.whole() && it.flat() == flat);
    match bound.and_then(|it| it.word) {
        Some(word) if target.is_of(word.kind()) => Ok(New::Source(word.source_text().to_owned())),
        _ if has_expansion(flat) => Err(format!(
            "`{}` holds a variable, and cannot be written anew",
            flat::shown(flat)
        )),
        _ => Ok(New::Value(flat.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::differing;

    #[test]
    fn what_differs_is_found() {
        let cut = |old: &'static str, new: &'static str| {
            let (from, to) = differing(old, new);
            (
                &old[from..to],
                new[from..new.len() - (old.len() - to)].to_owned(),
            )
        };
        assert_eq!(cut("python", "reg/python"), ("", "reg/".to_owned()));
        assert_eq!(cut("3.9-slim", "3.12-slim"), ("9", "12".to_owned()));
        assert_eq!(
            cut("libgl1-mesa-glx", "libgl1"),
            ("-mesa-glx", String::new())
        );
        assert_eq!(cut("aa", "aaa"), ("", "a".to_owned()));
        assert_eq!(
            cut("\u{2}${X}\u{3}", "\u{2}${Y}\u{3}"),
            ("\u{2}${X}\u{3}", "\u{2}${Y}\u{3}".to_owned())
        );
        assert_eq!(cut("é", "è"), ("é", "è".to_owned()));
    }
}
