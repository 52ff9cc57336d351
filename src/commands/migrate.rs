//! `dfix migrate`: recipes, run, listed, explained and tested.

mod about;
mod message;
mod recipes;

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use dfix_codemods::{Match, Migration, Recipe, recipe_schema, run_all};
use dfix_engine::Outcome;
use dfix_model::context::Context;
use dfix_syntax::Parse;

use super::show::{is_json, show};
use super::visit;
use crate::cli::{self, Common};
use crate::exit::{Exit, Stop};
use crate::runner::{FileReport, Job};

pub(super) fn run(told: &cli::Migrate, common: &Common, out: &mut dyn Write) -> Result<Exit, Stop> {
    if told.schema {
        out.write_all(recipe_schema().as_bytes())?;
        return Ok(Exit::Clean);
    }
    if told.list {
        about::list(&recipes::builtin()?, is_json(common.format)?, out)?;
        return Ok(Exit::Clean);
    }
    let named = told.recipes.as_deref().unwrap_or_default();
    if told.test {
        return about::test(recipes::named_or_in_folder(named)?, out);
    }
    let recipes = recipes::named(named)?;
    if told.explain {
        about::explain(&recipes, is_json(common.format)?, out)?;
        return Ok(Exit::Clean);
    }
    let migrations = recipes::with_parameters(&recipes, &told.set)?;
    let files = visit::files(&told.paths, &told.work, &Migrating(&migrations), common)?;
    if let Some(place) = &told.message {
        write_message(place, &recipes, &told.set, &files, out)?;
        if place == Path::new("-") {
            // Standard output has the message, and nothing else.
            let quiet = Common {
                quiet: true,
                ..common.clone()
            };
            return show(files, &told.work, false, &quiet, &mut io::sink());
        }
    }
    show(files, &told.work, false, common, out)
}

fn write_message(
    place: &Path,
    recipes: &[Recipe],
    set: &[String],
    files: &[FileReport],
    out: &mut dyn Write,
) -> Result<(), Stop> {
    let text = message::of(recipes, set, files);
    if place == Path::new("-") {
        out.write_all(text.as_bytes())?;
        return Ok(());
    }
    std::fs::write(place, text).map_err(|error| {
        Stop::Message(format!(
            "--message {}: it cannot be written: {error}",
            place.display()
        ))
    })
}

/// Recipes, run on every file.
struct Migrating<'a>(&'a [Migration]);

impl Job for Migrating<'_> {
    fn may_concern(&self, text: &str) -> bool {
        self.0.iter().any(|it| it.may_concern(text))
    }

    fn follows_images(&self) -> bool {
        true
    }

    fn run(&self, text: &Arc<str>, parsed: &Parse, context: &dyn Context) -> (Outcome, Vec<Match>) {
        (run_all(self.0, text, parsed, context), Vec::new())
    }
}
