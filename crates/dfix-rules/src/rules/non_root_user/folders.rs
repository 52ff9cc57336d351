//! Which folders an application's user may be given.

use dfix_catalogue::{FolderMark, folder_above};
use dfix_model::{ImagePath, Stage};

/// A folder that the application's user is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Folder {
    pub(crate) path: ImagePath,
    /// As the file writes it, where variables name it.
    written: Option<String>,
    /// Whether the build may not have made it: a volume is made when the container starts.
    pub(crate) may_be_missing: bool,
}

impl Folder {
    pub(crate) fn new(path: ImagePath, may_be_missing: bool) -> Self {
        Folder {
            path,
            written: None,
            may_be_missing,
        }
    }

    /// As a command names it.
    pub(crate) fn written(&self) -> &str {
        self.written.as_deref().unwrap_or(self.path.as_str())
    }
}

/// What the application's user is given: the working directory that the file sets, else the folders
/// that the stage's files are copied to; the volumes; and what else the file shows the application to
/// write to. Only such as may be given, none inside another.
pub(crate) fn folders_to_give(stage: Stage<'_>) -> Vec<Folder> {
    let own = stage.application_folders().into_iter();
    let mut folders: Vec<Folder> = own.map(|path| Folder::new(path, false)).collect();
    let volumes = stage.volumes();
    for volume in volumes {
        // What is named like a file is mounted as one, so that no folder is made for it.
        if !volume.is_made && volume.path.is_named_like_a_file() {
            continue;
        }
        if volume.path.is_applications() || volume.path.is_own_place() {
            folders.push(Folder::new(volume.path.clone(), !volume.is_made));
        }
    }
    for data in stage.data_folders() {
        if data.path.is_applications() || (data.is_made && data.path.is_own_place()) {
            folders.push(Folder::new(data.path.clone(), !data.is_made));
        }
    }
    for write in &stage.run_time_writes().known {
        let folder = write.folder();
        // Whoever owns what is around it makes it.
        let is_inside = folders.iter().any(|other| folder.is_below(&other.path));
        if !is_inside && may_be_given(&folder) && !is_for_all(&folder) {
            let is_missing = !stage.makes(&folder);
            folders.push(Folder::new(folder, is_missing));
        }
    }
    // What is gone is not given, but for a volume, which comes again when the container starts.
    folders.retain_mut(|folder| {
        let is_gone = stage.filesystem().removes(&folder.path);
        folder.may_be_missing |= is_gone;
        !is_gone || volumes.iter().any(|volume| volume.path == folder.path)
    });
    let names = stage.folders_by_variables();
    for folder in &mut folders {
        folder.written = names
            .iter()
            .find(|(path, _)| *path == folder.path)
            .map(|(_, written)| written.clone());
    }
    without_nested(&folders)
}

/// Whether a folder may be an application's.
fn may_be_given(folder: &ImagePath) -> bool {
    folder.is_applications() || folder.is_own_place()
}

/// Whether everybody may write there.
pub(super) fn is_for_all(folder: &ImagePath) -> bool {
    folder_above(folder.as_str(), FolderMark::ForAll).is_some()
}

/// Something that is written when the container runs, in a place that cannot be given to anybody: who writes it, and
/// what.
pub(crate) fn writes_elsewhere(stage: Stage<'_>) -> Option<(&str, &ImagePath)> {
    let mut writes = stage.run_time_writes().known.iter();
    let write = writes.find(|write| {
        let folder = write.folder();
        !is_for_all(&write.path) && !is_for_all(&folder) && !may_be_given(&folder)
    })?;
    Some((&write.who, &write.path))
}

/// More folders than this no reader of a `chown` goes through.
const MOST_FOLDERS: usize = 64;

/// Whether the application's files lie in so many folders that nobody could say which to give.
pub(crate) fn are_scattered(stage: Stage<'_>) -> bool {
    stage.application_folders().len() > MOST_FOLDERS
        || stage.data_folders().len() + stage.volumes().len() > MOST_FOLDERS
}

/// Whether the folder lies in another one of these.
pub(super) fn is_nested(path: &ImagePath, folders: &[Folder]) -> bool {
    folders
        .iter()
        .any(|other| other.path != *path && path.is_below(&other.path))
}

/// Each folder once, without those that lie in another. One that may be missing stays: it must be made,
/// or it is root's when the container starts.
pub(super) fn without_nested(folders: &[Folder]) -> Vec<Folder> {
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
    fn nested_folders_are_given_once() {
        let folder = |path: &str| Folder::new(ImagePath::new(path), false);
        let kept = without_nested(&["/app/data", "/app", "/data", "/app"].map(folder));
        assert_eq!(kept, ["/app", "/data"].map(folder));
        let volume = Folder::new(ImagePath::new("/app/data"), true);
        let both = [folder("/app"), volume];
        assert_eq!(without_nested(&both), both);
    }
}
