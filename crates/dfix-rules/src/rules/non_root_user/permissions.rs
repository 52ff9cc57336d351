//! Files that only their owner, root, may read or run.

use dfix_catalogue::{FileMark, FolderMark, file_is, folder_above};
use dfix_engine::OpenCondition;
use dfix_model::{ImagePath, KeyOrigin, Stage};

use super::account::RunAs;

/// Something that the user may not read, or a private key: such files are often readable by their owner
/// alone.
pub(crate) fn kept(stage: Stage<'_>, run_as: &RunAs, given: &[ImagePath]) -> Option<OpenCondition> {
    let is_given = |path: &ImagePath| given.iter().any(|folder| path.is_below(folder));
    closed(stage, run_as, &is_given)
        .or_else(|| key(stage, run_as, &is_given))
        .or_else(|| key_elsewhere(stage))
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

/// A private key that the file puts into the image or names, or that is brought from outside, where no step opens it.
fn key(
    stage: Stage<'_>,
    run_as: &RunAs,
    is_given: &dyn Fn(&ImagePath) -> bool,
) -> Option<OpenCondition> {
    let key = stage.private_keys().into_iter().find(|key| {
        let is_opened =
            || is_given(&key.path) || stage.filesystem().is_opened_to(&run_as.account, &key.path);
        key.origin == KeyOrigin::Outside || !is_opened()
    })?;
    let path = &key.path;
    Some(if key.origin == KeyOrigin::Copied {
        OpenCondition::new(
            format!("whether the user may read {}, which stays root's", key.name),
            "give it to the user by `COPY --chown`",
        )
    } else {
        let by = key.named_by.map(|by| format!(" that {by} names"));
        OpenCondition::new(
            format!(
                "whether the user may read {path}, a place of private keys{}, which root alone often may",
                by.unwrap_or_default()
            ),
            "let the user read what is mounted there",
        )
    })
}

/// A file of keys that a variable names, nobody here knows where.
fn key_elsewhere(stage: Stage<'_>) -> Option<OpenCondition> {
    let by = stage.file_of_keys_elsewhere()?;
    Some(OpenCondition::new(
        format!(
            "whether the user may read the file of keys that is named by {by}: root alone often may"
        ),
        "let the user read what is mounted there",
    ))
}
