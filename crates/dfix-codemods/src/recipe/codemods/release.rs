//! Releases of a distribution: the tags of official images that are based on it.

use dfix_catalogue::{
    Distribution, code_names, end_of_life, image, is_living, is_official, number_of_release, tag,
};
use dfix_engine::OpenCondition;

use super::distribution::{code_name_of, named, told};
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
        let code_name = code_name_of(&eol);
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

impl Judge for Release {
    fn verdict(&self, repository: &str, old: &str) -> Option<Verdict> {
        if !is_official(repository) {
            return None;
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
        let old_code_name = code_name_of(&from);
        let number = if self.distribution == Distribution::Alpine {
            release.to_owned()
        } else {
            number_of_release(self.product, &old_code_name)?.to_owned()
        };
        let mut verdict = Verdict {
            message: format!("`{repository}:{old}` is based on {}", told(&foundation)),
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
