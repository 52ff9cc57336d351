//! What is known of the image that a stage is based on.

use dfix_catalogue::{self as catalogue, Account, ImageFacts};

use crate::collect::image::ImageRef;
use crate::collect::shell::Os;
use crate::facts::setting::{EnvFrom, EnvValue, Setting};
use crate::handles::{Base, Stage};

/// What the catalogue says of a stage's root image.
pub(crate) struct BaseImage {
    /// Of exactly this image and tag.
    facts: ImageFacts,
    /// Of the image whatever its tag: enough for what is the same in all its variants.
    any_tag: ImageFacts,
}

/// The folders of `PATH` that the builder gives to an image without one (BuildKit, `DefaultPathEnvUnix`).
const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// What the catalogue knows of the image at the end of the `FROM stage` chain. Nothing, where its name
/// or its tag are not known.
pub(crate) fn base_facts(stage: Stage<'_>) -> &ImageFacts {
    &base_image(stage).facts
}

/// What the catalogue knows of the image whatever its tag: of the tag that is known, else of `latest`.
pub(crate) fn any_base_facts(stage: Stage<'_>) -> &ImageFacts {
    &base_image(stage).any_tag
}

fn base_image(stage: Stage<'_>) -> &BaseImage {
    let root = stage.base_stage();
    root.cached(|| {
        let image = root.image();
        let name = match root.base() {
            Base::Scratch => "scratch",
            Base::Image => image.name().unwrap_or(""),
            Base::Stage(_) | Base::Unknown => "",
        };
        of_reference(root, name, image)
    })
}

/// What is known of the image of this name that a reference names. A digest is of the day on which it was written: of a tag that
/// moves it tells neither the version nor the release that there were then.
fn of_reference(root: Stage<'_>, name: &str, image: &ImageRef) -> BaseImage {
    let tag = image.effective_tag();
    if !image.is_pinned() {
        return of_image(root, name, tag);
    }
    let names_version = |it: &&str| it.bytes().any(|byte| byte.is_ascii_digit());
    let names_release = |it: &&str| it.split(['-', '_']).any(catalogue::names_release);
    let is_of_distribution = catalogue::Distribution::named(name).is_some();
    let stays = tag.filter(|it| names_version(it) || names_release(it));
    let is_release_told = stays.is_some_and(|it| names_release(&it) || is_of_distribution);
    let mut found = of_image(root, name, stays);
    if !is_release_told {
        for facts in [&mut found.facts, &mut found.any_tag] {
            if let Some(foundation) = &mut facts.foundation {
                foundation.release = None;
            }
        }
    }
    found
}

/// What is known of the image of this name and tag.
fn of_image(root: Stage<'_>, name: &str, tag: Option<&str>) -> BaseImage {
    let context = root.file().context();
    let told = (!name.is_empty()).then(|| context.told_image(name, tag));
    let any_tag = catalogue::image(name, tag.unwrap_or("latest"));
    let is_found = name.is_empty() || any_tag.is_known();
    let built = || (!is_found).then(|| context.built_image(name, tag));
    if let Some(facts) = told.flatten().or_else(|| built().flatten()) {
        return BaseImage {
            facts,
            any_tag: facts,
        };
    }
    BaseImage {
        facts: match tag {
            Some(_) => any_tag,
            None => catalogue::image("", ""),
        },
        any_tag,
    }
}

/// What is known of the image that a reference names, in place of the one that the stage names.
pub(crate) fn facts_in_place(stage: Stage<'_>, image: &ImageRef) -> ImageFacts {
    let text = image.text().unwrap_or_default();
    match stage.file().stage_named(text, stage.index()) {
        Some(index) => *base_facts(Stage { index, ..stage }),
        None => {
            let name = image.name().unwrap_or_default();
            of_reference(stage, name, image).facts
        }
    }
}

/// What the base image itself sets a variable to.
pub(crate) fn base_env<'m>(stage: Stage<'m>, name: &str) -> EnvValue<'m> {
    let set = |value| {
        EnvValue::Set(Setting {
            value,
            place: None,
            value_place: None,
            from: EnvFrom::BaseImage,
        })
    };
    let facts = &base_image(stage).any_tag;
    match facts.sets(name) {
        Some(true) => {
            let mut environment = facts.environment();
            set(environment
                .find(|(n, _)| *n == name)
                .and_then(|(_, value)| value))
        }
        Some(false) if name == "PATH" && stage.os() == Os::Linux => set(Some(DEFAULT_PATH)),
        Some(false) => EnvValue::Unset,
        None => EnvValue::Unknown,
    }
}

/// The base image's working directory.
pub(crate) fn base_workdir(stage: Stage<'_>) -> Option<String> {
    base_image(stage).any_tag.workdir().map(str::to_owned)
}

/// The base image's user, as `USER` would say it.
pub(crate) fn base_user(stage: Stage<'_>) -> Option<String> {
    match base_image(stage).any_tag.default_user {
        Account::Root => Some("root".to_owned()),
        Account::Other { name, .. } => Some(name.to_owned()),
        Account::Unknown => None,
    }
}
