//! Atomic replacement: whenever dfix is killed, every file is whole, old or new. What a killed run leaves is a file beside it, which the
//! next run that writes there takes away.
//!
//! A temporary file is locked as long as it is written, and whoever takes one away locks it first: so a run that is dead is told from one
//! that is alive, on any machine that shares the folder.

use std::collections::HashSet;
use std::fs::{self, File, Metadata};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex};

use tempfile::NamedTempFile;

use crate::file_error::FileError;

/// How the name of a temporary file begins and ends.
const PREFIX: &str = ".dfix-";
const SUFFIX: &str = ".tmp";

/// Replaces the content `before` of the file at `path` with `after`. Symbolic links are followed to
/// their target, which keeps its mode and, where allowed, its owner. Nothing is written when the two
/// are equal. A file that is read-only, has several names, or no longer holds `before` is left alone,
/// and the error says so.
pub(crate) fn replace(path: &Path, before: &[u8], after: &[u8]) -> Result<(), FileError> {
    if before == after {
        return Ok(());
    }
    let cannot =
        |what: &str, error: &std::io::Error| FileError::new(format!("cannot {what}: {error}"));
    let target = fs::canonicalize(path).map_err(|e| cannot("find the file again", &e))?;
    let metadata = fs::metadata(&target).map_err(|e| cannot("look at the file", &e))?;
    if metadata.permissions().readonly() {
        return Err(
            FileError::new("the file is read-only, so it was left as it is")
                .with_remedy("make it writable, or leave it out"),
        );
    }
    let names = names_of(&metadata);
    if names > 1 {
        return Err(FileError::new(format!(
            "the file has {names} names (hard links), and a replacement would part them, so it was left as it is"
        ))
        .with_remedy("apply the patch that --diff prints, or make the file a copy of its own"));
    }
    let folder = target.parent().unwrap_or(Path::new("/"));
    remove_leftovers(folder);
    // The error itself would name the temporary file, which nobody knows.
    let mut fresh =
        locked_in(folder).map_err(|e| cannot("write into the file's folder", &e.kind().into()))?;
    fresh
        .write_all(after)
        .and_then(|()| keep_owner(fresh.as_file(), &metadata))
        .and_then(|()| fresh.as_file().set_permissions(metadata.permissions()))
        .and_then(|()| fresh.as_file().sync_all())
        .map_err(|e| cannot("write the new text", &e))?;
    let now = fs::read(&target).map_err(|e| cannot("read the file again", &e))?;
    if now != before {
        return Err(FileError::new(
            "the file was changed by somebody else in the meantime, so it was left as it is",
        )
        .with_remedy("run dfix again"));
    }
    fresh
        .persist(&target)
        .map_err(|e| cannot("put the new text in place", &e.error))?;
    // The rename itself lasts only once the folder is on the disk. Some file systems cannot do that.
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// A new file in a folder, locked.
fn locked_in(folder: &Path) -> io::Result<NamedTempFile> {
    loop {
        let mut builder = tempfile::Builder::new();
        let fresh = builder.prefix(PREFIX).suffix(SUFFIX).tempfile_in(folder)?;
        // Some file systems have no locks; there nobody takes it away either.
        let _ = fresh.as_file().lock();
        // Before it was locked another run may have taken it for a dead one's.
        if fresh.path().exists() {
            return Ok(fresh);
        }
    }
}

/// Takes away what dead runs left in a folder, once in a run.
fn remove_leftovers(folder: &Path) {
    static SEEN: LazyLock<Mutex<HashSet<PathBuf>>> = LazyLock::new(Mutex::default);
    let is_new = {
        let mut seen = SEEN.lock().expect("no thread panics with the lock");
        seen.insert(folder.to_owned())
    };
    if is_new {
        sweep(folder);
    }
}

/// Takes away the temporary files of a folder that nobody holds.
fn sweep(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.filter_map(Result::ok) {
        let name = entry.file_name();
        let is_ours = name.to_str().is_some_and(is_temporary);
        if !is_ours || !entry.file_type().is_ok_and(|it| it.is_file()) {
            continue;
        }
        let path = entry.path();
        if let Ok(file) = File::open(&path)
            && file.try_lock().is_ok()
        {
            let _ = fs::remove_file(&path);
        }
    }
}

/// Whether a name is one that [`locked_in`] gives: six letters or digits between beginning and end.
fn is_temporary(name: &str) -> bool {
    let middle = name
        .strip_prefix(PREFIX)
        .and_then(|it| it.strip_suffix(SUFFIX));
    middle.is_some_and(|it| it.len() == 6 && it.bytes().all(|it| it.is_ascii_alphanumeric()))
}

#[cfg(unix)]
fn names_of(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::nlink(metadata)
}

#[cfg(not(unix))]
fn names_of(_: &Metadata) -> u64 {
    1
}

/// Gives the file the owner that the old one has. Who may not give files away keeps it.
#[cfg(unix)]
fn keep_owner(file: &File, old: &Metadata) -> std::io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    let new = file.metadata()?;
    if (new.uid(), new.gid()) != (old.uid(), old.gid())
        && fchown(file, Some(old.uid()), Some(old.gid())).is_err()
        && new.gid() != old.gid()
    {
        let _ = fchown(file, None, Some(old.gid()));
    }
    Ok(())
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &Metadata) -> std::io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::{is_temporary, locked_in, replace, sweep};

    fn folder_with(text: &str) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("Dockerfile");
        fs::write(&path, text).expect("a fresh folder takes a file");
        (folder, path)
    }

    #[test]
    fn mode_stays_and_nothing_is_left_behind() {
        let (folder, path) = folder_with("old");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        replace(&path, b"old", b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o7777,
            0o640
        );
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_a_dead_run_left_goes_and_nothing_else() {
        let (folder, path) = folder_with("old");
        let alive = locked_in(folder.path()).unwrap();
        for name in [
            ".dfix-aB3xY9.tmp",
            ".dfix-notes.tmp",
            "dfix-aB3xY9.tmp",
            ".dfix-aB3xY9.txt",
        ] {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        fs::create_dir(folder.path().join(".dfix-folder.tmp")).unwrap();
        sweep(folder.path());
        let mut left: Vec<String> = fs::read_dir(folder.path())
            .unwrap()
            .map(|it| it.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        let held = alive.path().file_name().unwrap().to_str().unwrap();
        let mut wanted = vec![
            ".dfix-aB3xY9.txt",
            ".dfix-folder.tmp",
            ".dfix-notes.tmp",
            "Dockerfile",
            "dfix-aB3xY9.tmp",
            held,
        ];
        wanted.sort_unstable();
        assert_eq!(left, wanted);
        assert!(is_temporary(held));
        replace(&path, b"old", b"new").unwrap();
        assert!(alive.path().exists());
    }

    #[test]
    fn a_link_stays_a_link_and_its_target_changes() {
        let (folder, path) = folder_with("old");
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("Dockerfile", &link).unwrap();
        replace(&link, b"old", b"new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&path).unwrap(), b"new");
    }

    #[test]
    fn a_file_with_two_names_is_left_alone() {
        let (folder, path) = folder_with("old");
        fs::hard_link(&path, folder.path().join("twin")).unwrap();
        let error = replace(&path, b"old", b"new").unwrap_err();
        assert!(error.message.contains("2 names"), "{}", error.message);
        assert_eq!(fs::read(&path).unwrap(), b"old");
    }

    #[test]
    fn a_read_only_file_is_left_alone() {
        let (_folder, path) = folder_with("old");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
        let error = replace(&path, b"old", b"new").unwrap_err();
        assert!(error.message.contains("read-only"), "{}", error.message);
        assert_eq!(fs::read(&path).unwrap(), b"old");
    }

    #[test]
    fn what_somebody_else_saved_is_not_lost() {
        let (folder, path) = folder_with("theirs");
        let error = replace(&path, b"old", b"new").unwrap_err();
        assert!(error.message.contains("somebody else"), "{}", error.message);
        assert_eq!(fs::read(&path).unwrap(), b"theirs");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn equal_texts_do_not_touch_the_file() {
        let (_folder, path) = folder_with("old");
        let before = fs::metadata(&path).unwrap().modified().unwrap();
        replace(&path, b"new", b"new").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), before);
    }
}
