//! Other Dockerfiles of the repository that are based on the image: they work in it, and what starts theirs runs in it, as
//! its user.

use dfix_engine::OpenCondition;
use dfix_model::context::{BasedElsewhere, ImageUseKind};
use dfix_model::{ImagePath, Stage};

use crate::base::MOST_OPEN;

use super::account::RunAs;
use super::folders::{Folder, folders_to_give};
use super::{doubts, obstacles};

/// What stays open of them, with the folders that the user owns.
pub(crate) fn possible(
    stage: Stage<'_>,
    run_as: &RunAs,
    given: &[ImagePath],
    listens_everywhere: bool,
) -> Vec<OpenCondition> {
    let mut open: Vec<OpenCondition> = worked_in(stage).into_iter().collect();
    stage.each_based_elsewhere(&mut |child, of| {
        for image in child.images_upon() {
            // One that says who it runs as is asked nothing by this image's user.
            if open.len() < MOST_OPEN && image.final_user().step.is_none() {
                let told = of_child(image, run_as, given, listens_everywhere);
                open.extend(told.iter().map(|it| of_another(it, of)));
            }
        }
    });
    open.truncate(MOST_OPEN);
    open
}

fn of_another(open: &OpenCondition, of: &BasedElsewhere<'_>) -> OpenCondition {
    OpenCondition::new(
        format!("{}, in {} and runs as its user", open.condition, of.said()),
        format!("{}; or write `USER root` there", open.remedy),
    )
}

/// Another Dockerfile of the repository that is based on the image and works in it as the image's own user, which is root
/// so far. Where nothing says what the image is called, one that is called like the Dockerfile or its folder may be it.
fn worked_in(stage: Stage<'_>) -> Option<OpenCondition> {
    let uses = stage.file().context().used_elsewhere();
    let found = uses
        .iter()
        .find(|it| it.used.how == ImageUseKind::WorkedIn && it.is_likely())?;
    Some(OpenCondition::new(
        format!(
            "whether `{}` (line {}), which is based on this image ({}) and runs commands as its user, can do without root",
            found.file, found.used.line, found.used.image
        ),
        "write `USER root` there before its first RUN, and a user of its own at its end",
    ))
}

/// What may need root in a container of what is based on the image.
fn of_child(
    child: Stage<'_>,
    run_as: &RunAs,
    given: &[ImagePath],
    listens_everywhere: bool,
) -> Vec<OpenCondition> {
    let mut open = Vec::new();
    if let Err(why) = obstacles::known(child) {
        open.push(OpenCondition::new(
            format!("whether it needs root's rights ({})", why.into_text()),
            "look there who must run it",
        ));
    }
    open.extend(obstacles::of_start(child, listens_everywhere));
    open.extend(left_to_root(child, given));
    // Where the application of the image itself lies, it knows.
    open.extend(doubts::apart_from_its_place(child, run_as, given));
    open
}

/// A folder that this user would be given there, and that stays root's; or a file that is written, and that is put into
/// the image as root's.
fn left_to_root(child: Stage<'_>, given: &[ImagePath]) -> Option<OpenCondition> {
    let is_given = |path: &ImagePath| given.iter().any(|folder| path.is_below(folder));
    let folders: Vec<Folder> = folders_to_give(child);
    let mut writes = child.run_time_writes().known.iter();
    let path = folders
        .iter()
        .map(|folder| &folder.path)
        .find(|path| !is_given(path))
        .or_else(|| {
            let is_roots = |path: &ImagePath| is_given(path) && child.makes(path);
            Some(&writes.find(|write| is_roots(&write.path))?.path)
        })?;
    Some(OpenCondition::new(
        format!("whether the application writes to {path}, which is root's there"),
        "give it to the user by `COPY --chown`",
    ))
}
