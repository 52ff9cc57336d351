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
        for (area, step) in areas(reference) {
            if area != step.range() {
                continue;
            }
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
                if !is_part && !OWN.iter().any(|it| line.contains(it)) {
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
                found.push(Named::Own(
                    TextRange::new(start + from, start + to),
                    new,
                    step,
                ));
            }
        }
        found
    }
}
