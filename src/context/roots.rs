//! The folders that a Dockerfile is built with, and what they answer.

use std::cell::OnceCell;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Arc;

use dfix_model::context::Answer;
use dfix_model::dockerignore::Dockerignore;

use crate::names::{Names, NamesOfFolders};

/// The folders that the Dockerfile is built with.
pub(super) struct Roots {
    /// The one that counts.
    pub(super) first: Root,
    /// Others that files of the project name for it.
    pub(super) others: Vec<Other>,
}

/// A further folder that the Dockerfile is built with.
pub(super) struct Other {
    pub(super) root: Root,
    /// From the root of the repository.
    pub(super) folder: String,
    /// Who builds it so: "service `api` of compose.yaml".
    pub(super) by: String,
}

pub(super) struct Root {
    pub(super) folder: PathBuf,
    /// The names in it; none where it could not be read.
    pub(super) names: Option<Arc<Names>>,
    pub(super) ignore: OnceCell<Dockerignore>,
    /// Whether the folder was guessed and nothing bears it out.
    pub(super) is_doubtful: bool,
}

impl Roots {
    /// What each folder that the Dockerfile is built with answers, if they are of one mind; `path` is what is asked for.
    pub(super) fn answer<T: PartialEq>(
        &self,
        path: &str,
        ask: impl Fn(&Root) -> Result<T, Answer<T>>,
    ) -> Answer<T> {
        let asked = |root: &Root| ask(root).map_or_else(|answer| answer, Answer::Found);
        let answer = asked(&self.first);
        if matches!(answer, Answer::Unknown(_)) {
            return answer;
        }
        let mut others = self.others.iter();
        match others.find(|other| asked(&other.root) != answer) {
            None => answer,
            Some(Other { folder, by, .. }) => {
                let what = if path.is_empty() {
                    "which holds other files".to_owned()
                } else {
                    format!("where {path} is not the same")
                };
                Answer::Unknown(format!(
                    "{by} builds it from another folder, `{folder}`, {what} (`context` in dfix.toml says which one counts)"
                ))
            }
        }
    }
}

impl Root {
    /// The root in this folder, links followed.
    pub(super) fn of(folder: PathBuf, is_doubtful: bool, names: &NamesOfFolders) -> Self {
        Root {
            names: names.of(&folder).ok(),
            folder,
            ignore: OnceCell::new(),
            is_doubtful,
        }
    }

    /// The place of `path` on the disk, if it lies in the context for real.
    pub(super) fn place<T>(&self, path: &str) -> Result<PathBuf, Answer<T>> {
        let is_inside = path.split('/').all(|part| !matches!(part, "" | "." | ".."));
        if !is_inside && !path.is_empty() {
            return Err(Answer::Unknown(format!(
                "{path} is no path inside the build context"
            )));
        }
        if path.is_empty() {
            return Ok(self.folder.clone());
        }
        // Most of what is asked for is not there.
        if self.names.as_ref().is_some_and(|names| names.lack(path)) {
            return Err(self.absent());
        }
        let place = self.folder.join(path);
        // What lies in the root itself and is no link is where it seems to be.
        let real = std::fs::symlink_metadata(&place).and_then(|found| {
            if found.is_symlink() || path.contains('/') {
                std::fs::canonicalize(&place)
            } else {
                Ok(place)
            }
        });
        match real {
            Ok(place) if place.starts_with(&self.folder) => Ok(place),
            Ok(_) => Err(Answer::Unknown(format!(
                "{path} leads out of the build context"
            ))),
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                Err(self.absent())
            }
            Err(error) => Err(Answer::Unknown(format!(
                "{path} cannot be looked at: {error}"
            ))),
        }
    }

    pub(super) fn absent<T>(&self) -> Answer<T> {
        if self.is_doubtful {
            Answer::Unknown(
                "none of the files that are copied lie beside the Dockerfile, so the build context may be another folder (`context` in dfix.toml says which)"
                    .to_owned(),
            )
        } else {
            Answer::Absent
        }
    }
}
