//! A rule asks the model: it splits no path, reads no raw text, follows no script and lists no programs.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::house::{code, root, rust_files};

/// What gives it away, and where the answer is instead.
const SIGNS: [(&str, &[&str]); 4] = [
    (
        "splits a path, which `ImagePath` does",
        &[
            "split('/')",
            "split_once('/')",
            "rsplit_once('/')",
            "trim_matches('/')",
            "trim_end_matches('/')",
            "trim_start_matches('/')",
        ],
    ),
    (
        "reads raw text, which the model understands",
        &[
            ".source_text().",
            ".source_text() ==",
            ".syntax().text()",
            ".lines()",
        ],
    ),
    (
        "follows a script, which `stage.runtime()` and `interpreted` do",
        &["with_script(", ".read_final(", "parse_embedded_shell("],
    ),
    (
        "lists names, which are rows of the catalogue",
        &[": &[&str] = &["],
    ),
];

/// Rules, and files beside them, that do so still.
const NOT_YET: &[&str] = &["node-production-env", "python"];

/// Whose a file is: the rule's of its folder or its own, or nobody's.
fn owner(file: &Path, rules: &Path) -> String {
    let place = file.strip_prefix(rules).unwrap().with_extension("");
    let first = place.iter().next().unwrap().to_str().unwrap();
    first.replace('_', "-")
}

/// What each rule does that it should not, by file.
fn found() -> BTreeMap<String, Vec<String>> {
    let source = root().join("crates/dfix-rules/src");
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in rust_files(&source) {
        let rules = source.join("rules");
        let owner = if file.starts_with(&rules) {
            owner(&file, &rules)
        } else {
            owner(&file, &source)
        };
        // A chain of calls is one line. What is written may be shown to a person.
        let mut chained = String::new();
        for line in code(&file).lines().map(str::trim) {
            let end = if line.starts_with('.') { "" } else { "\n" };
            chained = chained + end + line;
        }
        let code = chained.replace(".source_text().to_owned()", "");
        for (what, signs) in SIGNS {
            for sign in signs {
                let count = code.matches(sign).count();
                if count > 0 {
                    let name = file.strip_prefix(&source).unwrap().display().to_string();
                    let told = format!("{name} {what}: {count} times `{sign}`");
                    all.entry(owner.clone()).or_default().push(told);
                }
            }
        }
    }
    all
}

#[test]
fn rules_ask_the_model() {
    let found = found();
    let wrong: Vec<&str> = found
        .iter()
        .filter(|(owner, _)| !NOT_YET.contains(&owner.as_str()))
        .flat_map(|(_, told)| told.iter().map(String::as_str))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// `cargo test --test it rules_ask -- --ignored --nocapture` lists what is left.
#[test]
#[ignore = "tells, and holds nobody"]
fn what_is_left() {
    let found = found();
    for told in found.values().flatten() {
        println!("{told}");
    }
    for name in NOT_YET.iter().filter(|it| !found.contains_key(**it)) {
        println!("{name} asks now: take it from the list");
    }
    let lines: usize = rust_files(&root().join("crates/dfix-rules/src"))
        .iter()
        .map(|file| fs::read_to_string(file).unwrap().lines().count())
        .sum();
    println!("{lines} lines of rules");
}
