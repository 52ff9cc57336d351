//! A rule asks the model: it splits no path, reads no raw text, follows no script and lists no programs.

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

/// What rules do that they should not, by file.
fn found() -> Vec<String> {
    let source = root().join("crates/dfix-rules/src");
    let mut all = Vec::new();
    for file in rust_files(&source) {
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
                    all.push(format!("{name} {what}: {count} times `{sign}`"));
                }
            }
        }
    }
    all
}

#[test]
fn rules_ask_the_model() {
    let found = found();
    assert!(found.is_empty(), "{}", found.join("\n"));
}
