//! JSON with comments and trailing commas, as the same tree as YAML.

use jsonc_parser::ast::Value;
use jsonc_parser::common::Ranged as _;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use crate::yaml::{Node, YamlError};

/// The value of a text; none where it holds nothing but comments.
pub(crate) fn document(text: &str) -> Result<Option<Node>, YamlError> {
    let parsed = parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default());
    let parsed = parsed.map_err(|error| YamlError {
        line: error.line_display(),
        message: error.kind().to_string(),
    })?;
    let mut starts = vec![0];
    starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
    Ok(parsed.value.map(|value| node(&value, &starts)))
}

/// `starts` is where each line begins.
fn node(value: &Value<'_>, starts: &[usize]) -> Node {
    let line = line_of(value.start(), starts);
    match value {
        Value::StringLit(text) => Node::of_text(line, text.value.clone().into_owned(), false),
        Value::NumberLit(number) => Node::of_text(line, number.value.to_owned(), true),
        Value::BooleanLit(boolean) => Node::of_text(line, boolean.value.to_string(), true),
        Value::NullKeyword(_) => Node::of_text(line, "null".to_owned(), true),
        Value::Array(array) => {
            let elements = array.elements.iter().map(|it| node(it, starts));
            Node::of_list(line, elements.collect())
        }
        Value::Object(object) => {
            let pairs = object.properties.iter().map(|it| {
                let key = it.name.as_str().to_owned();
                let key = Node::of_text(line_of(it.start(), starts), key, false);
                (key, node(&it.value, starts))
            });
            Node::of_map(line, pairs.collect())
        }
    }
}

fn line_of(at: usize, starts: &[usize]) -> usize {
    starts.partition_point(|start| *start <= at)
}

#[cfg(test)]
mod tests {
    use super::document;

    #[test]
    fn comments_and_trailing_commas_are_allowed() {
        let text =
            "// a comment\n{\n  \"a\": [1, true, null,], /* more */\n  \"b\": \"x\", // end\n}\n";
        let whole = document(text).expect("it is JSON").expect("not empty");
        let b = whole.get("b").expect("it is there");
        assert_eq!((b.text(), b.line), (Some("x"), 4));
        let list = whole.get("a").and_then(|it| it.list()).expect("a list");
        assert!(list[1].is_true() && list[2].is_null());
        assert_eq!(document("{\n \"a\": }").expect_err("it is none").line, 2);
        assert!(document("// nothing").expect("it is JSON").is_none());
    }
}
