//! The nearest tag of an official image that is still maintained.
//!
//! From `official-tags.bin` (which tags there were, and until when) and `eol.tsv` (what is supported).

use super::date::Date;
use super::eol::{Eol, end_of_life, end_of_release, number_of_release};
use super::foundation::{Distribution, Foundation};
use super::releases::from_tag_words;
use super::tags::Section;

/// A tag of the same repository that is maintained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LivingTag {
    /// The tag.
    pub tag: String,
    /// What its image is based on.
    pub foundation: Option<Foundation>,
    /// Whether what the image is for has the version that the old tag names, or a later one of the same series.
    pub keeps_version: bool,
    /// The day on which support of its version or of its distribution's release ends, whichever is first. It may
    /// lie before [`super::AS_OF`]: official images go on for a while.
    pub ends: Option<Date>,
}

/// Whether a tag of an official image was still maintained on [`super::AS_OF`]: rebuilt when what it is based
/// on changes. `None`: never published, or not an official image.
pub fn is_living(repository: &str, tag: &str) -> Option<bool> {
    Some(
        Section::find(repository)?
            .tag(tag)?
            .last_maintained
            .is_none(),
    )
}

/// The maintained tag of an official image that is nearest to one that need not be: of the same form (`3.7` has
/// two numbers, `slim-buster` names variant and release) and variant, on the same distribution; the lowest
/// supported version from the old one on, and of these the lowest supported release of the distribution.
/// Versions and releases whose support ended are taken only where no other is there.
///
/// `repository` is normalised (see [`super::normalise`]). `None`: nothing of that kind is maintained.
pub fn living_tag(repository: &str, tag: &str) -> Option<LivingTag> {
    let section = Section::find(repository)?;
    let old = Form::of(tag);
    let old_ground = section
        .tag(tag)
        .and_then(|record| record.foundation)
        .or_else(|| from_tag_words(tag));
    let old_release = old_ground.as_ref().and_then(release_number);
    let mut best: Option<(Distance, LivingTag)> = None;
    for (name, record) in section.tags(|record| record.last_maintained.is_none())? {
        let form = Form::of(&name);
        if form.words != old.words || form.is_dated || !form.is_final {
            continue;
        }
        let release = record.foundation.as_ref().and_then(release_number);
        if !is_same_system(old_ground.as_ref(), record.foundation.as_ref())
            || !is_from(&old.version, &form.version)
            || matches!((&old_release, &release), (Some(old), Some(new)) if new < old)
        {
            continue;
        }
        let version_eol = end_of_version(repository, &form);
        let release_eol = record.foundation.as_ref().and_then(end_of_release);
        let distance = Distance {
            form: (
                form.names_release != old.names_release,
                form.version.len().abs_diff(old.version.len()),
            ),
            has_version_ended: version_eol.is_some_and(|it| it.ended),
            version: form.version.clone(),
            has_release_ended: release_eol.is_some_and(|it| it.ended),
            release: release.unwrap_or_default(),
            name: name.clone(),
        };
        if best.as_ref().is_none_or(|(least, _)| distance < *least) {
            let living = LivingTag {
                keeps_version: form.version.starts_with(&old.version),
                tag: name,
                foundation: record.foundation,
                ends: [version_eol, release_eol]
                    .into_iter()
                    .filter_map(|eol| eol?.date)
                    .min(),
            };
            best = Some((distance, living));
        }
    }
    best.map(|(_, living)| living)
}

/// How far a tag is from the old one; the first that differs decides.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Distance {
    form: (bool, usize),
    has_version_ended: bool,
    version: Vec<u32>,
    has_release_ended: bool,
    release: Vec<u32>,
    name: String,
}

/// What a tag says by its words.
pub(super) struct Form {
    pub(super) version: Vec<u32>,
    /// Whether the version is a release and no candidate for one.
    pub(super) is_final: bool,
    /// The words between version and end, sorted, without release and day; Alpine stays one without its release.
    pub(super) words: Vec<String>,
    pub(super) names_release: bool,
    pub(super) is_dated: bool,
}

impl Form {
    pub(super) fn of(tag: &str) -> Self {
        let mut form = Form {
            version: Vec::new(),
            is_final: true,
            words: Vec::new(),
            names_release: false,
            is_dated: false,
        };
        for (place, word) in tag.split('-').enumerate() {
            if word.len() >= 8 && word.bytes().all(|it| it.is_ascii_digit()) {
                form.is_dated = true;
            } else if place == 0 && word.starts_with(|it: char| it.is_ascii_digit()) {
                let end = word.find(|it: char| !(it.is_ascii_digit() || it == '.'));
                let (numbers, rest) = word.split_at(end.unwrap_or(word.len()));
                form.version = numbers
                    .split('.')
                    .filter_map(|it| it.parse().ok())
                    .collect();
                form.is_final = rest.is_empty();
            } else if let Some(ground) = from_tag_words(word).filter(|it| it.release.is_some()) {
                form.names_release = true;
                if ground.distribution == Distribution::Alpine {
                    form.words.push("alpine".to_owned());
                }
            } else {
                let is_alpine = word
                    .strip_prefix("alpine")
                    .is_some_and(|rest| rest.starts_with(|it: char| it.is_ascii_digit()));
                form.names_release |= is_alpine;
                form.words
                    .push(if is_alpine { "alpine" } else { word }.to_owned());
            }
        }
        form.words.sort();
        form
    }
}

/// Whether a version is the old one, of its series, or later.
fn is_from(old: &[u32], new: &[u32]) -> bool {
    old.is_empty() == new.is_empty() && (new >= old || old.starts_with(new))
}

pub(super) fn is_same_system(old: Option<&Foundation>, new: Option<&Foundation>) -> bool {
    match (old, new) {
        (Some(old), Some(new)) => old.distribution == new.distribution,
        _ => true,
    }
}

/// The release as numbers that can be compared.
pub(super) fn release_number(foundation: &Foundation) -> Option<Vec<u32>> {
    let release = foundation.release?;
    let number = match foundation.distribution {
        Distribution::Debian => number_of_release("debian", release)?,
        Distribution::Ubuntu => number_of_release("ubuntu", release)?,
        _ => release,
    };
    number.split('.').map(|it| it.parse().ok()).collect()
}

fn end_of_version(repository: &str, form: &Form) -> Option<Eol> {
    let version: Vec<String> = form.version.iter().map(u32::to_string).collect();
    end_of_life(repository, &version.join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_tag_has_a_living_one_of_its_kind() {
        let mut wrong = Vec::new();
        for (repository, tag, wanted) in [
            ("python", "3.7-slim-buster", "3.10-slim-trixie"),
            ("python", "3.7-slim", "3.10-slim"),
            ("python", "3.7-alpine3.9", "3.10-alpine3.23"),
            ("python", "3.7", "3.10"),
            ("node", "14-alpine3.12", "22-alpine3.23"),
            ("node", "14", "22"),
            ("debian", "buster-slim", "trixie-slim"),
            ("debian", "9", "13"),
            ("ubuntu", "18.04", "22.04"),
            ("ubuntu", "bionic", "jammy"),
            ("ubuntu", "bionic-20200403", "jammy"),
            ("alpine", "3.12", "3.21"),
            ("golang", "1.15-alpine", "1.26-alpine"),
            ("ruby", "2.7", "3.3"),
            ("php", "7.4-fpm", "8.2-fpm"),
            ("php", "7.4-fpm-alpine", "8.2-fpm-alpine"),
            ("eclipse-temurin", "14-jdk", "17-jdk"),
        ] {
            let living = living_tag(repository, tag).map(|it| it.tag);
            if living.as_deref() != Some(wanted) || is_living(repository, wanted) != Some(true) {
                wrong.push(format!("{repository}:{tag}: {living:?}, wanted {wanted}"));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert_eq!(living_tag("python", "3.7-onbuild"), None);
        assert_eq!(living_tag("centos", "7"), None);
        assert_eq!(is_living("python", "3.7"), Some(false));
        assert_eq!(is_living("python", "no-such-tag"), None);
        let kept = living_tag("python", "3.12-slim-bullseye").expect("a tag");
        assert!(
            kept.keeps_version && kept.tag.starts_with("3.12-slim-"),
            "{kept:?}"
        );
    }
}
