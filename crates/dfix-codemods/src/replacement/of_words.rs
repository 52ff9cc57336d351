//! What becomes of words in order.

use dfix_engine::OpenCondition;
use dfix_model::Word;

use crate::flat;
use crate::matching::state::{Slot, State, Text, Value};
use crate::pattern::words::{Item, WordPattern};
use crate::replacement::align::{Fate, align};
use crate::replacement::carry::Target;
use crate::replacement::change::{change_whole, change_word, new_word};
use crate::replacement::plan::{New, Op, Plan};
use crate::replacement::render;

pub(crate) fn filled(word: &WordPattern, state: &State<'_>) -> Result<String, String> {
    word.filled(state)
        .ok_or_else(|| "a list of several words cannot be written as one".to_owned())
}

/// The text of a word pattern, where there is one.
pub(crate) fn filled_if(
    word: Option<&WordPattern>,
    state: &State<'_>,
) -> Result<Option<String>, String> {
    word.map(|it| filled(it, state)).transpose()
}

/// Where words of the replacement stand: those that are there, and those that come.
pub(crate) enum Placed<'m> {
    There(Option<Word<'m>>),
    New(Vec<New>),
}

/// Aligns words in order; says what becomes of those of the pattern, and gives for each of the replacement where it is.
pub(crate) fn list<'m>(
    old: &[Item],
    new: &[Item],
    target: Target,
    state: &State<'m>,
    plan: &mut Plan<'m>,
    placed: &mut Vec<Placed<'m>>,
) -> Result<(), String> {
    let is_equal = |a: &Item, b: &Item| a.word == b.word;
    let may_replace = |a: &Item, b: &Item| a.word.as_list().is_none() && b.word.as_list().is_none();
    let mut places: Vec<Option<Placed<'m>>> = new.iter().map(|_| None).collect();
    let mut gone = Vec::new();
    for fate in align(old, new, is_equal, may_replace) {
        match fate {
            Fate::Kept(i, j) => places[j] = Some(Placed::There(last_word(&old[i], state))),
            Fate::Replaced(i, j) => {
                if let Some(Slot::Text(text)) = state.slot(old[i].slot) {
                    let filled = filled(&new[j].word, state)?;
                    become_other(text, &new[j].word, &filled, target, state, plan)?;
                    places[j] = Some(Placed::There(text.word));
                }
            }
            Fate::Removed(i) => gone.extend(words_of(&old[i], state)),
            Fate::Added(j) => places[j] = Some(Placed::New(added(&new[j], target, state)?)),
        }
    }
    if !gone.is_empty() {
        plan.push(Op::Remove(gone));
    }
    placed.extend(places.into_iter().flatten());
    Ok(())
}

/// Makes a word another one. A program keeps its folder, unless the new name has one; that another one lies there is open.
pub(crate) fn become_other<'m>(
    text: &Text<'m>,
    new: &WordPattern,
    filled: &str,
    target: Target,
    state: &State<'m>,
    plan: &mut Plan<'m>,
) -> Result<(), String> {
    let folder = text.before();
    if folder.ends_with('/') && text.flat() != filled {
        if filled.contains('/') {
            plan.push(change_whole(text, filled)?);
            return Ok(());
        }
        plan.open.push(elsewhere(folder, filled));
    }
    plan.push(changed_by(text, new, filled, target, state)?);
    Ok(())
}

/// What is open where a program keeps the folder of another.
pub(crate) fn elsewhere(folder: &str, program: &str) -> OpenCondition {
    let name = flat::shown(program);
    OpenCondition::new(
        format!("whether `{name}` is at `{}{name}`", flat::shown(folder)),
        "see where the image has it; a folder that the replacement says is written",
    )
}

/// Makes words of the exec form, one behind the other, these.
pub(crate) fn anew<'m>(words: &[Word<'m>], values: &[String], plan: &mut Plan<'m>) {
    let Some(last) = words.get(values.len().min(words.len()).saturating_sub(1)) else {
        return;
    };
    for (word, value) in words.iter().zip(values) {
        if word.value() != Some(value) {
            plan.push(Op::Word(*word, value.clone()));
        }
    }
    if let Some(coming) = values.get(words.len()..) {
        for value in coming {
            plan.push(Op::InsertAfter(*last, New::Value(value.clone())));
        }
    }
    if let Some(going) = words.get(values.len()..).filter(|it| !it.is_empty()) {
        plan.push(Op::Remove(going.to_vec()));
    }
}

/// What makes a word another one; where a hole binds that one, it is written as it was.
pub(crate) fn changed_by<'m>(
    text: &Text<'m>,
    new: &WordPattern,
    filled: &str,
    target: Target,
    state: &State<'m>,
) -> Result<Option<Op<'m>>, String> {
    let why = match change_word(text, filled) {
        Ok(op) => return Ok(op),
        Err(why) => why,
    };
    let bound = new.as_hole().and_then(|hole| state.value(hole.name?));
    match (bound, text.word) {
        (Some(Value::Text(bound)), Some(word)) => {
            match (new_word(filled, Some(bound), target)?, bound.word) {
                (New::Source(source), Some(from)) if from.kind() == word.kind() => {
                    Ok(Some(Op::Bytes(word.range(), source)))
                }
                _ => Err(why),
            }
        }
        _ => Err(why),
    }
}

/// The words that an item was matched with.
pub(crate) fn words_of<'m>(item: &Item, state: &State<'m>) -> Vec<Word<'m>> {
    state.words_of(item.slot)
}

pub(crate) fn last_word<'m>(item: &Item, state: &State<'m>) -> Option<Word<'m>> {
    let words = words_of(item, state).into_iter();
    words.max_by_key(|word| word.range().start())
}

/// A word of the replacement, as it is written there where only that says it.
pub(crate) fn written(
    word: &WordPattern,
    source: &WordPattern,
    target: Target,
    state: &State<'_>,
) -> Result<New, String> {
    let value = filled(word, state)?;
    if flat::has_expansion(&value) {
        Ok(New::Source(render::pieces(source, state, target)?))
    } else {
        Ok(New::Value(value))
    }
}

/// The words that an item of the replacement brings.
pub(crate) fn added(item: &Item, target: Target, state: &State<'_>) -> Result<Vec<New>, String> {
    let bound = item.word.as_hole().and_then(|hole| state.value(hole.name?));
    match bound {
        Some(Value::List(texts)) => texts
            .iter()
            .map(|text| new_word(text.flat(), Some(text), target))
            .collect(),
        Some(Value::Text(text)) => Ok(vec![new_word(text.flat(), Some(text), target)?]),
        _ => Ok(vec![written(&item.word, &item.source, target, state)?]),
    }
}

/// Puts what is new behind what stands before it.
pub(crate) fn insert<'m>(placed: &[Placed<'m>], first: Word<'m>, plan: &mut Plan<'m>) {
    let mut before = first;
    for place in placed {
        match place {
            Placed::There(Some(word)) => before = *word,
            Placed::There(None) => {}
            Placed::New(words) => {
                for new in words {
                    plan.push(Op::InsertAfter(before, new.clone()));
                }
            }
        }
    }
}
