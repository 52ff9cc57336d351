//! What is known of the image that a stage stands on.

use dfix_model::catalogue::{self, ImageFacts};
use dfix_model::{Base, Stage};

/// What is known of the image at the end of the stage's `FROM` chain.
pub(crate) fn facts(stage: Stage<'_>) -> Option<ImageFacts> {
    if stage.base_stage().base() == Base::Scratch {
        return Some(catalogue::image("scratch", ""));
    }
    let image = stage.base_image();
    let facts = catalogue::image(image.name()?, image.effective_tag().unwrap_or("latest"));
    facts.is_known().then_some(facts)
}
