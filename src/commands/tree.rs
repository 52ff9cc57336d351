//! `dfix tree`: the syntax tree, for authors of rules.

use std::io::{Read as _, Write};
use std::path::Path;

use dfix_syntax::{NodeOrToken, SyntaxElement};
use serde_json::{Value, json};

use crate::exit::{Exit, Stop};
use crate::lines::Lines;

pub(super) fn run(file: &Path, as_json: bool, out: &mut dyn Write) -> Result<Exit, Stop> {
    let mut text = String::new();
    let read = if file == Path::new("-") {
        std::io::stdin().lock().read_to_string(&mut text)
    } else {
        std::fs::File::open(file).and_then(|mut file| file.read_to_string(&mut text))
    };
    read.map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
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
