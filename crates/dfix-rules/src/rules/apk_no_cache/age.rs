//! Whether apk is new enough to know `--no-cache`: since Alpine 3.3, of December 2015.

use dfix_engine::OpenCondition;
use dfix_model::catalogue::{
    DatedOption, Distribution, is_from_before_2015, is_known_to, is_official,
};
use dfix_model::{Base, ImageRef, PackageManager, Stage};

/// The first release whose apk knows the option.
const FIRST: [u32; 2] = [3, 3];

/// Whether the image is an Alpine before 3.3.
pub(super) fn is_too_old(image: &ImageRef) -> bool {
    is_alpine(image) && numbers(image.tag_text().unwrap_or("")).is_some_and(|it| it < FIRST)
}

/// What is open where nothing shows that apk is new enough: neither the image nor a command of the file that uses the option in
/// the same image.
pub(super) fn may_be_too_old(stage: Stage<'_>) -> Option<OpenCondition> {
    (!is_of_a_new_image(stage) && !is_used_there(stage)).then(|| {
        OpenCondition::new(
            "whether apk is of Alpine 3.3 (of 2015) or newer there, and knows the option",
            "see `/etc/alpine-release` in the image",
        )
    })
}

/// Whether some stage of the file that is made from the same image uses the option.
fn is_used_there(stage: Stage<'_>) -> bool {
    let image = |it: Stage<'_>| it.base_image().text().map(str::to_owned);
    let own = image(stage);
    let is_same = |it: &Stage<'_>| {
        *it == stage
            || (own.is_some() && image(*it) == own)
            || stage.base_chain().any(|of| of == *it)
    };
    let mut stages = stage.file().stages().filter(is_same);
    stages.any(|it| {
        let mut apks = it.package_commands(PackageManager::Apk);
        apks.any(|apk| apk.step().is_run() && apk.has_flag("--no-cache"))
    })
}

fn is_of_a_new_image(stage: Stage<'_>) -> bool {
    let image = stage.base_image();
    let (Some(name), tag) = (image.name(), image.effective_tag()) else {
        return false;
    };
    if is_known_to(DatedOption::ApkNoCache, name, tag) {
        return true;
    }
    // A digest without a tag may be of any age.
    let is_bare_digest = image.is_pinned() && image.tag.is_none();
    if stage.base_stage().base() != Base::Image || is_bare_digest {
        return false;
    }
    let foundation = stage.any_base_facts().foundation;
    let is_known = foundation.is_some_and(|it| match (it.distribution, it.release) {
        (Distribution::Wolfi, _) | (Distribution::Alpine, Some("edge")) => true,
        (Distribution::Alpine, Some(release)) => is_new(release),
        _ => false,
    });
    let tag = tag.unwrap_or("");
    // `3.9-alpine3.12`, `alpine-3.12`
    let mut named = [tag, name]
        .into_iter()
        .flat_map(|it| it.split("alpine").skip(1));
    let is_named = named.any(|it| is_new(it.strip_prefix('-').unwrap_or(it)));
    // The forms of other official images on Alpine began with 3.3.
    let is_form =
        !is_alpine(image) && is_official(name) && is_from_before_2015(name, tag) != Some(true);
    is_known || is_form || is_named || (is_alpine(image) && is_new(tag))
}

fn is_alpine(image: &ImageRef) -> bool {
    let name = image.name().unwrap_or_default();
    name == "alpine" || name.ends_with("/alpine")
}

fn is_new(release: &str) -> bool {
    numbers(release).is_some_and(|it| it >= FIRST)
}

/// The numbers of a release: 3 and 20 of `3.20.1`.
fn numbers(text: &str) -> Option<[u32; 2]> {
    let mut numbers = text.split(['.', '-', '_']).map(str::parse);
    let major = numbers.next()?.ok()?;
    let minor = numbers.next().and_then(Result::ok);
    // `alpine:3` moves with the releases.
    let minor = minor.unwrap_or(if major < FIRST[0] { 0 } else { u32::MAX });
    Some([major, minor])
}
