//! YAML as a tree with lines: anchors are followed, merge keys are looked through.

use std::collections::HashMap;
use std::rc::Rc;

use saphyr_parser::{Event, Parser, ScalarStyle};

/// How deep a tree may be.
const MOST_DEPTH: usize = 64;

/// How many values a document may have, those behind aliases counted each time.
const MOST_VALUES: usize = 1 << 18;

/// A value, and the line that it begins on, from 1: for a block (`|`, `>`) the first of its text.
#[derive(Debug, Clone)]
pub struct Node {
    /// The line, see above.
    pub line: usize,
    /// How many values it is, with those in it.
    size: usize,
    value: Rc<Value>,
}

#[derive(Debug)]
enum Value {
    Text { text: String, is_plain: bool },
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
}

/// A text that is no YAML, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YamlError {
    /// The line, from 1.
    pub line: usize,
    /// What is the matter there.
    pub message: String,
}

/// The documents of a text. The bracket that closes a list or a map in flow style may stand in the column of its key, as
/// readers take it (PyYAML, libyaml), which YAML's own grammar does not (YAML 1.2, "Flow Collection Styles").
pub fn documents(text: &str) -> Result<Vec<Node>, YamlError> {
    as_written(text).or_else(|error| {
        let indented = with_brackets_indented(text).ok_or_else(|| error.clone())?;
        as_written(&indented).map_err(|_| error)
    })
}

fn as_written(text: &str) -> Result<Vec<Node>, YamlError> {
    let last = text.lines().count().max(1);
    let mut builder = Builder::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| YamlError {
            // What lacks its end is told at the last line.
            line: error.marker().line().clamp(1, last),
            message: error.info().to_owned(),
        })?;
        builder.event(event, span.start.line())?;
    }
    Ok(builder.documents)
}

/// The text with a blank more before each bracket that begins a line by closing something; none where there is no such.
fn with_brackets_indented(text: &str) -> Option<String> {
    let closes = |line: &str| line.trim_start_matches(' ').starts_with([']', '}']);
    text.lines().any(closes).then(|| {
        let lines = text.split_inclusive('\n');
        let lines = lines.flat_map(|line| [if closes(line) { " " } else { "" }, line]);
        lines.collect()
    })
}

#[derive(Default)]
struct Builder {
    documents: Vec<Node>,
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
}

struct Open {
    line: usize,
    anchor: usize,
    kind: OpenKind,
}

enum OpenKind {
    List(Vec<Node>),
    Map(Vec<(Node, Node)>, Option<Node>),
}

impl Builder {
    fn event(&mut self, event: Event<'_>, line: usize) -> Result<(), YamlError> {
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let is_plain = style == ScalarStyle::Plain;
                self.done(Node::of_text(line, text.into_owned(), is_plain), anchor);
            }
            Event::Alias(id) => {
                let known = self.anchors.get(&id).cloned();
                let node = known.ok_or_else(|| YamlError {
                    line,
                    message: "an alias stands inside what it names".to_owned(),
                })?;
                // What is said by the alias is said at the anchor.
                self.done(node, 0);
            }
            Event::SequenceStart(anchor, _) => {
                self.begin(line, anchor, OpenKind::List(Vec::new()))?;
            }
            Event::MappingStart(anchor, _) => {
                self.begin(line, anchor, OpenKind::Map(Vec::new(), None))?;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(open) = self.open.pop() else {
                    return Ok(());
                };
                let node = match open.kind {
                    OpenKind::List(list) => Node::of_list(open.line, list),
                    OpenKind::Map(map, _) => Node::of_map(open.line, map),
                };
                if node.size > MOST_VALUES {
                    return Err(YamlError {
                        line: open.line,
                        message: format!("more than {MOST_VALUES} values"),
                    });
                }
                self.done(node, open.anchor);
            }
            _ => {}
        }
        Ok(())
    }

    fn begin(&mut self, line: usize, anchor: usize, kind: OpenKind) -> Result<(), YamlError> {
        if self.open.len() >= MOST_DEPTH {
            return Err(YamlError {
                line,
                message: format!("more than {MOST_DEPTH} levels"),
            });
        }
        self.open.push(Open { line, anchor, kind });
        Ok(())
    }

    fn done(&mut self, node: Node, anchor: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut().map(|open| &mut open.kind) {
            None => self.documents.push(node),
            Some(OpenKind::List(list)) => list.push(node),
            Some(OpenKind::Map(map, key)) => match key.take() {
                None => *key = Some(node),
                Some(key) => map.push((key, node)),
            },
        }
    }
}

impl Node {
    /// One value; a plain one may be `null` or `true`.
    pub(crate) fn of_text(line: usize, text: String, is_plain: bool) -> Node {
        let value = Rc::new(Value::Text { text, is_plain });
        let size = 1;
        Node { line, size, value }
    }

    /// A list.
    pub(crate) fn of_list(line: usize, list: Vec<Node>) -> Node {
        let size = list
            .iter()
            .fold(1, |sum: usize, it| sum.saturating_add(it.size));
        let value = Rc::new(Value::List(list));
        Node { line, size, value }
    }

    /// A map.
    pub(crate) fn of_map(line: usize, map: Vec<(Node, Node)>) -> Node {
        let sizes = map
            .iter()
            .map(|(key, value)| key.size.saturating_add(value.size));
        let size = sizes.fold(1, usize::saturating_add);
        let value = Rc::new(Value::Map(map));
        Node { line, size, value }
    }

    /// The same, so many lines below.
    pub(crate) fn moved_by(&self, lines: usize) -> Node {
        let line = self.line + lines;
        match &*self.value {
            Value::Text { text, is_plain } => Node::of_text(line, text.clone(), *is_plain),
            Value::List(list) => {
                Node::of_list(line, list.iter().map(|it| it.moved_by(lines)).collect())
            }
            Value::Map(map) => {
                let pairs = map.iter();
                let pairs = pairs.map(|(key, value)| (key.moved_by(lines), value.moved_by(lines)));
                Node::of_map(line, pairs.collect())
            }
        }
    }

    /// What stands under keys, one below the other.
    pub(crate) fn at(&self, keys: &[&str]) -> Option<&Node> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The text under a key.
    pub(crate) fn text_of(&self, key: &str) -> Option<&str> {
        self.get(key)?.text()
    }

    /// The elements of the list under a key.
    pub(crate) fn list_of(&self, key: &str) -> &[Node] {
        self.get(key).and_then(Node::list).unwrap_or_default()
    }

    /// Whether what stands under a key says yes.
    pub(crate) fn says(&self, key: &str) -> bool {
        self.get(key).is_some_and(Node::is_true)
    }

    /// The values below it, in order; itself, if it is one.
    pub(crate) fn texts(&self) -> Vec<&Node> {
        match &*self.value {
            Value::Text { .. } => vec![self],
            Value::List(list) => list.iter().flat_map(Node::texts).collect(),
            Value::Map(map) => map.iter().flat_map(|(_, value)| value.texts()).collect(),
        }
    }

    /// Its text, if it is one value. What is not there (`key:`, `~`, `null`) has none.
    pub fn text(&self) -> Option<&str> {
        match &*self.value {
            Value::Text { text, is_plain } => {
                let is_null = *is_plain && matches!(&**text, "" | "~" | "null" | "Null" | "NULL");
                (!is_null).then_some(text)
            }
            Value::List(_) | Value::Map(_) => None,
        }
    }

    /// Whether nothing stands here: `key:`, `~`, `null`.
    pub fn is_null(&self) -> bool {
        matches!(&*self.value, Value::Text { .. }) && self.text().is_none()
    }

    /// Whether it says yes.
    pub fn is_true(&self) -> bool {
        self.text()
            .is_some_and(|text| text.eq_ignore_ascii_case("true"))
    }

    /// Its elements, if it is a list.
    pub fn list(&self) -> Option<&[Node]> {
        match &*self.value {
            Value::List(list) => Some(list),
            Value::Text { .. } | Value::Map(_) => None,
        }
    }

    /// Whether it has keys.
    pub fn is_map(&self) -> bool {
        matches!(&*self.value, Value::Map(_))
    }

    /// What stands under a key, its own or one of a map that is merged into it (`<<`). The last of several counts.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.look(key, 0)
    }

    fn look(&self, key: &str, depth: usize) -> Option<&Node> {
        let Value::Map(map) = &*self.value else {
            return None;
        };
        let own = map.iter().rev().find(|(k, _)| k.text() == Some(key));
        if let Some((_, value)) = own {
            return Some(value);
        }
        if depth > MOST_DEPTH {
            return None;
        }
        let merged = map.iter().filter(|(k, _)| k.text() == Some("<<"));
        merged
            .flat_map(|(_, value)| match value.list() {
                Some(list) => list,
                None => std::slice::from_ref(value),
            })
            .find_map(|map| map.look(key, depth + 1))
    }

    /// The line of a key of its own; the map's where it has none such.
    pub fn line_of(&self, key: &str) -> usize {
        let Value::Map(map) = &*self.value else {
            return self.line;
        };
        let own = map.iter().rev().find(|(k, _)| k.text() == Some(key));
        own.map_or(self.line, |(key, _)| key.line)
    }

    /// Its keys and values, those of merged maps included, each key once.
    pub fn entries(&self) -> Vec<(&str, &Node)> {
        let mut entries: Vec<(&str, &Node)> = Vec::new();
        self.gather(&mut entries, 0);
        entries
    }

    fn gather<'n>(&'n self, entries: &mut Vec<(&'n str, &'n Node)>, depth: usize) {
        let Value::Map(map) = &*self.value else {
            return;
        };
        for (key, value) in map {
            let Some(key) = key.text().filter(|key| *key != "<<") else {
                continue;
            };
            match entries.iter_mut().find(|(k, _)| *k == key) {
                // Of a map's own keys the last counts, and each before those that are merged into it.
                Some(entry) if depth == 0 => entry.1 = value,
                Some(_) => {}
                None => entries.push((key, value)),
            }
        }
        if depth > MOST_DEPTH {
            return;
        }
        for (_, merged) in map.iter().filter(|(k, _)| k.text() == Some("<<")) {
            match merged.list() {
                Some(list) => list.iter().for_each(|map| map.gather(entries, depth + 1)),
                None => merged.gather(entries, depth + 1),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::documents;

    #[test]
    fn anchors_and_merge_keys_are_followed() {
        let text = "x-base: &base\n  a: 1\n  b: [x, 'y']\nweb:\n  <<: *base\n  a: 2\n  c:\n";
        let all = documents(text).expect("it is YAML");
        let web = all[0].get("web").expect("it is there");
        let text = |key: &str| web.get(key).and_then(|it| it.text());
        assert_eq!((text("a"), web.line), (Some("2"), 5));
        assert_eq!(
            web.get("b").and_then(|it| it.list()).map(<[_]>::len),
            Some(2)
        );
        assert!(web.get("c").is_some_and(super::Node::is_null));
        let keys: Vec<&str> = web.entries().into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["a", "c", "b"]);
    }

    #[test]
    fn texts_on_lines_of_their_own_begin_below() {
        let all = documents("a: x\nb: |\n  one\n  two\nc: >-\n\n  one\n").expect("it is YAML");
        let line = |key: &str| all[0].get(key).map(|it| it.line);
        assert_eq!(
            (line("a"), line("b"), line("c")),
            (Some(1), Some(3), Some(7))
        );
    }

    #[test]
    fn a_bracket_closes_in_the_column_of_its_key() {
        let text = "steps:\n  - name: a\n    args: [\n      'x',\n    ]\n    env: {\n      A: 1\n    }\nlast: 1\n";
        let all = documents(text).expect("it is read");
        let steps = all[0].get("steps").and_then(|it| it.list());
        let step = &steps.expect("there are steps")[0];
        assert_eq!(
            step.get("args").and_then(|it| it.list()).map(<[_]>::len),
            Some(1)
        );
        assert!(step.get("env").is_some_and(|it| it.get("A").is_some()));
        assert_eq!(all[0].get("last").map(|it| it.line), Some(9));
        // What else is wrong is told as it stands.
        let text = "b: [\n]\na: x: y\n";
        assert_eq!(
            documents(text).unwrap_err(),
            super::as_written(text).unwrap_err()
        );
    }

    #[test]
    fn what_is_no_yaml_is_told_with_its_line() {
        let error = documents("a: b\n c: [\n").expect_err("it is none");
        assert!(error.line >= 2, "{error:?}");
        assert!(documents("a: *a\n").is_err());
        let levels = (1..30).map(|it| format!("- &a{it} [*a{0}, *a{0}]\n", it - 1));
        let bomb = format!("- &a0 [x, x]\n{}", levels.collect::<String>());
        assert!(
            documents(&bomb)
                .expect_err("it is too large")
                .message
                .contains("values")
        );
        assert_eq!(documents("a: 1\n---\nb: 2\n").expect("two").len(), 2);
    }
}
