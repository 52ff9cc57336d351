//! Prints what the tree says of each file named on standard input, as one JSON object a line: the
//! joined lines, keywords, flags, forms and here-documents, to be compared with another parser's.

use std::io::{BufRead, Write};

use dfix_syntax::{LineIndex, NodeOrToken, SyntaxKind, SyntaxNode, WalkEvent};
use serde_json::{Value, json};

fn main() {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for path in std::io::stdin().lock().lines() {
        let path = path.expect("readable input");
        let Ok(Ok(text)) = std::fs::read(&path).map(String::from_utf8) else {
            writeln!(out, "{}", json!({"path": path, "utf8": false})).expect("an open output");
            continue;
        };
        let parse = dfix_syntax::parse(&text);
        let root = parse.syntax();
        let errors: Vec<&str> = parse.errors().iter().map(|e| e.message.as_str()).collect();
        let lines = LineIndex::new(&text);
        let instructions: Vec<Value> = root
            .children()
            .filter(|n| n.kind() != SyntaxKind::DIRECTIVE)
            .map(|n| instruction(&n, &lines))
            .collect();
        let value = json!({
            "path": path,
            "lossless": root.text() == text.as_str(),
            "escape": parse.file().escape().to_string(),
            "errors": errors,
            "instructions": instructions,
        });
        writeln!(out, "{value}").expect("an open output");
    }
}

fn instruction(node: &SyntaxNode, lines: &LineIndex) -> Value {
    let inner = node
        .children()
        .find(|n| n.kind().is_instruction())
        .unwrap_or_else(|| node.clone());
    let heredocs: Vec<Value> = inner
        .children()
        .filter(|n| n.kind() == SyntaxKind::HEREDOC)
        .map(|heredoc| {
            let body = heredoc.first_child().map(|b| b.text().to_string());
            json!({"content": body.unwrap_or_default()})
        })
        .collect();
    let flags: Vec<String> = node
        .children()
        .filter(|n| n.kind() == SyntaxKind::FLAG)
        .map(|n| joined(&n))
        .collect();
    let line = joined(node);
    json!({
        "keyword": line.split([' ', '\t', '\r', '\x0b', '\x0c']).next(),
        "startline": 1 + lines.line(node.text_range().start().into()),
        "original": line,
        "json": node.children().any(|n| n.kind() == SyntaxKind::EXEC_FORM),
        "flags": flags,
        "heredocs": heredocs,
        "args": arguments(node),
    })
}

/// The arguments as BuildKit's parser lists them: words, and of each pair the key, the value and
/// what stands between. None of a shell form, whose comments a joined line keeps.
fn arguments(node: &SyntaxNode) -> Option<Vec<String>> {
    let mut found = Vec::new();
    for child in node.children_with_tokens().skip(1) {
        match child {
            NodeOrToken::Token(token) => {
                if matches!(token.kind(), SyntaxKind::KEYWORD | SyntaxKind::ERROR_TEXT) {
                    found.push(token.text().to_owned());
                }
            }
            NodeOrToken::Node(child) => match child.kind() {
                SyntaxKind::FLAG | SyntaxKind::HEREDOC => {}
                SyntaxKind::SHELL_SCRIPT | SyntaxKind::ERROR => return None,
                SyntaxKind::PAIR if node.kind() != SyntaxKind::ARG_INSTR => {
                    let text = joined(&child);
                    let (key, value) = text.split_once('=').unwrap_or((&text, ""));
                    found.extend([key, value, "="].map(str::to_owned));
                }
                SyntaxKind::LEGACY_PAIR => {
                    found.extend(child.children().map(|word| joined(&word)));
                    found.push(String::new());
                }
                SyntaxKind::EXEC_FORM => {
                    let strings: Vec<String> = serde_json::from_str(&joined(&child)).ok()?;
                    found.extend(strings);
                }
                kind if kind.is_instruction() => return None,
                _ => found.push(joined(&child)),
            },
        }
    }
    Some(found)
}

/// The text of a node as the builder joins it: without continuations, and without the comments and
/// empty lines below them; up to a here-document's body.
fn joined(node: &SyntaxNode) -> String {
    let mut text = String::new();
    let mut at_line_start = false;
    let mut blanks = String::new();
    let mut events = node.preorder_with_tokens();
    while let Some(event) = events.next() {
        let token = match event {
            WalkEvent::Enter(NodeOrToken::Token(token)) => token,
            WalkEvent::Enter(NodeOrToken::Node(node)) if node.kind() == SyntaxKind::HEREDOC => {
                events.skip_subtree();
                continue;
            }
            _ => continue,
        };
        match token.kind() {
            SyntaxKind::CONTINUATION => {
                text.push_str(&blanks);
                blanks.clear();
                at_line_start = true;
            }
            SyntaxKind::WHITESPACE => blanks.push_str(token.text()),
            SyntaxKind::COMMENT if at_line_start && token.text().starts_with('#') => {
                blanks.clear();
            }
            SyntaxKind::NEWLINE if at_line_start => blanks.clear(),
            SyntaxKind::NEWLINE => {}
            _ => {
                text.push_str(&blanks);
                blanks.clear();
                text.push_str(token.text());
                at_line_start = false;
            }
        }
    }
    text
}
