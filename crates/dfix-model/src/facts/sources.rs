//! What the sources of an application in Python or JavaScript tell: which programs they start by name, and
//! which other files of the application they load.

use std::sync::Arc;

use crate::path::program_name;
use dfix_catalogue::{calls_that_start, mentions_starting, programs};

/// The programs that a source starts: those that its calls name, and those of whose names everybody knows
/// that they are a program's, where it starts some.
pub(crate) fn programs_started(text: &str) -> Vec<&str> {
    let mut found = in_calls(text);
    if mentions_starting(text) {
        found.extend(in_quotes(text));
    }
    found
}

/// The first word of what a call is given; behind a shell that of the text it is given.
fn in_calls(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for call in calls_that_start() {
        for (at, _) in text.match_indices(call) {
            let Some((mut command, mut rest)) = literal(&text[at + call.len()..]) else {
                continue;
            };
            if programs::is_shell(program_name(command)) {
                command = "";
                while let Some((next, after)) = literal(rest) {
                    rest = after;
                    if !next.starts_with('-') {
                        command = next;
                        break;
                    }
                }
            }
            found.extend(command.split_whitespace().next());
        }
    }
    found
}

/// The text that stands here in quotes, as the first of a list or an argument after another, and what follows.
fn literal(text: &str) -> Option<(&str, &str)> {
    let is_before =
        |c: char| c.is_whitespace() || matches!(c, '[' | '(' | ',' | 'f' | 'r' | 'b' | 'u');
    let rest = text.trim_start_matches(is_before);
    let quote = rest.chars().next().filter(|c| is_quote(*c))?;
    rest[1..].split_once(quote)
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'' | '`')
}

/// First words in quotes that are distinct names of programs.
fn in_quotes(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices(is_quote).filter_map(|(at, quote)| {
        let rest = &text[at + 1..];
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))?;
        let name = &rest[..end];
        let ends = rest[end..].starts_with(' ') || rest[end..].starts_with(quote);
        (ends && programs::is(name, programs::Mark::Distinct)).then_some(name)
    })
}

/// A module that a Python file imports, those of installed packages among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Import {
    pub(crate) module: String,
    /// How many dots stand before it: 1 is the folder of the file, each more is a folder up.
    pub(crate) dots: usize,
}

/// The modules that a Python file imports.
pub(crate) fn imports(text: &str) -> Vec<Import> {
    let mut found = Vec::new();
    for line in text.lines().map(str::trim_start) {
        if let Some(rest) = line.strip_prefix("import ") {
            let names = rest
                .split(',')
                .filter_map(|part| part.split_whitespace().next());
            found.extend(names.map(|name| Import {
                module: name.to_owned(),
                dots: 0,
            }));
        } else if let Some((from, names)) = line
            .strip_prefix("from ")
            .and_then(|rest| rest.split_once(" import "))
        {
            let module = from.trim().trim_start_matches('.');
            let dots = from.trim().len() - module.len();
            let mut push = |module: String| found.push(Import { module, dots });
            if !module.is_empty() {
                push(module.to_owned());
            }
            for name in names
                .split([',', '(', ')'])
                .filter_map(|part| part.split_whitespace().next())
            {
                let dot = if module.is_empty() { "" } else { "." };
                push(format!("{module}{dot}{name}"));
            }
        }
    }
    found
}

/// A source of the application that was read.
#[derive(Debug, Clone)]
pub struct Source(Arc<str>);

impl Source {
    pub(crate) fn new(text: Arc<str>) -> Self {
        Source(text)
    }

    /// Whether it is one of Python's that imports a module, or something of it.
    pub fn imports(&self, module: &str) -> bool {
        imports(&self.0).iter().any(|import| {
            let rest = import.module.strip_prefix(module);
            import.dots == 0 && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }

    /// Whether a name, or whatever stands in sources, stands somewhere in it.
    pub fn mentions(&self, text: &str) -> bool {
        self.0.contains(text)
    }
}

/// The files that a JavaScript file loads by a path of its own.
pub(crate) fn required(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for call in ["require(", "from ", "import ", "import("] {
        for (at, _) in text.match_indices(call) {
            let rest = text[at + call.len()..].trim_start();
            let path = literal(rest).map(|(path, _)| path);
            found.extend(path.filter(|path| rest.starts_with(is_quote) && path.starts_with('.')));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_name_what_they_start() {
        let text = "subprocess.run(\n    [\"git\", \"log\"])\nos.system(f'curl {x}')\nPopen(['sh', '-c', 'unzip x'])\npattern.exec(text); kind = 'file'\n";
        let mut found = in_calls(text);
        found.sort_unstable();
        assert_eq!(found, ["curl", "git", "unzip"]);
        assert_eq!(
            programs_started("import subprocess\ncmd = ['git', 'gitolite']\n"),
            ["git"]
        );
        assert!(programs_started("cmd = ['git']").is_empty());
    }

    #[test]
    fn files_name_what_they_load() {
        let text = "import os, a.b as c\nfrom . import d\nfrom ..e import (f, g)\n";
        let found: Vec<(String, usize)> = imports(text)
            .into_iter()
            .map(|i| (i.module, i.dots))
            .collect();
        let expected = [
            ("os", 0),
            ("a.b", 0),
            ("d", 1),
            ("e", 2),
            ("e.f", 2),
            ("e.g", 2),
        ];
        assert_eq!(found, expected.map(|(name, dots)| (name.to_owned(), dots)));
        let text = "const a = require('./lib/a'); import b from \"../b.js\"; import c from 'c'\n";
        assert_eq!(required(text), ["./lib/a", "../b.js"]);
    }
}
