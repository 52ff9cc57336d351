//! `dfix rules`: the catalogue of rules, from the rules' own data.

use std::io::Write;

use dfix_engine::{Example, Group, Rule, RuleOption};
use serde_json::{Value, json};

use crate::exit::{Exit, Stop};
use crate::rule_names::ALL;
use crate::{labels, pretty_json};

pub(super) fn run(as_json: bool, out: &mut dyn Write) -> Result<Exit, Stop> {
    if as_json {
        let rules: Vec<Value> = ALL.iter().map(|rule| of_rule(rule)).collect();
        pretty_json::print(&rules, out)?;
        return Ok(Exit::Clean);
    }
    let wide = ALL.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    let mut is_first = true;
    for group in Group::ALL {
        // Under the first of its groups; those of aliases are seen by the aliases.
        let is_here = |rule: &&&Rule| rule.groups.first() == Some(group);
        let mut rules = ALL.iter().filter(is_here).peekable();
        if rules.peek().is_none() {
            continue;
        }
        let blank = if is_first { "" } else { "\n" };
        let off = if *group == Group::Style {
            " (off unless it is asked for: --rule style, or style = \"on\" in dfix.toml)"
        } else {
            ""
        };
        writeln!(out, "{blank}{}{off}", group.name())?;
        is_first = false;
        for rule in rules {
            write!(out, "  {:wide$}  {}", rule.id, rule.summary)?;
            if !rule.is_on() && *group != Group::Style {
                write!(out, ", off unless it is asked for")?;
            }
            if !rule.aliases.is_empty() {
                write!(out, " ({})", rule.aliases.join(", "))?;
            }
            writeln!(out)?;
        }
    }
    Ok(Exit::Clean)
}

/// A rule as JSON.
pub(super) fn of_rule(rule: &Rule) -> Value {
    json!({
        "id": rule.id,
        "aliases": rule.aliases,
        "groups": groups(rule),
        "severity": rule.severity.name(),
        "on": rule.is_on(),
        "phase": labels::phase(rule.phase),
        "summary": rule.summary,
        "why": rule.why,
        "options": rule.options.iter().map(of_option).collect::<Vec<_>>(),
        "examples": rule.examples.iter().map(of_example).collect::<Vec<_>>(),
    })
}

/// The names of a rule's groups.
pub(crate) fn groups(rule: &Rule) -> Vec<&'static str> {
    rule.all_groups().map(Group::name).collect()
}

fn of_option(option: &RuleOption) -> Value {
    json!({
        "name": option.name,
        "takes": option.kind.to_string(),
        "summary": option.summary,
    })
}

fn of_example(example: &Example) -> Value {
    json!({
        "before": example.before,
        "after": example.after,
        "context": example.context.map(|files| {
            files.iter().map(|(path, text)| json!({ "path": path, "text": text })).collect::<Vec<_>>()
        }),
        "option": example.option.map(|(name, text)| json!({ "name": name, "value": text })),
        "unsafe": example.allow_unsafe,
        "says": example.says,
    })
}
