//! What somebody asked to change in Dockerfiles: structural search and replace.
#![cfg_attr(
    not(test),
    deny(
        clippy::disallowed_methods,
        clippy::disallowed_types,
        clippy::disallowed_macros
    )
)]
#![warn(missing_docs)]

mod error;
mod flat;
mod matching;
mod pattern;
mod recipe;
mod replacement;
mod rewrite;

pub use error::PatternError;
pub use matching::place::Conditions;
pub use recipe::{
    Failure, Migration, Parameter, ParameterKind, Recipe, RecipeError, builtin_recipes,
    recipe_schema, run_all,
};
pub use rewrite::{Capture, Match, Rewrite, Search};
