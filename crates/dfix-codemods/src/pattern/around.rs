//! What stands around the words of a command: variables that are set for it, and redirections.

use dfix_model::{Command, Redirect, Word};

use crate::matching::state::{State, Text, Then};
use crate::pattern::words::WordPattern;

/// `NAME=value` in front of a command.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AssignmentPattern {
    pub(crate) name: String,
    pub(crate) value: Option<WordPattern>,
}

/// A redirection.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RedirectPattern {
    pub(crate) fd: Option<String>,
    pub(crate) operator: String,
    pub(crate) target: Option<WordPattern>,
}

/// Whether the variables that are set before a command are those of the pattern; then goes on.
pub(crate) fn assignments<'m>(
    patterns: &[AssignmentPattern],
    command: Command<'m>,
    state: &mut State<'m>,
    then: Then<'_, 'm>,
) -> bool {
    let Some((pattern, rest)) = patterns.split_first() else {
        return then(state);
    };
    let Some(found) = command.assignments().find(|it| it.name() == pattern.name) else {
        return false;
    };
    word_or_none(pattern.value.as_ref(), found.value(), state, &mut |state| {
        assignments(rest, command, state, then)
    })
}

/// Whether the redirections of a command are those of the pattern; then goes on.
pub(crate) fn redirects<'m>(
    patterns: &[RedirectPattern],
    command: Command<'m>,
    state: &mut State<'m>,
    then: Then<'_, 'm>,
) -> bool {
    let Some((pattern, rest)) = patterns.split_first() else {
        return then(state);
    };
    let is_like =
        |it: &Redirect<'m>| it.operator() == pattern.operator && it.fd() == pattern.fd.as_deref();
    command.redirects().filter(is_like).any(|found| {
        word_or_none(
            pattern.target.as_ref(),
            found.target(),
            state,
            &mut |state| redirects(rest, command, state, then),
        )
    })
}

fn word_or_none<'m>(
    pattern: Option<&WordPattern>,
    word: Option<Word<'m>>,
    state: &mut State<'m>,
    then: Then<'_, 'm>,
) -> bool {
    match (pattern, word) {
        (None, None) => then(state),
        (Some(pattern), Some(word)) => pattern.fits(&Text::of_word(word), state, then),
        (Some(pattern), None) => pattern.as_literal() == Some("") && then(state),
        (None, Some(_)) => false,
    }
}
