//! The tag of an image that is like another one and of a certain version.
//!
//! From `official-tags.bin`, and for Microsoft's images of .NET from `dotnet-tags.tsv`.

use std::borrow::Cow;

use super::date::Date;
use super::eol::{end_of_release, is_long_over};
use super::foundation::{Distribution, Foundation};
use super::living::{Form, is_same_system, release_number};
use super::releases::from_tag_words;
use super::table::{Row, Table, table};
use super::tags::Section;

const DOTNET: Table = table!("dotnet-tags.tsv");
const NAMES: Table = table!("version-names.tsv");

/// A published tag that is like another one, of another version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionTag {
    /// The tag.
    pub tag: String,
    /// What the old image is based on.
    pub old_foundation: Option<Foundation>,
    /// What its image is based on.
    pub foundation: Option<Foundation>,
    /// Whether it is still maintained.
    pub is_living: bool,
    /// Whether its variant is the old one's: `slim`, `alpine`, `jre`.
    pub keeps_variant: bool,
    /// The whole version, as far as the lists of tags tell: `3.13.5` of `3.13-slim`.
    pub full_version: String,
}

/// Whether the publisher's list of its tags is in the catalogue, though the image is no official one.
pub(super) fn is_listed(repository: &str) -> bool {
    DOTNET.row(repository).is_some()
}

/// A tag with the version in the place of a name for it: `18-slim` of `hydrogen-slim`.
pub fn numbered_tag<'t>(repository: &str, tag: &'t str) -> Cow<'t, str> {
    let (first, rest) = tag.split_at(tag.find('-').unwrap_or(tag.len()));
    match NAMES.row(&format!("{repository} {first}")) {
        Some(row) => Cow::Owned(format!("{}{rest}", row.column(1))),
        None => Cow::Borrowed(tag),
    }
}

/// The published tag of a version that is nearest to a tag of the same repository: of the same variant, with as many
/// numbers, on the same release of the distribution or the next; maintained ones go before others, newer versions
/// before older ones. Of a version that is no longer maintained, those go first that were made to its last day.
///
/// `repository` is normalised (see [`super::normalise`]); `version` has as many numbers as are asked for. `None`: there
/// is no tag of this version with this variant on this distribution.
pub fn tag_of_version(repository: &str, tag: &str, version: &str) -> Option<VersionTag> {
    let old = Form::of(tag);
    let wanted: Vec<u32> = version
        .split('.')
        .map(|it| it.parse().ok())
        .collect::<Option<_>>()?;
    let old_foundation = foundation_of(repository, tag);
    let old_release = old_foundation.as_ref().and_then(release_number);
    let length = old.version.len().max(wanted.len());
    let mut found: Vec<(Distance, Candidate)> = Vec::new();
    for candidate in candidates(repository)? {
        let form = Form::of(&candidate.tag);
        let is_candidate = !form.is_final || form.words.iter().any(|it| it == "rc");
        if form.is_dated || is_candidate || !form.version.starts_with(&wanted) {
            continue;
        }
        let Some(variant) = variant_distance(&old, &form) else {
            continue;
        };
        let is_same = is_same_system(old_foundation.as_ref(), candidate.foundation.as_ref());
        let are_plain = !old.names_release && !form.names_release && old.words == form.words;
        let both_apt = [&old_foundation, &candidate.foundation]
            .into_iter()
            .all(|it| it.as_ref().is_some_and(has_apt));
        let is_moved = both_apt && is_listed(repository);
        if !(is_same || are_plain || is_moved) {
            continue;
        }
        let release = candidate.foundation.as_ref().and_then(release_number);
        let release = match (&old_release, release) {
            (Some(old), Some(new)) if is_same && new < *old => (2, new),
            (Some(old), Some(new)) if is_same && new == *old => (0, new),
            (_, Some(new)) => (1, new),
            (_, None) => (1, Vec::new()),
        };
        let distance = Distance {
            variant,
            names_release: form.names_release != old.names_release,
            is_dead: candidate.last_maintained.is_some(),
            is_release_long_over: is_long_over(candidate.foundation.as_ref()),
            is_other_release: release.0 != 0,
            has_release_ended: candidate
                .foundation
                .as_ref()
                .and_then(end_of_release)
                .is_some_and(|it| it.ended),
            length: form.version.len().abs_diff(length),
            is_other_system: !is_same,
            release,
            version: std::cmp::Reverse(form.version),
            tag: candidate.tag.clone(),
        };
        found.push((distance, candidate));
    }
    // What was made to the last day of a version is of it as much as it ever will be.
    let kind = |it: &Distance| (it.variant, it.names_release);
    let nearest = found.iter().map(|(it, _)| kind(it)).min()?;
    found.retain(|(it, _)| kind(it) == nearest);
    if found.iter().all(|(it, _)| it.is_dead) {
        let last = found.iter().filter_map(|it| it.1.last_maintained).max();
        found.retain(|it| it.1.last_maintained == last);
    }
    let (distance, found) = found.into_iter().min_by(|one, other| one.0.cmp(&other.0))?;
    let full = full_version(repository, &found, &distance.version.0);
    Some(VersionTag {
        keeps_variant: distance.variant == 0,
        tag: found.tag,
        old_foundation,
        foundation: found.foundation,
        is_living: found.last_maintained.is_none(),
        full_version: full,
    })
}

/// How far a tag is from the old one; the first that differs decides.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Distance {
    variant: usize,
    names_release: bool,
    is_dead: bool,
    is_release_long_over: bool,
    is_other_release: bool,
    has_release_ended: bool,
    length: usize,
    is_other_system: bool,
    release: (u8, Vec<u32>),
    version: std::cmp::Reverse<Vec<u32>>,
    tag: String,
}

struct Candidate {
    tag: String,
    foundation: Option<Foundation>,
    last_maintained: Option<Date>,
    patch: &'static str,
}

/// All tags of a repository that were ever published; of Microsoft's those that are.
fn candidates(repository: &str) -> Option<Vec<Candidate>> {
    if is_listed(repository) {
        let of_row = |row: Row| {
            let [_, tag, patch, ground] = row.columns();
            let foundation = Foundation::parse(ground);
            let (_, rest) = tag.split_at(tag.find('-').unwrap_or(tag.len()));
            [tag.to_owned(), format!("{patch}{rest}")].map(|tag| Candidate {
                tag,
                foundation,
                last_maintained: None,
                patch,
            })
        };
        return Some(DOTNET.rows(repository).flat_map(of_row).collect());
    }
    let tags = Section::find(repository)?.tags(|_| true)?;
    let all = tags.into_iter().map(|(tag, record)| Candidate {
        tag,
        foundation: record.foundation,
        last_maintained: record.last_maintained,
        patch: "",
    });
    Some(all.collect())
}

/// What an image of .NET is based on, as the list of its tags tells.
pub(super) fn listed_foundation(repository: &str, tag: &str) -> Option<Foundation> {
    let row = DOTNET.rows(repository).find(|row| row.column(1) == tag)?;
    Foundation::parse(row.column(3))
}

fn foundation_of(repository: &str, tag: &str) -> Option<Foundation> {
    let listed = || listed_foundation(repository, tag);
    let official = || Section::find(repository)?.tag(tag)?.foundation;
    listed()
        .or_else(official)
        .or_else(|| from_tag_words(tag))
        .or_else(|| is_listed(repository).then(|| Foundation::parse("debian:?"))?)
}

fn has_apt(foundation: &Foundation) -> bool {
    matches!(
        foundation.distribution,
        Distribution::Debian | Distribution::Ubuntu
    )
}

/// How many words of variants that are near each other differ; `None` where one is another thing.
fn variant_distance(old: &Form, new: &Form) -> Option<usize> {
    let near = |word: &&String| matches!(word.as_str(), "slim" | "jdk" | "jre" | "rc");
    let rest = |form: &Form| -> Vec<String> {
        let words = form.words.iter().filter(|it| !near(it));
        words.cloned().collect()
    };
    if rest(old) != rest(new) {
        return None;
    }
    let gone = old.words.iter().filter(|it| !new.words.contains(it));
    let come = new.words.iter().filter(|it| !old.words.contains(it));
    Some(gone.count() + come.count())
}

fn full_version(repository: &str, found: &Candidate, version: &[u32]) -> String {
    if !found.patch.is_empty() {
        return found.patch.to_owned();
    }
    super::tags::version_of(repository, &found.tag).unwrap_or_else(|| {
        let numbers: Vec<String> = version.iter().map(u32::to_string).collect();
        numbers.join(".")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_versions() {
        for (tag, wanted) in [
            ("hydrogen-slim", "18-slim"),
            ("gallium", "16"),
            ("18", "18"),
        ] {
            assert_eq!(numbered_tag("node", tag), wanted);
        }
        assert_eq!(numbered_tag("python", "iron"), "iron");
    }

    #[test]
    fn the_nearest_tag_of_a_version() {
        let mut wrong = Vec::new();
        for (repository, tag, version, wanted) in [
            ("python", "3.9", "3.13", "3.13"),
            ("python", "3.9-slim", "3.13", "3.13-slim"),
            ("python", "3.9.7-slim-bullseye", "3.13", ""),
            ("python", "3.9-slim-buster", "3.13", "3.13-slim-trixie"),
            ("python", "3.7-alpine3.9", "3.12", "3.12-alpine3.23"),
            ("node", "14-alpine", "24", "24-alpine"),
            ("node", "14-stretch-slim", "24", "24-trixie-slim"),
            ("golang", "1.15-alpine", "1.26", "1.26-alpine"),
            ("ruby", "2.7-slim", "3.4", "3.4-slim"),
            ("eclipse-temurin", "17-jre-focal", "21", "21-jre-jammy"),
            ("eclipse-temurin", "11.0.14_9-jdk", "21", "21-jdk"),
            (
                "mcr.microsoft.com/dotnet/aspnet",
                "6.0-bullseye-slim",
                "10.0",
                "10.0-noble",
            ),
            ("mcr.microsoft.com/dotnet/sdk", "6.0", "10.0", "10.0"),
            (
                "mcr.microsoft.com/dotnet/sdk",
                "6.0-alpine3.16",
                "8.0",
                "8.0-alpine3.23",
            ),
            ("python", "3.7-onbuild", "3.13", "none"),
            ("python", "3.7-rc", "3.13", "3.13"),
            ("python", "3.9-bookworm", "3.13", "3.13-bookworm"),
            ("node", "14-alpine", "240", "none"),
            ("debian", "12", "13", "13"),
            // No longer maintained.
            ("golang", "1.23-alpine", "1.25", "1.25-alpine"),
            ("golang", "1.24.4-alpine", "1.25", "1.25.14-alpine"),
            ("golang", "1.22-alpine3.19", "1.25", "1.25-alpine3.23"),
            ("golang", "1.13.5-alpine3.10", "1.25", "1.25.14-alpine3.23"),
            ("golang", "1.20", "1.25", "1.25"),
            ("golang", "1.20.1-bullseye", "1.25", "1.25.14-trixie"),
            ("node", "18.12.1-alpine", "20", "20.20.2-alpine"),
            ("node", "16-alpine", "20", "20-alpine"),
            ("node", "16.3", "20", "20.20"),
            ("python", "3.6.5-slim", "3.8", "3.8.20-slim"),
            ("python", "2.7-alpine", "3.8", "3.8-alpine"),
            ("ruby", "2.5.1-alpine", "2.7", "2.7.8-alpine"),
            ("eclipse-temurin", "17-jre-alpine", "20", "20-jre-alpine"),
        ] {
            let found = tag_of_version(repository, tag, version);
            let found = found.map_or("none".to_owned(), |it| it.tag);
            if !wanted.is_empty() && found != wanted {
                wrong.push(format!("{repository}:{tag}: {found}, wanted {wanted}"));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        let exact = tag_of_version("python", "3.9.7-slim-bullseye", "3.13").expect("a tag");
        assert_eq!(exact.tag.split('.').count(), 3, "{exact:?}");
        assert!(exact.tag.starts_with("3.13.") && exact.is_living);
        assert!(exact.full_version.starts_with("3.13."));
    }
}
