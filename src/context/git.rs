//! Whether git keeps a file.

use std::path::Path;

use ignore::gitignore::Gitignore;

/// How many folders up ignore files are read.
const MOST_FOLDERS: usize = 32;

/// Whether a `.gitignore` beside the file or above it, up to the root of the repository, leaves the file out, and the
/// repository does not have it all the same (`git add -f`). Where there is no repository, up to `top`.
///
/// Source: git's documentation, gitignore(5); `Documentation/gitformat-index.txt`: paths stand in the index as they are.
pub(super) fn leaves_out(file: &Path, top: &Path) -> bool {
    let mut is_ignored = None;
    for folder in file.ancestors().skip(1).take(MOST_FOLDERS) {
        if is_ignored.is_none() {
            let (rules, _) = Gitignore::new(folder.join(".gitignore"));
            let matched = rules.matched(file, false);
            is_ignored = match (matched.is_ignore(), matched.is_whitelist()) {
                (true, _) => Some(true),
                (_, true) => Some(false),
                _ => None,
            };
        }
        if folder.join(".git").exists() {
            return is_ignored == Some(true) && !is_in_index(folder, file);
        }
        let is_alone = folder == top && !folder.ancestors().any(|it| it.join(".git").exists());
        if is_alone {
            break;
        }
    }
    is_ignored == Some(true)
}

/// Whether the index of the repository has the file: its version 4 leaves out how paths begin, and then nobody can tell.
fn is_in_index(root: &Path, file: &Path) -> bool {
    let Ok(index) = std::fs::read(root.join(".git").join("index")) else {
        return false;
    };
    let path = file.strip_prefix(root).unwrap_or(file);
    let path = path.to_string_lossy().replace('\\', "/");
    let is_of_4 = index.get(4..8) == Some(&[0, 0, 0, 4][..]);
    is_of_4 || memchr_find(&index, path.as_bytes())
}

fn memchr_find(text: &[u8], wanted: &[u8]) -> bool {
    text.windows(wanted.len()).any(|part| part == wanted)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::leaves_out;

    #[test]
    fn ignored_files_and_those_that_are_kept_all_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let lock = root.join("web/package-lock.json");
        fs::create_dir_all(root.join("web")).unwrap();
        fs::write(&lock, "{}").unwrap();
        assert!(!leaves_out(&lock, root));
        fs::write(root.join(".gitignore"), "node_modules\npackage-lock.json\n").unwrap();
        assert!(leaves_out(&lock, root));
        fs::create_dir(root.join(".git")).unwrap();
        assert!(leaves_out(&lock, root));
        fs::write(
            root.join(".git/index"),
            b"DIRC\0\0\0\x02..web/package-lock.json\0",
        )
        .unwrap();
        assert!(!leaves_out(&lock, root));
        fs::remove_file(root.join(".git/index")).unwrap();
        fs::write(root.join("web/.gitignore"), "!package-lock.json\n").unwrap();
        assert!(!leaves_out(&lock, root));
    }
}
