//! Releases that lists of packages name: `deb http://deb.debian.org/debian bullseye main`.

mod address;

use dfix_catalogue::{
    ArchiveKind, Distribution, Foundation, image, list_files, names_archive, number_of_release,
};
use dfix_model::{ImageRef, Mount, Step, StepKind, Word, is_comment};
use dfix_syntax::{TextRange, TextSize};
use regex::Regex;

use self::address::{Whose, whose};
use super::paths::areas;
use crate::matching::reference::Reference;

/// A release, and the one that takes its place.
#[derive(Debug, Clone)]
pub(crate) struct Suites {
    pub(crate) old: String,
    pub(crate) new: String,
    /// What the archives of others call the old release by its number: `debian9`, `xUbuntu_16.04`.
    numbered: Option<Regex>,
    /// Whether the new one is of the same distribution, so that what names the old one may name it.
    is_same_distribution: bool,
}

/// Where a release is named.
#[derive(Debug)]
pub(crate) enum Named<'m> {
    /// In the distribution's own archive: these bytes, and what stands there then.
    Own(Place<'m>, String),
    /// In a mirror of it, as its parts tell that are named somewhere, too.
    Mirror(Place<'m>, String),
    /// In somebody else's: how it is called there, and the line.
    Foreign(String, usize),
    /// In a variable, near no archive: how it is called there, and the line.
    Said(String, usize),
    /// In the archive of what is dead, or of a day.
    Archive(usize),
    /// In a list that is copied or mounted from elsewhere, perhaps; the line.
    Copied(usize),
}

/// Bytes of the file, the instruction that they are of, and their line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'m> {
    pub(crate) range: TextRange,
    pub(crate) step: Step<'m>,
    pub(crate) line: usize,
}

/// What a release is followed by in the names of its parts.
const PARTS: [&str; 4] = ["-backports", "-updates", "-security", "-proposed"];

impl Suites {
    /// What changes where one image takes another's place.
    pub(crate) fn of_images(old: &ImageRef, (repository, tag): (&str, &str)) -> Option<Self> {
        let old = image(old.name()?, old.effective_tag()?).foundation?;
        Suites::between(&old, &image(repository, tag).foundation?)
    }

    /// What changes where an image comes to another release; none where the release stays, or is not known.
    pub(crate) fn between(old: &Foundation, new: &Foundation) -> Option<Self> {
        if old.same_release(new) != Some(false) {
            return None;
        }
        let of = |foundation: &Foundation| {
            let front = match foundation.distribution {
                Distribution::Debian | Distribution::Ubuntu => "",
                Distribution::Alpine => "v",
                _ => return None,
            };
            Some(format!("{front}{}", foundation.release?))
        };
        let release = old.release?;
        let (names, number) = match old.distribution {
            Distribution::Debian => ("debian|deb", number_of_release("debian", release)),
            Distribution::Ubuntu => ("ubuntu", number_of_release("ubuntu", release)),
            _ => ("alpine", Some(release)),
        };
        // `16.04` is `1604`, too; what has no number yet, as `sid`, is called so nowhere.
        let numbered = number.and_then(|it| {
            let number = regex::escape(it).replace(r"\.", r"\.?");
            Regex::new(&format!(r"(?i)(?:{names})[-_/]?{number}(?:\.0)?")).ok()
        });
        Some(Suites {
            old: of(old)?,
            new: of(new)?,
            numbered,
            is_same_distribution: old.distribution == new.distribution,
        })
    }

    /// Every place that names the old release in a stage of the image.
    pub(crate) fn named<'m>(&self, reference: &Reference<'m>) -> Vec<Named<'m>> {
        let mut found = Vec::new();
        let mut areas = areas(reference);
        areas.retain(|(area, step)| *area == step.range());
        let texts = areas.iter().map(|(_, step)| step.source_text());
        let mirrors: Vec<&str> = texts.flat_map(|it| self.mirrors(it)).collect();
        for (_, step) in areas {
            let text = step.source_text();
            if step.is_metadata() {
                continue;
            }
            if names_archive(text, ArchiveKind::Old) {
                found.push(Named::Archive(step.line()));
                continue;
            }
            let is_list = |word: Word<'_>| list_files().any(|it| word.mentions(it));
            let mounts = step.mounts();
            let is_mounted = mounts.filter_map(Mount::target).any(is_list);
            if is_mounted || (step.is_copy_or_add() && step.words().any(is_list)) {
                found.push(Named::Copied(step.line()));
            }
            found.extend(self.numbered_in(step));
            found.extend(self.others_in(step));
            for (at, _) in text.match_indices(&self.old) {
                let end = at + self.old.len();
                let goes_on = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '.');
                if text[..at].ends_with(goes_on) || text[end..].starts_with(goes_on) {
                    continue;
                }
                if is_comment(text, at) {
                    continue;
                }
                let number = step.line_within(at);
                // `-t bullseye-backports` is of the distribution's own archive, too.
                let is_part = PARTS.iter().any(|it| text[end..].starts_with(it));
                let whose = if is_part_of_another(&text[end..]) {
                    Whose::Elsewhere
                } else {
                    whose(text, at, end)
                };
                let is_own = whose == Whose::Own;
                let is_mirror = matches!(whose, Whose::Behind(it) if mirrors.contains(&it));
                let is_told_alone = is_part && whose == Whose::Nobody;
                let is_known = is_own || is_mirror || is_told_alone;
                if !is_known || !self.is_same_distribution {
                    let is_said = whose == Whose::Nobody
                        && (step.is(StepKind::Env) || step.is(StepKind::Arg));
                    let name = self.old.clone();
                    found.push(if is_said {
                        Named::Said(name, number)
                    } else {
                        Named::Foreign(name, number)
                    });
                    continue;
                }
                let (end, new) = match text[end..].strip_prefix("/updates") {
                    Some(_) => (end + "/updates".len(), format!("{}-security", self.new)),
                    None => (end, self.new.clone()),
                };
                let (Ok(from), Ok(to)) = (TextSize::try_from(at), TextSize::try_from(end)) else {
                    continue;
                };
                let start = step.range().start();
                let range = TextRange::new(start + from, start + to);
                let place = Place {
                    range,
                    step,
                    line: number,
                };
                found.push(if is_mirror {
                    Named::Mirror(place, new)
                } else {
                    Named::Own(place, new)
                });
            }
        }
        found
    }

    /// Where an archive of somebody else names the old release by its number.
    fn numbered_in<'m>(&self, step: Step<'m>) -> Vec<Named<'m>> {
        let text = step.source_text();
        let mut found = Vec::new();
        for it in self.numbered.iter().flat_map(|it| it.find_iter(text)) {
            let goes_on = text[it.end()..].starts_with(|it: char| it.is_ascii_digit());
            let begins = text[..it.start()].ends_with(|it: char| it.is_ascii_alphabetic())
                && !text[..it.start()].ends_with(['x', 'X']);
            if !goes_on && !begins && !is_comment(text, it.start()) {
                let line = step.line_within(it.start());
                found.push(Named::Foreign(it.as_str().to_owned(), line));
            }
        }
        found
    }

    /// Where Alpine's archive is named for a release that neither image is of.
    fn others_in<'m>(&self, step: Step<'m>) -> Vec<Named<'m>> {
        let mut found = Vec::new();
        if !self.old.starts_with('v') {
            return found;
        }
        for (number, line) in step.source_text().lines().enumerate() {
            let mut parts = line.split(['/', ' ', '"', '\'']);
            let is_release = |it: &&str| {
                let numbers = it.strip_prefix('v').and_then(|it| it.split_once('.'));
                let is_number =
                    |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
                numbers.is_some_and(|(major, minor)| is_number(major) && is_number(minor))
            };
            let is_other = |it: &&str| is_release(it) && **it != self.old && **it != self.new;
            if line.contains("/alpine")
                && !line.trim_start().starts_with('#')
                && let Some(release) = parts.find(is_other)
            {
                found.push(Named::Foreign(release.to_owned(), step.line() + number));
            }
        }
        found
    }

    /// The archives that a text says parts of the release to be in: `http://mirror.example.com/ubuntu xenial-updates`.
    fn mirrors<'t>(&self, text: &'t str) -> impl Iterator<Item = &'t str> {
        let places = text.match_indices(&self.old);
        let of_part = places.filter(|(at, _)| {
            let rest = &text[at + self.old.len()..];
            PARTS.iter().any(|it| rest.starts_with(it))
        });
        of_part.filter_map(|(at, it)| match whose(text, at, at + it.len()) {
            Whose::Behind(address) => Some(address),
            _ => None,
        })
    }
}

/// Whether what follows a release makes it the name of somebody's part: `xenial-updates/kilo`.
fn is_part_of_another(rest: &str) -> bool {
    let of_part = PARTS.iter().find_map(|it| rest.strip_prefix(it));
    of_part.is_some_and(|it| {
        it.strip_prefix('/')
            .is_some_and(|it| it.starts_with(|it: char| it.is_ascii_alphanumeric()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_without_a_number_is_read_in_lists_all_the_same() {
        let of = |tag| image("debian", tag).foundation.expect("a foundation");
        let suites = Suites::between(&of("sid"), &of("trixie")).expect("another release");
        assert_eq!(
            (suites.old.as_str(), suites.new.as_str()),
            ("sid", "trixie")
        );
        assert!(suites.numbered.is_none());
        let suites = Suites::between(&of("12"), &of("13")).expect("another release");
        assert!(suites.numbered.is_some_and(|it| it.is_match("Debian_12")));
    }
}
