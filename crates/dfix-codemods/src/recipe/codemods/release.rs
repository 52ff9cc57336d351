//! Releases of a distribution: the tags of official images that are based on it.

use dfix_catalogue::{
    Date, Distribution, code_names, end_of_life, image, is_living, is_official, number_of_release,
    tag,
};
use dfix_engine::OpenCondition;

use super::distribution::named;
use super::images::{Judge, Verdict};
use super::versions::{day_lost, numbers_lost, version_changed};
use crate::recipe::error::did_you_mean;

/// Images based on earlier releases become those on this one.
#[derive(Debug)]
pub(crate) struct Release {
    distribution: Distribution,
    product: &'static str,
    /// The distribution's own image.
    image: &'static str,
    number: String,
    /// In small letters; `""` for a distribution without.
    code_name: String,
}

impl Release {
    /// `to` is a number or a code name.
    pub(crate) fn read(distribution: &str, to: &str) -> Result<Self, String> {
        let distribution = named(distribution)?;
        let (product, image) = match distribution {
            Distribution::Debian => ("debian", "debian"),
            Distribution::Ubuntu => ("ubuntu", "ubuntu"),
            _ => ("alpine-linux", "alpine"),
        };
        let unknown = || {
            let names: Vec<String> = code_names(product).collect();
            let hint = did_you_mean(to, names.iter().map(String::as_str));
            format!("{product} {to} is not known{hint}")
        };
        let eol = end_of_life(product, to).ok_or_else(unknown)?;
        let code_name = eol.code_name();
        let is_number = |text: &str| text.starts_with(|it: char| it.is_ascii_digit());
        let number = if is_number(to) {
            to.to_owned()
        } else {
            number_of_release(product, &code_name)
                .ok_or_else(unknown)?
                .to_owned()
        };
        Ok(Release {
            distribution,
            product,
            image,
            number,
            code_name,
        })
    }

    /// The same tag on the new release.
    fn tag_on_it(
        &self,
        repository: &str,
        old: &str,
        old_code_name: &str,
        old_number: &str,
    ) -> Option<String> {
        let is_own = repository == self.image;
        let mut is_named = false;
        let mut words: Vec<String> = Vec::new();
        for (place, word) in old.split('-').enumerate() {
            let is_day = word.len() >= 8 && word.bytes().all(|it| it.is_ascii_digit());
            if is_day && is_named {
                continue;
            }
            let of_release = |text: &str| {
                text == old_number
                    || text
                        .strip_prefix(old_number)
                        .is_some_and(|it| it.starts_with('.'))
            };
            words.push(if !old_code_name.is_empty() && word == old_code_name {
                is_named = true;
                self.code_name.clone()
            } else if is_own && place == 0 && of_release(word) {
                is_named = true;
                self.number.clone()
            } else if let Some(number) = word.strip_prefix("alpine").filter(|it| of_release(it))
                && self.distribution == Distribution::Alpine
                && !number.is_empty()
            {
                is_named = true;
                format!("alpine{}", self.number)
            } else {
                word.to_owned()
            });
        }
        is_named.then(|| words.join("-"))
    }
}

impl Release {
    /// An image of another publisher, whose name or tag says an earlier release: nobody knows its tags.
    fn of_named(&self, repository: &str, old: &str) -> Option<Verdict> {
        let (folders, name) = match repository.rsplit_once('/') {
            Some((folders, name)) => (format!("{folders}/"), name),
            None => (String::new(), repository),
        };
        let of_name = self
            .renamed(name)
            .map(|(new, it)| (new, old.to_owned(), it));
        let of_tag = || {
            self.renamed(old)
                .map(|(new, it)| (name.to_owned(), new, it))
        };
        let (name, tag, release) = of_name.or_else(of_tag)?;
        let told = format!("{:?}", self.distribution);
        Some(Verdict {
            message: format!("`{repository}:{old}` is of {told} {release}, as its name says"),
            by_hand: Some(format!(
                "its tags are not known: see whether there is `{folders}{name}:{tag}`, and take it or another one on {told} {}",
                self.number
            )),
            ..Verdict::default()
        })
    }

    /// A name or a tag in which the release is this one, and the earlier release that it said: `ubuntu22.04`, `ubuntu2204`,
    /// `java21-debian12`, `alpine-3.18`, `3.12-bookworm`.
    fn renamed(&self, text: &str) -> Option<(String, String)> {
        let mut start = 0;
        let mut before = "";
        for word in text.split_inclusive(['-', '_']) {
            let bare = word.trim_end_matches(['-', '_']);
            let at = start;
            start += word.len();
            let last = std::mem::replace(&mut before, bare);
            let put = |from: usize, new: &str| {
                format!("{}{new}{}", &text[..from], &text[at + bare.len()..])
            };
            let stuck = bare.strip_prefix(self.image).filter(|it| !it.is_empty());
            // `java21-debian12`, `debian-12`
            let number = stuck.unwrap_or(bare);
            let is_behind_name = last == self.image || stuck.is_some();
            let has_digit = number.starts_with(|it: char| it.is_ascii_digit());
            if has_digit && !is_behind_name {
                continue;
            }
            let dotted = match (self.distribution, number.len()) {
                (Distribution::Ubuntu, 4) if !number.contains('.') => {
                    format!("{}.{}", number.get(..2)?, number.get(2..)?)
                }
                _ => number.to_owned(),
            };
            let Some(release) = self.earlier(&dotted) else {
                continue;
            };
            let new = match has_digit {
                true if dotted == number => self.number.clone(),
                true => self.number.replace('.', ""),
                false if self.code_name.is_empty() => continue,
                false => self.code_name.clone(),
            };
            return Some((put(at + bare.len() - number.len(), &new), release));
        }
        None
    }

    /// The number of an earlier release, by its number or code name; none of the first years, whose names are words.
    fn earlier(&self, name: &str) -> Option<String> {
        let eol = end_of_life(self.product, name)?;
        let to = end_of_life(self.product, &self.number)?;
        let (from, to) = (eol.released?, to.released?);
        if from >= to || Date::parse("2010-01-01").is_none_or(|it| from < it) {
            return None;
        }
        let is_number = name.starts_with(|it: char| it.is_ascii_digit());
        Some(if is_number {
            name.to_owned()
        } else {
            number_of_release(self.product, name)?.to_owned()
        })
    }
}

impl Judge for Release {
    fn verdict(&self, repository: &str, old: &str) -> Option<Verdict> {
        if !is_official(repository) {
            return self.of_named(repository, old);
        }
        let foundation = image(repository, old).foundation?;
        if foundation.distribution != self.distribution {
            return None;
        }
        let release = foundation.release?;
        let (from, to) = (
            end_of_life(self.product, release)?,
            end_of_life(self.product, &self.number)?,
        );
        if from.released? >= to.released? {
            return None;
        }
        let old_code_name = from.code_name();
        let number = if self.distribution == Distribution::Alpine {
            release.to_owned()
        } else {
            number_of_release(self.product, &old_code_name)?.to_owned()
        };
        let mut verdict = Verdict {
            message: format!("`{repository}:{old}` is based on {}", foundation.told()),
            ..Verdict::default()
        };
        let Some(new) = self.tag_on_it(repository, old, &old_code_name, &number) else {
            verdict.by_hand = Some(format!(
                "its tag names no release: see whether it is still maintained (the recipe `end-of-life`), or choose one on {} {}",
                self.product, self.number
            ));
            return Some(verdict);
        };
        if tag(repository, &new).is_none() {
            verdict.by_hand = Some(format!(
                "there is no `{repository}:{new}`: another version is needed (the recipe `end-of-life` takes the nearest)"
            ));
            return Some(verdict);
        }
        verdict.evidence.push(format!("there is a tag `{new}`"));
        let changed = version_changed(repository, old, &new);
        verdict.open.extend(changed.map(|it| it.open));
        verdict.open.extend(day_lost(old, &new));
        verdict.open.extend(numbers_lost(old, &new));
        if is_living(repository, &new) == Some(false) {
            verdict.open.push(OpenCondition::new(
                format!("whether `{new}` will do: it is no longer maintained, as `{old}`"),
                "take a newer version",
            ));
        }
        verdict.to = Some((repository.to_owned(), new));
        Some(verdict)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_others_say_releases() {
        let of = |distribution: &str, to: &str, image: &str, tag: &str| {
            let release = Release::read(distribution, to).ok()?;
            let verdict = release.verdict(image, tag)?;
            let why = verdict.by_hand?;
            let new = why.split('`').nth(1)?.to_owned();
            Some(new)
        };
        for (distribution, to, image, tag, new) in [
            (
                "ubuntu",
                "24.04",
                "nvidia/cuda",
                "11.8.0-cudnn8-runtime-ubuntu22.04",
                "nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu24.04",
            ),
            (
                "ubuntu",
                "24.04",
                "acme/x",
                "1.0-ubuntu2204",
                "acme/x:1.0-ubuntu2404",
            ),
            ("ubuntu", "24.04", "acme/x", "jammy", "acme/x:noble"),
            (
                "debian",
                "13",
                "gcr.io/distroless/java21-debian12",
                "nonroot",
                "gcr.io/distroless/java21-debian13:nonroot",
            ),
            (
                "debian",
                "13",
                "ghcr.io/astral-sh/uv",
                "python3.12-bookworm-slim",
                "ghcr.io/astral-sh/uv:python3.12-trixie-slim",
            ),
            ("debian", "13", "acme/x", "debian-11.3", "acme/x:debian-13"),
            (
                "alpine",
                "3.23",
                "acme/x",
                "1-alpine3.18",
                "acme/x:1-alpine3.23",
            ),
            (
                "alpine",
                "3.23",
                "acme/x",
                "alpine-3.9",
                "acme/x:alpine-3.23",
            ),
        ] {
            assert_eq!(
                of(distribution, to, image, tag).as_deref(),
                Some(new),
                "{image}:{tag}"
            );
        }
        for (distribution, to, image, tag) in [
            ("debian", "12", "acme/x", "1-trixie"),
            ("debian", "13", "acme/x", "1-trixie"),
            ("debian", "13", "acme/x", "12-slim"),
            ("debian", "13", "acme/rex", "bo"),
            ("alpine", "3.23", "acme/x", "1-alpine"),
            ("ubuntu", "24.04", "acme/x", "22.04"),
        ] {
            assert_eq!(of(distribution, to, image, tag), None, "{image}:{tag}");
        }
    }
}
