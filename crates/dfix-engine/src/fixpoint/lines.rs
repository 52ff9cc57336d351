//! Words that name lines: those of the input, where the first round told the same of the same place, else those that the edits since
//! then lead back to.

use std::borrow::Cow;
use std::collections::VecDeque;

use dfix_model::OpenCondition;
use dfix_syntax::{TextRange, TextSize};
use rustc_hash::FxHashMap;

use crate::fix::Evidence;
use crate::outcome::Finding;
use crate::splice::Splice;

/// Puts the lines of the input into the words of a finding of a later text; `first` are those of the input, `line_of` is asked with a
/// line of the later text (from 1).
pub fn lines_of_input(finding: &mut Finding, first: &[Finding], line_of: &dyn Fn(usize) -> usize) {
    let is_same = |it: &&Finding| {
        it.rule == finding.rule
            && it.origin == finding.origin
            && is_same_text(&it.message, &finding.message)
    };
    let first = first.iter().find(is_same);
    put(&mut finding.message, first.map(|it| &it.message), line_of);
    if let Some(remedy) = &mut finding.remedy {
        put(remedy, first.and_then(|it| it.remedy.as_ref()), line_of);
    }
    let Some(fix) = &mut finding.fix else {
        return;
    };
    let first = first.and_then(|it| it.fix.as_ref());
    let known = first.map_or(&[][..], |it| &it.unproven);
    let taken = taken(&fix.unproven, known);
    for (condition, first) in fix.unproven.iter_mut().zip(taken) {
        put(
            &mut condition.condition,
            first.map(|it| &it.condition),
            line_of,
        );
        put(&mut condition.remedy, first.map(|it| &it.remedy), line_of);
    }
    let known: &[Evidence] = first.map_or(&[][..], |it| &it.evidence);
    for evidence in &mut fix.evidence {
        let same = known.iter().find(|it| is_same_text(it, evidence));
        put(evidence, same, line_of);
    }
}

/// The line of the input that a line of a later text was, or was put at; both from 1. `splices` lead from the input to that text.
pub fn line_before(input: &str, text: &str, splices: &[Splice], line: usize) -> usize {
    let start = match line.checked_sub(2) {
        None => 0,
        Some(end) => match text.match_indices('\n').nth(end) {
            Some((at, _)) => at + 1,
            None => text.len(),
        },
    };
    let start = TextSize::try_from(start).unwrap_or(TextSize::of(text));
    let splices = splices.iter().rev();
    let place = splices.fold(TextRange::empty(start), |place, it| it.backward(place));
    let before = &input[..usize::from(place.start())];
    1 + before.matches('\n').count()
}

/// Which of the first conditions each of these is: of several that are the same but for their lines the next one, as both lists
/// are in the same order. Where one of those is no longer there it is the one that is the same to the letter, if any is.
fn taken<'f>(
    conditions: &[OpenCondition],
    first: &'f [OpenCondition],
) -> Vec<Option<&'f OpenCondition>> {
    let mut both = conditions.iter().zip(first);
    if conditions.len() == first.len()
        && both.all(|(it, first)| is_same_text(&it.condition, &first.condition))
    {
        return first.iter().map(Some).collect();
    }
    let key = |it: &OpenCondition| without_lines(&it.condition).collect::<Vec<_>>().join(" ");
    let keys: Vec<String> = conditions.iter().map(key).collect();
    let mut alike: FxHashMap<String, Alike<'_>> = FxHashMap::default();
    for it in first {
        let alike = alike.entry(key(it)).or_default();
        alike.first += 1;
        alike.left.push_back(it);
    }
    for key in &keys {
        if let Some(alike) = alike.get_mut(key) {
            alike.now += 1;
        }
    }
    let taken = keys.iter().zip(conditions).map(|(key, condition)| {
        let alike = alike.get_mut(key)?;
        let own = alike.left.iter().position(|it| *it == condition);
        let own = own.filter(|_| alike.now != alike.first);
        alike.left.remove(own.unwrap_or(0))
    });
    taken.collect()
}

/// Conditions that are the same but for the lines that they name.
#[derive(Default)]
struct Alike<'f> {
    /// How many there are now.
    now: usize,
    /// How many there were at first.
    first: usize,
    /// Those of the first ones that none is known to be yet, in order.
    left: VecDeque<&'f OpenCondition>,
}

/// Puts lines of the input into a text: those of the first text where this is the same but for its lines, else where they were.
fn put(text: &mut String, first: Option<&String>, line_of: &dyn Fn(usize) -> usize) {
    match first.filter(|it| is_same_text(it, text)) {
        Some(first) => text.clone_from(first),
        None => {
            let words: Vec<&str> = text.split(' ').collect();
            let lines = numbers(text);
            let moved = lines
                .zip(&words)
                .enumerate()
                .map(|(index, (number, word))| {
                    // `line 3 of start.sh` is a line of another file.
                    let is_of_another = words.get(index + 1) == Some(&"of");
                    match number.filter(|_| !is_of_another) {
                        Some(number) => match number.parse() {
                            Ok(line) => {
                                Cow::Owned(word.replace(number, &line_of(line).to_string()))
                            }
                            Err(_) => Cow::Borrowed(*word),
                        },
                        None => Cow::Borrowed(*word),
                    }
                });
            let moved: Vec<Cow<'_, str>> = moved.collect();
            *text = moved.join(" ");
        }
    }
}

/// Whether two texts are the same, but for the lines that they name.
fn is_same_text(one: &str, other: &str) -> bool {
    one == other || without_lines(one).eq(without_lines(other))
}

/// The words of a text with a mark for each line that it names: `line 3`, `lines 3, 5 and 8`.
fn without_lines(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let words = text.split(' ').zip(numbers(text));
    words.map(|(word, number)| match number {
        Some(number) => Cow::Owned(word.replace(number, "N")),
        None => Cow::Borrowed(word),
    })
}

/// For each word of a text the number in it, where it names a line.
fn numbers(text: &str) -> impl Iterator<Item = Option<&str>> {
    let mut is_of_lines = false;
    text.split(' ').map(move |word| {
        let inner = word.trim_matches(|it: char| !it.is_ascii_alphanumeric());
        let is_number = !inner.is_empty() && inner.bytes().all(|it| it.is_ascii_digit());
        if is_of_lines && is_number {
            return Some(inner);
        }
        is_of_lines = matches!(inner, "line" | "lines") || (is_of_lines && inner == "and");
        None
    })
}

#[cfg(test)]
mod tests {
    use dfix_model::OpenCondition;

    use super::{is_same_text, taken};

    #[test]
    fn conditions_that_differ_in_their_lines_alone_are_told_apart() {
        let of = |lines: &[u32]| -> Vec<OpenCondition> {
            let all = lines.iter();
            let told = all.map(|it| OpenCondition::new(format!("what line {it} needs"), "look"));
            told.collect()
        };
        for (now, first, lines) in [
            (&[4, 5][..], &[3, 4][..], &[Some(3), Some(4)][..]),
            (&[28, 47], &[28, 47], &[Some(28), Some(47)]),
            (&[47], &[28, 47], &[Some(47)]),
            (&[48], &[28, 47], &[Some(28)]),
            (&[1, 2], &[1], &[Some(1), None]),
        ] {
            let first = of(first);
            let found = taken(&of(now), &first);
            let wanted = lines.iter().map(|it| it.map(|line| of(&[line]).remove(0)));
            assert!(
                found
                    .into_iter()
                    .map(Option::<&OpenCondition>::cloned)
                    .eq(wanted),
                "{now:?}"
            );
        }
    }

    #[test]
    fn only_lines_may_differ() {
        assert!(is_same_text(
            "line 60 installs, as lines 3, 5 and 8 do",
            "line 59 installs, as lines 2, 4 and 7 do"
        ));
        assert!(!is_same_text("line 3 has 2 words", "line 3 has 4 words"));
        assert!(!is_same_text("port 80 of line 3", "port 81 of line 3"));
    }
}
