//! What is known of the image that a stage is based on.

use dfix_model::Stage;
use dfix_model::catalogue::{ImageFacts, SystemPackageManager};

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
