//! The files of a folder that build or start images.

use crate::launch::{Launch, Unread};
use crate::{bake, compose};

/// Reads files of the repository. Paths are from its root.
pub trait Files {
    /// The text of a file; `Err` with the reason where it is there and cannot be read; `Ok(None)` where there is none.
    fn read(&self, path: &str) -> Result<Option<String>, String>;

    /// The names in a folder, sorted; a folder's name ends with `/`. Empty where there is none.
    fn list(&self, folder: &str) -> Vec<String>;
}

/// What the files of one folder say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FolderLaunches {
    /// Every container and image.
    pub launches: Vec<Launch>,
    /// Files, or parts of them, that could not be read.
    pub unread: Vec<Unread>,
    /// The files that were read.
    pub files: Vec<String>,
}

impl FolderLaunches {
    /// What concerns the Dockerfile at this path: the launches that build it. What could not be read may.
    pub fn of_dockerfile(&self, path: &str) -> FolderLaunches {
        let builds_it = |launch: &&Launch| {
            let build = launch.build.as_ref();
            build.and_then(|build| build.dockerfile.as_deref()) == Some(path)
        };
        FolderLaunches {
            launches: self.launches.iter().filter(builds_it).cloned().collect(),
            unread: self.unread.clone(),
            files: self.files.clone(),
        }
    }
}

/// Reads what the files of `folder` build and start. Files that they include or extend are read with them.
pub fn read_folder(files: &dyn Files, folder: &str) -> FolderLaunches {
    let mut found = FolderLaunches::default();
    let names = files.list(folder);
    compose::read(files, folder, &names, &mut found);
    bake::read(files, folder, &names, &mut found);
    found
}
