//! Paths of an image that are others in the image that takes its place.

use dfix_model::{ImagePlace, Stage, Step, Word};
use dfix_syntax::{TextRange, TextSize};
use regex::Regex;

use crate::matching::reference::Reference;

/// A path, and what it is in the new image.
#[derive(Debug, Clone)]
pub(crate) struct PathChange {
    old: Regex,
    new: String,
}

impl PathChange {
    /// From a row of the catalogue: `path:OLD=NEW`, `*` being any text without a slash.
    pub(crate) fn read(change: &str) -> Option<Self> {
        let (old, new) = change.strip_prefix("path:")?.split_once('=')?;
        let parts: Vec<String> = old.split('*').map(regex::escape).collect();
        let old = parts.join("[A-Za-z0-9._+-]*");
        Some(PathChange {
            old: Regex::new(&old).ok()?,
            new: new.to_owned(),
        })
    }
}

/// Where these paths of the image stand: bytes, what stands there then, and the instruction.
pub(crate) fn occurrences<'m>(
    reference: &Reference<'m>,
    paths: &[PathChange],
) -> Vec<(TextRange, String, Step<'m>)> {
    let mut found: Vec<(TextRange, String, Step<'m>)> = Vec::new();
    if paths.is_empty() {
        return found;
    }
    for (area, step) in areas(reference) {
        let start = usize::from(area.start() - step.range().start());
        let end = usize::from(area.end() - step.range().start());
        let text = step.source_text();
        for change in paths {
            for it in change.old.find_iter(text) {
                let is_within = it.start() >= start && it.end() <= end;
                if !is_within
                    || !is_alone(text, it.start(), it.end())
                    || is_comment(text, it.start())
                {
                    continue;
                }
                let Ok(offset) = TextSize::try_from(it.start()) else {
                    continue;
                };
                let range = TextRange::at(step.range().start() + offset, TextSize::of(it.as_str()));
                if !found.iter().any(|it| it.0.intersect(range).is_some()) {
                    found.push((range, change.new.clone(), step));
                }
            }
        }
    }
    found
}

/// The parts of the file in which paths of the image may stand.
pub(crate) fn areas<'m>(reference: &Reference<'m>) -> Vec<(TextRange, Step<'m>)> {
    let of_words = |step: Step<'m>| {
        let words: Vec<Word<'m>> = step.sources().collect();
        words.into_iter().map(move |word| (word.range(), step))
    };
    match reference.position.place {
        ImagePlace::From(stage) => {
            let mut areas = Vec::new();
            for stage in stage.with_descendants() {
                areas.extend(stage.steps().filter_map(of_own_step));
                areas.extend(stage.copied_by().flat_map(of_words));
            }
            areas
        }
        ImagePlace::Copy(step) => of_words(step).collect(),
        ImagePlace::Mount(_) | ImagePlace::Syntax(_) => Vec::new(),
    }
}

/// Of what is copied from elsewhere, the target only is the image's own.
fn of_own_step(step: Step<'_>) -> Option<(TextRange, Step<'_>)> {
    let is_from = step.stage().map(Stage::from_step) == Some(step);
    if is_from {
        return None;
    }
    if step.flag("from").is_some() {
        return Some((step.target()?.range(), step));
    }
    Some((step.range(), step))
}

/// Whether the text before and after does not go on with the path's name.
fn is_alone(text: &str, start: usize, end: usize) -> bool {
    let goes_on = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '-' | '.');
    !text[..start].ends_with(goes_on) && !text[end..].starts_with(goes_on)
}

/// Whether a line of comment stands there.
fn is_comment(text: &str, at: usize) -> bool {
    let line = text[..at].rfind('\n').map_or(0, |it| it + 1);
    text[line..].trim_start().starts_with('#')
}
