//! Versions of what an image is for, as its tags tell them.

use dfix_catalogue::{ImageMark, image_is, is_living, is_same_series, last_version};
use dfix_engine::OpenCondition;

use super::distribution::is_distribution;

/// What is open where an image comes to another version with another tag.
pub(super) struct VersionChange {
    pub(super) open: OpenCondition,
    /// Whether both versions are of one series.
    pub(super) keeps_series: bool,
}

/// Whether an image comes to another version with another tag; none where the version is the same, or the old tag tells no more than
/// the series, or the new one is only a later fix of it. The version of a distribution's own image is its release, of which more is told
/// than a version.
pub(super) fn version_changed(repository: &str, old: &str, new: &str) -> Option<VersionChange> {
    if is_distribution(repository) {
        return None;
    }
    let (before, after) = (last_version(repository, old), last_version(repository, new));
    let keeps_series = match (&before, &after) {
        (Some(before), Some(after)) => is_same_series(repository, before, after),
        _ => false,
    };
    let is_fix = match (&before, &after) {
        (Some(before), Some(after)) => is_fix(before, after),
        _ => false,
    };
    if keeps_series && (is_fix || written_numbers(old) < 2) {
        return None;
    }
    let shown = |version: &[u32]| {
        let numbers = version.iter().take(2).map(u32::to_string);
        numbers.collect::<Vec<String>>().join(".")
    };
    let numbers = match (&before, &after) {
        (Some(before), Some(after))
            if !old.starts_with(&shown(before)) || !new.starts_with(&shown(after)) =>
        {
            let was = match is_living(repository, old) {
                Some(true) => format!("is {}", shown(before)),
                _ => format!("was {} on its last day", shown(before)),
            };
            format!(", which is {}: `{old}` {was}", shown(after))
        }
        _ => String::new(),
    };
    let remedy = if image_is(repository, ImageMark::KeepsData) {
        "it may not open data of before: dump and restore them, or go version by version, as its makers say"
    } else {
        "run its tests"
    };
    let of_series = if keeps_series {
        ", a later one of the same series"
    } else {
        ""
    };
    Some(VersionChange {
        open: OpenCondition::new(
            format!("whether it works with the version of `{new}`{numbers}{of_series}"),
            remedy,
        ),
        keeps_series,
    })
}

/// Whether a version is another one with no more than its last number changed.
fn is_fix(before: &[u32], after: &[u32]) -> bool {
    if before.starts_with(after) || after.starts_with(before) {
        return true;
    }
    let series = |version: &[u32]| version.split_last().map(|it| it.1.to_vec());
    before.len() == after.len() && series(before) == series(after)
}

/// How many numbers of a version a tag says.
fn written_numbers(tag: &str) -> usize {
    let first = tag.split('-').next().unwrap_or_default();
    let numbers = first.split(['.', '_', 'u']);
    numbers
        .take_while(|it| it.starts_with(|it: char| it.is_ascii_digit()))
        .count()
}

/// What is open where a tag of one day becomes one that moves on.
pub(super) fn day_lost(old: &str, new: &str) -> Option<OpenCondition> {
    let is_lost = without_day(old).is_some() && without_day(new).is_none();
    is_lost.then(|| {
        OpenCondition::new(
            format!("whether `{new}` will do, which moves on: `{old}` was of one day"),
            "take a tag of a later day, or pin it by its digest",
        )
    })
}

/// What is said of a version that stays of the same series.
pub(super) fn version_kept(repository: &str, old: &str, new: &str) -> String {
    let shown = |version: &[u32]| {
        let numbers: Vec<String> = version.iter().map(u32::to_string).collect();
        numbers.join(".")
    };
    match (last_version(repository, old), last_version(repository, new)) {
        (Some(before), Some(after))
            if !before.starts_with(&after) && !after.starts_with(&before) =>
        {
            format!(
                "{} is a later version of the same series as {}",
                shown(&after),
                shown(&before)
            )
        }
        _ => "the version is the same".to_owned(),
    }
}

/// The tag without the day that pins it; none where it names no day.
pub(super) fn without_day(tag: &str) -> Option<String> {
    let is_day = |word: &&str| word.len() == 8 && word.bytes().all(|it| it.is_ascii_digit());
    let words: Vec<&str> = tag.split('-').filter(|it| !is_day(it)).collect();
    (words.len() < tag.split('-').count()).then(|| words.join("-"))
}

/// What is open where the old tag pins the version more exactly than the new one does: `8u141` and `8`.
pub(super) fn lost_pin(old: &str, new: &str) -> Option<OpenCondition> {
    let version = |tag: &str| {
        let is_in = |it: char| it.is_ascii_digit() || matches!(it, '.' | 'u' | '_');
        let mut parts = tag.split(|it| !is_in(it));
        let found = parts.find(|it| it.starts_with(|it: char| it.is_ascii_digit()));
        found.unwrap_or_default().to_owned()
    };
    let (old, new) = (version(old), version(new));
    let is_exact = old.contains(['.', 'u', '_']);
    (is_exact && !new.is_empty() && old != new).then(|| {
        OpenCondition::new(
            format!("whether it works with {new} in place of {old}"),
            "run its tests",
        )
    })
}

/// The same, where the new tag says fewer numbers of the version.
pub(super) fn numbers_lost(old: &str, new: &str) -> Option<OpenCondition> {
    let is_lost = written_numbers(new) > 0 && written_numbers(new) < written_numbers(old);
    is_lost.then(|| lost_pin(old, new)).flatten()
}
