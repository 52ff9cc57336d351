//! Which files are Dockerfiles. No other file knows their names, or what a walk skips and leaves.

mod attributes;
mod dockerfile_names;
mod left;

use std::cmp::Ordering;
use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use dfix_catalogue::is_vendored;
use dfix_launch::inline::{Holder, holder_of};
use ignore::{DirEntry, WalkBuilder, WalkState};

use crate::config::Configs;
use crate::file_error::FileError;
use crate::input::with_regular;
use attributes::Attributes;
pub(crate) use dockerfile_names::is_found;
use dockerfile_names::{is_bare_name, is_dockerfile_name, is_template_name};
pub(crate) use left::{Generated, Left, Why, tell};

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
    /// The files that were named, and are taken whatever they are.
    pub(crate) named: HashSet<PathBuf>,
    /// What was left though it may be wanted.
    pub(crate) left: Vec<Left>,
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
                    found.named.insert(path.clone());
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

/// What a walk comes by, as it comes.
#[derive(Default)]
struct Met {
    files: Vec<PathBuf>,
    /// Folders that are called like Dockerfiles.
    folders: Vec<PathBuf>,
    /// What the names alone tell.
    likely: Vec<PathBuf>,
    attributes: Vec<PathBuf>,
    left: Vec<Left>,
    errors: Vec<ignore::Error>,
}

impl Met {
    fn meet(met: &Mutex<Met>, entry: Result<DirEntry, ignore::Error>, configs: &Configs) {
        let met = || met.lock().expect("no thread panics with the lock");
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => return met().errors.push(error),
        };
        let name = entry.file_name();
        if is_folder(&entry) {
            if is_bare_name(name) {
                met().folders.push(entry.into_path());
            }
            return;
        }
        if !entry.file_type().is_some_and(|kind| kind.is_file()) {
            return;
        }
        let is_named_so = is_dockerfile_name(name);
        if is_named_so {
            met().likely.push(entry.path().to_owned());
        }
        if name == attributes::NAME {
            met().attributes.push(entry.path().to_owned());
        }
        let path = entry.path();
        let is_template = is_template_name(name);
        let may_hold = name.to_str().and_then(holder_of);
        if ((is_named_so && !is_template) || may_hold.is_some() || configs.includes(path))
            && !configs.excludes(path, false)
            && may_hold.is_none_or(|it| holds_one(path, it))
        {
            met().files.push(entry.into_path());
        } else if is_template && !configs.excludes(path, false) {
            met().left.push((entry.into_path(), Why::Template));
        }
    }
}

fn walk(root: &Path, configs: &Configs, jobs: usize, found: &mut Found) {
    let met = Mutex::new(Met::default());
    let packages = Arc::new(Mutex::new(Vec::new()));
    walker(root, Arc::clone(&packages))
        .threads(jobs)
        .build_parallel()
        .run(|| {
            Box::new(|entry| {
                Met::meet(&met, entry, configs);
                WalkState::Continue
            })
        });
    let mut met = met.into_inner().expect("no thread panics with the lock");
    met.likely.sort();
    found.folders.push(Walked {
        folder: root.to_owned(),
        likely: met.likely,
    });
    let attributes = met.attributes.into_iter().chain(attributes::around(root));
    let attributes = Attributes::of(attributes);
    let is_left = |it: &PathBuf| attributes.call_generated(it) && !configs.includes(it);
    let marked = met.files.extract_if(.., |it| is_left(it));
    met.left.extend(marked.map(|it| (it, Why::Marked)));
    let mut packages = packages.lock().expect("no thread panics with the lock");
    met.left
        .extend(packages.drain(..).map(|it| (it, Why::Packages)));
    let files: Vec<PathBuf> = met.files.into_iter().map(without_dot).collect();
    for folder in met.folders.into_iter().map(without_dot) {
        // A folder may well be called Dockerfile and hold Dockerfiles. One that does not is a slip.
        if !files.iter().any(|file| file.starts_with(&folder)) {
            let error = FileError::new("is a folder, not a file, and no Dockerfile lies in it")
                .with_remedy("rename it, or exclude it in dfix.toml");
            if !configs.excludes(&folder, true) {
                found.errors.push((folder, error));
            }
        }
    }
    for error in met.errors {
        let (path, message) = explained(&error, root);
        found
            .errors
            .push((without_dot(path), FileError::new(message)));
    }
    found.files.extend(files);
    let left = met.left.into_iter();
    found
        .left
        .extend(left.map(|(path, why)| (without_dot(path), why)));
}

fn is_folder(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|kind| kind.is_dir())
}

/// Whether a compose or bake file holds a Dockerfile, by the look of it. One that cannot be looked into may hold one, and is told
/// when it is opened.
fn holds_one(path: &Path, holder: Holder) -> bool {
    let key = holder.key().as_bytes();
    let has_key = |bytes: &[u8]| bytes.windows(key.len()).any(|it| it == key);
    with_regular(path, MOST_BYTES, has_key).unwrap_or(true)
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::by_place;

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
}
