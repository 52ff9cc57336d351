//! What becomes of an instruction's words whose order does not matter: ports, and paths of volumes.

use dfix_model::{Step, Word};

use crate::matching::state::{Slot, State};
use crate::pattern::instruction::elements_of;
use crate::pattern::words::{Element, Item};
use crate::replacement::carry::Target;
use crate::replacement::change::change_whole;
use crate::replacement::of_words::{added, changed_by, filled, words_of};
use crate::replacement::plan::{New, Op, Plan};

/// Those that are there twice, of what items name literally.
pub(crate) fn there_again<'m>(
    items: &[&Item],
    named: &[Word<'m>],
    step: Step<'m>,
) -> Vec<Word<'m>> {
    let elements = elements_of(step).into_iter();
    let again = elements.filter(|it| {
        let mut literals = items.iter().filter_map(|item| item.word.as_literal());
        literals.any(|text| it.is(text))
    });
    let words = again.filter_map(|it| it.whole.word);
    words.filter(|it| !named.contains(it)).collect()
}

/// The words of an instruction whose order does not matter: what is there already is not written again.
pub(crate) fn set<'m>(
    old: &[Item],
    new: &[Item],
    step: Step<'m>,
    target: Target,
    state: &State<'m>,
    plan: &mut Plan<'m>,
) -> Result<(), String> {
    let is_among = |item: &Item, others: &[Item]| others.iter().any(|it| it.word == item.word);
    let mut gone: Vec<&Item> = old.iter().filter(|it| !is_among(it, new)).collect();
    let mut come: Vec<New> = Vec::new();
    let elements = elements_of(step);
    let named: Vec<Word<'m>> = old.iter().flat_map(|it| words_of(it, state)).collect();
    let again = there_again(&gone, &named, step);
    for item in new.iter().filter(|it| !is_among(it, old)) {
        let goes = |it: &Element<'m>| {
            let mut words = gone.iter().flat_map(|gone| words_of(gone, state));
            words.any(|word| it.whole.word == Some(word))
        };
        let single = gone.iter().position(|it| it.word.as_list().is_none());
        let name = match item.word.as_list() {
            None => Some(filled(&item.word, state)?),
            Some(_) => None,
        };
        match (name, single) {
            (Some(name), _) if elements.iter().any(|it| it.is(&name) && !goes(it)) => {}
            (Some(name), Some(index)) => {
                let Some(Slot::Text(text)) = state.slot(gone.remove(index).slot) else {
                    continue;
                };
                // `/tcp` stays where the replacement says no protocol.
                let says_protocol = !text.after().is_empty() && name.contains('/');
                plan.push(if says_protocol {
                    change_whole(text, &name)?
                } else {
                    changed_by(text, &item.word, &name, target, state)?
                });
            }
            _ => come.extend(added(item, target, state)?),
        }
    }
    let mut gone: Vec<_> = gone.iter().flat_map(|it| words_of(it, state)).collect();
    gone.extend(again);
    if !gone.is_empty() {
        plan.push(Op::Remove(gone));
    }
    let last = step.words().next_back();
    for new in come {
        plan.push(last.map(|last| Op::InsertAfter(last, new)));
    }
    Ok(())
}
