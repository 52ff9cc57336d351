//! Recipes: migrations that are written down in a file, with parameters, steps and examples.

mod builtin;
mod codemods;
mod combine;
mod conditions;
mod error;
mod examples;
mod file;
mod load;
mod migration;
mod parameters;
mod schema;
mod together;

pub use builtin::builtin_recipes;
pub use error::RecipeError;
pub use examples::Failure;
pub use load::Recipe;
pub use migration::{Migration, run_all};
pub use parameters::{Parameter, ParameterKind};
pub use schema::recipe_schema;
