//! docs/configuration.md names exactly the keys that `dfix.toml` may have, and its examples are read.
//!
//! `UPDATE=1 cargo test --test it configuration_page` writes its tables of options anew.

use std::fmt::Write as _;
use std::fs;

use serde_json::Value;

use crate::common::{Folder, GOOD};
use crate::house::root;

fn schema() -> Value {
    let (code, out, err) = Folder::new(&[]).dfix(&["config", "schema"]);
    assert_eq!(code, 0, "{err}");
    serde_json::from_str(&out).unwrap()
}

fn page() -> String {
    fs::read_to_string(root().join("docs/configuration.md")).unwrap()
}

/// The rows of the first table of keys below a heading, cell by cell without backticks.
fn rows(page: &str, heading: &str) -> Vec<Vec<String>> {
    let (_, below) = page
        .split_once(&format!("\n## {heading}\n"))
        .expect(heading);
    let lines = below.lines().skip_while(|it| !it.starts_with("| key |"));
    let lines = lines.skip(2).take_while(|it| it.starts_with('|'));
    lines
        .map(|line| {
            let cells = line.trim_matches('|').split('|');
            cells.map(|it| it.trim().replace('`', "")).collect()
        })
        .collect()
}

#[test]
fn it_names_the_keys_with_their_defaults() {
    let (page, schema) = (page(), schema());
    for (heading, part) in [
        ("At the top of the file", "/properties"),
        ("In `[rules]`", "/$defs/rule/anyOf/1/properties"),
        ("In `[images.\"NAME\"]`", "/$defs/image/properties"),
        ("In `[[overrides]]`", "/$defs/override/properties"),
    ] {
        let keys = schema.pointer(part).unwrap().as_object().unwrap();
        let expected: Vec<_> = keys
            .iter()
            .map(|(name, key)| {
                let default = key.get("default").map(ToString::to_string);
                let says = key["description"].as_str().unwrap().to_owned();
                (name.clone(), default.unwrap_or_default(), says)
            })
            .collect();
        let rows = rows(&page, heading);
        let named: Vec<_> = rows
            .iter()
            .map(|row| (row[0].clone(), row[2].clone(), row[3].clone()))
            .collect();
        assert_eq!(named, expected, "{heading}");
        for (key, takes) in keys.iter().zip(&rows) {
            for word in key.1["enum"].as_array().into_iter().flatten() {
                assert!(takes[1].contains(&word.to_string()), "{}: {word}", key.0);
            }
        }
    }
}

/// The schema of each rule has the keys that every rule has, and the rule's own options.
#[test]
fn the_schema_has_the_options_of_the_rules() {
    let schema = schema();
    let keys = |table: &Value| -> Vec<String> {
        assert_eq!(table["additionalProperties"], false);
        let keys = table["properties"].as_object().unwrap().keys();
        keys.cloned().collect()
    };
    let common = keys(&schema["$defs"]["rule"]["anyOf"][1]);
    for rule in dfix_rules::ALL {
        let mut expected = common.clone();
        expected.extend(rule.options.iter().map(|it| it.name.to_owned()));
        for name in rule.aliases.iter().chain([&rule.id]) {
            let mut said = &schema["$defs"]["rules"]["properties"][*name];
            if said["$ref"] == "#/$defs/rule" {
                said = &schema["$defs"]["rule"];
            }
            let keys = keys(&said["anyOf"][1]);
            // Several rules may go by the name of another tool's.
            assert!(
                expected.iter().all(|it| keys.contains(it)),
                "{name}: {keys:?}"
            );
            assert!(*name != rule.id || keys == expected, "{name}: {keys:?}");
        }
    }
    for group in ["all", "style", "practices"] {
        assert!(schema["$defs"]["rules"]["properties"][group].is_object());
    }
}

#[test]
fn its_examples_are_read() {
    let page = page();
    let blocks = page.split("```toml\n").skip(1);
    let blocks: Vec<&str> = blocks.map(|it| it.split("```").next().unwrap()).collect();
    assert!(blocks.len() > 8);
    for block in blocks {
        let folder = Folder::new(&[
            ("shared.dfix.toml", ""),
            ("app/dfix.toml", block),
            ("app/Dockerfile", GOOD),
            ("app/dfix-baseline.jsonl", "{\"dfix-baseline\":1}\n"),
        ]);
        let (code, _, err) = folder.dfix(&["-q", "app", "--fail-on", "error"]);
        assert_eq!((code, err.as_str()), (0, ""), "{block}");
    }
}

#[test]
fn its_commands_exist() {
    let folder = Folder::new(&[("services/api/Dockerfile", GOOD)]);
    let page = page();
    let block = page.split("```console\n").nth(1).unwrap();
    let block = block.split("```").next().unwrap();
    for line in block.lines() {
        let words = line.split('#').next().unwrap().split_whitespace().skip(1);
        let (code, _, err) = folder.dfix(&words.collect::<Vec<_>>());
        assert_eq!(code, 0, "{line} {err}");
    }
}

/// The page with what stands between these marks written anew.
fn with(page: &str, name: &str, text: &str) -> String {
    let start =
        format!("<!-- {name}: written by `UPDATE=1 cargo test --test it configuration_page` -->\n");
    let at = page.find(&start).unwrap() + start.len();
    let end = page.find(&format!("<!-- /{name} -->")).unwrap();
    format!("{}{text}{}", &page[..at], &page[end..])
}

#[test]
fn its_tables_of_options_are_the_rules_own() {
    let mut options = String::from("| rule | option | takes | says |\n|---|---|---|---|\n");
    let mut assumed = std::collections::BTreeMap::new();
    for rule in dfix_rules::ALL {
        for option in rule.options {
            let kind = option.kind.to_string();
            if let Some(name) = option.name.strip_prefix("assume-") {
                let row = assumed
                    .entry(name)
                    .or_insert((kind, option.summary, Vec::new()));
                row.2.push(format!("`{}`", rule.id));
            } else {
                let (id, name, says) = (rule.id, option.name, option.summary);
                let _ = writeln!(options, "| `{id}` | `{name}` | {kind} | {says} |");
            }
        }
    }
    let mut assumptions = String::from("| key | takes | says | for |\n|---|---|---|---|\n");
    for (name, (kind, says, rules)) in assumed {
        let rules = rules.join(", ");
        let _ = writeln!(assumptions, "| `{name}` | {kind} | {says} | {rules} |");
    }
    let page = page();
    let is = with(
        &with(&page, "options", &options),
        "assumptions",
        &assumptions,
    );
    if std::env::var_os("UPDATE").is_some() {
        fs::write(root().join("docs/configuration.md"), is).unwrap();
        return;
    }
    assert!(page == is, "UPDATE=1 writes docs/configuration.md anew");
}
