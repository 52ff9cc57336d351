//! Who owns a file: what `CODEOWNERS` says.
//!
//! Sources: GitHub's documentation, "About code owners"; GitLab's, "Code Owners". Patterns are those of `.gitignore`, the last
//! one that fits decides; sections of GitLab (`[Name]`) are read over.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// Where the file may lie in a repository, the first one counts.
const PLACES: [&str; 4] = [
    ".github/CODEOWNERS",
    "CODEOWNERS",
    "docs/CODEOWNERS",
    ".gitlab/CODEOWNERS",
];

/// The owners of files, by repository.
#[derive(Debug, Default)]
pub(crate) struct Owners(HashMap<PathBuf, Vec<Line>>);

/// A pattern, and who owns what it fits.
#[derive(Debug)]
struct Line {
    pattern: Gitignore,
    owners: Vec<String>,
}

impl Owners {
    /// The owners of a file, as they are written: `@team`, an address. None where nobody says.
    pub(crate) fn of(&mut self, file: &Path) -> Vec<String> {
        let Ok(file) = fs::canonicalize(file) else {
            return Vec::new();
        };
        let root = file.ancestors().find(|it| it.join(".git").exists());
        let Some(root) = root.map(Path::to_owned) else {
            return Vec::new();
        };
        let lines = self.0.entry(root.clone()).or_insert_with(|| read(&root));
        let fits = |it: &&Line| {
            it.pattern
                .matched_path_or_any_parents(&file, false)
                .is_ignore()
        };
        let line = lines.iter().rev().find(fits);
        line.map_or_else(Vec::new, |it| it.owners.clone())
    }
}

fn read(root: &Path) -> Vec<Line> {
    let mut places = PLACES.iter().map(|it| root.join(it));
    let Some(text) = places.find_map(|it| fs::read_to_string(it).ok()) else {
        return Vec::new();
    };
    text.lines()
        .filter_map(|line| of_line(root, line))
        .collect()
}

fn of_line(root: &Path, line: &str) -> Option<Line> {
    let line = line.split(" #").next().unwrap_or_default().trim();
    if line.is_empty() || line.starts_with(['#', '[', '^']) {
        return None;
    }
    let (pattern, owners) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let mut builder = GitignoreBuilder::new(root);
    builder.add_line(None, pattern).ok()?;
    Some(Line {
        pattern: builder.build().ok()?,
        owners: owners.split_whitespace().map(str::to_owned).collect(),
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::Owners;

    #[test]
    fn the_last_pattern_that_fits_decides() {
        let root = tempfile::tempdir().expect("a folder");
        let put = |path: &str, text: &str| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("it is made");
            fs::write(path, text).expect("it is written");
        };
        put(".git/HEAD", "");
        put(
            ".github/CODEOWNERS",
            "# who\n* @all\n/web/ @web a@example.com # note\n[Section]\napi/Dockerfile @api\n/web/free/\n",
        );
        let mut owners = Owners::default();
        for (path, expected) in [
            ("Dockerfile", vec!["@all"]),
            ("web/Dockerfile", vec!["@web", "a@example.com"]),
            ("web/free/Dockerfile", vec![]),
            ("api/Dockerfile", vec!["@api"]),
        ] {
            put(path, "FROM scratch\n");
            assert_eq!(owners.of(&root.path().join(path)), expected, "{path}");
        }
        let alone = tempfile::tempdir().expect("a folder");
        assert!(owners.of(&alone.path().join("Dockerfile")).is_empty());
    }
}
