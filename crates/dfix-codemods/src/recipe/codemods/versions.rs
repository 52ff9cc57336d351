//! Versions of what an image is for, as its tags tell them.

use dfix_catalogue::{is_same_series, last_version};
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
    Some(OpenCondition::new(
        format!("whether it works with the version of `{new}`{numbers}"),
        "run its tests",
    ))
}

/// The tag without the day that pins it; none where it names no day.
pub(super) fn without_day(tag: &str) -> Option<String> {
    let is_day = |word: &&str| word.len() == 8 && word.bytes().all(|it| it.is_ascii_digit());
    let words: Vec<&str> = tag.split('-').filter(|it| !is_day(it)).collect();
    (words.len() < tag.split('-').count()).then(|| words.join("-"))
}
