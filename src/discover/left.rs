//! What a walk leaves though it might be wanted, and why: told in one sentence.

use std::collections::{BTreeMap, HashSet};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};

use crate::config::Configs;

/// Why a file or folder is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Why {
    /// Its first comments say that a program wrote it.
    Generated,
    /// `.gitattributes` say that a program wrote it.
    Marked,
    /// Its name is that of a template.
    Template,
    /// It is a folder that holds what others have written.
    Packages,
}

impl Why {
    /// The reason, for one.
    fn reason(self) -> &'static str {
        match self {
            Why::Generated => "as its first comments say that a program wrote it",
            Why::Marked => "as .gitattributes says that a program wrote it (linguist-generated)",
            Why::Template => "as its name is that of a template",
            Why::Packages => "as it holds packages of others",
        }
    }

    /// What so many are.
    fn noun(self, count: usize) -> String {
        let noun = match self {
            Why::Generated | Why::Marked => "generated file",
            Why::Template => "template",
            Why::Packages => "folder of packages of others",
        };
        match (self, count) {
            (_, 1) => format!("1 {noun}"),
            (Why::Packages, _) => format!("{count} folders of packages of others"),
            _ => format!("{count} {noun}s"),
        }
    }
}

/// What was left, with the reason.
pub(crate) type Left = (PathBuf, Why);

/// Which files are left because of what they say: those that were found, not those that were asked for.
#[derive(Default)]
pub(crate) struct Generated {
    /// Files that the command line names.
    named: OnceLock<HashSet<PathBuf>>,
    left: Mutex<Vec<PathBuf>>,
}

impl Generated {
    /// Has these files looked at, whatever they say.
    pub(crate) fn spare(&self, named: HashSet<PathBuf>) {
        let _ = self.named.set(named);
    }

    /// Whether the file at `path` is left, as its first comments say that a program wrote it; it is noted then.
    pub(crate) fn leaves(&self, path: &Path, text: &str, configs: &Configs) -> bool {
        let is_asked_for =
            || self.named.get().is_some_and(|it| it.contains(path)) || configs.includes(path);
        if !dfix_catalogue::is_marked_generated(first_comments(text)) || is_asked_for() {
            return false;
        }
        let mut left = self.left.lock().expect("no thread panics with the lock");
        left.push(path.to_owned());
        true
    }

    /// What was left so far.
    pub(crate) fn left(&self) -> Vec<Left> {
        let mut left = self.left.lock().expect("no thread panics with the lock");
        left.drain(..).map(|it| (it, Why::Generated)).collect()
    }
}

/// The comments before the first instruction, a line each.
fn first_comments(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map_while(|line| line.trim_start_matches('\u{feff}').strip_prefix('#'))
}

/// Says on standard error what was left: how much; or each, where that is asked for.
pub(crate) fn tell(mut left: Vec<Left>, says_each: bool) {
    left.sort();
    let mut err = io::stderr();
    if says_each {
        for (path, why) in left {
            let (path, reason) = (path.display(), why.reason());
            let _ = writeln!(
                err,
                "dfix: {path}: left, {reason}; name it to have it looked at"
            );
        }
    } else if let Some(text) = sentence(&left) {
        let _ = writeln!(err, "dfix: {text}");
    }
}

/// How much was left, and what to do about it.
fn sentence(left: &[Left]) -> Option<String> {
    let mut counts: BTreeMap<Why, usize> = BTreeMap::new();
    for (_, why) in left {
        let why = if *why == Why::Marked {
            Why::Generated
        } else {
            *why
        };
        *counts.entry(why).or_default() += 1;
    }
    let nouns: Vec<String> = counts.iter().map(|(why, count)| why.noun(*count)).collect();
    let (last, first) = nouns.split_last()?;
    let what = if first.is_empty() {
        last.clone()
    } else {
        format!("{} and {last}", first.join(", "))
    };
    let were = if left.len() == 1 { "was" } else { "were" };
    Some(format!(
        "{what} {were} left: -v says which; what is named on the command line is looked at"
    ))
}

#[cfg(test)]
mod tests {
    use super::{Why, first_comments, sentence};

    #[test]
    fn one_sentence_tells_how_much_is_left() {
        let left = |all: &[Why]| {
            let left: Vec<_> = all.iter().map(|it| ("x".into(), *it)).collect();
            sentence(&left)
        };
        assert_eq!(left(&[]), None);
        assert_eq!(
            left(&[Why::Template]).as_deref(),
            Some(
                "1 template was left: -v says which; what is named on the command line is looked at"
            )
        );
        let all = [Why::Packages, Why::Generated, Why::Marked, Why::Packages];
        let said = left(&all).expect("something is left");
        assert!(
            said.starts_with("2 generated files and 2 folders of packages of others were left:"),
            "{said}"
        );
    }

    #[test]
    fn first_comments_end_at_the_first_instruction() {
        let text = "\u{feff}# syntax=x\n\n  # a\r\nFROM b\n# c\n";
        assert!(first_comments(text).eq([" syntax=x", " a"]));
    }
}
