//! Versions of a language that words say: a tag of another image, `python3.11-bookworm-slim`; a comment, `# Use Python 3.9`.

use dfix_catalogue::{VersionPlace, language_of_image, tells_of_agreement};
use dfix_engine::Case;
use dfix_model::Stage;
use regex::Regex;

use super::super::comments;
use super::super::language_names::names;
use super::change::Change;
use super::numbers::{Numbers, java_words, numbers, version_in};

/// The version of a language that a word of an image's tag names: `python3.11-bookworm-slim`, `2.10.4-python3.11`.
pub(super) fn word_of_tag<'t>(language: &str, tag: &'t str) -> Option<(&'t str, Numbers)> {
    // Java's words are those of images that are known.
    if language == "java" {
        return None;
    }
    tag.split(['-', '_']).find_map(|word| {
        let digits = names(language)
            .iter()
            .find_map(|it| word.strip_prefix(it))?;
        let version = numbers(digits.trim_start_matches(':'))?;
        Some((word, version))
    })
}

/// The version of a language that an image is of, or that its tag names.
pub(super) fn version_of_image(language: &str, repository: &str, tag: &str) -> Option<Numbers> {
    match language_of_image(repository) {
        Some((of, _)) if of != language => None,
        Some((_, VersionPlace::First)) => version_in(repository, tag),
        Some((_, VersionPlace::Word)) => Some(java_words(tag).next()?.1),
        None => Some(word_of_tag(language, tag)?.1),
    }
}

/// Whether compiled parts for one version work with the other.
pub(super) fn is_same_series(language: &str, one: &[u32], other: &[u32]) -> bool {
    let count = series(language).min(one.len()).min(other.len());
    count > 0 && one[..count] == other[..count]
}

/// How many numbers of a version its series has.
fn series(language: &str) -> usize {
    match language {
        "node" | "java" => 1,
        _ => 2,
    }
}

/// Tells of comments that name the old version: nothing changes them.
pub(super) fn look_at_comments(stage: Stage<'_>, change: &Change<'_>, case: &mut Case<'_>) {
    if is_same_series(change.language, &change.old, &change.new) {
        return;
    }
    let said = |text: &str| version_in_text(change, text);
    case.open(comments::condition(stage, &said, &change.goal));
}

/// The line of a comment that asks for agreement with a file: `# must match .ruby-version`.
pub(super) fn wants_agreement(stage: Stage<'_>, file: &str) -> Option<usize> {
    let text = stage.file().text();
    let found = text.lines().position(|line| {
        let is_comment = line.trim_start().starts_with('#');
        is_comment && line.contains(file) && tells_of_agreement(line)
    });
    found.map(|it| it + 1)
}

/// Where a text names the old version of the language.
fn version_in_text(change: &Change<'_>, text: &str) -> Option<String> {
    let names: Vec<String> = names(change.language)
        .iter()
        .map(|it| regex::escape(it))
        .collect();
    let count = series(change.language).min(change.old.len());
    let old: Vec<String> = change.old[..count].iter().map(u32::to_string).collect();
    let pattern = format!(
        r"(?i)\b(?:{}|node\.js)(?: version)?[ :@v-]{{0,2}}{}\b(?:\.\d+)*",
        names.join("|"),
        regex::escape(&old.join("."))
    );
    let found = Regex::new(&pattern).ok()?.find(text)?;
    Some(found.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_name_versions() {
        let said = |language: &str, tag: &str| word_of_tag(language, tag).map(|it| it.1);
        assert_eq!(
            said("python", "python3.11-bookworm-slim"),
            Some(vec![3, 11])
        );
        assert_eq!(said("python", "2.10.4-python3.11"), Some(vec![3, 11]));
        assert_eq!(said("python", "bookworm-slim"), None);
        assert_eq!(
            said("node", "node16.14.2-slim-chrome100"),
            Some(vec![16, 14, 2])
        );
        assert_eq!(said("golang", "1.2-gold"), None);
    }

    #[test]
    fn comments_name_versions() {
        let said = |language: &'static str, old: &[u32], text: &str| {
            let change = Change {
                language,
                goal: String::new(),
                repository: String::new(),
                old: old.to_vec(),
                new: Vec::new(),
                full: Vec::new(),
                new_tag: String::new(),
            };
            version_in_text(&change, text)
        };
        assert_eq!(
            said("python", &[3, 9, 1], " Use Python 3.9 as the base image"),
            Some("Python 3.9".into())
        );
        assert_eq!(
            said("node", &[18, 20, 1], " Utiliser Node.js 18 LTS"),
            Some("Node.js 18".into())
        );
        assert_eq!(
            said("node", &[20], " Stage 1: node:20-alpine"),
            Some("node:20".into())
        );
        assert_eq!(
            said("golang", &[1, 12], " Default to Go 1.12"),
            Some("Go 1.12".into())
        );
        assert_eq!(said("golang", &[1, 12], " Go on"), None);
        assert_eq!(said("node", &[2], " node 20"), None);
    }
}
