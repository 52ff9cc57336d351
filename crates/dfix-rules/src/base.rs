//! What is known of the image that a stage is based on.

use dfix_model::catalogue::{ImageFacts, SystemPackageManager};
use dfix_model::path::folder_of;
use dfix_model::{ImagePath, Stage, Step, Word};

/// How many conditions are told of what is based on an image.
pub(crate) const MOST_OPEN: usize = 3;

/// What is known of the image at the end of the stage's `FROM` chain.
pub(crate) fn facts(stage: Stage<'_>) -> Option<ImageFacts> {
    let facts = stage.any_base_facts();
    facts.is_known().then_some(*facts)
}

/// Whether the image that a stage is based on is known to have another package manager, or none: what calls `manager` fails
/// there, or stands in a branch that is never taken, and there is nothing to put right in its words.
pub(crate) fn lacks(stage: Stage<'_>, manager: SystemPackageManager) -> bool {
    let has = stage.any_base_facts().package_manager;
    has != manager && has != SystemPackageManager::Unknown
}

/// Where a folder that a build fills stays, as the end of a sentence: the layers of a stage that is only copied from are in no
/// image, unless the folder is among what is copied.
pub(crate) fn where_it_stays(stage: Stage<'_>, folder: Option<&ImagePath>) -> &'static str {
    let takes = |copy: Step<'_>| {
        let taken = |source: Word<'_>| {
            let by = copy.stage().unwrap_or(stage);
            by.expand_text(source, copy).is_none_or(|path| {
                let known = path
                    .find(['*', '?', '['])
                    .map_or(&*path, |end| folder_of(&path[..end]));
                let path = ImagePath::root().join(known);
                folder.is_none_or(|it| it.is_below(&path) || path.is_below(it))
            })
        };
        copy.is_copy_or_add() && copy.sources().any(taken)
    };
    let reaches_an_image = |it: Stage<'_>| it.is_shipped() || it.copied_by().any(takes);
    if stage.with_descendants().any(reaches_an_image) {
        "in the image"
    } else {
        "in the stage's layer"
    }
}
