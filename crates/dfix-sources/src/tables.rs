//! What is known of languages and their libraries: sorted tables, searched where they lie.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::language::Language;

/// The lines of a table by the words of their first column: all but the last, and the last. Worked out on the first question.
struct Table {
    text: &'static str,
    lines: OnceLock<HashMap<(&'static str, &'static str), Vec<&'static str>>>,
}

static CALLS: Table = Table::new(include_str!("../data/calls.tsv"));
static ERRORS: Table = Table::new(include_str!("../data/errors.tsv"));
static DATABASES: Table = Table::new(include_str!("../data/databases.tsv"));
static LANGUAGES: Table = Table::new(include_str!("../data/languages.tsv"));
static MODULES: Table = Table::new(include_str!("../data/modules.tsv"));
static NAMES: Table = Table::new(include_str!("../data/left-out.tsv"));
static ENTRIES: Table = Table::new(include_str!("../data/entries.tsv"));
static PLACES: Table = Table::new(include_str!("../data/places.tsv"));
static REQUESTS: Table = Table::new(include_str!("../data/requests.tsv"));
static SETTINGS: Table = Table::new(include_str!("../data/settings.tsv"));
static PROGRAMS: Table = Table::new(include_str!("../data/programs.tsv"));

impl Table {
    const fn new(text: &'static str) -> Self {
        Self {
            text,
            lines: OnceLock::new(),
        }
    }

    /// The lines whose first column is this, in the table's order.
    fn rows<'a>(&'static self, kind: &'a str, name: &'a str) -> &'a [&'static str] {
        let lines: &'a HashMap<(&'a str, &'a str), Vec<&'static str>> =
            self.lines.get_or_init(|| {
                let mut lines: HashMap<_, Vec<_>> = HashMap::new();
                for line in self.text.lines().filter(|it| !it.starts_with('#')) {
                    let first = line.split('\t').next().unwrap_or_default();
                    lines
                        .entry(first.split_once(' ').unwrap_or(("", first)))
                        .or_default()
                        .push(line);
                }
                lines
            });
        lines.get(&(kind, name)).map_or(&[], Vec::as_slice)
    }

    fn row(&'static self, kind: &str, name: &str) -> Option<&'static str> {
        self.rows(kind, name).first().copied()
    }
}

fn column(row: &'static str, number: usize) -> &'static str {
    row.split('\t')
        .nth(number)
        .filter(|it| *it != "-")
        .unwrap_or_default()
}

/// Whether a file or a folder is none of the application, by its name or a part of it.
pub(crate) fn is_left_out(kind: &str, name: &str) -> bool {
    NAMES.row(kind, name).is_some()
}

/// What a call, or a name, does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Effect {
    /// `writes`, `port`, `socket`, `settings`, `loads`, `runs`, `asks`, `right`, `user`, `imports`, `value`.
    pub(crate) kind: &'static str,
    /// Which argument is meant.
    pub(crate) argument: &'static str,
    /// When it does so.
    pub(crate) when: &'static str,
    /// What else is to be known.
    pub(crate) what: &'static str,
}

/// What the name of this key does, in the table's order.
pub(crate) fn effects(language: Language, name: &str) -> impl Iterator<Item = Effect> {
    CALLS.rows(language.word(), name).iter().map(|row| Effect {
        kind: column(row, 1),
        argument: column(row, 2),
        when: column(row, 3),
        what: column(row, 4),
    })
}

/// The language of an ending, a file's name or an interpreter.
pub(crate) fn language(kind: &str, name: &str) -> Option<&'static str> {
    LANGUAGES.row(kind, name).map(|row| column(row, 1))
}

/// The name under which the tables know a module.
pub(crate) fn module(language: Language, name: &str) -> &str {
    let name = name.strip_prefix("node:").unwrap_or(name);
    let known = MODULES.row(language.word(), name);
    known
        .map(|row| column(row, 1))
        .filter(|it| !it.is_empty())
        .unwrap_or(name)
}

/// What right a module is there for.
pub(crate) fn right_of_module(language: Language, name: &str) -> Option<&'static str> {
    let mut name = name;
    loop {
        let found = MODULES.row(language.word(), name);
        if let Some(row) = found.filter(|row| !column(row, 2).is_empty()) {
            return Some(column(row, 2));
        }
        let at = name.rfind(['.', '/'])?;
        name = &name[..at];
    }
}

/// Whether a database of this name, as addresses have it at this place (`jdbc`, `scheme`), lies in files that they name.
pub(crate) fn is_database(name: &str, place: &str) -> bool {
    let row = DATABASES.row("", name);
    row.is_some_and(|row| column(row, 1).split(' ').any(|it| it == place))
}

/// What stands beside an entry of a dictionary that makes it a file: the name of the other, and what that contains.
pub(crate) fn file_entry(name: &str) -> Option<(&'static str, &'static str)> {
    ENTRIES
        .row("", name)
        .map(|row| (column(row, 1), column(row, 2)))
}

/// What right a literal place asks for; the longest beginning that is listed decides.
pub(crate) fn right_of_place(path: &str) -> Option<&'static str> {
    let mut end = path.len().min(64);
    loop {
        while !path.is_char_boundary(end) {
            end -= 1;
        }
        if end < 2 {
            return None;
        }
        if let Some(row) = PLACES.row("", &path[..end]) {
            let whole = column(row, 2) == "whole";
            if !whole || end == path.len() {
                return Some(column(row, 1)).filter(|it| *it != "none");
            }
        }
        end -= 1;
    }
}

/// What right a program asks for by its name.
pub(crate) fn right_of_program(name: &str) -> Option<&'static str> {
    PROGRAMS.row("", name).map(|row| column(row, 1))
}

/// Whether this name, with its members, is how a language writes what a caller sent with a request: `req.query.name`.
pub(crate) fn is_of_a_request(language: Language, name: &str) -> bool {
    let ends = name.char_indices().filter(|(_, c)| matches!(c, '.' | '-'));
    let mut names = ends.map(|(at, _)| &name[..at]).chain([name]);
    names.any(|it| REQUESTS.row(language.word(), it).is_some())
}

/// Whether a name is told of errors of Express, as this kind.
pub(crate) fn is_told_of_errors(kind: &str, name: &str) -> bool {
    ERRORS.row(kind, name).is_some()
}

/// What a setting of a file does: the key is the file's kind (`*` for any) and the setting.
pub(crate) fn setting(kind: &str, name: &str) -> Option<&'static str> {
    // `*.upload-dir`: a key of an application's own that ends so.
    let own = name.match_indices('.').map(|(at, _)| &name[at..]);
    let mut own = own.filter_map(|end| SETTINGS.row(kind, &format!("*{end}")));
    let row = SETTINGS.row(kind, name).or_else(|| own.next());
    row.map(|row| column(row, 1))
}
