//! Which files changed in git: since a revision, or in the index. git itself is asked, and only where this is asked for.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::report::work_tree_of;

/// What changed in the repositories of some paths.
#[derive(Debug, Default)]
pub(crate) struct Changed {
    /// The files, as real paths.
    files: HashSet<PathBuf>,
    /// Those of them that git does not know yet.
    new: HashSet<PathBuf>,
    /// What they are compared with.
    with: String,
    /// Of what is staged: files that have other changes beside it.
    unstaged: HashSet<PathBuf>,
}

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Since<'r> {
    /// What differs from this revision in the work tree, and what git does not know yet.
    Revision(&'r str),
    /// What the next commit would change.
    Staged,
}

impl Changed {
    /// Asks git in the repository of each path.
    ///
    /// # Errors
    /// A sentence: there is no git or no repository, or it does not know the revision.
    pub(crate) fn of(paths: &[PathBuf], since: Since<'_>) -> Result<Self, String> {
        let mut changed = Changed {
            with: match since {
                Since::Revision(revision) => revision.to_owned(),
                Since::Staged => "--cached".to_owned(),
            },
            ..Changed::default()
        };
        let mut roots: HashSet<PathBuf> = HashSet::new();
        for path in paths {
            let root = root_of(path)?;
            if !roots.insert(root.clone()) {
                continue;
            }
            let names = |arguments: &[&str]| names(&root, arguments);
            match since {
                Since::Revision(revision) => {
                    let range = [
                        "diff",
                        "--name-only",
                        "-z",
                        "--no-renames",
                        "--diff-filter=d",
                        revision,
                        "--",
                    ];
                    changed.files.extend(names(&range)?);
                    let unknown = ["ls-files", "--others", "--exclude-standard", "-z"];
                    changed.new.extend(names(&unknown)?);
                }
                Since::Staged => {
                    let staged = [
                        "diff",
                        "--cached",
                        "--name-only",
                        "-z",
                        "--no-renames",
                        "--diff-filter=d",
                    ];
                    changed.files.extend(names(&staged)?);
                    changed
                        .unstaged
                        .extend(names(&["diff", "--name-only", "-z"])?);
                }
            }
        }
        Ok(changed)
    }

    /// Whether a file is one of those.
    pub(crate) fn has(&self, file: &Path) -> bool {
        std::fs::canonicalize(file)
            .is_ok_and(|it| self.files.contains(&it) || self.new.contains(&it))
    }

    /// The lines of a file that changed, from 0, in order.
    ///
    /// # Errors
    /// A sentence.
    pub(crate) fn lines_of(&self, file: &Path) -> Result<Vec<Range<usize>>, String> {
        let file =
            std::fs::canonicalize(file).map_err(|error| format!("cannot be read: {error}"))?;
        if self.new.contains(&file) {
            let all = 0..usize::MAX;
            return Ok(Vec::from([all]));
        }
        let name = file.to_string_lossy();
        let arguments = [
            "--literal-pathspecs",
            "diff",
            "--unified=0",
            "--no-color",
            "--no-ext-diff",
            "--no-textconv",
            "--no-renames",
            &*self.with,
            "--",
            &*name,
        ];
        let patch = git(&folder_of(&file), &arguments)?;
        let heads = patch.split(|it| *it == b'\n').filter_map(lines_of_hunk);
        Ok(heads.filter(|it| !it.is_empty()).collect())
    }

    /// Whether a file that is staged has other changes as well, so that what lies in the folder is not what would be committed.
    pub(crate) fn is_mixed(&self, file: &Path) -> bool {
        std::fs::canonicalize(file).is_ok_and(|it| self.unstaged.contains(&it))
    }
}

/// The lines, from 0, that the hunk with this head (`@@ -1,2 +3,4 @@`) has in the new text.
fn lines_of_hunk(head: &[u8]) -> Option<Range<usize>> {
    let head = std::str::from_utf8(head.strip_prefix(b"@@ -")?.split(|it| *it == b'@').next()?);
    let (_, new) = head.ok()?.split_once(" +")?;
    let (start, count) = new.trim().split_once(',').unwrap_or((new.trim(), "1"));
    let (start, count): (usize, usize) = (start.parse().ok()?, count.parse().ok()?);
    let start = start.saturating_sub(1);
    Some(start..start + count)
}

/// The files below these paths that have changes which are not committed, as git names them.
///
/// # Errors
/// A sentence: there is no git or no repository.
pub(crate) fn uncommitted(paths: &[PathBuf]) -> Result<Vec<String>, String> {
    let mut all = Vec::new();
    for path in paths {
        let folder = folder_of(path);
        let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
        let path = path.to_string_lossy();
        let arguments = [
            "status",
            "--porcelain",
            "-z",
            "--no-renames",
            "--untracked-files=no",
            "--",
            &*path,
        ];
        let entries = git(&folder, &arguments)?;
        let entries = entries.split(|it| *it == 0).filter(|it| it.len() > 3);
        all.extend(entries.map(|it| String::from_utf8_lossy(&it[3..]).into_owned()));
    }
    all.sort();
    all.dedup();
    Ok(all)
}

/// Those of these files that have changes which are not committed. Where there is no git, and no work tree, there are none.
pub(crate) fn uncommitted_of<'f>(files: impl Iterator<Item = &'f Path>) -> Vec<&'f Path> {
    let mut dirty: HashMap<PathBuf, HashSet<PathBuf>> = HashMap::new();
    let is_dirty = |file: &&Path| {
        let Ok(file) = std::fs::canonicalize(file) else {
            return false;
        };
        let Some(root) = file.parent().and_then(work_tree_of) else {
            return false;
        };
        let of_root = dirty.entry(root).or_insert_with_key(|root| {
            let names = uncommitted(std::slice::from_ref(root)).unwrap_or_default();
            names.iter().map(|it| root.join(it)).collect()
        });
        of_root.contains(&file)
    };
    files.filter(is_dirty).collect()
}

/// The root of the work tree that a path lies in, links followed.
fn root_of(path: &Path) -> Result<PathBuf, String> {
    let out = git(&folder_of(path), &["rev-parse", "--show-toplevel"])?;
    let root = String::from_utf8_lossy(&out);
    let root = PathBuf::from(root.trim_end_matches(['\n', '\r']));
    std::fs::canonicalize(&root).map_err(|error| format!("{}: {error}", root.display()))
}

fn folder_of(path: &Path) -> PathBuf {
    if path.is_dir() {
        return path.to_owned();
    }
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    folder.unwrap_or(Path::new(".")).to_owned()
}

/// The paths that git lists, each as a real path.
fn names(root: &Path, arguments: &[&str]) -> Result<Vec<PathBuf>, String> {
    let out = git(root, arguments)?;
    let names = out.split(|it| *it == 0).filter(|it| !it.is_empty());
    Ok(names.map(|it| root.join(path_of(it))).collect())
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    std::ffi::OsStr::from_bytes(bytes).into()
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}

/// What git prints in a folder.
fn git(folder: &Path, arguments: &[&str]) -> Result<Vec<u8>, String> {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(arguments);
    let done = command
        .output()
        .map_err(|error| format!("git cannot be called ({error}): this option needs it"))?;
    if done.status.success() {
        return Ok(done.stdout);
    }
    let said = String::from_utf8_lossy(&done.stderr);
    let said = said.lines().next().unwrap_or("it says nothing");
    let said = said.trim_start_matches("fatal: ");
    Err(format!("git in {}: {said}", folder.display()))
}
