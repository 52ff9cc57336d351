//! The nearest tag of an official image that is still maintained.
//!
//! From `official-tags.bin` (which tags there were, and until when) and `eol.tsv` (what is supported).

use super::date::{AS_OF, Date};
use super::eol::{Eol, end_of_life, end_of_release, is_long_over, number_of_release};
use super::foundation::{Distribution, Foundation};
use super::releases::from_tag_words;
use super::tags::{Section, TagRecord};

/// A tag of the same repository that is maintained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LivingTag {
    /// The tag.
    pub tag: String,
    /// What its image is based on.
    pub foundation: Option<Foundation>,
    /// The day on which support of its version ends, where one is known. It may lie before [`super::AS_OF`]: official
    /// images go on for a while.
    pub version_ends: Option<Date>,
    /// The day on which support of its distribution's release ends.
    pub release_ends: Option<Date>,
}

/// The version that a tag of an official image was of on its last day, or is of today: `3.12` of `python:3-buster`, whose tag
/// moved with Python until nobody made it any more. As many numbers as are known; `None` where no tag of those days tells.
pub fn last_version(repository: &str, tag: &str) -> Option<Vec<u32>> {
    let section = Section::find(repository)?;
    let record = section.tag(tag)?;
    let old = Form::of(tag);
    let is_of_last_day = |it: &TagRecord| match (record.last_maintained, it.last_maintained) {
        (None, last) => last.is_none(),
        (Some(day), last) => it.first_published <= day && last.is_none_or(|it| it >= day),
    };
    let tags = section.tags(is_of_last_day)?.into_iter();
    let is_same = |it: &TagRecord| {
        let (one, other) = (record.foundation.as_ref(), it.foundation.as_ref());
        let is_other = || one.zip(other)?.0.same_release(other?);
        is_same_system(one, other) && !(old.names_release && is_other() == Some(false))
    };
    let forms = tags.filter(|(_, it)| is_same(it));
    let forms = forms.map(|(name, _)| Form::of(&name)).filter(|it| {
        it.words == old.words && it.is_final && !it.is_dated && it.version.starts_with(&old.version)
    });
    forms
        .map(|it| it.version)
        .filter(|it| it.len() > old.version.len())
        .max()
        .or_else(|| (!old.version.is_empty()).then_some(old.version))
}

/// Whether two versions of what an image is for are of one series, which its makers support as one.
pub fn is_same_series(repository: &str, one: &[u32], other: &[u32]) -> bool {
    let cycle = |version: &[u32]| {
        let texts: Vec<String> = version.iter().map(u32::to_string).collect();
        end_of_life(repository, &texts.join("."))
    };
    match (cycle(one), cycle(other)) {
        (Some(one), Some(other)) => one.released.is_some() && one.released == other.released,
        _ => one.len() > 1 && one.iter().zip(other).take(2).all(|(a, b)| a == b),
    }
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
/// supported version from the old one on, and of these the lowest supported release of the distribution. The old version, and
/// the release that the old tag names, stay as long as they are supported, be it by Debian's LTS; others are taken that are supported for a year from
/// [`super::AS_OF`] on, and those whose support ends before, or ended, only where no other is there.
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
        let release_eol = record.foundation.as_ref().and_then(end_of_release);
        // The version of Ubuntu's own image is the release, and `22.04` no number.
        let of_release = release_eol.filter(|_| repository == "ubuntu");
        let version_eol = end_of_version(repository, &form).or(of_release);
        let keeps_version = form.version.starts_with(&old.version) && !old.version.is_empty();
        let keeps_release = old.names_release && old_release.is_some() && release == old_release;
        let distance = Distance {
            form: (
                form.names_release != old.names_release,
                form.version.len().abs_diff(old.version.len()),
            ),
            version_ends: Ending::of(version_eol.as_ref(), keeps_version),
            version: form.version.clone(),
            release_ends: if keeps_release && !is_long_over(record.foundation.as_ref()) {
                Ending::Later
            } else {
                Ending::of(release_eol.as_ref(), false)
            },
            release: release.unwrap_or_default(),
            name: name.clone(),
        };
        if best.as_ref().is_none_or(|(least, _)| distance < *least) {
            let living = LivingTag {
                tag: name,
                foundation: record.foundation,
                version_ends: version_eol.and_then(|it| it.date),
                release_ends: release_eol.and_then(|it| it.date),
            };
            best = Some((distance, living));
        }
    }
    best.map(|(_, living)| living)
}

/// When support ends.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Ending {
    /// In a year or later, or on no day that is known.
    Later,
    /// Within a year.
    Soon,
    Past,
}

impl Ending {
    /// What stays as it is may end soon.
    fn of(eol: Option<&Eol>, stays: bool) -> Self {
        let is_soon = |it: &Eol| it.date.is_some_and(|it| it < AS_OF.a_year_later());
        match eol {
            Some(it) if it.ended => Ending::Past,
            Some(it) if is_soon(it) && !stays => Ending::Soon,
            _ => Ending::Later,
        }
    }
}

/// How far a tag is from the old one; the first that differs decides.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Distance {
    form: (bool, usize),
    version_ends: Ending,
    version: Vec<u32>,
    release_ends: Ending,
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
    fn a_tag_stays_at_the_version_of_its_last_day() {
        let buster = last_version("python", "3-buster").expect("a version");
        assert!(buster.starts_with(&[3]) && buster[1] < 13, "{buster:?}");
        let alpine = last_version("golang", "alpine3.10").expect("a version");
        assert!(alpine.starts_with(&[1]) && alpine[1] < 16, "{alpine:?}");
        let noble = last_version("buildpack-deps", "noble-scm");
        assert_eq!(noble, Some(vec![24, 4]));
        assert_eq!(last_version("python", "3.7-slim").map(|it| it[1]), Some(7));
        assert!(is_same_series("node", &[20, 1], &[20, 19]));
        assert!(!is_same_series("python", &[3, 11, 4], &[3, 14, 0]));
        assert!(is_same_series("python", &[3, 11, 4], &[3, 11]));
    }

    #[test]
    fn a_dead_tag_has_a_living_one_of_its_kind() {
        let mut wrong = Vec::new();
        for (repository, tag, wanted) in [
            ("python", "3.7-slim-buster", "3.11-slim-trixie"),
            ("python", "3.7-slim", "3.11-slim"),
            ("python", "3.7-alpine3.9", "3.11-alpine3.23"),
            ("python", "3.7", "3.11"),
            ("node", "14-alpine3.12", "24-alpine3.23"),
            ("node", "14", "24"),
            ("debian", "buster-slim", "trixie-slim"),
            ("debian", "9", "13"),
            ("ubuntu", "18.04", "24.04"),
            ("ubuntu", "bionic", "noble"),
            ("ubuntu", "bionic-20200403", "noble"),
            ("alpine", "3.12", "3.23"),
            ("golang", "1.15-alpine", "1.26-alpine"),
            ("ruby", "2.7", "3.4"),
            ("php", "7.4-fpm", "8.3-fpm"),
            ("php", "7.4-fpm-alpine", "8.3-fpm-alpine"),
            ("eclipse-temurin", "14-jdk", "17-jdk"),
            ("rust", "1.96-bookworm", "1.98-bookworm"),
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
        assert!(kept.tag.starts_with("3.12-slim-"), "{kept:?}");
    }
}
