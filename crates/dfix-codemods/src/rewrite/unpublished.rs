//! Tags that a rewrite brings, and that were never published.

use dfix_engine::OpenCondition;

use super::Rewrite;
use crate::flat;
use crate::matching::find::{Found, Subject};
use crate::matching::reference::Reference;
use crate::matching::state::State;
use crate::pattern::image::ImagePattern;
use crate::pattern::instruction::reference_of;
use crate::pattern::words::Item;
use crate::replacement::of_image;

impl Rewrite {
    /// What is open where an official image comes with a tag that it never had.
    pub(super) fn unpublished(&self, found: &Found<'_>) -> Option<OpenCondition> {
        let (old, new) = self.images()?;
        let reference = match &found.subject {
            Subject::Image(reference) => (**reference).clone(),
            Subject::Instructions(step) => reference_of(*step)?,
            Subject::Command(_) => return None,
        };
        let (repository, tag) = named(old, new, &reference, &found.state)?;
        let image = &reference.position.image;
        let is_new = image.name() != Some(&repository) || image.effective_tag() != Some(&tag);
        let is_unknown = dfix_catalogue::is_official(&repository)
            && dfix_catalogue::tag(&repository, &tag).is_none();
        (is_new && is_unknown).then(|| {
            OpenCondition::new(
                format!(
                    "whether there is a `{repository}:{tag}`: no such tag is known to have been published"
                ),
                "see which tags the image has",
            )
        })
    }
}

/// The repository of Docker Hub and the tag that a reference is to name, as the catalogue names them; none where that is not known,
/// or where a digest says which image it is.
fn named(
    old: &ImagePattern,
    new: &ImagePattern,
    reference: &Reference<'_>,
    state: &State<'_>,
) -> Option<(String, String)> {
    let ImagePattern::Parts(new) = new else {
        return None;
    };
    let old = match old {
        ImagePattern::Parts(old) => Some(old),
        ImagePattern::Whole(_) => None,
    };
    let known = |text: String| Some(text).filter(|it| !it.contains(flat::OPEN));
    let image = &reference.position.image;
    let repository = match old.filter(|old| of_image::is_same_name(old, new)) {
        Some(_) => image.name()?.to_owned(),
        None => {
            let name = known(of_image::name_of(new, None, reference, state).ok()?)?;
            dfix_catalogue::normalise(&name).into_owned()
        }
    };
    let word = |item: &Option<Item>| item.as_ref().map(|it| it.word.clone());
    let tag = match &new.tag {
        _ if old.is_some_and(|old| word(&old.tag) == word(&new.tag)) => {
            image.effective_tag()?.to_owned()
        }
        Some(item) => known(item.word.known(state)?)?,
        None => "latest".to_owned(),
    };
    let has_digest = new.digest.is_some()
        || (reference.digest.is_some() && old.is_none_or(|old| old.digest.is_none()));
    (!has_digest).then_some((repository, tag))
}
