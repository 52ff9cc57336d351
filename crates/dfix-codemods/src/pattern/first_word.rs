//! The first word of a command's pattern where it is a hole.

use dfix_model::Model;
use dfix_model::context::NoContext;

use crate::pattern::template::{Cut, Hole, Template};

/// The hole that is the first word.
pub(super) fn first_hole(template: &Template) -> Option<usize> {
    let first = template.text.split(' ').next().unwrap_or_default();
    match template.cut(first).as_slice() {
        [Cut::Hole(number)] => Some(*number),
        _ => None,
    }
}

/// A program that is a hole is read as the first one that it may be.
pub(super) fn as_literal(template: &Template, number: usize, hole: &Hole) -> Template {
    let literal = hole.condition.as_ref().and_then(|it| it.first_literal());
    let read = literal
        .filter(|it| is_word(it))
        .map(|literal| template.with_word(number, &literal));
    // `python -m pip` is pip behind python: the hole would be the program of neither.
    let read = read.filter(|read| !begins_with_wrapper(&read.text));
    read.unwrap_or_else(|| template.clone())
}

/// Whether the first word of a command is a wrapper of it.
fn begins_with_wrapper(command: &str) -> bool {
    let dockerfile = format!("FROM x\nRUN {command}\n");
    let parsed = dfix_syntax::parse(&dockerfile);
    let model = Model::new(&parsed.file(), &dockerfile, &NoContext);
    let first = model.commands().next();
    first.is_some_and(|it| it.wrappers().next().is_some())
}

pub(super) fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.+/".contains(&b))
}
