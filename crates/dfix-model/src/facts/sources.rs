//! What the sources of an application in Python or JavaScript tell: which programs they start by name, and
//! which other files of the application they load.

use std::sync::Arc;

use crate::facts::quoting::quoted;
use crate::path::program_name;
use dfix_catalogue::{mentions_starting, programs};
use dfix_sources::Value;

/// A text as a source in Python, and as one in JavaScript where it is not known which.
fn read_as(text: &str, names: &[&str]) -> impl Iterator<Item = dfix_sources::Source> {
    names
        .iter()
        .filter_map(move |name| dfix_sources::read(name, text))
}

/// The programs that a source starts: those that its calls name, and those of whose names everybody knows
/// that they are a program's, where it starts some.
pub(crate) fn programs_started(path: &str, text: &str) -> ProgramsStarted {
    let names: &[&str] = if dfix_sources::read(path, "").is_some() {
        &[path]
    } else {
        &["text.py", "text.js"]
    };
    let mut found = ProgramsStarted::default();
    for program in read_as(text, names).flat_map(|source| source.programs) {
        found.shells.extend(shell_line(&program.command));
        let name = started(&known_words(&program.command));
        found.names.extend(name);
    }
    if mentions_starting(text) {
        found.names.extend(in_quotes(text).map(str::to_owned));
        found.names.extend(members_of_sh(text).map(str::to_owned));
    }
    found
}

/// What a source starts.
#[derive(Debug, Default)]
pub(crate) struct ProgramsStarted {
    /// The names of programs.
    pub(crate) names: Vec<String>,
    /// Shells with the words that they are given, see [`shell_line`].
    pub(crate) shells: Vec<String>,
}

/// The program that words start: the first of them; behind a shell that of the text it is given. A file that it is given is
/// no program.
fn started(words: &[String]) -> Option<String> {
    let first = words.first()?;
    if !programs::is_shell(program_name(first)) {
        return first.split_whitespace().next().map(str::to_owned);
    }
    let at = words.iter().position(|word| takes_text(word))?;
    let text = words.get(at + 1)?;
    text.split_whitespace().next().map(str::to_owned)
}

/// A shell with the words that a source gives it, as one types it: `bash run.sh`. A word that is not known may be the script, so
/// that none behind it is.
pub(crate) fn shell_line(command: &dfix_sources::Command) -> Option<String> {
    let line = match command {
        dfix_sources::Command::Text(text) => text.value()?.clone(),
        dfix_sources::Command::Words(words) => {
            let known = words.iter().map_while(Value::value);
            let known: Vec<String> = known.map(|word| quoted(word)).collect();
            known.join(" ")
        }
    };
    let first = line.split_whitespace().next()?;
    programs::is_shell(program_name(first)).then_some(line)
}

/// `-lc`
fn takes_text(word: &str) -> bool {
    word.starts_with('-') && !word.starts_with("--") && word.ends_with('c')
}

/// The words of a program that a source starts, as far as they are known.
pub fn known_words(command: &dfix_sources::Command) -> Vec<String> {
    match command {
        dfix_sources::Command::Text(text) => {
            let text = text.value().map_or("", String::as_str);
            text.split_whitespace().map(str::to_owned).collect()
        }
        dfix_sources::Command::Words(words) => {
            words.iter().filter_map(Value::value).cloned().collect()
        }
    }
}

/// The text of a value; of one that is put together, what is written in it, and U+FFFD for each part that is not. None
/// where nothing of its beginning is written.
pub(crate) fn literal_of(value: &Value<String>, written: &str) -> Option<String> {
    if let Some(text) = value.value() {
        return Some(text.clone());
    }
    let text = written.trim_start_matches(['[', '(', ' ', '\n']);
    let prefix = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let text = if prefix < 3 { &text[prefix..] } else { text };
    let quote = text.chars().next().filter(|c| is_quote(*c))?;
    let text = text.trim_start_matches(quote);
    let end = text.find(quote).unwrap_or(text.len());
    Some(without_values(&text[..end]))
}

/// A text in which `{…}`, `${…}` and `#{…}` are each U+FFFD.
fn without_values(text: &str) -> String {
    let mut found = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        let before = &rest[..at];
        found.push_str(before.strip_suffix(['$', '#']).unwrap_or(before));
        found.push(char::REPLACEMENT_CHARACTER);
        let mut depth = 0_usize;
        let end = rest[at..].find(|c| {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        rest = end.map_or("", |end| &rest[at + end + 1..]);
    }
    found.push_str(rest);
    found
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

/// Programs that a source in Python starts as functions of the module `sh`: `sh.git`, `from sh import git`.
fn members_of_sh(text: &str) -> impl Iterator<Item = &str> {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let members = text.match_indices("sh.");
    let members = members.filter(move |(at, _)| !text[..*at].ends_with(is_of_name));
    let members = members.map(|(at, it)| &text[at + it.len()..]);
    let lines = text.lines().map(str::trim_start);
    let imported = lines.filter_map(|line| line.strip_prefix("from sh import "));
    let imported = imported.flat_map(|names| names.split(',')).map(str::trim);
    let all = members.chain(imported);
    all.filter_map(move |rest| rest.split(|c| !is_of_name(c)).next())
        .filter(|name| programs::is(name, programs::Mark::Distinct))
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
    let sources = read_as(text, &["text.py"]);
    for import in sources.flat_map(|source| source.imports) {
        let Some(written) = import.module.known() else {
            continue;
        };
        let module = written.trim_start_matches('.');
        let dots = written.len() - module.len();
        let mut push = |module: String| found.push(Import { module, dots });
        if !module.is_empty() {
            push(module.to_owned());
        }
        let dot = if module.is_empty() { "" } else { "." };
        for name in &import.names {
            push(format!("{module}{dot}{name}"));
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

    /// Whether something of this name is called in it, in whatever letter case: `quart` by `Quart(`.
    pub fn calls(&self, name: &str) -> bool {
        let text = self.0.to_ascii_lowercase();
        text.contains(&format!("{name}("))
    }

    /// What a name of a module of Python's is last given outside of any block, up to the end of the line.
    pub fn assigned(&self, name: &str) -> Option<&str> {
        let given = |line| {
            let (type_or_nothing, value) = str::strip_prefix(line, name)?.split_once('=')?;
            let typed = type_or_nothing.trim();
            let is_given = typed.is_empty() || typed.starts_with(':');
            (is_given && !value.starts_with('=')).then(|| value.trim())
        };
        self.0.lines().rev().find_map(given)
    }

    /// The module of Python's that a name is imported from.
    pub fn module_of(&self, name: &str) -> Option<String> {
        let imports = read_as(&self.0, &["text.py"]).flat_map(|source| source.imports);
        let mut of_name = imports.filter(|it| it.names.iter().any(|it| it == name));
        of_name.next()?.module.known().cloned()
    }

    /// How the parameters of a function of Python of this name are written; where it has brackets in them, up to the first
    /// that closes.
    pub fn parameters_of(&self, function: &str) -> Option<&str> {
        let (_, behind) = self.0.split_once(&format!("def {function}("))?;
        behind.split_once(')').map(|(parameters, _)| parameters)
    }
}

/// The text that words give a shell: of `bash`, `-lc`, `TEXT` the last; none where the first is no shell, or it is given none.
pub(crate) fn shell_text<'w>(words: &'w [Value<String>], first: &str) -> Option<&'w Value<String>> {
    if !programs::is_shell(program_name(first)) {
        return None;
    }
    let is_option = |word: &Value<String>| word.value().is_some_and(|it| takes_text(it));
    let at = words.iter().position(is_option)?;
    words.get(at + 1)
}

/// The files that a JavaScript file loads by a path of its own.
pub(crate) fn required(text: &str) -> Vec<String> {
    read_as(text, &["text.js"])
        .flat_map(|source| source.imports)
        .filter_map(|import| import.module.known().cloned())
        .filter(|path| path.starts_with('.'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_name_what_they_start() {
        let text = "import os, subprocess\nfrom subprocess import Popen\nsubprocess.run(\n    [\"git\", \"log\"])\nos.system(f'curl {x}')\nPopen(['sh', '-c', 'unzip x'])\npattern.exec(text); kind = 'file'\n";
        let started = |text| {
            let mut found = programs_started("a.py", text).names;
            found.sort_unstable();
            found.dedup();
            found
        };
        assert_eq!(started(text), ["curl", "git", "unzip"]);
        assert_eq!(
            started("import subprocess\ncmd = ['git', 'gitolite']\n"),
            ["git"]
        );
        assert!(started("cmd = ['git']").is_empty());
        let text = "import sh\nfrom sh import curl, unzip as z\nsh.git.log()\nx.push.wget()\n";
        assert_eq!(started(text), ["curl", "git", "unzip"]);
        let text =
            "from plumbum import local\nlocal['git']('log')\nConnection('x').local('wget x')\n";
        assert_eq!(started(text), ["git", "wget"]);
    }

    #[test]
    fn parts_of_a_text_stand_for_values() {
        for (written, text) in [
            (
                "f\"./gh repo clone {repo} data/{repo}\"",
                "./gh repo clone \u{fffd} data/\u{fffd}",
            ),
            (
                "`apt-get install ${names.map((n) => { return n })} -y`",
                "apt-get install \u{fffd} -y",
            ),
            ("\"git clone \" + url", "git clone "),
            ("'ls %s' % x", "ls %s"),
        ] {
            let value = Value::Unknown(written.to_owned());
            assert_eq!(
                literal_of(&value, written).as_deref(),
                Some(text),
                "{written}"
            );
        }
        let written = "tool + ' -x'";
        assert_eq!(
            literal_of(&Value::Unknown(written.to_owned()), written),
            None
        );
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
        assert_eq!(required(text), ["../b.js", "./lib/a"]);
    }
}
