//! Plain English to users: words of our own dialect are in no message, no documentation and no snapshot.

use std::fs;
use std::path::PathBuf;

use crate::house::{root, rust_files};

/// What is not said, and what is said for it.
const FORBIDDEN: [(&str, &str); 9] = [
    ("stand on", "be based on"),
    ("stands on", "is based on"),
    ("stood on", "was based on"),
    ("standing on", "based on"),
    ("mend", "fix"),
    ("mends", "fixes"),
    ("mended", "fixed"),
    ("mending", "fixing"),
    ("unsure", "unsafe"),
];

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '-'
}

/// The forbidden words of a text, each as a whole word.
fn found(text: &str) -> Vec<&'static str> {
    let text = text.to_lowercase();
    let is_alone = |at: usize, word: &str| {
        !text[..at].ends_with(is_letter) && !text[at + word.len()..].starts_with(is_letter)
    };
    let stands = |word: &&str| text.match_indices(word).any(|(at, _)| is_alone(at, word));
    FORBIDDEN.iter().map(|it| it.0).filter(stands).collect()
}

/// The string literals of Rust code without comments, one a line of what follows.
fn literals(code: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut chars = code.chars().peekable();
    let mut before = ' ';
    while let Some(c) = chars.next() {
        match c {
            '/' if chars.peek() == Some(&'/') => while chars.next().is_some_and(|it| it != '\n') {},
            // A quote as a character is no string.
            '"' if before != '\'' => {
                let mut text = String::new();
                while let Some(c) = chars.next().filter(|it| *it != '"') {
                    match c {
                        '\\' => {
                            let blanks = chars.next() == Some('\n');
                            while blanks && chars.peek().is_some_and(|it| it.is_whitespace()) {
                                chars.next();
                            }
                        }
                        c => text.push(c),
                    }
                }
                all.push(text);
            }
            _ => {}
        }
        before = c;
    }
    all
}

fn refuse(what: &str, text: &str) -> Option<String> {
    let words = found(text);
    (!words.is_empty()).then(|| format!("{what} says {}: {text}", words.join(", ")))
}

#[test]
fn messages_are_plain() {
    let folders = ["src", "crates"].map(|it| root().join(it));
    let files = folders.iter().flat_map(|it| rust_files(it));
    let is_code = |path: &PathBuf| path.iter().any(|it| it == "src");
    let mut wrong = Vec::new();
    for file in files.filter(is_code) {
        let code = fs::read_to_string(&file).unwrap();
        let literals = literals(&code);
        wrong.extend(
            literals
                .iter()
                .filter_map(|it| refuse(&file.display().to_string(), it)),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_users_read_is_plain() {
    let mut wrong = Vec::new();
    for rule in dfix_rules::ALL {
        wrong.extend(refuse(rule.id, rule.summary));
        wrong.extend(refuse(rule.id, rule.why));
        let said = rule.examples.iter().map(|it| it.says);
        wrong.extend(said.filter_map(|it| refuse(rule.id, it)));
    }
    let snapshots = walkdir::WalkDir::new(root().join("src/report")).into_iter();
    let snapshots = snapshots.map(|it| it.unwrap().into_path());
    let snapshots = snapshots.filter(|it| it.extension().is_some_and(|it| it == "snap"));
    let documents = [
        "README.md",
        "CONTRIBUTING.md",
        "docs/configuration.md",
        "crates/README.md",
        "crates/dfix-rules/README.md",
        "fuzz/README.md",
    ];
    for file in documents
        .map(|it| root().join(it))
        .into_iter()
        .chain(snapshots)
    {
        let text = fs::read_to_string(&file).unwrap();
        wrong.extend(
            text.lines()
                .filter_map(|it| refuse(&file.display().to_string(), it)),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn words_are_found_as_words() {
    assert_eq!(
        found("dfix mends this; both Stand on it"),
        ["stand on", "mends"]
    );
    assert!(found("recommend amendments; unstand onto").is_empty());
    let code = "let a = \"one \\\n    two\"; // \"three\"\nlet b = '\"'; f(\"four\")";
    assert_eq!(literals(code), ["one two", "four"]);
}
