//! What to change in a Dockerfile: the rules, each one file under `rules/`.
//!
//! A rule sees the model and says what it found; it never sees an offset, a quote, a backslash or a
//! newline, and it does not know who asked. How to add one: the README beside this crate's `src`.
#![cfg_attr(
    not(test),
    deny(
        clippy::disallowed_methods,
        clippy::disallowed_types,
        clippy::disallowed_macros
    )
)]
#![warn(missing_docs)]

mod asking;
mod base;
mod cleaning;
mod downloads;
mod layers;
mod neighbours;
mod of_bash;
mod quoting;
mod renaming;
mod replaced;
mod rules;

pub use rules::ALL;

use dfix_engine::Rule;

/// The rule with exactly this id.
pub fn by_id(id: &str) -> Option<&'static Rule> {
    ALL.binary_search_by_key(&id, |rule| rule.id)
        .ok()
        .map(|index| ALL[index])
}
