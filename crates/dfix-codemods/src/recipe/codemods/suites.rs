//! Releases that lists of packages name: `deb http://deb.debian.org/debian bullseye main`.

use dfix_catalogue::{Distribution, Foundation};
use dfix_model::Step;
use dfix_syntax::{TextRange, TextSize};

use super::paths::areas;
use crate::matching::reference::Reference;

/// A release, and the one that takes its place.
#[derive(Debug, Clone)]
pub(crate) struct Suites {
    pub(crate) old: String,
    pub(crate) new: String,
}

/// Where a release is named.
#[derive(Debug)]
pub(crate) enum Named<'m> {
    /// In the distribution's own archive: these bytes, and what stands there then.
    Own(TextRange, String, Step<'m>),
    /// In a mirror of it, as its parts tell that are named somewhere, too.
    Mirror(TextRange, String, Step<'m>),
    /// In somebody else's.
    Foreign(usize),
    /// In the archive of what is dead, or of a day.
    Archive(usize),
}

/// What a text before the release speaks of, in the archives of Debian, Ubuntu and Alpine.
const OWN: [&str; 3] = ["debian.org", "ubuntu.com", "alpinelinux.org"];

/// What a release is followed by in the names of its parts.
const PARTS: [&str; 4] = ["-backports", "-updates", "-security", "-proposed"];

impl Suites {
    /// What changes where an image comes to another release; none where the release stays, or is not known.
    pub(crate) fn between(old: &Foundation, new: &Foundation) -> Option<Self> {
        let front = match old.distribution {
            Distribution::Debian | Distribution::Ubuntu => "",
            Distribution::Alpine => "v",
            _ => return None,
        };
        (old.same_release(new) == Some(false) && old.distribution == new.distribution)
            .then_some(())?;
        Some(Suites {
            old: format!("{front}{}", old.release?),
            new: format!("{front}{}", new.release?),
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
            let archives = [
                "archive.debian.org",
                "snapshot.debian.org",
                "old-releases.ubuntu.com",
            ];
            if archives.iter().any(|it| text.contains(it)) {
                found.push(Named::Archive(step.line()));
                continue;
            }
            for (at, _) in text.match_indices(&self.old) {
                let end = at + self.old.len();
                let goes_on = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '.');
                if text[..at].ends_with(goes_on) || text[end..].starts_with(goes_on) {
                    continue;
                }
                let start = text[..at].rfind('\n').map_or(0, |it| it + 1);
                let line = &text[start..];
                let line = &line[..line.find('\n').unwrap_or(line.len())];
                if line.trim_start().starts_with('#') {
                    continue;
                }
                let number = step.line() + text[..at].matches('\n').count();
                // `-t bullseye-backports` is of the distribution's own archive, too.
                let is_part = PARTS.iter().any(|it| text[end..].starts_with(it));
                let is_own = OWN.iter().any(|it| line.contains(it));
                let archive = archive_before(&text[..at]);
                let is_mirror = !is_own && archive.is_some_and(|it| mirrors.contains(&it));
                let is_told_alone = is_part && archive.is_none();
                if !(is_own || is_mirror || is_told_alone) {
                    found.push(Named::Foreign(number));
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
                found.push(if is_mirror {
                    Named::Mirror(range, new, step)
                } else {
                    Named::Own(range, new, step)
                });
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
        of_part.filter_map(|(at, _)| archive_before(&text[..at]))
    }
}

/// The address that a release stands behind: `http://mirror.example.com/ubuntu/` is the same without its last slash.
fn archive_before(text: &str) -> Option<&str> {
    if !text.ends_with([' ', '\t']) {
        return None;
    }
    let word = text.split_whitespace().next_back()?;
    let is_address = word.contains("://") || word.starts_with('$');
    is_address.then(|| word.trim_end_matches('/'))
}
