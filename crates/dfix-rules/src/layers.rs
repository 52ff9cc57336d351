//! How rules speak of what a build leaves in its layers.

use dfix_model::{ImagePath, Stage};

/// Where a folder that a build fills stays, as the end of a sentence.
pub(crate) fn where_it_stays(stage: Stage<'_>, folder: Option<&ImagePath>) -> &'static str {
    if stage.may_ship(folder) {
        "in the image"
    } else {
        "in the stage's layer"
    }
}
