//! Which files are Dockerfiles. No other file knows their names, or what a walk skips.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use dfix_catalogue::is_vendored;
use dfix_launch::inline::{Holder, holder_of};
use ignore::{DirEntry, WalkBuilder, WalkState};

use crate::config::Configs;
use crate::file_error::FileError;
use crate::input::with_regular;

/// The largest compose or bake file that is looked into.
const MOST_BYTES: u64 = 1 << 20;

/// How many files and folders of a repository are looked at where its Dockerfiles are wanted for another's sake.
const MOST_ENTRIES: usize = 200_000;

/// What a search for Dockerfiles gives, files and errors in order of path and each file once.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The files, as they are to be named.
    pub(crate) files: Vec<PathBuf>,
    /// The folders that were given, in their order.
    pub(crate) folders: Vec<Walked>,
    /// Folders that were left, as they hold what others have written, in order of path.
    pub(crate) left: Vec<PathBuf>,
    /// Files that were named and left, as a configuration excludes them.
    pub(crate) excluded: Vec<PathBuf>,
    /// What could not be looked at.
    pub(crate) errors: Vec<(PathBuf, FileError)>,
}

/// A folder that was looked through.
#[derive(Debug)]
pub(crate) struct Walked {
    /// As it was given.
    pub(crate) folder: PathBuf,
    /// What [`dockerfiles_of`] finds in it, by paths that begin with the folder.
    pub(crate) likely: Vec<PathBuf>,
}

/// Finds the Dockerfiles at `paths`: a file is always taken, unless a configuration excludes it and that is to count (`force`)
/// here, too; a folder is walked on `jobs` threads.
pub(crate) fn discover(paths: &[PathBuf], configs: &Configs, force: bool, jobs: usize) -> Found {
    let mut found = Found::default();
    let mut links = HashSet::new();
    for path in paths {
        let metadata = std::fs::symlink_metadata(path).and_then(|it| {
            if !it.is_symlink() {
                return Ok(it);
            }
            links.insert(path.as_path());
            std::fs::metadata(path)
        });
        match metadata {
            Ok(it) if it.is_dir() => {
                walk(path, configs, jobs, &mut found);
            }
            Ok(it) if it.is_file() => {
                if configs.forces_out(path, force) {
                    found.excluded.push(path.clone());
                } else {
                    found.files.push(path.clone());
                }
            }
            Ok(_) => {
                let error = FileError::new("is no regular file, not a Dockerfile");
                found.errors.push((path.clone(), error));
            }
            Err(error) => found.errors.push((path.clone(), missing(path, &error))),
        }
    }
    found.files.sort_by(|a, b| by_place(a, b));
    found.files.dedup();
    found.errors.sort_by(|a, b| a.0.cmp(&b.0));
    found.left.sort();
    if paths.len() > 1 {
        keep_each_once(&mut found.files, &links);
    }
    found
}

/// The order of paths by their parts, in one look at their bytes.
pub(crate) fn by_place(a: &Path, b: &Path) -> Ordering {
    bytes_of_parts(a).cmp(bytes_of_parts(b))
}

/// The bytes of a path, the ends of its parts before all others.
fn bytes_of_parts(path: &Path) -> impl Iterator<Item = u8> {
    let bytes = path.as_os_str().as_encoded_bytes().iter();
    bytes.map(|byte| if *byte == b'/' { 0 } else { *byte })
}

/// Two paths may name one file; two threads must not write it. The first one stays.
fn keep_each_once(files: &mut Vec<PathBuf>, links: &HashSet<&Path>) {
    let mut seen: HashSet<OsString> = HashSet::with_capacity(files.len());
    // Where the folder of the last file really is: neighbours lie in one.
    let mut folder: Option<(PathBuf, PathBuf)> = None;
    files.retain(|file| {
        let real = match (file.parent(), file.file_name()) {
            (Some(parent), Some(name)) if !links.contains(file.as_path()) => {
                let known = folder.take().filter(|(path, _)| path == parent);
                let path = if parent.as_os_str().is_empty() {
                    Path::new(".")
                } else {
                    parent
                };
                let known = match known {
                    Some(known) => Ok(known),
                    None => std::fs::canonicalize(path).map(|real| (parent.to_owned(), real)),
                };
                known.map(|(path, real)| {
                    let place = real.join(name);
                    folder = Some((path, real));
                    place
                })
            }
            _ => std::fs::canonicalize(file),
        };
        real.map_or(true, |real| seen.insert(real.into_os_string()))
    });
}

/// The Dockerfiles below a folder, by their names alone, in order of path.
pub(crate) fn dockerfiles_of(root: &Path) -> Vec<PathBuf> {
    let is_one = |entry: &DirEntry| {
        entry.file_type().is_some_and(|kind| kind.is_file())
            && is_dockerfile_name(entry.file_name())
    };
    let mut found: Vec<PathBuf> = walker(root, Arc::default())
        .build()
        .take(MOST_ENTRIES)
        .filter_map(Result::ok)
        .filter(is_one)
        .map(DirEntry::into_path)
        .collect();
    found.sort();
    found
}

/// A walk of what belongs to a repository; folders that hold what others have written go to `left`. As for git, its ignore files count from its root on, and not those of folders
/// around it; where there is no repository, from the folder itself on.
fn walker(root: &Path, left: Arc<Mutex<Vec<PathBuf>>>) -> WalkBuilder {
    let is_in_repository =
        std::path::absolute(root).is_ok_and(|it| it.ancestors().any(|it| it.join(".git").exists()));
    let mut walker = WalkBuilder::new(root);
    walker
        .hidden(false)
        .require_git(is_in_repository)
        .parents(is_in_repository)
        .git_global(false)
        .ignore(false)
        .follow_links(false)
        .filter_entry(move |entry| {
            let is_others = is_folder(entry) && entry.depth() > 0 && {
                let name = entry.file_name().to_str().unwrap_or_default();
                is_vendored(name, |it| entry.path().join(it).exists())
            };
            if is_others {
                let mut left = left.lock().expect("no thread panics with the lock");
                left.push(entry.path().to_owned());
            }
            !is_others && entry.file_name() != ".git"
        });
    walker
}

fn missing(path: &Path, error: &std::io::Error) -> FileError {
    if error.kind() != std::io::ErrorKind::NotFound {
        return FileError::new(format!("cannot be looked at: {error}"));
    }
    let error = FileError::new("there is no such file or folder");
    match path.to_str().and_then(crate::cli::subcommand_like) {
        Some(name) => error.with_remedy(format!("to use the command, write it first: dfix {name}")),
        None => error,
    }
}

fn walk(root: &Path, configs: &Configs, jobs: usize, found: &mut Found) {
    let collected = Mutex::new((Vec::new(), Vec::new(), Vec::new()));
    let likely = Mutex::new(Vec::new());
    let left = Arc::new(Mutex::new(Vec::new()));
    walker(root, Arc::clone(&left))
        .threads(jobs)
        .build_parallel()
        .run(|| {
            Box::new(|entry| {
                let push = |entry: Result<DirEntry, ignore::Error>| {
                    let mut collected = collected.lock().expect("no thread panics with the lock");
                    match entry {
                        Ok(entry) if is_folder(&entry) => collected.1.push(entry.into_path()),
                        Ok(entry) => collected.0.push(entry.into_path()),
                        Err(error) => collected.2.push(error),
                    }
                };
                match entry {
                    Ok(entry) if is_folder(&entry) => {
                        if is_bare_name(entry.file_name()) {
                            push(Ok(entry));
                        }
                    }
                    Ok(entry) => {
                        let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
                        if is_file && is_dockerfile_name(entry.file_name()) {
                            let mut likely = likely.lock().expect("no thread panics with the lock");
                            likely.push(entry.path().to_owned());
                        }
                        if is_file && takes(&entry, configs) {
                            push(Ok(entry));
                        }
                    }
                    Err(error) => push(Err(error)),
                }
                WalkState::Continue
            })
        });
    let (files, folders, errors) = collected
        .into_inner()
        .expect("no thread panics with the lock");
    let mut likely = likely.into_inner().expect("no thread panics with the lock");
    likely.sort();
    found.folders.push(Walked {
        folder: root.to_owned(),
        likely,
    });
    let files: Vec<PathBuf> = files.into_iter().map(without_dot).collect();
    for folder in folders.into_iter().map(without_dot) {
        // A folder may well be called Dockerfile and hold Dockerfiles. One that does not is a slip.
        if !files.iter().any(|file| file.starts_with(&folder)) {
            let error = FileError::new("is a folder, not a file, and no Dockerfile lies in it")
                .with_remedy("rename it, or exclude it in dfix.toml");
            if !configs.excludes(&folder, true) {
                found.errors.push((folder, error));
            }
        }
    }
    for error in errors {
        let (path, message) = explained(&error, root);
        found
            .errors
            .push((without_dot(path), FileError::new(message)));
    }
    found.files.extend(files);
    let mut left = left.lock().expect("no thread panics with the lock");
    found.left.extend(left.drain(..).map(without_dot));
}

fn is_folder(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|kind| kind.is_dir())
}

fn takes(entry: &DirEntry, configs: &Configs) -> bool {
    let path = entry.path();
    let may_hold = entry.file_name().to_str().and_then(holder_of);
    (is_dockerfile_name(entry.file_name()) || may_hold.is_some() || configs.includes(path))
        && !configs.excludes(path, false)
        && may_hold.is_none_or(|it| holds_one(path, it))
}

/// Whether a compose or bake file holds a Dockerfile, by the look of it.
fn holds_one(path: &Path, holder: Holder) -> bool {
    let has_key =
        |bytes: &[u8]| std::str::from_utf8(bytes).is_ok_and(|it| it.contains(holder.key()));
    with_regular(path, MOST_BYTES, has_key).unwrap_or(false)
}

/// `./a` is named `a`; everything else as it is.
fn without_dot(path: PathBuf) -> PathBuf {
    match path.strip_prefix(".") {
        Ok(rest) if !rest.as_os_str().is_empty() => rest.to_owned(),
        _ => path,
    }
}

/// The path that an error of the walk speaks of, and what to say about it.
fn explained(error: &ignore::Error, root: &Path) -> (PathBuf, String) {
    match error {
        ignore::Error::WithPath { path, err } => (path.clone(), explained(err, root).1),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            explained(err, root)
        }
        ignore::Error::Io(error) => (root.to_owned(), format!("cannot be looked into: {error}")),
        error => (root.to_owned(), error.to_string()),
    }
}

/// Whether the name of the file at this path tells that it is a Dockerfile.
pub(crate) fn is_found(path: &str) -> bool {
    Path::new(path).file_name().is_some_and(is_dockerfile_name)
}

/// Whether a file of this name is a Dockerfile: `Dockerfile`, `Dockerfile.*`, `Dockerfile-*`, `Dockerfile_*`,
/// `*.Dockerfile`, `*.dockerfile`, `Containerfile*`; not the ignore files, backups and swap files beside one, and nothing that
/// has another ending behind a hyphen: `Dockerfile-guide.md`.
fn is_dockerfile_name(name: &OsStr) -> bool {
    let Some(name) = name.to_str() else {
        // A name in another encoding counts by what can be read of it.
        return is_dockerfile_name(OsStr::new(&*name.to_string_lossy()));
    };
    const LEFTOVERS: [&str; 9] = [
        ".dockerignore",
        ".containerignore",
        ".swp",
        ".swo",
        ".bak",
        ".orig",
        ".rej",
        ".tmp",
        "~",
    ];
    if LEFTOVERS.iter().any(|end| name.ends_with(end)) {
        return false;
    }
    let of = |start: &str| name.strip_prefix(start);
    // The digits of `Dockerfile-python3.13` are no ending.
    let is_number = |end: &str| end.starts_with(|it: char| it.is_ascii_digit());
    let has_no_ending = |rest: &str| rest.rsplit_once('.').is_none_or(|it| is_number(it.1));
    let is_named_behind = |rest: &str| rest.starts_with(['-', '_']) && has_no_ending(rest);
    of("Dockerfile")
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || is_named_behind(rest))
        || of("Containerfile").is_some()
        || [".Dockerfile", ".dockerfile"]
            .iter()
            .any(|end| name.ends_with(end))
        || name == "dockerfile"
}

/// Names that no folder has for another reason.
fn is_bare_name(name: &OsStr) -> bool {
    name == "Dockerfile" || name == "Containerfile"
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{by_place, is_dockerfile_name};

    #[test]
    fn paths_are_in_the_order_of_their_parts() {
        let mut all = [
            "a", "a-b/c", "a/b", "a/c", "a/b/c", "a0", "/a", "", "é/a", "a\u{1}",
        ];
        let mut others = all;
        all.sort_by(|a, b| Path::new(a).cmp(Path::new(b)));
        others.sort_by(|a, b| by_place(Path::new(a), Path::new(b)));
        assert_eq!(all, others);
    }

    #[test]
    fn names_of_dockerfiles() {
        for name in [
            "Dockerfile",
            "dockerfile",
            "Dockerfile.dev",
            "api.Dockerfile",
            "api.dockerfile",
            "Containerfile",
            "Containerfile.rhel",
            "Dockerfile.alpine-3.19",
            ".dockerfile",
            "Dockerfile-dev",
            "Dockerfile_nginx",
            "Dockerfile-python3.13",
        ] {
            assert!(is_dockerfile_name(name.as_ref()), "{name}");
        }
        for name in [
            "Dockerfile.dockerignore",
            "x.dockerignore",
            ".Dockerfile.swp",
            "Dockerfile~",
            "Dockerfile.bak",
            "Dockerfiles",
            "MyDockerfile",
            "dockerfile.md",
            "Dockerfile-guide.md",
        ] {
            assert!(!is_dockerfile_name(name.as_ref()), "{name}");
        }
    }
}
