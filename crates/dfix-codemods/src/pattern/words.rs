//! Words of a pattern: literal pieces and holes; alone, in order, and in sets.

use std::sync::Arc;

use dfix_model::{Word, normal_python_name};

use crate::error::PatternError;
use crate::flat;
use crate::matching::choose::each_of_its_own;
use crate::matching::state::{Doubt, Slot, State, Text, Then, Value};
use crate::pattern::condition::Condition;
use crate::pattern::template::{Cut, Hole, Template};

/// A piece of a word of a pattern.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Piece {
    /// This text, its expansions between marks.
    Text(String),
    Hole(Hole),
}

/// A word of a pattern.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct WordPattern {
    pub(crate) pieces: Vec<Piece>,
}

impl<'m> Element<'m> {
    /// A word of an instruction.
    pub(crate) fn of_instruction(word: Word<'m>, is_port: bool) -> Self {
        Element {
            whole: Text::of_word(word),
            name: None,
            is_python: false,
            is_port,
            may_be_value: false,
        }
    }

    /// Whether two names are one to who takes it.
    pub(crate) fn is_called(&self, one: &str, other: &str) -> bool {
        one == other || (self.is_python && normal_python_name(one) == normal_python_name(other))
    }

    /// Whether it is what a text says.
    pub(crate) fn is(&self, text: &str) -> bool {
        let whole = self.whole.flat();
        whole == text || (self.is_port && without_tcp(whole) == without_tcp(text))
    }
}

/// A port without the protocol that is meant where none is written.
fn without_tcp(port: &str) -> &str {
    let at = port.len().saturating_sub("/tcp".len());
    match port.get(at..) {
        Some(end) if end.eq_ignore_ascii_case("/tcp") => &port[..at],
        _ => port,
    }
}

impl WordPattern {
    /// A list that binds nothing: what stands behind a wrapper without a command.
    pub(crate) fn nothing() -> Self {
        WordPattern {
            pieces: vec![Piece::Hole(Hole {
                name: None,
                is_list: true,
                condition: Some(Arc::new(Condition::None)),
                range: 0..0,
            })],
        }
    }

    /// Whether it is that.
    pub(crate) fn is_nothing(&self) -> bool {
        self.asks_for_none() && self.as_list().is_some_and(|hole| hole.name.is_none())
    }

    pub(crate) fn of_word(word: Word<'_>, template: &Template) -> Self {
        WordPattern::of_flat(&flat::of_segments(&word.segments()), template)
    }

    pub(crate) fn of_flat(flat: &str, template: &Template) -> Self {
        let pieces = template.cut(flat).into_iter().map(|cut| match cut {
            Cut::Literal(text) => Piece::Text(text),
            Cut::Hole(number) => Piece::Hole(template.holes[number].clone()),
        });
        WordPattern {
            pieces: pieces.collect(),
        }
    }

    /// A word that stands for itself.
    pub(crate) fn literal(text: &str) -> Self {
        WordPattern {
            pieces: vec![Piece::Text(text.to_owned())],
        }
    }

    /// Its text, where there is no hole in it.
    pub(crate) fn as_literal(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [] => Some(""),
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// Whether it is this literal text.
    pub(crate) fn is(&self, text: &Text<'_>) -> bool {
        self.as_literal() == Some(text.flat())
    }

    /// The list that it is: `{x...}`.
    pub(crate) fn as_list(&self) -> Option<&Hole> {
        self.as_hole().filter(|hole| hole.is_list)
    }

    /// Whether it is a list of which nothing may be there.
    pub(crate) fn asks_for_none(&self) -> bool {
        let condition = self.as_list().and_then(|it| it.condition.as_deref());
        condition.is_some_and(Condition::is_none)
    }

    /// The one hole that it is.
    pub(crate) fn as_hole(&self) -> Option<&Hole> {
        match self.pieces.as_slice() {
            [Piece::Hole(hole)] => Some(hole),
            _ => None,
        }
    }

    pub(crate) fn holes(&self) -> impl Iterator<Item = &Hole> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Hole(hole) => Some(hole),
            Piece::Text(_) => None,
        })
    }

    /// Refuses a list where one word is wanted.
    pub(crate) fn no_list(&self, template: &Template) -> Result<(), PatternError> {
        let list = self.holes().find(|hole| hole.is_list);
        match list {
            Some(hole) => Err(template
                .hole_error(hole, "a list of words cannot be a word, or a part of one")
                .with_remedy("leave the `...` out, or let the list stand between blanks")),
            None => Ok(()),
        }
    }

    /// Whether it fits a text; then goes on.
    pub(crate) fn fits<'m>(
        &self,
        text: &Text<'m>,
        state: &mut State<'m>,
        then: Then<'_, 'm>,
    ) -> bool {
        if pieces(&self.pieces, text, 0, state, then) {
            return true;
        }
        // What the defaults of variables make of it counts as well.
        match &text.resolved {
            Some(resolved) if **resolved != *text.flat() => {
                let resolved = Text::of_segments(vec![dfix_model::Segment {
                    text: resolved.to_string(),
                    range: text.range().unwrap_or_default(),
                    kind: dfix_model::SegmentKind::Escaped,
                }]);
                pieces(&self.pieces, &resolved, 0, state, then)
            }
            _ => false,
        }
    }

    /// The text that it is with what its holes bind.
    pub(crate) fn filled(&self, state: &State<'_>) -> Option<String> {
        self.filled_with(state, Text::flat)
    }

    /// The same with the defaults of `ARG`s put in, where they are known.
    pub(crate) fn known(&self, state: &State<'_>) -> Option<String> {
        self.filled_with(state, Text::known)
    }

    fn filled_with<'m>(
        &self,
        state: &State<'m>,
        said: for<'t> fn(&'t Text<'m>) -> &'t str,
    ) -> Option<String> {
        let mut filled = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => filled.push_str(text),
                Piece::Hole(hole) => match state.value(hole.name?)? {
                    Value::Text(text) => filled.push_str(said(text)),
                    Value::Whole(_, text) => filled.push_str(text),
                    Value::List(texts) => match texts.as_slice() {
                        [] => {}
                        [one] => filled.push_str(said(one)),
                        _ => return None,
                    },
                },
            }
        }
        Some(filled)
    }
}

/// Whether a condition holds for a text that is there.
pub(crate) fn allows(condition: Option<&Condition>, text: &Text<'_>, state: &State<'_>) -> bool {
    let Some(condition) = condition else {
        return true;
    };
    if state.is_symbol(text.flat()) {
        return !condition.is_none();
    }
    let known = text.resolved.as_deref();
    condition.holds(known.unwrap_or(&flat::shown(text.flat())))
}

/// What is in doubt where a condition holds for a text only as it is written.
fn doubt(condition: Option<&Condition>, text: &Text<'_>, state: &State<'_>) -> Option<Doubt> {
    let Condition::Not(excluded) = condition? else {
        return None;
    };
    let is_open = text.resolved.is_none() && flat::has_expansion(text.flat());
    (is_open && !state.is_symbol(text.flat()) && excluded.may_hold(text.flat())).then(|| Doubt {
        text: flat::shown(text.flat()),
        excluded: excluded.told(),
    })
}

fn pieces<'m>(
    rest: &[Piece],
    text: &Text<'m>,
    at: usize,
    state: &mut State<'m>,
    then: Then<'_, 'm>,
) -> bool {
    if !state.step() {
        return false;
    }
    let whole = text.flat();
    let Some((piece, rest)) = rest.split_first() else {
        return at == whole.len() && then(state);
    };
    match piece {
        Piece::Text(literal) => {
            whole[at..].starts_with(literal.as_str())
                && pieces(rest, text, at + literal.len(), state, then)
        }
        Piece::Hole(hole) => {
            let first = if rest.is_empty() { whole.len() } else { at + 1 };
            for end in first.max(at + usize::from(!hole.is_list))..=whole.len() {
                if !flat::is_border(whole, end) {
                    continue;
                }
                let bound = if (at, end) == (0, whole.len()) {
                    text.clone()
                } else {
                    text.slice(at..end)
                };
                let condition = hole.condition.as_deref();
                let fits = allows(condition, &bound, state) && {
                    let doubt = doubt(condition, &bound, state);
                    state.doubt(doubt, &mut |state| {
                        state.bind(hole.name, || Value::Text(bound.clone()), &mut |state| {
                            pieces(rest, text, end, state, then)
                        })
                    })
                };
                if fits {
                    return true;
                }
            }
            false
        }
    }
}

/// A word of a pattern, by whose number it is noted what it was matched with.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) word: WordPattern,
    pub(crate) slot: usize,
    /// The same as it is written, quotes and all.
    pub(crate) source: WordPattern,
}

/// Whether words stand in this order, and no others; lists take any number.
pub(crate) fn in_order<'m>(
    items: &[Item],
    texts: &[Text<'m>],
    state: &mut State<'m>,
    then: Then<'_, 'm>,
) -> bool {
    if !state.step() {
        return false;
    }
    let Some((item, rest)) = items.split_first() else {
        return texts.is_empty() && then(state);
    };
    let Some(list) = item.word.as_list() else {
        let Some((first, others)) = texts.split_first() else {
            return false;
        };
        return item.word.fits(first, state, &mut |state| {
            state.note(item.slot, Slot::Text(first.clone()), &mut |state| {
                in_order(rest, others, state, then)
            })
        });
    };
    let is_allowed = |text: &Text<'m>| allows(list.condition.as_deref(), text, state);
    let most = texts.iter().take_while(|text| is_allowed(text)).count();
    (0..=most).rev().any(|count| {
        let (taken, others) = texts.split_at(count);
        bind_list(item, list, taken, state, &mut |state| {
            in_order(rest, others, state, then)
        })
    })
}

/// Binds a list, and notes what it was matched with.
pub(crate) fn bind_list<'m>(
    item: &Item,
    list: &Hole,
    taken: &[Text<'m>],
    state: &mut State<'m>,
    then: Then<'_, 'm>,
) -> bool {
    state.bind(list.name, || Value::List(taken.to_vec()), &mut |state| {
        state.note(item.slot, Slot::List(taken.to_vec()), then)
    })
}

/// An element of a set: the word, and the name in it to which a version may belong.
#[derive(Debug, Clone)]
pub(crate) struct Element<'m> {
    pub(crate) whole: Text<'m>,
    pub(crate) name: Option<Text<'m>>,
    /// Whether its name is one of Python's, which are written in several ways.
    pub(crate) is_python: bool,
    /// Whether it is a port, to which `/tcp` belongs where it is not written (Docker's reference, "EXPOSE").
    pub(crate) is_port: bool,
    /// Whether it may be what an option that nobody knows takes.
    pub(crate) may_be_value: bool,
}

/// Whether all of these are among the elements, in whatever order; a list takes the rest.
pub(crate) fn among<'m>(
    items: &[Item],
    elements: &[Element<'m>],
    state: &mut State<'m>,
    then: Then<'_, 'm>,
) -> bool {
    let (lists, single): (Vec<&Item>, Vec<&Item>) =
        items.iter().partition(|item| item.word.as_list().is_some());
    let fits =
        |item: &&Item, _, element: &Element<'m>, state: &mut State<'m>, then: Then<'_, 'm>| {
            element_fits(item, element, state, then)
        };
    each_of_its_own(&single, elements, state, &fits, &mut |taken, state| {
        lists_among(&lists, elements, taken, state, then)
    })
}

/// Whether an element is what the pattern asks for: by its name, or as a whole.
fn element_fits<'m>(
    item: &Item,
    element: &Element<'m>,
    state: &mut State<'m>,
    then: Then<'_, 'm>,
) -> bool {
    let is_pinned = element.name.is_some();
    let mut texts = element.name.iter().chain(Some(&element.whole)).enumerate();
    texts.any(|(number, text)| {
        let is_name = is_pinned && number == 0;
        let mut go_on =
            |state: &mut State<'m>| state.note(item.slot, Slot::Text(text.clone()), &mut *then);
        let is_same_name = is_name && element.is_python && is_same_python(&item.word, text);
        is_same_name && go_on(state) || item.word.fits(text, state, &mut go_on)
    }) || is_same_port(item, element)
        .is_some_and(|text| state.note(item.slot, Slot::Text(text), &mut *then))
}

/// What is meant of a port that is written with its protocol and named without, or the other way round.
fn is_same_port<'m>(item: &Item, element: &Element<'m>) -> Option<Text<'m>> {
    let literal = item.word.as_literal().filter(|it| element.is(it))?;
    let end = without_tcp(element.whole.flat()).len();
    let is_bare = without_tcp(literal) == literal;
    Some(if is_bare {
        element.whole.slice(0..end)
    } else {
        element.whole.clone()
    })
}

fn is_same_python(word: &WordPattern, text: &Text<'_>) -> bool {
    let literal = word.as_literal().filter(|it| !it.is_empty());
    literal.is_some_and(|it| normal_python_name(it) == normal_python_name(text.flat()))
}

fn lists_among<'m>(
    lists: &[&Item],
    elements: &[Element<'m>],
    taken: &[bool],
    state: &mut State<'m>,
    then: Then<'_, 'm>,
) -> bool {
    let Some((item, rest)) = lists.split_first() else {
        return then(state);
    };
    let Some(list) = item.word.as_list() else {
        return false;
    };
    let mut now = taken.to_vec();
    let mut words = Vec::new();
    for (index, element) in elements.iter().enumerate() {
        let name = element.name.as_ref().unwrap_or(&element.whole);
        if !now[index] && allows(list.condition.as_deref(), name, state) {
            now[index] = true;
            words.push(element.whole.clone());
        }
    }
    let asks_for_none = list.condition.as_deref().is_some_and(Condition::is_none);
    let is_there = |(taken, element): (&bool, &Element<'m>)| !taken && !element.may_be_value;
    if asks_for_none && now.iter().zip(elements).any(is_there) {
        return false;
    }
    bind_list(item, list, &words, state, &mut |state| {
        lists_among(rest, elements, &now, state, then)
    })
}

#[cfg(test)]
mod tests {
    use super::{Item, WordPattern, in_order};
    use crate::matching::state::{State, Text};
    use crate::pattern::template::{Names, Template};
    use dfix_model::{Segment, SegmentKind};

    fn text(text: &str) -> Text<'static> {
        Text::of_segments(vec![Segment {
            text: text.to_owned(),
            range: dfix_syntax::TextRange::default(),
            kind: SegmentKind::Literal,
        }])
    }

    /// Whether the words of a pattern fit words, and what is bound to `x` and `y`.
    fn bound(pattern: &str, words: &str) -> Option<Vec<String>> {
        let mut names = Names::default();
        let template = Template::read("pattern", pattern, &mut names).expect("it can be read");
        let items: Vec<Item> = template
            .text
            .split(' ')
            .enumerate()
            .map(|(slot, word)| Item {
                word: WordPattern::of_flat(word, &template),
                slot,
                source: WordPattern::literal(word),
            })
            .collect();
        let texts: Vec<Text<'_>> = words.split_whitespace().map(text).collect();
        let mut state = State::new(names.len(), items.len());
        in_order(&items, &texts, &mut state, &mut |_| true).then(|| {
            let value = |name| match state.value(name) {
                Some(super::Value::Text(text)) => text.flat().to_owned(),
                Some(super::Value::List(texts)) => {
                    let texts: Vec<&str> = texts.iter().map(Text::flat).collect();
                    texts.join(" ")
                }
                _ => String::new(),
            };
            (0..names.len()).map(value).collect()
        })
    }

    #[test]
    fn words_fit_in_order_and_lists_give_back() {
        let is = |pattern: &str, words: &str, expected: &[&str]| {
            assert_eq!(
                bound(pattern, words).as_deref(),
                Some(&expected.iter().map(ToString::to_string).collect::<Vec<_>>()[..]),
                "{pattern}"
            );
        };
        is("cp {x...} {y}", "cp a b c", &["a b", "c"]);
        is("cp {x...} {y}", "cp a", &["", "a"]);
        is("{x...} b {y...}", "a b b c", &["a b", "c"]);
        is("{x...} b {y...} b", "b b", &["", ""]);
        is("python{x}-{y}", "python3.9-slim", &["3.9", "slim"]);
        is("{x}-{y: slim}", "a-b-slim", &["a-b", "slim"]);
        is("{x} {x}", "a a", &["a"]);
        is("{x...: -*} {y...}", "-a -b c -d", &["-a -b", "c -d"]);
        assert_eq!(bound("{x} {x}", "a b"), None);
        assert_eq!(bound("cp {x} {y}", "cp a b c"), None);
        assert_eq!(bound("a{x}", "a"), None);
    }

    #[test]
    fn a_pattern_with_many_lists_ends() {
        let words = "a ".repeat(60);
        assert_eq!(bound("{x...} {y...} {z...} {u...} {v...} b", &words), None);
    }
}
