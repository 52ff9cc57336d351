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

mod align;
mod change;
mod choose;
mod command;
mod condition;
mod error;
mod explain;
mod filter;
mod find;
mod flat;
mod image;
mod instruction;
mod of_command;
mod of_image;
mod of_instruction;
mod of_options;
mod of_words;
mod pattern;
mod place;
mod plan;
mod read_instruction;
mod recipe;
mod reference;
mod render;
mod rewrite;
mod slots;
mod state;
mod template;
mod version;
mod view;
mod words;

pub use error::PatternError;
pub use place::Conditions;
pub use recipe::{
    Failure, Migration, Parameter, ParameterKind, Recipe, RecipeError, builtin_recipes,
    recipe_schema, run_all,
};
pub use rewrite::{Capture, Match, Rewrite, Search};
