//! BuildKit's own parser tests, run against the tree.
//!
//! They are not copied here: `BUILDKIT_TESTFILES` names a folder with `testfiles` and
//! `testfiles-negative` of `frontend/dockerfile/parser`. Without it the test says so and passes.
//!
//! A `result` file holds one S-expression an instruction: `(run ["--mount=…"] "script")`.

use std::fs;
use std::path::{Path, PathBuf};

use dfix_syntax::ast::{Instruction, source_of, value_of};
use dfix_syntax::{SyntaxKind, SyntaxNode, parse};

/// An instruction of a `result` file: its keyword and all its strings in order, nested ones too.
#[derive(Debug, PartialEq, Eq)]
struct Expected {
    keyword: String,
    strings: Vec<String>,
}

fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("BUILDKIT_TESTFILES").map(PathBuf::from);
    if folder.is_none() {
        println!("skipped: BUILDKIT_TESTFILES names no folder");
    }
    folder
}

fn cases(folder: &Path) -> Vec<PathBuf> {
    let mut cases: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.sort();
    assert!(!cases.is_empty(), "no cases in {}", folder.display());
    cases
}

/// Reads the S-expressions of a `result` file, whose strings are quoted as Go quotes them.
fn expected(text: &str) -> Vec<Expected> {
    let mut found: Vec<Expected> = Vec::new();
    let mut depth = 0;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            '"' => {
                let (value, len) = go_string(rest);
                found.last_mut().unwrap().strings.push(value);
                rest = &rest[len..];
                continue;
            }
            c if c.is_alphabetic() => {
                let len = rest.find(|c: char| !c.is_alphabetic()).unwrap();
                let keyword = rest[..len].to_owned();
                if depth == 1 {
                    let strings = Vec::new();
                    found.push(Expected { keyword, strings });
                } else {
                    // What `ONBUILD` triggers.
                    found.last_mut().unwrap().strings.push(keyword);
                }
                rest = &rest[len..];
                continue;
            }
            _ => {}
        }
        rest = &rest[c.len_utf8()..];
    }
    found
}

fn go_string(text: &str) -> (String, usize) {
    let mut value = String::new();
    let mut characters = text.char_indices().skip(1);
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => return (value, at + 1),
            '\\' => match characters.next().unwrap().1 {
                't' => value.push('\t'),
                'n' => value.push('\n'),
                'r' => value.push('\r'),
                'b' => value.push('\u{8}'),
                'f' => value.push('\u{c}'),
                'x' => {
                    let digits = &text[characters.next().unwrap().0..][..2];
                    characters.next();
                    value.push(char::from(u8::from_str_radix(digits, 16).unwrap()));
                }
                c => value.push(c),
            },
            c => value.push(c),
        }
    }
    panic!("an open string in {text}");
}

/// The same from the tree.
fn actual(instruction: &SyntaxNode) -> Expected {
    let mut strings = Vec::new();
    let mut keyword = None;
    let pair = |node: &SyntaxNode, strings: &mut Vec<String>| {
        let mut words = node.children().map(|word| source_of(&word));
        strings.push(words.next().unwrap_or_default());
        strings.push(words.next().unwrap_or_default());
        let is_pair = node.kind() == SyntaxKind::PAIR;
        strings.push(if is_pair { "=" } else { "" }.to_owned());
    };
    for child in instruction.children_with_tokens() {
        let dfix_syntax::NodeOrToken::Node(node) = child else {
            let token = child.into_token().unwrap();
            if token.kind() == SyntaxKind::KEYWORD && keyword.is_none() {
                keyword = Some(token.text().to_lowercase());
            } else if matches!(token.kind(), SyntaxKind::KEYWORD | SyntaxKind::ERROR_TEXT) {
                // A refused `HEALTHCHECK` has its type apart.
                strings.extend(token.text().splitn(2, ' ').map(str::to_owned));
            }
            continue;
        };
        match node.kind() {
            SyntaxKind::FLAG => strings.push(flag(&node)),
            SyntaxKind::PAIR if instruction.kind() == SyntaxKind::ARG_INSTR => {
                strings.push(source_of(&node));
            }
            SyntaxKind::PAIR | SyntaxKind::LEGACY_PAIR => pair(&node, &mut strings),
            SyntaxKind::EXEC_FORM => strings.extend(exec_form(&node)),
            _ if node.kind().is_instruction() => {
                let inner = actual(&node);
                strings.push(inner.keyword);
                strings.extend(inner.strings);
            }
            _ => strings.push(source_of(&node)),
        }
    }
    Expected {
        keyword: keyword.unwrap_or_default(),
        strings,
    }
}

/// A flag without its quotes.
fn flag(node: &SyntaxNode) -> String {
    let mut text = String::new();
    for child in node.children_with_tokens() {
        match child {
            dfix_syntax::NodeOrToken::Node(value) => {
                text.push_str(value_of(&value).known().unwrap_or_default());
            }
            dfix_syntax::NodeOrToken::Token(token) => text.push_str(token.text()),
        }
    }
    text
}

/// The strings of an exec form, cut ones joined.
fn exec_form(node: &SyntaxNode) -> Vec<String> {
    let source = source_of(node);
    let inner = dfix_syntax::parse(&format!("CMD {source}\n"));
    let Some(Instruction::Cmd(cmd)) = inner.file().instructions().next() else {
        return Vec::new();
    };
    let form = Instruction::Cmd(cmd).exec_form().unwrap();
    form.values().map(Option::unwrap).collect()
}

#[test]
fn results() {
    let Some(folder) = folder() else {
        return;
    };
    let mut differ = Vec::new();
    for case in cases(&folder.join("testfiles")) {
        let text = fs::read_to_string(case.join("Dockerfile")).unwrap();
        let result = fs::read_to_string(case.join("result")).unwrap();
        let parse = parse(&text);
        assert_eq!(parse.syntax().text(), text.as_str());
        let ours: Vec<Expected> = parse
            .syntax()
            .children()
            .filter(|node| node.kind() != SyntaxKind::DIRECTIVE)
            .map(|node| actual(&node))
            .collect();
        let theirs = expected(&result);
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        for (ours, theirs) in ours.iter().zip(&theirs) {
            if ours != theirs {
                differ.push(format!("{name}: we {ours:?}, BuildKit {theirs:?}"));
            }
        }
        if ours.len() != theirs.len() {
            differ.push(format!("{name}: {} and {}", ours.len(), theirs.len()));
        }
    }
    assert!(differ.is_empty(), "{differ:#?}");
}

#[test]
fn refusals() {
    let Some(folder) = folder() else {
        return;
    };
    for case in cases(&folder.join("testfiles-negative")) {
        let text = fs::read_to_string(case.join("Dockerfile")).unwrap();
        assert!(!parse(&text).errors().is_empty(), "{}", case.display());
    }
}
