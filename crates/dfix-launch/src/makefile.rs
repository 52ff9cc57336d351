//! A `Makefile`: recipes that build or start images. Source: the manual of GNU make.

use std::collections::HashMap;

use crate::docker_words::{At, launches_in};
use crate::files::{Files, FolderLaunches};
use crate::launch::Source;
use crate::path::{ends_in, folder_of, join};
use crate::shell::{Shell, stand_in};

/// How deep variables in the values of others are put in.
const MOST_DEPTH: usize = 8;

/// Reads the makefiles of a folder: those that make takes by itself, and those for `-f`.
pub(crate) fn read(files: &dyn Files, folder: &str, names: &[String], found: &mut FolderLaunches) {
    let is_makefile = |name: &&String| {
        let is_own = matches!(name.as_str(), "GNUmakefile" | "Makefile" | "makefile");
        is_own || ends_in(name, &["mk"]) || name.starts_with("Makefile.") && !name.ends_with('/')
    };
    for name in names.iter().filter(is_makefile) {
        let Some(path) = join(folder, name) else {
            continue;
        };
        let Some(text) = found.text(files, &path) else {
            continue;
        };
        found.note(&path);
        read_file(files, &path, &text, found);
    }
}

/// A line that is continued, as one, and the number of its first.
struct Line<'t> {
    number: usize,
    text: &'t str,
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let mut found = Vec::new();
    let (mut start, mut number, mut begins) = (0, 1, 1);
    for (at, _) in text.match_indices('\n').chain([(text.len(), "")]) {
        number += 1;
        if text[start..at].ends_with('\\') && at < text.len() {
            continue;
        }
        found.push(Line {
            number: begins,
            text: &text[start..at],
        });
        (start, begins) = ((at + 1).min(text.len()), number);
    }
    found
}

fn read_file(files: &dyn Files, path: &str, text: &str, found: &mut FolderLaunches) {
    let lines = lines(text);
    let variables = Variables::of(&lines);
    let mut target = String::new();
    let mut is_defining = false;
    for line in &lines {
        let first = line.text.split_whitespace().next();
        match first {
            Some("define") => is_defining = true,
            Some("endef") => is_defining = false,
            _ => {}
        }
        if is_defining {
            continue;
        }
        let recipe = match line.text.strip_prefix('\t') {
            Some(recipe) => recipe,
            None => {
                let Some((name, behind)) = rule(line.text) else {
                    continue;
                };
                if !name.starts_with('.') {
                    name.clone_into(&mut target);
                }
                match behind.split_once(';') {
                    Some((_, recipe)) => recipe,
                    None => continue,
                }
            }
        };
        let recipe = recipe.trim_start_matches(['@', '-', '+', ' ', '\t']);
        let text = variables.put_into(recipe, &target, 0);
        let at = At {
            files,
            source: Source::Makefile,
            file: path,
            name: &target,
        };
        // Each line is a shell of its own, in the folder of the makefile.
        let mut shell = Shell::new(Some(folder_of(path).to_owned()));
        found
            .launches
            .extend(launches_in(&mut shell, &text, line.number, at));
    }
}

/// `target: prerequisites`: the first target, and what stands behind the colon. None where a variable is set.
fn rule(text: &str) -> Option<(&str, &str)> {
    let (targets, behind) = text.split_once(':')?;
    let is_rule =
        !targets.contains(['=', '#', '(']) && !behind.starts_with('=') && !behind.starts_with(":=");
    let target = targets.split_whitespace().next()?;
    is_rule.then_some((target, behind.trim_start_matches(':')))
}

/// The variables of a makefile; without a value where that is not plain.
struct Variables(HashMap<String, Option<String>>);

impl Variables {
    fn of(lines: &[Line<'_>]) -> Self {
        let mut known: HashMap<String, Option<String>> = HashMap::new();
        let (mut conditions, mut is_defining) = (0usize, false);
        for line in lines.iter().filter(|it| !it.text.starts_with('\t')) {
            let text = without_comment(line.text);
            match text.split_whitespace().next() {
                Some("ifeq" | "ifneq" | "ifdef" | "ifndef") => conditions += 1,
                Some("endif") => conditions = conditions.saturating_sub(1),
                Some("define") => is_defining = true,
                Some("endef") => is_defining = false,
                _ => {}
            }
            let Some((name, operator, value)) = assignment(text).filter(|_| !is_defining) else {
                continue;
            };
            let value = value.replace("\\\n", " ");
            let old = known.get(&name).cloned();
            let new = match (operator, old) {
                // Of a target only; or the output of a command.
                ("!" | ":", _) => None,
                ("?", Some(old)) => old,
                ("+", Some(Some(old))) if conditions == 0 => Some(format!("{old} {value}")),
                ("+", Some(_)) => None,
                (_, Some(old)) if conditions > 0 && old.as_ref() != Some(&value) => None,
                _ => Some(value),
            };
            known.insert(name, new);
        }
        Variables(known)
    }

    /// A recipe as the shell gets it. What make does not know by the file alone is a variable of the shell.
    fn put_into(&self, text: &str, target: &str, depth: usize) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            out.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            let Some(letter) = rest.chars().next() else {
                out.push('$');
                break;
            };
            let close = match letter {
                '(' => ')',
                '{' => '}',
                '$' => {
                    out.push('$');
                    rest = &rest[1..];
                    continue;
                }
                letter => {
                    let name = letter.to_string();
                    out.push_str(&self.value(&name, target, depth));
                    rest = &rest[letter.len_utf8()..];
                    continue;
                }
            };
            let end = closing(&rest[1..], letter, close);
            out.push_str(&self.value(&rest[1..=end], target, depth));
            rest = rest.get(end + 2..).unwrap_or_default();
        }
        out.push_str(rest);
        out
    }

    fn value(&self, name: &str, target: &str, depth: usize) -> String {
        let words: Vec<&str> = name.split_whitespace().collect();
        match words.as_slice() {
            ["@"] => return target.to_owned(),
            ["CURDIR" | "PWD"] | ["shell", "pwd"] => return ".".to_owned(),
            _ => {}
        }
        match self.0.get(name) {
            Some(Some(value)) if depth < MOST_DEPTH => self.put_into(value, target, depth + 1),
            // `$(shell …)` and other functions, what the environment has, and what is not plain.
            _ => stand_in(name),
        }
    }
}

/// How many bytes come before the bracket that closes the one before this text.
fn closing(text: &str, open: char, close: char) -> usize {
    let mut depth = 1;
    for (at, letter) in text.char_indices() {
        if letter == open {
            depth += 1;
        } else if letter == close {
            depth -= 1;
        }
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

fn without_comment(text: &str) -> &str {
    let end = text
        .match_indices('#')
        .find(|(at, _)| !text[..*at].ends_with('\\'));
    &text[..end.map_or(text.len(), |(at, _)| at)]
}

/// `NAME ?= value`: the name, what stands before `=`, and the value. `target: NAME = value` has `:`.
fn assignment(text: &str) -> Option<(String, &'static str, String)> {
    let (before, value) = text.split_once('=')?;
    let before = before.trim_end();
    let operators = [
        (":::", ""),
        ("::", ""),
        (":", ""),
        ("?", "?"),
        ("+", "+"),
        ("!", "!"),
    ];
    let found = operators
        .into_iter()
        .find_map(|(sign, operator)| Some((before.strip_suffix(sign)?, operator)));
    let (before, mut operator) = found.unwrap_or((before, ""));
    let name = match before.rsplit_once(':') {
        Some((_, name)) => {
            operator = ":";
            name
        }
        None => before,
    };
    let mut words = name.split_whitespace();
    let name = words.next_back()?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    let is_plain = words.all(|it| matches!(it, "export" | "override" | "private" | "unexport"));
    let fits = name.chars().all(is_name) && is_plain;
    fits.then(|| (name.to_owned(), operator, value.trim().to_owned()))
}
