//! How a patch names files: as `git apply` looks for them.
//!
//! In a work tree git takes names as from its root, in whichever folder it is called, and passes over what lies outside of that
//! folder. Where there is no work tree, names are as from the current folder. Names that lead up are refused, unless it is told
//! `--unsafe-paths`.
//!
//! Source: git's documentation, git-apply(1) and gitrepository-layout(5).

use std::path::{Component, Path, PathBuf};
use std::sync::OnceLock;

use crate::console;

/// How the patches of a run name files.
#[derive(Debug)]
pub(crate) struct PatchNames {
    /// The paths that the command line names, while it is not known which folder counts.
    given: Vec<PathBuf>,
    /// Whether names are as from the current folder, wherever that is.
    is_relative: bool,
    from: OnceLock<From>,
}

/// From where names count.
#[derive(Debug)]
struct From {
    folder: PathBuf,
    /// The current folder, where that lies in `folder`.
    here: Option<PathBuf>,
}

impl PatchNames {
    /// Of a run over these paths; `is_relative` asks for names as from the current folder.
    pub(crate) fn new(given: &[PathBuf], is_relative: bool) -> Self {
        PatchNames {
            given: given.to_vec(),
            is_relative,
            from: OnceLock::new(),
        }
    }

    /// As from the current folder.
    pub(crate) fn relative() -> Self {
        PatchNames::new(&[], true)
    }

    /// What a file is called, with `/` between the parts. Says so, once, where `git apply` would not find it without help.
    pub(super) fn of(&self, path: &Path) -> Vec<u8> {
        let From { folder, here } = self.from.get_or_init(|| self.from());
        let real = real(path);
        let name = from(folder, &real);
        if self.is_relative {
            return name;
        }
        if name.starts_with(b"../") || name.starts_with(b"/") {
            console::note(&format!(
                "the patch names files outside of {}: git refuses that, unless it is told `--unsafe-paths`",
                if folder.join(".git").exists() {
                    "this work tree"
                } else {
                    "the current folder"
                },
            ));
        } else if let Some(here) = here.as_ref().filter(|it| !real.starts_with(it)) {
            let up = String::from_utf8_lossy(&from(here, folder)).into_owned();
            console::note(&format!(
                "the patch names files outside of the current folder, which `git apply` passes over here: `git -C {up} apply` takes them",
            ));
        }
        name
    }

    fn from(&self) -> From {
        let here = real(Path::new("."));
        if self.is_relative {
            return From {
                folder: here,
                here: None,
            };
        }
        let own = work_tree_of(&here);
        let folder = self.elsewhere(own.as_deref().unwrap_or(&here));
        let folder = folder.or(own).unwrap_or_else(|| here.clone());
        let here = here.starts_with(&folder).then_some(here);
        From { folder, here }
    }

    /// The work tree that all paths lie in, where that is a strange one: a run that looks at nothing else makes a patch for it.
    fn elsewhere(&self, own: &Path) -> Option<PathBuf> {
        let mut all = self.given.iter().map(|path| {
            let path = real(path);
            let is_elsewhere = !path.starts_with(own);
            let folder = if path.is_dir() {
                Some(&*path)
            } else {
                path.parent()
            };
            folder.filter(|_| is_elsewhere).and_then(work_tree_of)
        });
        let first = all.next()??;
        all.all(|it| it.as_ref() == Some(&first)).then_some(first)
    }
}

/// The nearest folder, this or one above, that git takes for the root of a work tree.
pub(crate) fn work_tree_of(folder: &Path) -> Option<PathBuf> {
    let root = folder.ancestors().find(|it| is_work_tree(it));
    root.map(Path::to_owned)
}

/// Whether there is a repository in the folder, or a file that says where it is, as in submodules and further work trees.
fn is_work_tree(folder: &Path) -> bool {
    let git = folder.join(".git");
    if git.is_file() {
        return std::fs::read(git).is_ok_and(|it| it.starts_with(b"gitdir: "));
    }
    ["HEAD", "objects", "refs"]
        .iter()
        .all(|it| git.join(it).exists())
}

/// A path with links followed, whole; of what is not there as far as it is.
pub(crate) fn real(path: &Path) -> PathBuf {
    if let Ok(real) = std::fs::canonicalize(path) {
        return real;
    }
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    match (folder, path.file_name()) {
        (Some(folder), Some(name)) => real(folder).join(name),
        (None, Some(name)) => real(Path::new(".")).join(name),
        _ => path.to_owned(),
    }
}

/// A path as from a folder, with `/` between its parts and `..` where it leads up.
fn from(folder: &Path, path: &Path) -> Vec<u8> {
    let (mut folder, mut path) = (folder.components().peekable(), path.components().peekable());
    while folder.peek().is_some() && folder.peek() == path.peek() {
        folder.next();
        path.next();
    }
    let up = folder.map(|_| Component::ParentDir);
    let mut name = Vec::new();
    for part in up.chain(path) {
        if !name.is_empty() {
            name.push(b'/');
        }
        name.extend_from_slice(part.as_os_str().as_encoded_bytes());
    }
    name
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::from;

    #[test]
    fn names_are_as_from_a_folder() {
        for (folder, path, name) in [
            ("/srv/here", "/srv/here/a/Dockerfile", "a/Dockerfile"),
            ("/srv/here", "/srv/there/Dockerfile", "../there/Dockerfile"),
            ("/srv/here/a", "/srv", "../.."),
            ("/", "/etc/Dockerfile", "etc/Dockerfile"),
        ] {
            let made = from(Path::new(folder), Path::new(path));
            assert_eq!(made, name.as_bytes(), "{folder} {path}");
        }
    }
}
