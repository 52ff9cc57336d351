//! pip's requirements files.

use super::{Requirement, Requirements, normal_python_name};
use crate::context::{Answer, Context};
use crate::packages::requirement;
use crate::workdir::join;

/// Reads the file at `path` of the context and those that it names.
pub(super) fn read(context: &dyn Context, path: &str, all: &mut Requirements) {
    if !all.files.insert(path.to_owned()) || all.files.len() > 64 {
        return;
    }
    let text = match context.read(path) {
        Answer::Found(text) => text,
        Answer::Absent => {
            all.doubt(format!("{path} is not in the context"));
            return;
        }
        Answer::Unknown(reason) => {
            all.doubt(reason);
            return;
        }
    };
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    for line in logical_lines(&text) {
        let Some(words) = line.strip_prefix('-') else {
            self::line(&line, path, all);
            continue;
        };
        let (option, value) = split_option(words);
        match option {
            "r" | "-requirement" if !value.is_empty() && !value.contains("://") => {
                let inner = join(folder, value);
                read(context, inner.trim_start_matches('/'), all);
            }
            "e" | "-editable" if value.contains("://") => direct(value, path, all),
            "e" | "-editable" => {
                let (inner, extras) = match value.split_once('[') {
                    Some((inner, extras)) => (inner, extras.trim_end_matches(']')),
                    None => (value, ""),
                };
                let inner = join(folder, inner);
                super::project::read(context, inner.trim_start_matches('/'), extras, all);
            }
            "r" | "-requirement" => all.doubt(format!("what {value} asks for")),
            // Constraints ask for nothing; indexes and the like do not matter here.
            _ => {}
        }
    }
}

/// The lines as pip reads them: joined where a backslash ends one, comments and blanks away.
fn logical_lines(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut current = String::new();
    for line in text.trim_start_matches('\u{feff}').lines() {
        let is_comment = line.trim_start().starts_with('#');
        if !is_comment && let Some(line) = line.strip_suffix('\\') {
            current.push_str(line);
            continue;
        }
        if !is_comment {
            current.push_str(line);
        }
        let joined = std::mem::take(&mut current);
        let end = joined
            .char_indices()
            .find(|&(i, c)| c == '#' && (i == 0 || joined[..i].ends_with(char::is_whitespace)))
            .map_or(joined.len(), |(i, _)| i);
        let line = joined[..end].trim();
        if !line.is_empty() {
            lines.push(line.to_owned());
        }
    }
    if !current.trim().is_empty() {
        lines.push(current.trim().to_owned());
    }
    lines
}

/// Name and value of an option, its first dash away: `r a.txt`, `ra.txt`, `-requirement=a.txt`.
fn split_option(words: &str) -> (&str, &str) {
    if words.starts_with('-') {
        match words.find(['=', ' ', '\t']) {
            Some(i) => (&words[..i], words[i + 1..].trim()),
            None => (words, ""),
        }
    } else {
        let end = words.chars().next().map_or(0, char::len_utf8);
        (&words[..end], words[end..].trim())
    }
}

/// One requirement: `flask[async]>=2; python_version > "3"`, `name @ url`, a path.
pub(super) fn line(line: &str, source: &str, all: &mut Requirements) {
    // Options behind it, such as `--hash`, are no part of the condition.
    let line = line.split(" --").next().unwrap_or(line).trim();
    let is_direct = line.contains("://") || line.contains(" @ ");
    if is_direct {
        direct(line, source, all);
        return;
    }
    if line.starts_with(['.', '/']) || line.contains(".whl") {
        all.doubt(format!("what {line} needs"));
        return;
    }
    let (name, specifier) = requirement(line);
    if name.is_empty() || line.contains('$') {
        all.doubt(format!("what `{line}` in {source} asks for"));
        return;
    }
    all.known.push(Requirement {
        name: normal_python_name(name),
        specifier: specifier.map(|s| s.trim_matches(['(', ')']).replace(' ', "")),
        source: source.to_owned(),
    });
}

/// A requirement by address: its name stands before `@` or after `#egg=`.
pub(super) fn direct(text: &str, source: &str, all: &mut Requirements) {
    let before = text.split_once('@').map(|(name, _)| name.trim());
    let egg = text.split_once("egg=").map(|(_, egg)| egg);
    let name = before
        .filter(|name| !name.is_empty() && !name.contains(':') && !name.contains('/'))
        .or(egg)
        .map(|name| requirement(name).0)
        .filter(|name| !name.is_empty());
    match name {
        Some(name) => all.known.push(Requirement {
            name: normal_python_name(name),
            specifier: None,
            source: source.to_owned(),
        }),
        None => all.doubt(format!("what {} needs", text.trim())),
    }
}
