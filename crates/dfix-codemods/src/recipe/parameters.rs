//! What a recipe is told: parameters, their values, and the texts that they are put into.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Value;

use super::error::did_you_mean;
use super::file::{KindFile, ParameterFile};

/// Something that a recipe is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// What it may be.
    pub kind: ParameterKind,
    /// What it is where nobody says; none where somebody must.
    pub default: Option<String>,
    /// What it says, for people.
    pub description: String,
}

/// What the value of a parameter may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParameterKind {
    /// A text without blanks and quotes.
    String,
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Number,
    /// One of these.
    Choice(Vec<String>),
    /// Where images are: a host with a dot or a port, perhaps with folders.
    Registry,
}

impl ParameterKind {
    /// What is accepted, as a phrase.
    pub fn told(&self) -> String {
        match self {
            ParameterKind::String => "string".to_owned(),
            ParameterKind::Bool => "true or false".to_owned(),
            ParameterKind::Number => "whole number".to_owned(),
            ParameterKind::Choice(choices) => choices.join(" or "),
            ParameterKind::Registry => {
                "registry: a host with a dot or a port, perhaps with folders in small letters"
                    .to_owned()
            }
        }
    }
}

/// The values of all parameters, as texts.
pub(crate) type Values = BTreeMap<String, String>;

/// The text of a value of the file; none for what is no text, number or truth.
pub(crate) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Boolean(truth) => Some(truth.to_string()),
        _ => None,
    }
}

impl Parameter {
    pub(crate) fn read(name: &str, file: &ParameterFile) -> Result<Self, String> {
        if !is_name(name) {
            return Err(format!(
                "`{name}` is no name of a parameter: small letters, digits and `-`, a letter first"
            ));
        }
        let kind = match file.kind {
            KindFile::String => ParameterKind::String,
            KindFile::Bool => ParameterKind::Bool,
            KindFile::Number => ParameterKind::Number,
            KindFile::Choice => ParameterKind::Choice(file.choices.clone()),
            KindFile::Registry => ParameterKind::Registry,
        };
        if (kind == ParameterKind::Choice(Vec::new()))
            || (file.kind != KindFile::Choice && !file.choices.is_empty())
        {
            return Err(format!(
                "`{name}`: a parameter of type \"choice\" has `choices`, and no other has"
            ));
        }
        let mut parameter = Parameter {
            name: name.to_owned(),
            kind,
            default: None,
            description: file.description.trim().to_owned(),
        };
        if let Some(value) = &file.default {
            let text = text_of(value)
                .ok_or_else(|| format!("the default of `{name}` is no string, number or truth"))?;
            parameter.check(&text)?;
            parameter.default = Some(text);
        }
        Ok(parameter)
    }

    /// Whether it may be this, or why not.
    pub(crate) fn check(&self, text: &str) -> Result<(), String> {
        let name = &self.name;
        let fits = match &self.kind {
            ParameterKind::String => {
                return is_harmless(text).map_err(|it| format!("`{name}` {it}"));
            }
            ParameterKind::Bool => matches!(text, "true" | "false"),
            ParameterKind::Number => text.parse::<u64>().is_ok(),
            ParameterKind::Choice(choices) => choices.iter().any(|it| it == text),
            ParameterKind::Registry if text.contains('$') => {
                return Err(format!(
                    "`{name}` is `{text}`: the file has no such variable before its first FROM; write the registry itself"
                ));
            }
            ParameterKind::Registry => is_registry(text),
        };
        if fits {
            return Ok(());
        }
        let hint = match &self.kind {
            ParameterKind::Choice(choices) => {
                did_you_mean(text, choices.iter().map(String::as_str))
            }
            _ => String::new(),
        };
        Err(format!(
            "`{name}` is {}, not `{text}`{hint}",
            self.kind.told()
        ))
    }
}

/// Whether images may be named behind it, as the builder reads references: `registry.example.com:5000/hub`.
fn is_registry(text: &str) -> bool {
    let (host, folders) = match text.split_once('/') {
        Some((host, folders)) => (host, Some(folders)),
        None => (text, None),
    };
    let (name, port) = match host.split_once(':') {
        Some((name, port)) => (name, Some(port)),
        None => (host, None),
    };
    let is_of_host = |it: char| it.is_ascii_alphanumeric() || matches!(it, '.' | '-');
    let is_of_folder =
        |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || matches!(it, '.' | '-' | '_');
    let is_folder = |it: &str| {
        it.starts_with(|it: char| it.is_ascii_alphanumeric())
            && it.ends_with(|it: char| it.is_ascii_alphanumeric())
            && it.chars().all(is_of_folder)
    };
    let is_port = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    let is_host = name.starts_with(|it: char| it.is_ascii_alphanumeric())
        && name.chars().all(is_of_host)
        && (name.contains('.') || port.is_some() || name == "localhost");
    is_host && port.is_none_or(is_port) && folders.is_none_or(|it| it.split('/').all(is_folder))
}

fn is_name(name: &str) -> bool {
    name.starts_with(|it: char| it.is_ascii_lowercase())
        && name
            .chars()
            .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-')
}

/// A value is put into patterns as it is, so it can be no hole and no second word.
fn is_harmless(text: &str) -> Result<(), String> {
    let is_bad =
        |it: char| it.is_whitespace() || it.is_control() || matches!(it, '\'' | '"' | '`' | '\\');
    if text.chars().any(is_bad) {
        return Err(format!(
            "is `{text}`: blanks, quotes and `\\` cannot be in it"
        ));
    }
    let is_hole = text
        .match_indices('{')
        .any(|(at, _)| !text[..at].ends_with('$'));
    if is_hole {
        return Err(format!("is `{text}`: a brace needs a `$` before it"));
    }
    Ok(())
}

/// Puts values into a text: `{$name}` stands for one, and `{{$` for `{$`.
///
/// No hole of a pattern begins so, and neither do `${X}`, `{}` and `{a,b}`.
pub(crate) fn fill(text: &str, values: &Values) -> Result<String, (Range<usize>, String)> {
    let mut filled = String::new();
    let mut rest = 0;
    while let Some(at) = text[rest..].find("{$").map(|at| at + rest) {
        if text[rest..at].ends_with('{') {
            filled.push_str(&text[rest..at]);
            filled.push('$');
            rest = at + 2;
            continue;
        }
        let Some(end) = text[at..].find('}').map(|it| at + it) else {
            return Err((at..text.len(), "no `}` ends this".to_owned()));
        };
        let name = &text[at + 2..end];
        filled.push_str(&text[rest..at]);
        match values.get(name) {
            Some(value) => filled.push_str(value),
            None => {
                let hint = did_you_mean(name, values.keys().map(String::as_str));
                let range = at..end + 1;
                return Err((range, format!("there is no parameter `{name}`{hint}")));
            }
        }
        rest = end + 1;
    }
    filled.push_str(text.get(rest..).unwrap_or_default());
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::{Values, fill};

    #[test]
    fn values_are_put_in_and_nothing_else_is_touched() {
        let values: Values = [("to".to_owned(), "x.example.com".to_owned())].into();
        let filled = |text| fill(text, &values);
        assert_eq!(
            filled("image {$to}/{a}:{b...}"),
            Ok("image x.example.com/{a}:{b...}".into())
        );
        assert_eq!(
            filled("${to} {to} {a,b} '{$to}'"),
            Ok("${to} {to} {a,b} 'x.example.com'".into())
        );
        assert_eq!(filled("awk '{{$1}'"), Ok("awk '{$1}'".into()));
        assert_eq!(
            filled("{$to}{$to}"),
            Ok("x.example.comx.example.com".into())
        );
        let (range, message) = filled("é {$too}").unwrap_err();
        assert_eq!(
            (range, message.as_str()),
            (3..9, "there is no parameter `too`; did you mean `to`?")
        );
        assert!(filled("{$to").is_err());
    }
}
