//! The names in a folder of the build context.

use std::io::ErrorKind;

use dfix_model::context::Answer;

use super::FolderContext;
use crate::names::{Extent, Kind, MOST_NAMES};

impl FolderContext<'_> {
    /// The names in a folder of the build context, read now.
    pub(super) fn list_now(&self, folder: &str) -> Answer<Vec<String>> {
        let (root, place) = match self.place(folder) {
            Ok(it) => it,
            Err(answer) => return answer,
        };
        let is_hidden = !folder.is_empty() && self.ignore_of(root).hides_folder(folder);
        if is_hidden || root.is_doubtful {
            return root.absent();
        }
        let listed = match self.folders.names().of(&place) {
            Ok(listed) => listed,
            Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return root.absent();
            }
            Err(error) => {
                return Answer::Unknown(format!("{folder} cannot be listed: {}", error.said));
            }
        };
        match listed.extent {
            Extent::Whole => {}
            Extent::Cut => {
                return Answer::Unknown(format!("{folder} holds more than {MOST_NAMES} names"));
            }
            Extent::Broken => {
                return Answer::Unknown(format!("{folder} cannot be listed as a whole"));
            }
        }
        let ignore = self.ignore_of(root);
        let mut names = Vec::new();
        for (name, kind) in &listed.all {
            let path = match folder {
                "" => name.clone(),
                folder => format!("{folder}/{name}"),
            };
            let is_folder = match kind {
                Kind::Folder => true,
                Kind::Link => place.join(name).is_dir(),
                Kind::File => false,
            };
            let is_hidden = if is_folder {
                ignore.hides_folder(&path)
            } else {
                ignore.hides(&path)
            };
            if !is_hidden {
                names.push(if is_folder {
                    format!("{name}/")
                } else {
                    name.clone()
                });
            }
        }
        names.sort();
        Answer::Found(names)
    }
}
