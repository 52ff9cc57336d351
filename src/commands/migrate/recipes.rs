//! Which recipes, and what they are told.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use dfix_codemods::{Migration, Recipe, builtin_recipes};

use crate::exit::Stop;
use crate::rule_names::ALL;
use crate::suggest::did_you_mean;

/// The recipes that dfix brings along.
pub(super) fn builtin() -> Result<Vec<Recipe>, Stop> {
    builtin_recipes(ALL).map_err(|error| Stop::Message(error.to_string()))
}

/// Recipes by name or path, with commas between them.
pub(super) fn named(names: &str) -> Result<Vec<Recipe>, Stop> {
    let builtin = builtin()?;
    let names = names.split(',').map(str::trim);
    names.map(|name| one(name, &builtin)).collect()
}

/// As [`named`]; a folder stands for all recipes in it and below it, those with a reason that cannot be read.
pub(super) fn named_or_in_folder(names: &str) -> Result<Vec<Result<Recipe, Stop>>, Stop> {
    let folder = Path::new(names);
    if !folder.is_dir() {
        return Ok(named(names)?.into_iter().map(Ok).collect());
    }
    let mut files = Vec::new();
    collect(folder, &mut files)
        .map_err(|error| Stop::Message(format!("{names}: it cannot be read: {error}")))?;
    files.sort();
    if files.is_empty() {
        return Err(Stop::Message(format!("{names}: there is no recipe in it")));
    }
    Ok(files.iter().map(|file| read(file)).collect())
}

/// The recipes below a folder: what is called `*.toml`.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let (path, kind) = entry.and_then(|it| Ok((it.path(), it.file_type()?)))?;
        if kind.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|it| it == "toml") {
            files.push(path);
        }
    }
    Ok(())
}

fn one(name: &str, builtin: &[Recipe]) -> Result<Recipe, Stop> {
    if let Some(recipe) = builtin.iter().find(|it| it.name() == name) {
        return Ok(recipe.clone());
    }
    let path = Path::new(name);
    let path = if path.is_dir() {
        path.join("recipe.toml")
    } else {
        path.to_owned()
    };
    if path.is_file() || name.contains('/') || path.extension().is_some() {
        return read(&path);
    }
    let hint = did_you_mean(name, builtin.iter().map(Recipe::name));
    Err(Stop::Message(format!(
        "there is no recipe `{name}`{hint} (`dfix migrate --list` lists those that dfix brings along; one of yours is named by its path)"
    )))
}

fn read(path: &Path) -> Result<Recipe, Stop> {
    let shown = path.display().to_string();
    let text = fs::read_to_string(path)
        .map_err(|error| Stop::Message(format!("{shown}: it cannot be read: {error}")))?;
    Recipe::read(&shown, &text, ALL).map_err(|error| Stop::Message(error.to_string()))
}

/// The recipes with what they are told.
/// What `--set` tells: `NAME=VALUE`, or `RECIPE.NAME=VALUE`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told<'t> {
    recipe: Option<&'t str>,
    pub(super) name: &'t str,
    pub(super) value: &'t str,
}

impl<'t> Told<'t> {
    pub(super) fn read(text: &'t str) -> Option<Self> {
        let (name, value) = text.split_once('=')?;
        let (recipe, name) = match name.split_once('.') {
            Some((recipe, name)) => (Some(recipe), name),
            None => (None, name),
        };
        Some(Told {
            recipe,
            name,
            value,
        })
    }

    /// Whether a recipe has the parameter, and is the one that is meant.
    pub(super) fn is_for(self, recipe: &Recipe) -> bool {
        self.recipe.is_none_or(|it| it == recipe.name())
            && recipe.parameters().iter().any(|it| it.name == self.name)
    }
}

pub(super) fn with_parameters(recipes: &[Recipe], set: &[String]) -> Result<Vec<Migration>, Stop> {
    let mut values: Vec<BTreeMap<String, String>> = vec![BTreeMap::new(); recipes.len()];
    for text in set {
        let Some(told) = Told::read(text) else {
            return Err(Stop::Message(format!("--set {text}: write NAME=VALUE")));
        };
        let Told { name, value, .. } = told;
        let mut is_taken = false;
        for (recipe, values) in recipes.iter().zip(&mut values) {
            if told.is_for(recipe) {
                values.insert(name.to_owned(), value.to_owned());
                is_taken = true;
            }
        }
        if !is_taken {
            let known = recipes
                .iter()
                .flat_map(|it| it.parameters().iter().map(|it| it.name.as_str()));
            let hint = did_you_mean(name, known);
            let recipes: Vec<&str> = recipes.iter().map(Recipe::name).collect();
            return Err(Stop::Message(format!(
                "--set {text}: {} has no parameter `{name}`{hint}; --explain lists them",
                recipes.join(", ")
            )));
        }
    }
    let both = recipes.iter().zip(&values);
    both.map(|(recipe, values)| {
        recipe
            .with(values)
            .map_err(|error| Stop::Message(error.to_string()))
    })
    .collect()
}
