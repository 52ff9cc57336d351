//! `${{ … }}` of GitHub's workflows: what the file says of it.

use crate::shell::{Word, stand_in};
use crate::yaml::Node;

/// How many combinations of a matrix are looked at.
const MOST_ROWS: usize = 64;

/// Names and values: `env.TAG`, `matrix.image.name`. A value may be known in part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Scope(Vec<(String, Option<Word>)>);

impl Scope {
    /// What a workflow knows of its repository, whose owner and name these are.
    pub(super) fn of_repository(name: Option<&str>) -> Scope {
        let mut scope = Scope::default();
        let Some((owner, short)) = name.and_then(|it| it.split_once('/')) else {
            return scope;
        };
        for (key, value) in [
            ("github.repository", name.unwrap_or_default()),
            ("github.repository_owner", owner),
            ("github.event.repository.name", short),
        ] {
            scope.0.push((key.to_owned(), Some(Word::known(value))));
        }
        scope
    }

    /// The scope with these variables of the environment over it.
    pub(super) fn with_environment(&self, node: Option<&Node>) -> Scope {
        let mut scope = self.clone();
        for (name, value) in node.map(Node::entries).unwrap_or_default() {
            let value = scope.put_into(value.text().unwrap_or_default());
            scope.0.push((format!("env.{name}"), Some(value)));
        }
        scope
    }

    /// Sets an input; without a value it is not known.
    pub(super) fn set_input(&mut self, name: &str, value: Option<Word>) {
        self.0.push((format!("inputs.{name}"), value));
    }

    /// The variables of the environment that it knows of.
    pub(super) fn environment(&self) -> impl Iterator<Item = (&str, Option<&Word>)> {
        let all = self.0.iter();
        all.filter_map(|(name, value)| Some((name.strip_prefix("env.")?, value.as_ref())))
    }

    fn get(&self, name: &str) -> Option<&Word> {
        let found = self.0.iter().rev().find(|(known, _)| known == name);
        found?.1.as_ref()
    }

    /// The text with its expressions put in; what is not known stands in it as `${NAME}`.
    pub(super) fn put_into(&self, text: &str) -> Word {
        let mut word = Word::default();
        let mut rest = text;
        while let Some(at) = rest.find("${{") {
            word.text.push_str(&rest[..at]);
            rest = &rest[at + 3..];
            let end = rest.find("}}").unwrap_or(rest.len());
            let expression = rest[..end].trim();
            rest = rest.get(end + 2..).unwrap_or_default();
            match (self.value(expression), self.get(expression)) {
                (Some(value), _) => word.text.push_str(&value),
                (None, Some(value)) => {
                    word.text.push_str(&value.text);
                    let open = value.open.clone();
                    word.open.get_or_insert(open.unwrap_or_default());
                }
                (None, None) => {
                    word.text.push_str(&stand_in(expression));
                    word.open.get_or_insert_with(|| expression.to_owned());
                }
            }
        }
        word.text.push_str(rest);
        word
    }

    /// What an expression stands for: a name, a text, or the first of several (`||`) that is not empty.
    fn value(&self, expression: &str) -> Option<String> {
        let mut last = String::new();
        for part in expression.split("||") {
            let part = part.trim();
            let quoted = part.strip_prefix('\'').and_then(|it| it.strip_suffix('\''));
            let value = match (quoted, part) {
                (Some(text), _) => text.to_owned(),
                (None, "github.workspace") => ".".to_owned(),
                (None, name) => {
                    let value = self.get(name).filter(|it| it.open.is_none());
                    value?.text.clone()
                }
            };
            if !value.is_empty() {
                return Some(value);
            }
            last = value;
        }
        Some(last)
    }
}

/// The scopes that a matrix makes of one, as far as it matters to what these texts name: one where there is none, or
/// where nothing is known of it.
pub(super) fn scopes_of(scope: &Scope, matrix: Option<&Node>, texts: &[&Node]) -> Vec<Scope> {
    let names = names_of_matrix(texts);
    let (Some(matrix), false) = (matrix, names.is_empty()) else {
        return vec![scope.clone()];
    };
    let mut rows: Vec<Vec<(String, Option<Word>)>> = vec![Vec::new()];
    for (axis, values) in matrix.entries() {
        let prefix = format!("matrix.{axis}");
        let is_named = names
            .iter()
            .any(|name| *name == prefix || name.starts_with(&format!("{prefix}.")));
        let Some(values) = values
            .list()
            .filter(|_| is_named && axis != "include" && axis != "exclude")
        else {
            continue;
        };
        rows = rows
            .iter()
            .flat_map(|row| {
                values.iter().map(|value| {
                    let mut row = row.clone();
                    flatten(&prefix, value, &mut row);
                    row
                })
            })
            .take(MOST_ROWS)
            .collect();
    }
    for include in matrix.list_of("include").iter().take(MOST_ROWS) {
        let mut row = Vec::new();
        flatten("matrix", include, &mut row);
        rows.push(row);
    }
    let says_all = |row: &Vec<(String, Option<Word>)>| {
        let is_said = |name: &&String| row.iter().any(|(known, _)| known == *name);
        names.iter().filter(is_said).count() == names.len()
    };
    let mut scopes: Vec<Scope> = Vec::new();
    for mut row in rows.into_iter().filter(says_all) {
        row.retain(|(name, _)| names.contains(name));
        let scope = Scope([scope.0.clone(), row].concat());
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    if scopes.is_empty() {
        scopes.push(scope.clone());
    }
    scopes
}

/// The names of the matrix that texts name: `matrix.image`.
fn names_of_matrix(texts: &[&Node]) -> Vec<String> {
    let mut names = Vec::new();
    for text in texts.iter().filter_map(|it| it.text()) {
        for (at, _) in text.match_indices("matrix.") {
            let rest = &text[at..];
            let is_name = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
            let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
            let name = rest[..end].to_owned();
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

fn flatten(prefix: &str, node: &Node, row: &mut Vec<(String, Option<Word>)>) {
    if node.is_map() {
        for (key, value) in node.entries() {
            flatten(&format!("{prefix}.{key}"), value, row);
        }
    } else {
        let text = node.text().filter(|it| !it.contains("${{"));
        row.push((prefix.to_owned(), text.map(Word::known)));
    }
}
