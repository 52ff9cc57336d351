//! Facts about the world are rows of the catalogue's tables: the rules hold no lists of names.

use crate::house::{code, root, rust_files};

/// So many names in a row are a choice that a rule makes; more are a table.
const MOST_NAMES: usize = 6;

/// The runs of string literals with nothing but `,` or `|` between them: the line, how many.
fn runs(code: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let (mut count, mut first, mut line) = (0, 0, 1);
    let mut rest = code;
    while let Some(c) = rest.chars().next() {
        let mut end = c.len_utf8();
        match c {
            '"' => {
                let text = &rest[1..];
                let mut escaped = false;
                let length = text.find(|c: char| {
                    let ends = c == '"' && !escaped;
                    escaped = c == '\\' && !escaped;
                    ends
                });
                end = 2 + length.unwrap_or(text.len() - 1);
                first = if count == 0 { line } else { first };
                count += 1;
            }
            ',' | '|' => {}
            _ if c.is_whitespace() => {}
            // `'"'` opens no string.
            '\'' if rest.starts_with("'\"'") => {
                (end, count) = (3, 0);
            }
            _ => {
                if count > MOST_NAMES {
                    found.push((first, count));
                }
                count = 0;
            }
        }
        line += rest[..end].matches('\n').count();
        rest = &rest[end..];
    }
    found
}

/// The code without the lists of other tools' names for a rule, which are no facts about the world.
fn without_aliases(code: &str) -> String {
    let mut kept = String::new();
    let mut rest = code;
    while let Some((before, after)) = rest.split_once("aliases: &[") {
        let (names, behind) = after.split_once(']').unwrap_or((after, ""));
        kept.push_str(before);
        kept.extend(names.chars().filter(|it| *it == '\n'));
        rest = behind;
    }
    kept + rest
}

#[test]
fn runs_of_names_are_counted() {
    let seven = r#"["a", "b", "c\"", "d", "e",
        "f", "g"]"#;
    assert_eq!(runs(seven), [(1, 7)]);
    assert_eq!(
        runs(&format!("x('\"')\n{}", seven.replace(',', " |"))),
        [(2, 7)]
    );
    assert!(runs(r#"["a", "b", "c", "d", "e", "f"]; ["g"]"#).is_empty());
    assert!(runs(r#"f("a", "b"), f("c", "d"), f("e", "f"), f("g", "h")"#).is_empty());
}

#[test]
fn rules_hold_no_lists_of_names() {
    let folder = root().join("crates/dfix-rules/src");
    let mut wrong: Vec<String> = Vec::new();
    for path in rust_files(&folder) {
        let name = path.strip_prefix(&folder).unwrap().to_str().unwrap();
        // Tests and examples are texts.
        if name.ends_with("tests.rs") || name.ends_with("examples.rs") {
            continue;
        }
        for (line, count) in runs(&without_aliases(&code(&path))) {
            wrong.push(format!(
                "{name}, line {line} without comments: {count} names"
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "what is known of the world is a row of a table in crates/dfix-catalogue/data (its README tells \
         how), and no list of names in a rule:\n{}",
        wrong.join("\n")
    );
}
