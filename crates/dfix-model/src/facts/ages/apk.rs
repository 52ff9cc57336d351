//! Whether apk is new enough to know `--no-cache`.
//!
//! Source: Alpine's release notes: 3.3, of December 2015, brought apk-tools 2.6.5 with the option.

use dfix_catalogue::{
    DatedOption, Distribution, is_from_before_2015, is_known_to, is_official, version_numbers,
};

use crate::collect::image::ImageRef;
use crate::facts::base_image::any_base_facts;
use crate::handles::{Base, Stage};
use crate::packages::PackageManager;
use crate::ternary::Ternary;

/// The first release whose apk knows the option.
const FIRST: (u32, u32) = (3, 3);

impl Stage<'_> {
    /// Whether apk knows `--no-cache` there: the image tells, or a command of the file that uses the option in the same image.
    pub fn apk_knows_no_cache(self) -> Ternary {
        let image = self.base_image();
        if is_alpine(image) && is_new(image.tag_text().unwrap_or("")) == Some(false) {
            return Ternary::No;
        }
        if is_of_a_new_image(self) || is_used_there(self) {
            return Ternary::Yes;
        }
        Ternary::unknown(
            "whether apk is of Alpine 3.3 (of 2015) or newer there, and knows the option",
            "see `/etc/alpine-release` in the image",
        )
    }
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
    let foundation = any_base_facts(stage).foundation;
    let is_known = foundation.is_some_and(|it| match (it.distribution, it.release) {
        (Distribution::Wolfi, _) | (Distribution::Alpine, Some("edge")) => true,
        (Distribution::Alpine, Some(release)) => is_new(release) == Some(true),
        _ => false,
    });
    let tag = tag.unwrap_or("");
    // `3.9-alpine3.12`, `alpine-3.12`
    let mut named = [tag, name]
        .into_iter()
        .flat_map(|it| it.split("alpine").skip(1));
    let is_named = named.any(|it| is_new(it.strip_prefix('-').unwrap_or(it)) == Some(true));
    // The forms of other official images on Alpine began with 3.3.
    let is_form =
        !is_alpine(image) && is_official(name) && is_from_before_2015(name, tag) != Some(true);
    is_known || is_form || is_named || (is_alpine(image) && is_new(tag) == Some(true))
}

fn is_alpine(image: &ImageRef) -> bool {
    let name = image.name().unwrap_or_default();
    name == "alpine" || name.ends_with("/alpine")
}

/// Whether a release is new enough; `None` where the text is none. `3` moves with the releases.
fn is_new(release: &str) -> Option<bool> {
    match *version_numbers(release) {
        [] => None,
        [major] => Some(major >= FIRST.0),
        [major, minor, ..] => Some((major, minor) >= FIRST),
    }
}
