//! Versions of what an image is for, as its tags tell them.

use dfix_catalogue::{ImageMark, image_is, is_same_series, last_version};
use dfix_engine::OpenCondition;

use super::distribution::is_distribution;

/// Whether an image comes to another version with another tag; none where the version is the same. The version of a distribution's own
/// image is its release, of which more is told than a version.
pub(super) fn version_changed(repository: &str, old: &str, new: &str) -> Option<OpenCondition> {
    if is_distribution(repository) {
        return None;
    }
    let (before, after) = (last_version(repository, old), last_version(repository, new));
    let is_same = match (&before, &after) {
        (Some(before), Some(after)) => is_same_series(repository, before, after),
        _ => false,
    };
    if is_same {
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
            format!(
                ", which is {}: `{old}` was {} on its last day",
                shown(after),
                shown(before)
            )
        }
        _ => String::new(),
    };
    let remedy = if image_is(repository, ImageMark::KeepsData) {
        "it may not open data of before: dump and restore them, or go version by version, as its makers say"
    } else {
        "run its tests"
    };
    Some(OpenCondition::new(
        format!("whether it works with the version of `{new}`{numbers}"),
        remedy,
    ))
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
