//! Programs in Python and JavaScript, as far as the build context has them: which commands they start, and
//! which other files of the application they load.

use dfix_model::StepKind;
use dfix_model::context::Answer;
use dfix_model::{Command, Stage, Word};

use super::commands::{Reader, SHELLS};
use super::needs::Site;
use super::scripts::{absolute, file_at, has_ending};

/// Calls that start a program, up to its name.
const STARTS: &[&str] = &[
    "check_call(",
    "check_output(",
    "exec(",
    "execFile(",
    "execFileSync(",
    "execSync(",
    "execa(",
    "getoutput(",
    "getstatusoutput(",
    "Popen(",
    "popen(",
    "spawn(",
    "spawnSync(",
    "subprocess.call(",
    "subprocess.run(",
    "system(",
    "which(",
];

/// What tells that a program starts others, wherever it has their names from.
const STARTERS: &[&str] = &[
    "subprocess",
    "os.system",
    "os.popen",
    "child_process",
    "execa",
];

/// Commands whose names are no everyday words: a text that begins with one is a call of it.
const DISTINCT: &[&str] = &[
    "bzip2",
    "convert",
    "curl",
    "dirmngr",
    "gcc",
    "git",
    "gpg",
    "hg",
    "identify",
    "mogrify",
    "openssl",
    "pgrep",
    "pkill",
    "ps",
    "scp",
    "sftp",
    "ssh",
    "ssh-keygen",
    "ssh-keyscan",
    "svn",
    "unzip",
    "uptime",
    "vmstat",
    "wget",
    "xz",
];

/// Servers that are told a module: `gunicorn main:app`.
const SERVERS: &[&str] = &[
    "celery",
    "daphne",
    "fastapi",
    "flask",
    "granian",
    "gunicorn",
    "hypercorn",
    "litestar",
    "uvicorn",
    "uwsgi",
    "waitress-serve",
];

/// How many files of one application are read.
const MAX_FILES: usize = 200;

impl<'m> Reader<'m, '_> {
    /// `python app.py`, `node server.js`.
    pub(super) fn program(&mut self, command: Command<'_>, site: Site<'m>, folder: Option<&str>) {
        let text = command
            .args()
            .skip_while(|word| !matches!(word.value(), Some("-c" | "-e")))
            .nth(1);
        if let Some(text) = text {
            let label = text.literal_prefix().to_owned();
            return self.program_text("the text of `-c`", &label, site);
        }
        let mut words = command.args().filter_map(Word::value);
        let Some(path) = words.find(|w| *w == "-m" || !w.starts_with('-')) else {
            return;
        };
        if path == "-m" {
            if let Some(module) = words.next() {
                self.module(module, "", site, folder);
                let rest: Vec<&str> = words.collect();
                self.served(module, &rest, site, folder);
            }
        } else if has_ending(path, ".py") || has_ending(path, ".js") {
            self.unseen(path, site, folder);
            self.program_at(path, site, folder);
        }
    }

    /// `gunicorn main:app`: the modules that a server is told.
    pub(super) fn server(&mut self, command: Command<'_>, site: Site<'m>, folder: Option<&str>) {
        let words: Vec<&str> = command.args().filter_map(Word::value).collect();
        self.served(command.name(), &words, site, folder);
    }

    fn served(&mut self, server: &str, words: &[&str], site: Site<'m>, folder: Option<&str>) {
        if !SERVERS.contains(&server) {
            return;
        }
        let set = site.stage.env_at(site.step, "FLASK_APP");
        let named = set.value().map(str::to_owned);
        let usual = (server == "flask").then_some(["app", "wsgi"]);
        let all = words.iter().copied().chain(named.as_deref());
        for word in all.chain(usual.into_iter().flatten()) {
            let word = word.rsplit('=').next().unwrap_or(word);
            let module = word.split([':', '(']).next().unwrap_or(word);
            if has_ending(module, ".py") {
                self.program_at(module, site, folder);
            } else {
                self.module(module, "", site, folder);
            }
        }
    }

    /// A program that no instruction copies, where something else brings it: nobody can tell what it calls.
    fn unseen(&mut self, path: &str, site: Site<'m>, folder: Option<&str>) {
        if !self.form.loses_tools() || !site.is_run_time() {
            return;
        }
        let stays = matches!(file_at(site, path, folder), Answer::Absent);
        if stays && let Some(who) = brought(site, path) {
            self.needs.open(
                format!("what `{path}` calls, which {who}"),
                "look whether it calls a command or loads a library that the slim form lacks",
            );
        }
    }

    /// A program of the build context: whether its text starts a command that the slim form lacks.
    pub(super) fn program_at(&mut self, path: &str, site: Site<'m>, folder: Option<&str>) {
        let home = site.stage.final_workdir();
        let folder = if site.is_run_time() {
            folder.or(home.as_deref())
        } else {
            folder
        };
        let Some(whole) = absolute(path, folder) else {
            return;
        };
        let label = format!("the program {whole}");
        if !self.form.loses_tools()
            || self.scripts.contains(&label)
            || self.scripts.len() > MAX_FILES
        {
            return;
        }
        let Answer::Found(text) = file_at(site, &whole, None) else {
            return;
        };
        self.scripts.insert(label);
        self.program_text(&format!("`{path}`"), &text, site);
        let beside = whole.rsplit_once('/').map_or("", |(folder, _)| folder);
        if has_ending(&whole, ".py") {
            for (module, dots) in imports(&text) {
                // Each dot after the first is a folder up.
                let up = "/..".repeat(dots.saturating_sub(1));
                self.module(&module, &format!("{beside}{up}"), site, folder);
            }
        } else {
            for path in required(&text) {
                for ending in ["", ".js", ".mjs", ".cjs", "/index.js"] {
                    self.program_at(&format!("{path}{ending}"), site, Some(beside));
                }
            }
        }
    }

    /// A module of Python, beside who asks for it or in the folder that the program starts in.
    fn module(&mut self, module: &str, beside: &str, site: Site<'m>, folder: Option<&str>) {
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
        if !self.form.loses_tools() || module.is_empty() || !module.chars().all(is_name) {
            return;
        }
        let path = module.replace('.', "/");
        let of = (!beside.is_empty()).then_some(beside);
        for place in [of, folder].into_iter().flatten() {
            for ending in [".py", "/__init__.py", "/__main__.py"] {
                self.program_at(&format!("{path}{ending}"), site, Some(place));
            }
        }
    }

    fn program_text(&mut self, label: &str, text: &str, site: Site<'m>) {
        for first in started(text).into_iter().chain(named(text)) {
            let Some(lost) = self.form.lost(first) else {
                continue;
            };
            if lost.is_build {
                self.needs.open(
                    format!("whether {label} starts `{first}`, which it names"),
                    "look at the program, and install what it starts",
                );
            } else {
                self.tool(first, site);
            }
        }
    }
}

/// What brings a program that is not copied: a volume, a command that fetches, a mount.
fn brought(site: Site<'_>, path: &str) -> Option<&'static str> {
    let stage = site.stage;
    let steps = || stage.base_chain().flat_map(Stage::steps);
    let fetches = |command: Command<'_>| {
        command.is_one_of(&[
            "git", "wget", "curl", "tar", "unzip", "hg", "svn", "aws", "gsutil",
        ])
    };
    let copies = |name: &str| matches!(name, "COPY" | "ADD");
    if stage
        .base_chain()
        .flat_map(Stage::build_commands)
        .any(fetches)
        || steps()
            .any(|s| copies(s.name()) && s.sources().any(|w| w.literal_prefix().contains("://")))
    {
        return Some("is fetched when the image is built");
    }
    let home = stage.final_workdir();
    let whole = absolute(path, home.as_deref())?;
    let mounted = steps()
        .filter(|step| step.is(StepKind::Volume))
        .flat_map(dfix_model::Step::words)
        .filter_map(Word::value)
        .any(|volume| {
            let volume = volume.trim_end_matches('/');
            whole
                .strip_prefix(volume)
                .is_some_and(|rest| rest.starts_with('/'))
        });
    let has_place = path.starts_with('/') || steps().any(|s| s.is(StepKind::Workdir));
    let copies_nothing = has_place && !steps().any(|s| copies(s.name()));
    (mounted || copies_nothing).then_some("no instruction puts into the image")
}

/// The commands that a program's text starts by name: the first word of what a call is given; behind a shell
/// that of the text it is given.
fn started(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for call in STARTS {
        for (at, _) in text.match_indices(call) {
            let Some((mut command, mut rest)) = literal(&text[at + call.len()..]) else {
                continue;
            };
            if SHELLS.contains(&command.rsplit('/').next().unwrap_or(command)) {
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
    let quote = rest
        .chars()
        .next()
        .filter(|c| matches!(c, '"' | '\'' | '`'))?;
    rest[1..].split_once(quote)
}

/// The commands that a program names which starts what it does not name in the call.
fn named(text: &str) -> Vec<&'static str> {
    if !STARTERS.iter().any(|word| text.contains(word)) {
        return Vec::new();
    }
    let is_said = |name: &str| {
        ['"', '\'', '`'].iter().any(|quote| {
            text.match_indices(&format!("{quote}{name}"))
                .any(|(at, said)| {
                    let after = text[at + said.len()..].chars().next();
                    after.is_some_and(|c| c == ' ' || c == *quote)
                })
        })
    };
    DISTINCT
        .iter()
        .copied()
        .filter(|name| is_said(name))
        .collect()
}

/// The modules that a Python file imports, with the dots before them; those of an installed package are
/// among them.
fn imports(text: &str) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    for line in text.lines().map(str::trim_start) {
        if let Some(rest) = line.strip_prefix("import ") {
            for name in rest
                .split(',')
                .filter_map(|part| part.split_whitespace().next())
            {
                found.push((name.to_owned(), 0));
            }
        } else if let Some((from, names)) = line
            .strip_prefix("from ")
            .and_then(|rest| rest.split_once(" import "))
        {
            let module = from.trim().trim_start_matches('.');
            let dots = from.trim().len() - module.len();
            if !module.is_empty() {
                found.push((module.to_owned(), dots));
            }
            for name in names
                .split([',', '(', ')'])
                .filter_map(|part| part.split_whitespace().next())
            {
                let dot = if module.is_empty() { "" } else { "." };
                found.push((format!("{module}{dot}{name}"), dots));
            }
        }
    }
    found
}

/// The files that a JavaScript file loads by a path of its own.
fn required(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for call in ["require(", "from ", "import ", "import("] {
        for (at, _) in text.match_indices(call) {
            let rest = text[at + call.len()..].trim_start();
            let path = literal(rest).map(|(path, _)| path);
            found.extend(
                path.filter(|path| rest.starts_with(['"', '\'', '`']) && path.starts_with('.')),
            );
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
        let mut found = started(text);
        found.sort_unstable();
        assert_eq!(found, ["curl", "git", "unzip"]);
        assert_eq!(
            named("import subprocess\ncmd = ['git', 'gitolite']\n"),
            ["git"]
        );
        assert!(named("cmd = ['git']").is_empty());
    }

    #[test]
    fn files_name_what_they_load() {
        let text = "import os, a.b as c\nfrom . import d\nfrom ..e import (f, g)\n";
        let found = imports(text);
        let found: Vec<(&str, usize)> = found.iter().map(|(n, d)| (n.as_str(), *d)).collect();
        assert_eq!(
            found,
            [
                ("os", 0),
                ("a.b", 0),
                ("d", 1),
                ("e", 2),
                ("e.f", 2),
                ("e.g", 2)
            ]
        );
        let text = "const a = require('./lib/a'); import b from \"../b.js\"; import c from 'c'\n";
        assert_eq!(required(text), ["./lib/a", "../b.js"]);
    }
}
