//! What recipes are: listed, explained, tested.

use std::io::{self, Write};

use dfix_codemods::{Failure, Recipe};
use serde_json::{Value, json};

use crate::exit::{Exit, Stop};
use crate::pretty_json;
use crate::report::diff;

/// Prints the recipes, one a line.
pub(super) fn list(recipes: &[Recipe], as_json: bool, out: &mut dyn Write) -> io::Result<()> {
    if as_json {
        let all: Vec<Value> = recipes.iter().map(of_recipe).collect();
        return pretty_json::print(&all, out);
    }
    let names = recipes.iter().map(|it| it.name().len());
    let width = names.max().unwrap_or_default();
    for recipe in recipes {
        writeln!(out, "{:width$}  {}", recipe.name(), summary(recipe))?;
    }
    Ok(())
}

/// The first line of what a recipe is for.
pub(super) fn summary(recipe: &Recipe) -> &str {
    let first = recipe.description().lines().next().unwrap_or_default();
    first.trim().trim_end_matches('.')
}

/// Prints what recipes do, and what they are told.
pub(super) fn explain(recipes: &[Recipe], as_json: bool, out: &mut dyn Write) -> io::Result<()> {
    if as_json {
        let all: Vec<Value> = recipes.iter().map(of_recipe).collect();
        return pretty_json::print(&all, out);
    }
    for (number, recipe) in recipes.iter().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        writeln!(out, "{}: {}", recipe.name(), recipe.description())?;
        if !recipe.parameters().is_empty() {
            writeln!(out, "\nParameters, set with --set NAME=VALUE:")?;
        }
        for parameter in recipe.parameters() {
            let default = match &parameter.default {
                None => "must be set".to_owned(),
                Some(default) => format!("default {default}"),
            };
            writeln!(
                out,
                "    {} ({}, {default}): {}",
                parameter.name,
                parameter.kind.told(),
                parameter.description
            )?;
        }
        writeln!(out, "\nSteps:")?;
        for (number, step) in recipe.steps().iter().enumerate() {
            writeln!(out, "    {}. {step}", number + 1)?;
        }
        if recipe.goes_together() {
            writeln!(
                out,
                "    They go together: nothing is done in a stage where one of them is left to a person."
            )?;
        }
        writeln!(
            out,
            "\nIgnore it in a file with `# dfix: ignore={}`.",
            recipe.name()
        )?;
        if let Some((before, after)) = recipe.shown_example() {
            writeln!(out, "\nIt changes:")?;
            print_diff(before, after, out)?;
        }
    }
    Ok(())
}

fn of_recipe(recipe: &Recipe) -> Value {
    let parameters = recipe.parameters().iter().map(|it| {
        json!({
            "name": it.name,
            "type": it.kind.told(),
            "default": it.default,
            "description": it.description,
        })
    });
    json!({
        "name": recipe.name(),
        "description": recipe.description(),
        "parameters": parameters.collect::<Vec<_>>(),
        "steps": recipe.steps(),
        "together": recipe.goes_together(),
        "examples": recipe.example_count(),
    })
}

/// Runs the examples of recipes, and prints what does not come out.
pub(super) fn test(recipes: Vec<Result<Recipe, Stop>>, out: &mut dyn Write) -> Result<Exit, Stop> {
    let mut exit = Exit::Clean;
    for recipe in recipes {
        let recipe = match recipe {
            Ok(recipe) => recipe,
            Err(Stop::Message(message)) => {
                writeln!(out, "{message}")?;
                exit = Exit::Error;
                continue;
            }
            Err(other) => return Err(other),
        };
        let failures = recipe.check_examples();
        let count = recipe.example_count();
        let examples = if count == 1 { "example" } else { "examples" };
        let name = recipe.name();
        if count == 0 {
            writeln!(out, "{name}: it has no examples")?;
        } else if failures.is_empty() {
            writeln!(out, "{name}: {count} {examples} as told")?;
        } else {
            let failed = failures.len();
            writeln!(out, "{name}: {failed} of {count} {examples} not as told")?;
            exit = exit.max(Exit::Findings);
        }
        for failure in &failures {
            print_failure(failure, out)?;
        }
    }
    Ok(exit)
}

fn print_failure(failure: &Failure, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "  line {}", failure.line)?;
    if !failure.about.is_empty() {
        write!(out, " ({})", failure.about)?;
    }
    writeln!(out, ": {}", failure.reason)?;
    if failure.expected != failure.actual {
        writeln!(out, "    - as the example says, + as it comes out")?;
        print_diff(&failure.expected, &failure.actual, out)?;
    }
    Ok(())
}

fn print_diff(before: &str, after: &str, out: &mut dyn Write) -> io::Result<()> {
    let mut patch = Vec::new();
    diff::patch(b"", before.as_bytes(), after.as_bytes(), &mut patch);
    // The heads of the patch name files, and there are none.
    let patch = String::from_utf8_lossy(&patch);
    for line in patch.lines().skip(4) {
        writeln!(out, "    {line}")?;
    }
    Ok(())
}
