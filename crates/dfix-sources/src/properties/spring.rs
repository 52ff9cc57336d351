//! Spring's settings in YAML: the names of nested keys are joined by points, as in properties.

use saphyr_parser::{Event, Parser};

use super::names::set;
use crate::source::Source;
use crate::token::Trouble;

/// How deep keys may be nested.
const MOST_DEPTH: usize = 32;

/// What the parser is in.
enum Around {
    Map {
        /// Whether a key was said, whose value comes next.
        has_key: bool,
        /// How long the name is without its keys.
        before: usize,
    },
    List,
}

/// Reads the documents into a source.
pub(super) fn read(text: &str, source: &mut Source) {
    // Maven puts its values in for `@name@`, which is no YAML before.
    let text = text.replace(": @", ": _");
    let mut name = String::new();
    let mut around: Vec<Around> = Vec::new();
    for event in Parser::new_from_str(&text) {
        let (event, span) = match event {
            Ok(it) => it,
            Err(error) => {
                let line = error.marker().line().max(1);
                source.trouble = Some((line, Trouble::Malformed));
                return;
            }
        };
        match event {
            Event::Scalar(said, _, _, _) => match around.last_mut() {
                Some(Around::Map { has_key, before }) if !*has_key => {
                    name.truncate(*before);
                    if !name.is_empty() {
                        name.push('.');
                    }
                    name.push_str(&said);
                    *has_key = true;
                }
                Some(Around::Map { has_key, .. }) => {
                    *has_key = false;
                    set("properties", &name, &said, span.start.line(), source);
                }
                Some(Around::List) | None => {}
            },
            Event::MappingStart(..) => {
                if around.len() > MOST_DEPTH {
                    source.trouble = Some((span.start.line(), Trouble::Malformed));
                    return;
                }
                around.push(Around::Map {
                    has_key: false,
                    before: name.len(),
                });
            }
            Event::SequenceStart(..) => around.push(Around::List),
            Event::MappingEnd | Event::SequenceEnd => {
                if let Some(Around::Map { before, .. }) = around.pop() {
                    name.truncate(before);
                }
                value_ended(&mut around);
            }
            Event::Alias(_) => value_ended(&mut around),
            _ => {}
        }
    }
}

/// What was said last was a value, unless it stands in a list.
fn value_ended(around: &mut [Around]) {
    if let Some(Around::Map { has_key, .. }) = around.last_mut() {
        *has_key = false;
    }
}
