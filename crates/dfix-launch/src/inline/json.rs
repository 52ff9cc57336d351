//! Bake files in JSON: `dockerfile-inline` of targets. A string there is a template, as in HCL.

use jsonc_parser::ast::{StringLit, Value};
use jsonc_parser::common::Ranged as _;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::dollars::Dollars;
use super::edit::Told;
use super::holder::Holder;
use super::quoted::Escapes;
use super::style::{Form, Style};
use super::text::{Inline, Inlines, Text};
use crate::yaml::YamlError;

/// The Dockerfiles of a bake file in JSON.
pub(super) fn read(text: &str) -> Result<Inlines, YamlError> {
    let parsed = parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default());
    let parsed = parsed.map_err(|error| YamlError {
        line: error.line_display(),
        message: error.kind().to_string(),
    })?;
    let mut reading = Reading {
        text,
        path: Vec::new(),
        inlines: Inlines {
            holder: Holder::BakeJson,
            all: Vec::new(),
            rest: Vec::new(),
        },
    };
    if let Some(value) = &parsed.value {
        reading.value(value);
    }
    Ok(reading.inlines)
}

struct Reading<'t> {
    text: &'t str,
    path: Vec<String>,
    inlines: Inlines,
}

impl Reading<'_> {
    fn value(&mut self, value: &Value<'_>) {
        let rest = &mut self.inlines.rest;
        match value {
            Value::Object(object) => {
                rest.push("{".to_owned());
                for property in &object.properties {
                    let key = property.name.as_str().to_owned();
                    self.inlines.rest.push(format!("{key}:"));
                    self.path.push(key);
                    self.value(&property.value);
                    self.path.pop();
                }
                self.inlines.rest.push("}".to_owned());
            }
            Value::Array(array) => {
                rest.push("[".to_owned());
                self.path.push(String::new());
                for element in &array.elements {
                    self.value(element);
                }
                self.path.pop();
                self.inlines.rest.push("]".to_owned());
            }
            Value::StringLit(it) => {
                if !self.string(it) {
                    self.inlines.rest.push(format!("{:?}", it.value));
                }
            }
            Value::NumberLit(it) => rest.push(it.value.to_owned()),
            Value::BooleanLit(it) => rest.push(it.value.to_string()),
            Value::NullKeyword(_) => rest.push("null".to_owned()),
        }
    }

    /// A string; whether it is the known text of a Dockerfile.
    fn string(&mut self, string: &StringLit<'_>) -> bool {
        let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
        let [above @ .., last] = &*path else {
            return false;
        };
        if *last != Holder::BakeJson.key() || string.value.is_empty() {
            return false;
        }
        let mut said = said(self.text, string);
        let name = match above {
            ["target", name] => (*name).to_owned(),
            above => {
                if let Ok(text) = &mut said {
                    text.left = Some(Told::new("it does not stand in a target", "write it there"));
                }
                above.join(".")
            }
        };
        let place = match &said {
            Ok(text) => text.place(0..text.text().len()),
            Err(_) => string.start()..string.end(),
        };
        let is_known = said.is_ok();
        self.inlines.all.push(Inline { name, place, said });
        is_known
    }
}

fn said(file: &str, string: &StringLit<'_>) -> Result<Text, Told> {
    let range = string.range;
    let written = file.get(range.start..range.end).unwrap_or_default();
    let is_quoted = written.len() > 1 && written.starts_with('"') && written.ends_with('"');
    let inside = range.start + 1..range.end.saturating_sub(1).max(range.start + 1);
    let read = is_quoted
        .then(|| Escapes::Json.read(file, inside))
        .flatten();
    let read = read.filter(|it| it.text == string.value);
    let read = read.ok_or_else(|| {
        Told::new(
            "dfix does not understand how it is written",
            "write it as JSON does, with `\\n` where a line ends",
        )
    })?;
    let dollars = Dollars::Template;
    let decoded = dollars.read(&read)?;
    Ok(Text {
        decoded,
        style: Style {
            form: Form::Escaped,
            dollars,
        },
        left: None,
    })
}
