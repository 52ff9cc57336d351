//! Files that only their owner, root, may read or run.

use dfix_catalogue::{FileMark, FolderMark, file_is, folder_above};
use dfix_engine::OpenCondition;
use dfix_model::{ImagePath, Stage};

use super::account::RunAs;

/// Something that the user may not read, or a private key: such files are often readable by their owner
/// alone.
pub(crate) fn kept(stage: Stage<'_>, run_as: &RunAs, given: &[ImagePath]) -> Option<OpenCondition> {
    let is_given = |path: &ImagePath| given.iter().any(|folder| path.is_below(folder));
    closed(stage, run_as, &is_given).or_else(|| key(stage, run_as, &is_given))
}

fn closed(
    stage: Stage<'_>,
    run_as: &RunAs,
    is_given: &dyn Fn(&ImagePath) -> bool,
) -> Option<OpenCondition> {
    let closed = stage.filesystem().closed_to(&run_as.account);
    let path = closed.iter().find(|path| {
        !is_given(path)
            && folder_above(path.as_str(), FolderMark::Unread).is_none()
            && !path.parts().any(|part| part == ".ssh")
            && !file_is(path.file_name(), FileMark::Packed)
    })?;
    Some(OpenCondition::new(
        format!(
            "whether the application needs {path}, which the file closes to all but its owner, root"
        ),
        "give it to the user by `chown`, or let `chmod` open it to others",
    ))
}

/// A private key that the file puts into the image or names.
fn key(
    stage: Stage<'_>,
    run_as: &RunAs,
    is_given: &dyn Fn(&ImagePath) -> bool,
) -> Option<OpenCondition> {
    let mut keys = stage.private_keys().into_iter();
    let key = keys.find(|key| {
        !is_given(&key.path) && !stage.filesystem().is_opened_to(&run_as.account, &key.path)
    });
    let Some(key) = key else {
        let (variable, place) = stage.key_asked_for()?;
        return Some(OpenCondition::new(
            format!(
                "whether the user may read the file that `{variable}` names, for which {place} asks: keys that are mounted are \
                 often root's alone"
            ),
            "let the user read what is mounted there",
        ));
    };
    Some(if key.is_copied {
        OpenCondition::new(
            format!("whether the user may read {}, which stays root's", key.name),
            "give it to the user by `COPY --chown`",
        )
    } else {
        OpenCondition::new(
            format!(
                "whether the user may read {}, a place of private keys, which root alone often may",
                key.path
            ),
            "let the user read what is mounted there",
        )
    })
}
