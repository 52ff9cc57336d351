//! The JSON schema of `dfix.toml`, made of the tables of keys and of the rules' own data.

use dfix_engine::{OptionKind, RuleOption, Severity};
use serde_json::{Map, Value, json};

use super::keys::{self, IMAGE, Key, Kind, OVERRIDE, RULE, TOP};
use crate::rule_names::{self, names};

/// The schema.
pub(crate) fn schema() -> Value {
    let mut whole = table(TOP);
    let mut rules = Map::new();
    for name in names() {
        rules.insert(name.to_owned(), of_rule(name));
    }
    let top = whole.as_object_mut();
    let head = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "dfix.toml: what dfix does in a folder and below it",
    });
    let mut schema = head.as_object().cloned().unwrap_or_default();
    if let Some(top) = top {
        schema.append(top);
    }
    schema.insert(
        "$defs".to_owned(),
        json!({
            "word": {
                "description": "on, off, or what the rule's fixes count as",
                "enum": [true, false, "on", "off", "safe", "checked", "unsafe", "by-hand"],
            },
            "rule": { "anyOf": [{ "$ref": "#/$defs/word" }, table(RULE)] },
            "rules": {
                "type": "object",
                "properties": rules,
                "additionalProperties": false,
            },
            "assume": assume(),
            "image": table(IMAGE),
            "override": of_override(),
        }),
    );
    Value::Object(schema)
}

fn of_override() -> Value {
    let mut table = table(OVERRIDE);
    table["required"] = json!(["paths"]);
    table
}

/// A table that has these keys and no others.
fn table(keys: &[Key]) -> Value {
    let mut properties = Map::new();
    for key in keys {
        properties.insert(key.name.to_owned(), of_key(key));
    }
    json!({
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    })
}

fn of_key(key: &Key) -> Value {
    let mut value = of_kind(key.kind);
    value["description"] = json!(key.summary);
    // The defaults are TOML that is JSON, too.
    if let Ok(default) = serde_json::from_str::<Value>(key.default) {
        value["default"] = default;
    }
    value
}

fn of_kind(kind: Kind) -> Value {
    let texts = || json!({ "type": "array", "items": { "type": "string" } });
    match kind {
        Kind::Level => json!({ "enum": ["safe", "checked", "unsafe"] }),
        Kind::RuleLevel => json!({ "enum": ["safe", "checked", "unsafe", "by-hand"] }),
        Kind::Severity => {
            let worst_first = Severity::ALL.iter().rev();
            json!({ "enum": worst_first.map(|it| it.name()).collect::<Vec<_>>() })
        }
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Text | Kind::Path | Kind::Versions => json!({ "type": "string" }),
        Kind::Texts | Kind::Globs => texts(),
        Kind::OneOf(words) => json!({ "enum": words }),
        Kind::Paths => json!({ "anyOf": [{ "type": "string" }, texts()] }),
        Kind::Rules => json!({ "$ref": "#/$defs/rules" }),
        Kind::Assume => json!({ "$ref": "#/$defs/assume" }),
        Kind::Images => json!({
            "type": "object",
            "additionalProperties": { "$ref": "#/$defs/image" },
        }),
        Kind::Overrides => json!({
            "type": "array",
            "items": { "$ref": "#/$defs/override" },
        }),
    }
}

/// What may be said of all that goes by a name.
fn of_rule(name: &str) -> Value {
    let rules = rule_names::resolve(name).unwrap_or_default();
    let mut table = table(RULE);
    let mut has_own = false;
    for option in rules.iter().flat_map(|rule| rule.options) {
        has_own = true;
        table["properties"][option.name] = of_option(option);
    }
    let about = match rules.as_slice() {
        [rule] => rule.summary,
        _ => "the rules of this name",
    };
    let mut value = if has_own {
        json!({ "anyOf": [{ "$ref": "#/$defs/word" }, table] })
    } else {
        json!({ "$ref": "#/$defs/rule" })
    };
    value["description"] = json!(about);
    value
}

fn of_option(option: &RuleOption) -> Value {
    let mut value = match option.kind {
        OptionKind::Text | OptionKind::UserName => json!({ "type": "string" }),
        OptionKind::OneOf(words) => json!({ "enum": words }),
        OptionKind::Flag => json!({ "type": "boolean" }),
        OptionKind::Number => json!({ "type": "integer", "minimum": 1 }),
        OptionKind::List => json!({
            "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }],
        }),
    };
    value["description"] = json!(option.summary);
    value
}

fn assume() -> Value {
    let mut properties = Map::new();
    for (name, option) in keys::assumptions() {
        properties.insert(name.to_owned(), of_option(option));
    }
    json!({
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    })
}
