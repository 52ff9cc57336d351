//! Which folders an application's user may be given.

use dfix_catalogue::{FileMark, FolderMark, file_is, folder_above, folder_is};
use dfix_model::{Stage, Step};

use super::writes;

/// Whether the folder (absolute, without a slash at its end) may be given to an application's user.
pub(crate) fn may_be_given(folder: &str) -> bool {
    folder.len() > 1
        && folder.starts_with('/')
        && !folder_is(folder, FolderMark::System)
        && folder_above(folder, FolderMark::Closed).is_none()
        && folder
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"/._-+@".contains(&b))
}

/// Whether `path` is `folder` or lies below it.
pub(crate) fn is_below(path: &str, folder: &str) -> bool {
    folder == "/"
        || path
            .strip_prefix(folder)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether only root may look into it.
pub(crate) fn is_roots(folder: &str) -> bool {
    is_below(folder, "/root")
}

/// A folder that the application's user is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Folder {
    /// Absolute, without a slash at its end.
    pub(crate) path: String,
    /// Whether the build may not have made it: a volume is made when the container starts.
    pub(crate) may_be_missing: bool,
}

/// What the application's user is given: the working directory that the file sets, else the folders
/// that the stage's files are copied to; the volumes; and what else the file shows the application to
/// write to. Only such as may be given, none inside another.
pub(crate) fn folders_to_give(stage: Stage<'_>) -> Vec<Folder> {
    let folder = |path: String, may_be_missing| Folder {
        path,
        may_be_missing,
    };
    let targets = targets(stage);
    // Where the application is copied to a folder around the working directory, that is its own too.
    let workdir = workdir_to_give(stage, &targets).map(|path| {
        let around = targets
            .iter()
            .filter(|target| may_be_given(target) && is_below(&path, target))
            .min_by_key(|target| target.len());
        // `/opt/app/bin`: the application is what lies around its programs.
        let around_programs = path
            .strip_suffix("/bin")
            .filter(|p| may_be_given(p) && !p.ends_with("/go") && !p.ends_with("/gopath"));
        let own = around_programs.map_or_else(|| path.clone(), str::to_owned);
        around.cloned().unwrap_or(own)
    });
    let mut folders: Vec<Folder> = match workdir {
        Some(path) => vec![folder(path, false)],
        None => targets
            .into_iter()
            .filter(|path| may_be_given(path))
            .map(|path| folder(path, false))
            .collect(),
    };
    let volumes = writes::volumes(stage);
    for volume in &volumes {
        // What is named like a file is mounted as one, so that no folder is made for it.
        if !volume.is_made && is_named_like_a_file(&volume.path) {
            continue;
        }
        if may_be_given(&volume.path) || writes::is_own_place(&volume.path) {
            folders.push(folder(volume.path.clone(), !volume.is_made));
        }
    }
    for written in writes::written(stage) {
        if may_be_given(&written.path) || (written.is_made && writes::is_own_place(&written.path)) {
            folders.push(folder(written.path, !written.is_made));
        }
    }
    for folder in &mut folders {
        folder.may_be_missing |= writes::is_removed(stage, &folder.path);
    }
    // What is gone is not given, but for a volume, which comes again when the container starts.
    folders.retain(|f| {
        !writes::is_removed(stage, &f.path) || volumes.iter().any(|v| v.path == f.path)
    });
    without_nested(&folders)
}

/// The working directory, if the file sets it and it may be given.
fn workdir_to_give(stage: Stage<'_>, targets: &[String]) -> Option<String> {
    let is_set_here = stage.base_chain().any(|s| s.workdirs().next().is_some());
    stage.final_workdir().filter(|path| {
        let holds_the_application = folder_is(path, FolderMark::Empty) && targets.contains(path);
        is_set_here && (may_be_given(path) || holds_the_application)
    })
}

/// More folders than this no reader of a `chown` goes through.
const MOST_FOLDERS: usize = 64;

/// Whether the application's files lie in so many folders that nobody could say which to give.
pub(crate) fn are_scattered(stage: Stage<'_>) -> bool {
    let targets = targets(stage);
    targets.len() > MOST_FOLDERS && workdir_to_give(stage, &targets).is_none()
}

/// The folders that `COPY` and `ADD` of the final stage put files into.
fn targets(stage: Stage<'_>) -> Vec<String> {
    // What is started is a file, also where its name has no dot.
    let programs: Vec<String> = stage
        .entry()
        .commands()
        .filter_map(|c| c.program()?.value().map(str::to_owned))
        .collect();
    stage
        .steps()
        .filter(|s| s.is_copy_or_add() && !s.is_onbuild())
        .filter_map(|step| {
            let text = stage.expand_text(step.target()?, step)?;
            let path = absolute(stage, step, &text);
            let name = base_name(&text);
            let is_folder = step.words().len() > 2
                || text.ends_with('/')
                || matches!(name, "." | "..")
                || !name.contains('.');
            if is_folder && !programs.contains(&path) {
                return Some(path);
            }
            // The folder of a file that is named by its whole path.
            let (parent, name) = path.rsplit_once('/')?;
            (name.contains('.') && is_application_file(name)).then(|| parent.to_owned())
        })
        .collect()
}

fn is_application_file(name: &str) -> bool {
    file_is(name, FileMark::Application)
}

fn is_named_like_a_file(path: &str) -> bool {
    base_name(path)
        .rsplit_once('.')
        .is_some_and(|(stem, extension)| {
            !stem.is_empty()
                && (1..6).contains(&extension.len())
                && extension.bytes().all(|b| b.is_ascii_alphabetic())
        })
}

fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The path seen from the working directory of the step, without a slash at its end.
pub(crate) fn absolute(stage: Stage<'_>, step: Step<'_>, path: &str) -> String {
    let path = path.trim_end_matches('/');
    if path.starts_with('/') {
        return path.to_owned();
    }
    let folder = stage.workdir_at(step).unwrap_or_default();
    match path.trim_start_matches("./") {
        "" | "." => folder,
        rest => format!("{}/{rest}", folder.trim_end_matches('/')),
    }
}

/// Whether the folder lies in another one of these.
pub(super) fn is_nested(path: &str, folders: &[Folder]) -> bool {
    folders
        .iter()
        .any(|other| other.path != path && is_below(path, &other.path))
}

/// Each folder once, without those that lie in another. One that may be missing stays: it must be made,
/// or it is root's when the container starts.
fn without_nested(folders: &[Folder]) -> Vec<Folder> {
    let mut kept: Vec<Folder> = Vec::new();
    for folder in folders {
        let is_wanted = folder.may_be_missing || !is_nested(&folder.path, folders);
        if is_wanted && !kept.iter().any(|k| k.path == folder.path) {
            kept.push(folder.clone());
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_folders_of_an_application_are_given() {
        for folder in [
            "/app",
            "/code",
            "/usr/src/app",
            "/srv/www",
            "/opt/service",
            "/var/www/html",
            "/home/app",
        ] {
            assert!(may_be_given(folder), "{folder}");
        }
        for folder in [
            "/",
            "/usr",
            "/usr/src",
            "/etc",
            "/etc/app",
            "/root",
            "/root/app",
            "/var/lib",
            "/tmp/x",
            "/usr/local/bin",
            "/a b",
        ] {
            assert!(!may_be_given(folder), "{folder}");
        }
    }

    #[test]
    fn nested_folders_are_given_once() {
        let folder = |path: &str| Folder {
            path: path.to_owned(),
            may_be_missing: false,
        };
        let kept = without_nested(&["/app/data", "/app", "/data", "/app"].map(folder));
        assert_eq!(kept, ["/app", "/data"].map(folder));
        let volume = Folder {
            path: "/app/data".to_owned(),
            may_be_missing: true,
        };
        let both = [folder("/app"), volume];
        assert_eq!(without_nested(&both), both);
    }
}
