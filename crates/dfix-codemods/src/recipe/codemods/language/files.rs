//! Files of the build context: which a stage takes, and what they say.

use std::collections::BTreeSet;
use std::sync::Arc;

use dfix_model::context::{Answer, Context};
use dfix_model::{Step, Word};
use regex::Regex;

/// So many folders are looked into.
pub(super) const MOST_FOLDERS: usize = 40;

/// What steps take out of the context, without a dot or a slash in front.
pub(super) fn sources(steps: &[Step<'_>]) -> Vec<String> {
    let tidy = |text: &str| {
        let text = text.trim_start_matches("./").trim_matches('/');
        if text == "." {
            String::new()
        } else {
            text.to_owned()
        }
    };
    let mut all = Vec::new();
    for step in steps
        .iter()
        .filter(|it| it.is_copy_or_add() && it.source().is_none())
    {
        all.extend(step.sources().filter_map(Word::value).map(tidy));
    }
    for mount in steps
        .iter()
        .flat_map(|it| it.mounts())
        .filter(|it| it.kind() == "bind")
    {
        let source = mount.source().and_then(Word::value);
        all.push(tidy(source.unwrap_or(".")));
    }
    all
}

/// Whether a file of the context comes into the image, or is mounted into a step.
pub(super) fn is_taken(steps: &[Step<'_>], path: &str) -> bool {
    sources(steps).iter().any(|source| {
        let is_below = || {
            path.strip_prefix(&**source)
                .is_some_and(|rest| rest.starts_with('/'))
        };
        let fits = || {
            let (start, end) = source.split_once('*').unwrap_or((source, "no pattern"));
            path.starts_with(start) && path.ends_with(end)
        };
        source.is_empty() || source == path || is_below() || fits()
    })
}

/// The text of a file, where it is there.
pub(super) fn found(context: &dyn Context, path: &str) -> Option<Arc<str>> {
    match context.read(path) {
        Answer::Found(text) => Some(text),
        Answer::Absent | Answer::Unknown(_) => None,
    }
}

/// A name in a folder.
pub(super) fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

/// The first group of a pattern.
pub(super) fn captured(pattern: &str, text: &str) -> Option<String> {
    let found = Regex::new(pattern).ok()?.captures(text)?;
    Some(found[1].to_owned())
}

/// The folders of the context that steps take files from, its root first.
pub(super) fn folders(steps: &[Step<'_>], context: &dyn Context) -> Vec<String> {
    let mut all = BTreeSet::from([String::new()]);
    for source in sources(steps) {
        let folder = match source.rsplit_once('/') {
            Some((folder, _)) => folder.to_owned(),
            None => String::new(),
        };
        if !source.is_empty() && !source.contains('*') && context.list(&source).found().is_some() {
            all.insert(source);
        }
        all.insert(folder);
    }
    all.into_iter().take(MOST_FOLDERS).collect()
}

/// The version of a language that a file says in which asdf or mise is told those of all tools: `nodejs 18.12.1`, `node = "18"`.
pub(super) fn tool_version(text: &str, language: &str) -> Option<String> {
    let names: &[&str] = match language {
        "node" => &["nodejs", "node"],
        "golang" => &["golang", "go"],
        "dotnet" => &["dotnet", "dotnet-core"],
        "java" | "php" | "python" | "ruby" => &[language],
        _ => return None,
    };
    text.lines().find_map(|line| {
        let (name, rest) = line.trim().split_once([' ', '\t', '='])?;
        let rest = rest.split('#').next()?;
        let mut words = rest.split([' ', '\t', '=', '"', '\'', '[', ']', '{', '}', ',']);
        let version = words.find(|it| it.contains(|it: char| it.is_ascii_digit()))?;
        names
            .contains(&name.trim_matches('"'))
            .then(|| version.to_owned())
    })
}
