//! Who answers for a file: the CODEOWNERS file of its repository.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// Where the file may lie. The first that is there counts.
///
/// Source: the documentation of GitHub and of GitLab, "Code owners".
const PLACES: [&str; 4] = [
    ".github/CODEOWNERS",
    "CODEOWNERS",
    "docs/CODEOWNERS",
    ".gitlab/CODEOWNERS",
];

/// How many folders up it is looked for.
const MOST_FOLDERS: usize = 32;

/// The owners of the files of any number of repositories.
#[derive(Default)]
pub(crate) struct Owners {
    /// What is known of folders, by their real path.
    folders: HashMap<PathBuf, Option<Rc<CodeOwners>>>,
}

impl Owners {
    /// Those of a file, in the order in which its line names them; none where nobody is named.
    pub(crate) fn of(&mut self, file: &Path) -> Vec<String> {
        let folder = file.parent().filter(|it| !it.as_os_str().is_empty());
        let folder = fs::canonicalize(folder.unwrap_or(Path::new(".")));
        let (Ok(folder), Some(name)) = (folder, file.file_name()) else {
            return Vec::new();
        };
        let known = self
            .folders
            .entry(folder.clone())
            .or_insert_with(|| CodeOwners::of_folder(&folder).map(Rc::new));
        known.as_ref().map_or_else(Vec::new, |it| {
            let path = folder.join(name);
            it.of(path.strip_prefix(&it.root).unwrap_or(&path))
        })
    }
}

/// What one file says.
struct CodeOwners {
    /// The folder that its patterns count from.
    root: PathBuf,
    /// By section, in order.
    sections: Vec<Vec<Line>>,
}

/// A pattern and its owners, which may be none.
struct Line {
    pattern: Gitignore,
    /// Whether it is of the files of one folder, and not of those below.
    is_flat: bool,
    owners: Vec<String>,
}

impl CodeOwners {
    /// That of the repository which a folder belongs to.
    fn of_folder(folder: &Path) -> Option<Self> {
        for root in folder.ancestors().take(MOST_FOLDERS) {
            for place in PLACES {
                if let Ok(text) = fs::read(root.join(place)) {
                    return Some(Self::read(root, &String::from_utf8_lossy(&text)));
                }
            }
            if root.join(".git").exists() {
                return None;
            }
        }
        None
    }

    fn read(root: &Path, text: &str) -> Self {
        let mut sections = vec![Vec::new()];
        let mut of_section: Vec<String> = Vec::new();
        for line in text.lines().map(str::trim) {
            if line.starts_with('#') {
                continue;
            }
            if let Some(owners) = section(line) {
                of_section = owners;
                sections.push(Vec::new());
                continue;
            }
            let mut words = words(line).into_iter();
            let Some(pattern) = words.next() else {
                continue;
            };
            let mut owners: Vec<String> = words.collect();
            if owners.is_empty() {
                owners.clone_from(&of_section);
            }
            let mut builder = GitignoreBuilder::new("");
            if builder.add_line(None, &pattern).is_ok()
                && let Ok(matcher) = builder.build()
                && let Some(lines) = sections.last_mut()
            {
                lines.push(Line {
                    pattern: matcher,
                    is_flat: pattern.ends_with("/*"),
                    owners,
                });
            }
        }
        CodeOwners {
            root: root.to_owned(),
            sections,
        }
    }

    /// The owners of a file below the root: of each section the last line that fits.
    fn of(&self, path: &Path) -> Vec<String> {
        let fits = |line: &&Line| {
            let matched = if line.is_flat {
                line.pattern.matched(path, false)
            } else {
                line.pattern.matched_path_or_any_parents(path, false)
            };
            matched.is_ignore()
        };
        let mut owners: Vec<String> = Vec::new();
        for lines in &self.sections {
            for owner in lines
                .iter()
                .rev()
                .find(fits)
                .into_iter()
                .flat_map(|it| &it.owners)
            {
                if !owners.contains(owner) {
                    owners.push(owner.clone());
                }
            }
        }
        owners
    }
}

/// The owners that GitLab's heading of a section gives to its lines: `^[Docs][2] @writers`.
fn section(line: &str) -> Option<Vec<String>> {
    let line = line.strip_prefix('^').unwrap_or(line).strip_prefix('[')?;
    let (_, mut rest) = line.split_once(']')?;
    if let Some(count) = rest.strip_prefix('[') {
        rest = count.split_once(']')?.1;
    }
    Some(words(rest))
}

/// The words of a line up to its comment; `\ ` is a blank in a word, `\#` is no comment.
fn words(line: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                // The pattern's own grammar takes the sign away.
                word.push(c);
                word.extend(chars.next());
            }
            '#' if word.is_empty() => break,
            c if c.is_whitespace() => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            c => word.push(c),
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::{CodeOwners, Owners};

    fn owners(text: &str, path: &str) -> String {
        CodeOwners::read(Path::new("/"), text)
            .of(Path::new(path))
            .join(" ")
    }

    #[test]
    fn the_last_line_that_fits_counts() {
        let text = "# all\n* @all\n/apps/ @apps @more # why\n/apps/web/Dockerfile\n*.dev dev@example.com\ndocs/* @docs\n/a\\ b/ @blank\n";
        for (path, told) in [
            ("Dockerfile", "@all"),
            ("apps/api/Dockerfile", "@apps @more"),
            ("apps/web/Dockerfile", ""),
            ("apps/web/Dockerfile.dev", "dev@example.com"),
            ("x/apps/Dockerfile", "@all"),
            ("docs/Dockerfile", "@docs"),
            ("docs/deep/Dockerfile", "@all"),
            ("a b/Dockerfile", "@blank"),
        ] {
            assert_eq!(owners(text, path), told, "{path}");
        }
    }

    #[test]
    fn each_section_has_owners_and_a_default() {
        let text = "* @all\n[Web] @web\n/web/\n^[Images][2] @images\n*.dev @dev\nDockerfile\n";
        assert_eq!(owners(text, "web/Dockerfile"), "@all @web @images");
        assert_eq!(owners(text, "web/Dockerfile.dev"), "@all @web @dev");
    }

    #[test]
    fn the_file_of_the_repository_counts() {
        let folder = tempfile::tempdir().unwrap();
        let put = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        put("CODEOWNERS", "* @root\n");
        put(".github/CODEOWNERS", "/a/ @github\n");
        put("a/Dockerfile", "");
        put("b/.git/HEAD", "");
        put("b/Dockerfile", "");
        let mut owners = Owners::default();
        assert_eq!(owners.of(&folder.path().join("a/Dockerfile")), ["@github"]);
        assert!(owners.of(&folder.path().join("b/Dockerfile")).is_empty());
        assert!(owners.of(Path::new("/no/such/Dockerfile")).is_empty());
    }
}
