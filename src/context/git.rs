//! Whether git keeps a file.

use std::path::Path;

use ignore::gitignore::Gitignore;

/// How many folders up ignore files are read.
const MOST_FOLDERS: usize = 32;

/// Whether a `.gitignore` beside the file or above it, up to the root of the repository, leaves the file out, and the
/// repository is not known to have it all the same (`git add -f`). Where there is no repository, up to `top`.
///
/// Source: git's documentation, gitignore(5).
pub(super) fn leaves_out(file: &Path, top: &Path) -> bool {
    let above = || file.ancestors().skip(1).take(MOST_FOLDERS);
    let repository = above().find(|folder| folder.join(".git").exists());
    let end = repository.unwrap_or(top);
    let told = above()
        .take_while(|folder| folder.starts_with(end))
        .find_map(|folder| {
            let (rules, _) = Gitignore::new(folder.join(".gitignore"));
            let matched = rules.matched(file, false);
            (!matched.is_none()).then(|| matched.is_ignore())
        });
    told == Some(true) && !repository.is_some_and(|root| is_in_index(root, file))
}

/// Whether the index of the repository is known to have the file: its path stands there behind its length and before a zero.
/// In version 4 it may be cut at its beginning, and an index that lies elsewhere (`.git` is a file) is not read.
///
/// Source: git's documentation, gitformat-index(5).
fn is_in_index(root: &Path, file: &Path) -> bool {
    let Ok(index) = std::fs::read(root.join(".git").join("index")) else {
        return false;
    };
    let path = file.strip_prefix(root).unwrap_or(file);
    let path = path.to_string_lossy().replace('\\', "/");
    let Ok(length) = u16::try_from(path.len()) else {
        return false;
    };
    let entry = [&length.to_be_bytes(), path.as_bytes(), b"\0"].concat();
    index.windows(entry.len()).any(|part| part == entry)
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
            b"DIRC\0\0\0\x02..\0\x15web/package-lock.json\0",
        )
        .unwrap();
        assert!(!leaves_out(&lock, root));
        // What lies elsewhere by that name is another one.
        let other = root.join("package-lock.json");
        fs::write(&other, "{}").unwrap();
        assert!(leaves_out(&other, root));
        fs::remove_file(root.join(".git/index")).unwrap();
        fs::write(root.join("web/.gitignore"), "!package-lock.json\n").unwrap();
        assert!(!leaves_out(&lock, root));
    }
}
