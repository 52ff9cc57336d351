//! Files that only their owner, root, may read or run.

use dfix_catalogue::{FileMark, FolderMark, file_is, folder_above};
use dfix_engine::OpenCondition;
use dfix_model::{Access, ImagePath, Stage, Touch};

use super::account::RunAs;

/// Something that the user may not read, or a private key: such files are often readable by their owner
/// alone.
pub(crate) fn kept(stage: Stage<'_>, run_as: &RunAs, given: &[ImagePath]) -> Option<OpenCondition> {
    let is_given = |path: &ImagePath| given.iter().any(|folder| path.is_below(folder));
    closed(stage, run_as, &is_given).or_else(|| key(stage, run_as, &is_given))
}

/// Whether the build gives a place to the user, or lets everybody do there what the user wants to.
pub(crate) fn is_opened(stage: Stage<'_>, run_as: &RunAs, path: &ImagePath) -> bool {
    let is_touched = stage.base_chain().any(|stage| {
        stage.filesystem().touched().any(|touched| {
            matches!(touched.touch, Touch::Given | Touch::Moded) && path.is_below(touched.path)
        })
    });
    is_touched
        && !stage
            .filesystem()
            .may(&run_as.account, Access::Read, path)
            .is_no()
}

fn closed(
    stage: Stage<'_>,
    run_as: &RunAs,
    is_given: &dyn Fn(&ImagePath) -> bool,
) -> Option<OpenCondition> {
    let workdir = ImagePath::new(&stage.final_workdir().unwrap_or_default());
    let started: Vec<ImagePath> = stage
        .entry()
        .commands()
        .filter_map(|command| command.program()?.value())
        .filter(|text| text.contains('/'))
        .map(|text| workdir.join(text))
        .collect();
    let closed = stage.filesystem().closed_to(&run_as.account, &started);
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
    let key = stage
        .private_keys()
        .into_iter()
        .find(|key| !is_given(&key.path) && !is_opened(stage, run_as, &key.path))?;
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
