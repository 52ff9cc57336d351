//! Items of which each is matched by another of several candidates, in whatever order.

use crate::matching::state::{State, Then};

/// Whether a candidate, with its index, is what an item asks for; `then` must be matched after it.
type Fits<'f, 'm, I, T> = &'f dyn Fn(&I, usize, &T, &mut State<'m>, Then<'_, 'm>) -> bool;

/// What must be matched after all items, given which candidates are taken.
type After<'t, 'm> = &'t mut dyn FnMut(&[bool], &mut State<'m>) -> bool;

/// Whether each item can be matched with a candidate of its own, and what comes after it matches, too. All ways are
/// tried.
pub(crate) fn each_of_its_own<'m, I, T>(
    items: &[I],
    there: &[T],
    state: &mut State<'m>,
    fits: Fits<'_, 'm, I, T>,
    then: After<'_, 'm>,
) -> bool {
    go_on(
        items,
        there,
        &mut vec![false; there.len()],
        state,
        fits,
        then,
    )
}

fn go_on<'m, I, T>(
    items: &[I],
    there: &[T],
    taken: &mut [bool],
    state: &mut State<'m>,
    fits: Fits<'_, 'm, I, T>,
    then: After<'_, 'm>,
) -> bool {
    if !state.step() {
        return false;
    }
    let Some((item, rest)) = items.split_first() else {
        return then(taken, state);
    };
    for (index, candidate) in there.iter().enumerate() {
        if taken[index] {
            continue;
        }
        taken[index] = true;
        let is_matched = fits(item, index, candidate, state, &mut |state| {
            go_on(rest, there, taken, state, fits, then)
        });
        if is_matched {
            return true;
        }
        taken[index] = false;
    }
    false
}
