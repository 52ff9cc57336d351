//! A patch side by side, with the words marked that differ.

use serde_json::{Value, json};
use similar::{ChangeTag, DiffOp, TextDiff};

/// Equal lines around a change.
const AROUND: usize = 3;

/// The hunks of a patch, each a list of rows. A row has the number and the text of the line on both sides, or nothing where a
/// side has none; a text is its parts, every second of which is marked.
pub(super) fn hunks(before: &str, after: &str) -> Vec<Value> {
    let diff = TextDiff::from_lines(before, after);
    let groups = diff.grouped_ops(AROUND);
    let hunks = groups.iter().map(|ops| {
        let rows: Vec<Value> = ops.iter().flat_map(|op| rows(&diff, op)).collect();
        json!(rows)
    });
    hunks.collect()
}

/// A line on one side.
type Side = Option<(usize, Vec<String>)>;

fn rows<'t>(diff: &TextDiff<'t, 't, str>, op: &DiffOp) -> Vec<Value> {
    let (mut old, mut new): (Vec<Side>, Vec<Side>) = (Vec::new(), Vec::new());
    let is_equal = matches!(op, DiffOp::Equal { .. });
    for change in diff.iter_inline_changes(op) {
        let parts = parts(
            change
                .iter_strings_lossy()
                .map(|(is_marked, text)| (is_marked, text.into_owned())),
        );
        let side = |index: Option<usize>| index.map(|it| (it + 1, parts.clone()));
        match change.tag() {
            ChangeTag::Equal => {
                old.push(side(change.old_index()));
                new.push(side(change.new_index()));
            }
            ChangeTag::Delete => old.push(side(change.old_index())),
            ChangeTag::Insert => new.push(side(change.new_index())),
        }
    }
    let most = old.len().max(new.len());
    old.resize(most, None);
    new.resize(most, None);
    let rows = old.into_iter().zip(new);
    rows.map(|(old, new)| {
        let kind = match (&old, &new) {
            _ if is_equal => "",
            (Some(_), Some(_)) => "changed",
            (Some(_), None) => "out",
            (None, _) => "in",
        };
        json!([kind, of_side(old), of_side(new)])
    })
    .collect()
}

fn of_side(side: Side) -> Value {
    side.map_or(Value::Null, |(number, parts)| json!([number, parts]))
}

/// The parts of a line without its end, a plain and a marked one by turns.
fn parts(strings: impl Iterator<Item = (bool, String)>) -> Vec<String> {
    let mut parts = vec![String::new()];
    for (is_marked, text) in strings {
        let text = text.trim_end_matches(['\n', '\r']);
        if text.is_empty() {
            continue;
        }
        if (parts.len() % 2 == 0) != is_marked {
            parts.push(String::new());
        }
        if let Some(last) = parts.last_mut() {
            last.push_str(text);
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::hunks;

    #[test]
    fn a_changed_line_stands_beside_what_it_was() {
        let before = "FROM a\nRUN pip install x\nUSER b\n";
        let after = "FROM a\nRUN pip install --no-cache-dir x\nENV c=d\nUSER b\n";
        assert_eq!(
            hunks(before, after),
            [json!([
                ["", [1, ["FROM a"]], [1, ["FROM a"]]],
                [
                    "changed",
                    [2, ["RUN pip install x"]],
                    [2, ["RUN pip install ", "--no-cache-dir ", "x"]]
                ],
                ["in", null, [3, ["", "ENV c=d"]]],
                ["", [3, ["USER b"]], [4, ["USER b"]]],
            ])]
        );
    }

    #[test]
    fn distant_changes_are_hunks_of_their_own() {
        let lines: Vec<String> = (0..30).map(|it| format!("RUN {it}\n")).collect();
        let before = lines.concat();
        let after = before.replace("RUN 2\n", "").replace("RUN 25\n", "RUN x\n");
        let hunks = hunks(&before, &after);
        assert_eq!(hunks.len(), 2);
        assert_eq!(hunks[0][2], json!(["out", [3, ["RUN 2"]], null]));
    }
}
