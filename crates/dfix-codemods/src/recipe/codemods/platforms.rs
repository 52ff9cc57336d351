//! Whether an image that is brought in is made for what the project builds.

use std::collections::{BTreeMap, BTreeSet};

use dfix_catalogue::{has_platform, platforms_of_image, was_ever_made_for};
use dfix_engine::{Case, OpenCondition, Remedy, remedy};
use dfix_model::{ImagePlace, NamedPlatform};

/// An image that is brought in.
pub(super) struct Replaced<'a> {
    /// The image that it takes the place of, with its tag.
    pub(super) old: Option<(&'a str, &'a str)>,
    /// The image, as the catalogue names it, with its tag.
    pub(super) new: (&'a str, &'a str),
}

impl Replaced<'_> {
    fn has(&self, platform: &str) -> Option<bool> {
        has_platform(self.new.0, self.new.1, platform)
    }

    /// Whether the image that goes lacks the platform as well: then nothing changes.
    fn had_not(&self, platform: &str) -> bool {
        self.old
            .is_some_and(|(name, tag)| has_platform(name, tag, platform) == Some(false))
    }

    /// Whether no tag of the image that goes is known to have the platform, and nothing is known of its own.
    fn may_never_have_had(&self, platform: &str) -> bool {
        self.old.is_some_and(|(name, tag)| {
            has_platform(name, tag, platform).is_none()
                && was_ever_made_for(name, platform) == Some(false)
        })
    }

    /// Whether the new image is made for all that the old one is made for.
    fn has_all_of_old(&self) -> bool {
        let old = self
            .old
            .and_then(|(name, tag)| platforms_of_image(name, tag));
        old.is_some_and(|mut old| old.all(|it| self.has(it) == Some(true)))
    }
}

/// The platforms that an image is taken for at its place.
pub(super) fn of_place(place: ImagePlace<'_>) -> Vec<NamedPlatform> {
    match place {
        ImagePlace::From(stage) => stage.platforms(),
        ImagePlace::Copy(step) | ImagePlace::Mount(step) => step
            .stage()
            .map(dfix_model::Stage::built_platforms)
            .unwrap_or_default(),
        ImagePlace::Syntax(_) => Vec::new(),
    }
}

/// Asks whether an image is made for the platforms that are named.
///
/// # Errors
/// One that it is not made for.
pub(super) fn look(
    named: &[NamedPlatform],
    replaced: &Replaced<'_>,
    case: &mut Case<'_>,
) -> Result<(), Remedy> {
    let (name, tag) = replaced.new;
    let mut missing: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let (mut open, mut made) = (Vec::new(), Vec::new());
    for it in named {
        let by = &*it.by;
        let Some(platform) = it.platform.as_deref() else {
            if !replaced.has_all_of_old() {
                open.push(OpenCondition::new(
                    format!("whether `{name}:{tag}` is made for the platforms that {by} names"),
                    match platforms_of_image(name, tag) {
                        Some(platforms) => format!("it is made for {}", listed(platforms)),
                        None => "look it up where the image is published".to_owned(),
                    },
                ));
            }
            continue;
        };
        match replaced.has(platform) {
            Some(true) => made.push(platform),
            _ if replaced.had_not(platform) => {}
            Some(false) if it.is_example => open.push(OpenCondition::new(
                format!("whether somebody builds it for linux/{platform}, as {by} shows: `{name}:{tag}` is not made for that"),
                "ask, or change the example",
            )),
            Some(false) if !it.is_certain || replaced.may_never_have_had(platform) => {
                open.push(OpenCondition::new(
                    format!("whether it is built for linux/{platform}, as {by} may say: `{name}:{tag}` is not made for that"),
                    "see whether a condition leaves that out, or the old image was not made for it either",
                ));
            }
            Some(false) => {
                missing.entry(by).or_default().insert(platform);
            }
            // What is made at all is made for it.
            None if platform == "amd64" => {}
            None => open.push(OpenCondition::new(
                format!("whether `{name}:{tag}` is made for linux/{platform}, which {by} names"),
                "look it up where the image is published",
            )),
        }
    }
    if let Some((by, platforms)) = missing.first_key_value() {
        return Err(remedy!(
            "`{name}:{tag}` is not made for {}, which {by} names: take the platform away there, or another way than this image",
            listed(platforms.iter().copied())
        ));
    }
    made.sort_unstable();
    made.dedup();
    if made.iter().any(|it| *it != "amd64") {
        case.evidence(format!(
            "`{name}:{tag}` is made for {}, as the project wants it",
            listed(made.iter().copied())
        ));
    }
    case.open(open);
    Ok(())
}

/// Platforms for people: `linux/amd64 and linux/arm64`.
fn listed<'a>(platforms: impl Iterator<Item = &'a str>) -> String {
    let mut all: Vec<String> = platforms.map(|it| format!("linux/{it}")).collect();
    match all.pop() {
        Some(last) if all.is_empty() => last,
        Some(last) => format!("{} and {last}", all.join(", ")),
        None => String::new(),
    }
}
