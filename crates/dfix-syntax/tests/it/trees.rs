//! The shape of the tree for one small file an oddity, and what the grammar file says of it.

use std::collections::BTreeSet;
use std::fmt::Write;

use dfix_syntax::SyntaxKind;

use crate::common;

#[test]
fn shapes() {
    for (path, text) in common::dockerfiles("syntax") {
        let parse = dfix_syntax::parse(&text);
        let mut shape = parse.debug_tree();
        for error in parse.errors() {
            writeln!(shape, "error {:?}: {}", error.range, error.message).unwrap();
        }
        let name = path
            .trim_start_matches("syntax/")
            .trim_end_matches(".Dockerfile");
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(name, shape);
        });
    }
}

#[test]
fn every_snapshot_has_its_fixture() {
    let fixtures: BTreeSet<String> = common::dockerfiles("syntax")
        .into_iter()
        .map(|(path, _)| path.replace("syntax/", "").replace(".Dockerfile", ".snap"))
        .collect();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/snapshots");
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        let is_pending = std::path::Path::new(&name)
            .extension()
            .is_some_and(|e| e == "new");
        let is_ours =
            fixtures.contains(&name) || name.starts_with("it__shell_trees__") || is_pending;
        assert!(is_ours, "{name} has no fixture");
    }
}

/// `dockerfile.grammar` names every kind, and no other.
#[test]
fn the_grammar_file_names_every_kind() {
    let grammar = include_str!("../../dockerfile.grammar");
    let named: BTreeSet<&str> = grammar
        .lines()
        .map(|line| line.split_once("//").map_or(line, |(rule, _)| rule))
        .flat_map(|line| line.split(|c: char| !c.is_ascii_uppercase() && c != '_'))
        .filter(|word| word.len() > 1)
        .collect();
    let kinds: Vec<String> = SyntaxKind::ALL
        .iter()
        .map(|kind| format!("{kind:?}"))
        .collect();
    let kinds: BTreeSet<&str> = kinds.iter().map(String::as_str).collect();
    let missing: Vec<_> = kinds.difference(&named).collect();
    let unknown: Vec<_> = named.difference(&kinds).collect();
    assert!(missing.is_empty(), "not in the grammar: {missing:?}");
    assert!(unknown.is_empty(), "only in the grammar: {unknown:?}");
}

/// Every node and token of the fixtures stands where the grammar file says that it may.
#[test]
fn the_grammar_file_tells_the_children() {
    let grammar = include_str!("../../dockerfile.grammar");
    let mut rules: Vec<(String, BTreeSet<String>)> = Vec::new();
    for line in grammar.lines() {
        let line = line.split_once("//").map_or(line, |(rule, _)| rule);
        let (head, body) = match line.split_once("::=") {
            Some((head, body)) => (Some(head.trim().to_owned()), body),
            None => (None, line),
        };
        if let Some(head) = head {
            rules.push((head, BTreeSet::new()));
        }
        if let Some((_, children)) = rules.last_mut() {
            let words = body.split(|c: char| !c.is_ascii_alphabetic() && c != '_' && c != '-');
            children.extend(words.filter(|w| !w.is_empty()).map(str::to_owned));
        }
    }
    // Names in lower case stand for what their rule lists.
    let children_of = |name: &str| -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut left = vec![name.to_owned()];
        while let Some(name) = left.pop() {
            for child in rules.iter().filter(|r| r.0 == name).flat_map(|r| &r.1) {
                if child.starts_with(|c: char| c.is_ascii_lowercase()) {
                    if seen.insert(child.clone()) {
                        left.push(child.clone());
                    }
                } else {
                    found.insert(child.clone());
                }
            }
        }
        found
    };
    let mut wrong = BTreeSet::new();
    for (path, text) in common::dockerfiles("") {
        for node in dfix_syntax::parse(&text).syntax().descendants() {
            let allowed = children_of(&format!("{:?}", node.kind()));
            for child in node.children_with_tokens() {
                let kind = format!("{:?}", child.kind());
                if !child.kind().is_trivia() && !allowed.contains(&kind) {
                    wrong.insert(format!("{:?} holds {kind} ({path})", node.kind()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
