//! TOML as the same tree as YAML.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::yaml::{Node, YamlError};

/// The table of a text.
pub(crate) fn document(text: &str) -> Result<Node, YamlError> {
    let mut starts = vec![0];
    starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
    let line = |at: usize| starts.partition_point(|start| *start <= at);
    let table = DeTable::parse(text).map_err(|error| YamlError {
        line: error.span().map_or(1, |span| line(span.start)),
        message: error.message().to_owned(),
    })?;
    Ok(of_table(table.get_ref(), 1, &line))
}

fn of_table(table: &DeTable<'_>, at: usize, line: &dyn Fn(usize) -> usize) -> Node {
    let pairs = table.iter().map(|(key, value)| {
        let at = line(key.span().start);
        let key = Node::of_text(at, key.get_ref().to_string(), false);
        (key, of_value(value, line))
    });
    Node::of_map(at, pairs.collect())
}

fn of_value(value: &Spanned<DeValue<'_>>, line: &dyn Fn(usize) -> usize) -> Node {
    let at = line(value.span().start);
    let plain = |text: String| Node::of_text(at, text, true);
    match value.get_ref() {
        DeValue::String(text) => Node::of_text(at, text.to_string(), false),
        DeValue::Integer(number) => plain(number.to_string()),
        DeValue::Float(number) => plain(number.to_string()),
        DeValue::Boolean(is) => plain(is.to_string()),
        DeValue::Datetime(time) => plain(time.to_string()),
        DeValue::Array(list) => {
            Node::of_list(at, list.iter().map(|it| of_value(it, line)).collect())
        }
        DeValue::Table(table) => of_table(table, at, line),
    }
}

#[cfg(test)]
mod tests {
    use super::document;

    #[test]
    fn values_have_lines() {
        let whole = document("a = 1\n[b]\nc = ['x', true]\n[[d]]\ne = 'y'\n").expect("it is TOML");
        let c = whole.at(&["b", "c"]).expect("it is there");
        assert_eq!((c.line, c.list().map(<[_]>::len)), (3, Some(2)));
        assert_eq!(whole.list_of("d")[0].text_of("e"), Some("y"));
        assert_eq!(document("a = 1\nb = \n").expect_err("it is none").line, 2);
    }
}
