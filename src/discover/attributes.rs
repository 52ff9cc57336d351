//! What `.gitattributes` say of files: `linguist-generated`, by which hosts of repositories know what a program wrote.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::config::whole;
use crate::input::bounded;

/// The attribute.
const GENERATED: &str = "linguist-generated";

/// How the files of this kind are called.
pub(super) const NAME: &str = ".gitattributes";

/// The `.gitattributes` of a run that say which files a program wrote, by their folders.
#[derive(Default)]
pub(super) struct Attributes(HashMap<PathBuf, Gitignore>);

impl Attributes {
    /// What these files say; one that cannot be read says nothing.
    pub(super) fn of(files: impl IntoIterator<Item = PathBuf>) -> Self {
        let said = files.into_iter().filter_map(|file| {
            let text = bounded(&file).ok()?;
            let folder = whole(&file).parent()?.to_owned();
            let patterns = patterns(&text, &folder)?;
            Some((folder, patterns))
        });
        Attributes(said.collect())
    }

    /// Whether they say that a program wrote the file. The nearest one that speaks of it counts, and in it the last line.
    pub(super) fn call_generated(&self, path: &Path) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let whole = whole(path);
        let above = whole.ancestors().skip(1);
        let mut said =
            above.filter_map(|folder| match self.0.get(folder)?.matched(&whole, false) {
                Match::None => None,
                Match::Ignore(_) => Some(true),
                Match::Whitelist(_) => Some(false),
            });
        said.next() == Some(true)
    }
}

/// The patterns of a text that set the attribute, and with `!` those that take it back; none where it does not speak of it.
fn patterns(text: &str, folder: &Path) -> Option<Gitignore> {
    if !text.contains(GENERATED) {
        return None;
    }
    let mut builder = GitignoreBuilder::new(folder);
    for line in text.lines().map(str::trim) {
        let (pattern, attributes) = match line.strip_prefix('"') {
            Some(rest) => rest.split_once('"'),
            None => line.split_once([' ', '\t']),
        }
        .unwrap_or_default();
        // A macro, a comment, and what git refuses.
        if pattern.is_empty() || pattern.starts_with(['#', '[', '!']) {
            continue;
        }
        if let Some(is_set) = attributes.split_ascii_whitespace().rev().find_map(is_set) {
            let back = if is_set { "" } else { "!" };
            // A pattern that cannot be read fits nothing.
            let _ = builder.add_line(None, &format!("{back}{pattern}"));
        }
    }
    builder.build().ok()
}

/// Whether a word sets the attribute or takes it back; none where it is another's.
fn is_set(word: &str) -> Option<bool> {
    if let Some(name) = word.strip_prefix(['-', '!']) {
        return (name == GENERATED).then_some(false);
    }
    match word.strip_prefix(GENERATED)? {
        "" => Some(true),
        value => value.strip_prefix('=').map(|it| it != "false"),
    }
}

/// Those in the folders around this one, up to the root of its repository.
pub(super) fn around(folder: &Path) -> Vec<PathBuf> {
    let whole = whole(folder);
    let mut above = Vec::new();
    for folder in whole.ancestors() {
        above.push(folder.join(NAME));
        if folder.join(".git").exists() {
            // The folder itself is looked through.
            return above.split_off(1);
        }
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::patterns;

    #[test]
    fn lines_set_the_attribute_and_take_it_back() {
        let text = "# x linguist-generated\n*.go text\n/gen/** linguist-generated=true\n\"a b\"  diff linguist-generated\n\
                    **/old/* linguist-generated\ngen/mine -linguist-generated\ngen/ours linguist-generated=false\n";
        let all = patterns(text, Path::new("/r")).expect("it speaks of it");
        let is = |path: &str| all.matched(Path::new(path), false).is_ignore();
        assert!(is("/r/gen/x/Dockerfile") && is("/r/a b") && is("/r/x/old/Dockerfile"));
        assert!(!is("/r/gen/mine") && !is("/r/gen/ours") && !is("/r/x/gen/Dockerfile"));
        assert!(!is("/r/x") && !is("/r/old/x/Dockerfile") && !is("/r/main.go"));
        assert!(patterns("* text=auto\n", Path::new("/r")).is_none());
    }
}
