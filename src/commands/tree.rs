//! `dfix tree`: the syntax tree, for authors of rules.

use std::fmt::Display;
use std::io::Write;
use std::path::Path;

use dfix_syntax::{NodeOrToken, SyntaxElement};
use serde_json::{Value, json};

use crate::exit::{Exit, Stop};
use crate::input::read_or_stdin;
use crate::lines::Lines;

pub(super) fn run(file: &Path, as_json: bool, out: &mut dyn Write) -> Result<Exit, Stop> {
    let cannot = |why: &dyn Display| format!("{} cannot be read: {why}", file.display());
    let bytes = read_or_stdin(file).map_err(|error| cannot(&error))?;
    let text = String::from_utf8(bytes).map_err(|_| cannot(&"it is not UTF-8"))?;
    let parse = dfix_syntax::parse(&text);
    let lines = Lines::new(&text);
    let places = || {
        parse.errors().iter().map(|error| {
            let (line, column) = lines.place(error.range.start().into());
            (line, column, &error.message)
        })
    };
    if as_json {
        let errors: Vec<Value> = places()
            .map(|(line, column, message)| {
                json!({ "line": line, "column": column, "message": message })
            })
            .collect();
        let tree = of_element(NodeOrToken::Node(parse.syntax()));
        let document = json!({ "tree": tree, "errors": errors });
        serde_json::to_writer(&mut *out, &document).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        write!(out, "{}", parse.debug_tree())?;
        for (line, column, message) in places() {
            writeln!(out, "error {line}:{column}: {message}")?;
        }
    }
    Ok(if parse.errors().is_empty() {
        Exit::Clean
    } else {
        Exit::Error
    })
}

fn of_element(element: SyntaxElement) -> Value {
    let range = element.text_range();
    let kind = format!("{:?}", element.kind());
    let (start, end) = (u32::from(range.start()), u32::from(range.end()));
    match element {
        NodeOrToken::Token(token) => {
            json!({ "kind": kind, "start": start, "end": end, "text": token.text() })
        }
        NodeOrToken::Node(node) => {
            let children: Vec<Value> = node.children_with_tokens().map(of_element).collect();
            json!({ "kind": kind, "start": start, "end": end, "children": children })
        }
    }
}
