//! `dfix explain`: what a rule does, why, and its examples.

use std::io::Write;

use dfix_engine::{Example, Rule};

use super::rules;
use crate::exit::{Exit, Stop};
use crate::pretty_json;
use crate::report::diff;
use crate::rule_names::{resolve, unknown};

pub(super) fn run(name: &str, as_json: bool, out: &mut dyn Write) -> Result<Exit, Stop> {
    let found = resolve(name).ok_or_else(|| unknown(name))?;
    if as_json {
        let found: Vec<_> = found.into_iter().map(rules::of_rule).collect();
        pretty_json::print(&found, out)?;
        return Ok(Exit::Clean);
    }
    for (count, rule) in found.into_iter().enumerate() {
        if count > 0 {
            writeln!(out)?;
        }
        print(rule, out)?;
    }
    Ok(Exit::Clean)
}

/// Prints what a rule does, why, and its examples.
pub(super) fn print(rule: &Rule, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(out, "{}: {}", rule.id, rule.summary)?;
    writeln!(out, "\n{}\n", rule.why)?;
    let groups = super::rules::groups(rule);
    let what = if groups.len() == 1 { "Group" } else { "Groups" };
    write!(
        out,
        "Severity {}. {what} {}",
        rule.severity.name(),
        groups.join(", ")
    )?;
    if !rule.is_on() {
        write!(out, ", off unless it is asked for")?;
    }
    if !rule.aliases.is_empty() {
        write!(out, "; elsewhere known as {}", rule.aliases.join(", "))?;
    }
    writeln!(
        out,
        ". Ignore it in a file with `# dfix: ignore={}`.",
        rule.id
    )?;
    if !rule.options.is_empty() {
        writeln!(out, "\nOptions, in dfix.toml under [rules.{}]:", rule.id)?;
    }
    for option in rule.options {
        writeln!(
            out,
            "    {} ({}): {}",
            option.name, option.kind, option.summary
        )?;
    }
    let shown = for_reading(rule.examples);
    for example in &shown {
        print_example(example, out)?;
    }
    let more = rule.examples.len() - shown.len();
    if more > 0 {
        writeln!(
            out,
            "\n{more} more examples: `dfix explain {} --format json`",
            rule.id
        )?;
    }
    Ok(())
}

/// The examples that explain most, in their order: the first of each kind. The others are regressions.
fn for_reading(examples: &[Example]) -> Vec<&Example> {
    let is_fix = |it: &Example| it.before != it.after;
    let first = |is_wanted: &dyn Fn(&Example) -> bool| examples.iter().position(is_wanted);
    let mut places: Vec<usize> = [
        first(&|it| is_fix(it) && !it.allow_unsafe),
        first(&|it| is_fix(it) && it.allow_unsafe),
        first(&|it| !is_fix(it) && it.says.is_empty()),
        first(&|it| !is_fix(it) && !it.says.is_empty()),
    ]
    .into_iter()
    .flatten()
    .collect();
    places.sort_unstable();
    places.into_iter().map(|at| &examples[at]).collect()
}

fn print_example(example: &Example, out: &mut dyn Write) -> std::io::Result<()> {
    let what = match (example.before == example.after, example.allow_unsafe) {
        (true, _) => "It leaves alone",
        (false, true) => "With --unsafe it changes",
        (false, false) => "It changes",
    };
    write!(out, "\n{what}")?;
    if let Some((name, text)) = example.option {
        write!(out, " with {name} = {text:?}")?;
    }
    let files: Vec<&str> = example
        .context
        .unwrap_or_default()
        .iter()
        .map(|it| it.0)
        .collect();
    if !files.is_empty() {
        write!(out, " (beside it: {})", files.join(", "))?;
    }
    writeln!(out, ":")?;
    if example.before == example.after {
        for line in example.before.lines() {
            writeln!(out, "    {line}")?;
        }
    } else {
        let mut patch = Vec::new();
        diff::patch(
            b"",
            example.before.as_bytes(),
            example.after.as_bytes(),
            &mut patch,
        );
        // The heads of the patch name files, and there are none.
        let patch = String::from_utf8_lossy(&patch);
        for line in patch
            .lines()
            .skip(4)
            .filter(|it| !it.starts_with("\\ No newline"))
        {
            writeln!(out, "    {line}")?;
        }
    }
    if !example.says.is_empty() {
        writeln!(out, "    and says: {}", example.says)?;
    }
    Ok(())
}
