//! Commands written as lists of texts: in the exec form, or from it.

use dfix_model::StepKind;

use crate::flat;
use crate::matching::state::{State, Value};
use crate::pattern::command::{CommandPattern, OptionItem, Place, Shape};
use crate::pattern::words::{Item, WordPattern};
use crate::replacement::carry::{self, Site, Target};
use crate::replacement::of_words::filled;

/// The words of a command, in order.
enum Part<'p> {
    Item(&'p Item),
    Option(&'p OptionItem),
}

fn parts(command: &CommandPattern) -> Vec<Part<'_>> {
    let mut parts: Vec<Part<'_>> = Vec::new();
    let wrappers = command.wrappers.iter().flat_map(|it| &it.items);
    parts.extend(wrappers.map(Part::Item));
    parts.push(Part::Item(&command.program));
    match &command.shape {
        Shape::Ordered(items) => parts.extend(items.iter().map(Part::Item)),
        Shape::Zones(zones) => parts.extend(command.order.iter().map(|place| match place {
            Place::Head(index) => Part::Item(&zones.heads[*index]),
            Place::Operand(index) => Part::Item(&zones.operands[*index]),
            Place::Option(index) => Part::Option(&zones.options[*index]),
        })),
    }
    parts
}

/// The words behind the program, in order; nothing where an option has its value in its own word, or shares that with others.
pub(crate) fn items(command: &CommandPattern) -> Option<Vec<Item>> {
    let zones = match &command.shape {
        Shape::Ordered(items) => return Some(items.clone()),
        Shape::Zones(zones) => zones,
    };
    let mut items = Vec::new();
    for place in &command.order {
        match place {
            Place::Head(index) => items.push(zones.heads[*index].clone()),
            Place::Operand(index) => items.push(zones.operands[*index].clone()),
            Place::Option(index) => {
                let option = &zones.options[*index];
                if option.cluster.is_some() || option.value.is_some() {
                    return None;
                }
                items.push(Item {
                    word: WordPattern::literal(&option.name),
                    slot: option.slot,
                    source: option.sources.first()?.clone(),
                });
            }
        }
    }
    Some(items)
}

/// What the words of a replacement stand for, where no shell reads them.
pub(crate) fn values(
    replacement: &CommandPattern,
    state: &State<'_>,
) -> Result<Vec<String>, String> {
    if !replacement.assignments.is_empty() || !replacement.redirects.is_empty() {
        return Err("the exec form has no shell, which variables and redirections need".to_owned());
    }
    let mut words = Vec::new();
    for part in parts(replacement) {
        words.extend(match part {
            Part::Item(item) => of_item(item, replacement.is_exec, state)?,
            Part::Option(option) => of_option(option, state)?,
        });
    }
    match words.iter().find(|it| flat::has_expansion(it)) {
        Some(word) => Err(format!(
            "`{}` holds a variable, which the exec form does not know",
            flat::shown(word)
        )),
        None => Ok(words),
    }
}

fn of_item(item: &Item, is_exec: bool, state: &State<'_>) -> Result<Vec<String>, String> {
    if item.word.is_nothing() {
        return Ok(Vec::new());
    }
    let list = item.word.as_list();
    if let Some(Value::List(texts)) = list.and_then(|list| state.value(list.name?)) {
        return Ok(texts.iter().map(|it| it.flat().to_owned()).collect());
    }
    let is_pattern = |text: &str| text.contains(['*', '?', '[']) || text.starts_with('~');
    if let Some(text) = item.word.as_literal()
        && !is_exec
        && is_pattern(text)
        && item.source.as_literal() == Some(text)
    {
        return Err(format!("`{text}` is for a shell, and there is none"));
    }
    Ok(vec![filled(&item.word, state)?])
}

fn of_option(option: &OptionItem, state: &State<'_>) -> Result<Vec<String>, String> {
    let value = option.value.as_ref();
    let value = value.map(|it| filled(it, state)).transpose()?;
    let name = &option.name;
    Ok(match value {
        Some(value) if option.is_next_word => vec![name.clone(), value],
        Some(value) if name.starts_with("--") => vec![format!("{name}={value}")],
        value => vec![format!("{name}{}", value.unwrap_or_default())],
    })
}

/// A command of the exec form as source of a shell.
pub(crate) fn in_shell(
    replacement: &CommandPattern,
    kind: StepKind,
    state: &State<'_>,
) -> Result<String, String> {
    let site = Site {
        target: Target::Shell(kind),
        quote: None,
        is_command: false,
        is_in_script: false,
    };
    let mut words = Vec::new();
    for part in parts(replacement) {
        let Part::Item(item) = part else {
            if let Part::Option(option) = part {
                words.extend(literals(of_option(option, state)?)?);
            }
            continue;
        };
        let bound = item.word.as_hole().and_then(|hole| state.value(hole.name?));
        match bound {
            Some(Value::Text(text)) => words.push(carry::written(text, site, state)?),
            Some(Value::List(texts)) => {
                for text in texts {
                    words.push(carry::written(text, site, state)?);
                }
            }
            _ => words.extend(literals(of_item(item, true, state)?)?),
        }
    }
    Ok(words.join(" "))
}

fn literals(words: Vec<String>) -> Result<Vec<String>, String> {
    let written = words.into_iter().map(|word| {
        if flat::has_expansion(&word) || word.contains(['\n', '\r']) {
            return Err(format!("`{}` cannot be written anew", flat::shown(&word)));
        }
        Ok(carry::literal_in_shell(&word))
    });
    written.collect()
}
