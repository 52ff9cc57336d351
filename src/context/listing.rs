//! The names in a folder of the build context.

use std::io::ErrorKind;

use dfix_model::context::Answer;

use super::{FolderContext, Root};
use crate::names::{Extent, Kind, MOST_NAMES};

impl FolderContext<'_> {
    /// The names in a folder of the build context with this root.
    pub(super) fn list_in(
        &self,
        root: &Root,
        folder: &str,
    ) -> Result<Vec<String>, Answer<Vec<String>>> {
        let place = root.place(folder)?;
        let is_hidden = !folder.is_empty() && self.ignore_of(root).hides_folder(folder);
        if is_hidden || root.is_doubtful {
            return Err(root.absent());
        }
        let listed = match self.folders.names().of(&place) {
            Ok(listed) => listed,
            Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Err(root.absent());
            }
            Err(error) => {
                return Err(Answer::Unknown(format!(
                    "{folder} cannot be listed: {}",
                    error.said
                )));
            }
        };
        match listed.extent {
            Extent::Whole => {}
            Extent::Cut => {
                return Err(Answer::Unknown(format!(
                    "{folder} holds more than {MOST_NAMES} names"
                )));
            }
            Extent::Broken => {
                return Err(Answer::Unknown(format!(
                    "{folder} cannot be listed as a whole"
                )));
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
        Ok(names)
    }
}
