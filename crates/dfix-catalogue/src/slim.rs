//! The slim form of a tag.

use super::image::Variant;
use super::images::variant_of;
use super::names::is_official;
use super::table::{Table, table};
use super::tags;
use super::tags::TagRecord;

/// What is known of a tag's slim form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Slim {
    /// The tag names a special form already.
    AlreadyVariant(Variant),
    /// It was published.
    Sibling(SlimSibling),
    /// The image has a slim form, but this tag's was never published.
    NeverPublished {
        /// What it would have been called.
        wanted: String,
    },
    /// The image has no slim form, or its slim form is a different thing.
    NoSlimForm {
        /// Smaller tags that exist, for a message.
        smaller: Vec<String>,
    },
    /// Not an official image, or a tag that was unknown on [`super::AS_OF`].
    Unknown,
}

/// A published slim form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlimSibling {
    /// Its tag.
    pub tag: String,
    /// What is known of the tag that one started from.
    pub full: TagRecord,
    /// What is known of the slim tag.
    pub slim: TagRecord,
    /// Whether both are based on the same release of the same distribution; `None` when that could not
    /// be established.
    pub same_release: Option<bool>,
    /// Whether both are still maintained, or ended on the same day: then they hold the same
    /// version of what the image is for.
    pub same_age: bool,
}

/// Repositories whose `-slim` tags are the same thing with less around it.
pub(super) const FORMS: Table = table!("slim-forms.tsv");

/// What else the slim form of an image lacks beside packages of Debian: nothing (`Some("")`), something that
/// is known, or what nobody knows.
pub fn beside_packages(repository: &str) -> Option<&'static str> {
    match FORMS.row(repository)?.column(3) {
        "all" => Some(""),
        "" => None,
        known => Some(known),
    }
}

/// Finds the slim form of `repository:tag`: same version, same distribution release, published.
///
/// `repository` is normalised; a file that says no tag means `latest`. Never answers with another
/// libc or another version. What the slim form lacks is [`super::missing_in_slim`]'s business.
pub fn slim_of(repository: &str, tag: &str) -> Slim {
    if !is_official(repository) {
        return Slim::Unknown;
    }
    let variant = variant_of(tag);
    if variant != Variant::Default {
        return Slim::AlreadyVariant(variant);
    }
    let Some(full) = tags::tag(repository, tag) else {
        return Slim::Unknown;
    };
    if !FORMS.has(repository) {
        return Slim::NoSlimForm {
            smaller: smaller(repository, tag, full),
        };
    }
    let best = names(tag)
        .into_iter()
        .filter_map(|name| sibling(repository, name, full))
        .max_by_key(|found| {
            (
                found.same_release == Some(true),
                found.same_release.is_none(),
                found.same_age,
            )
        });
    if let Some(found) = best {
        return Slim::Sibling(found);
    }
    // `debian:latest` is what `stable` is, and only the latter has a slim tag.
    if repository == "debian"
        && tag == "latest"
        && let Some(found) = sibling(repository, "stable-slim".to_owned(), full)
        && found.same_release == Some(true)
    {
        return Slim::Sibling(found);
    }
    // `node:lts-krypton` is `node:krypton`, and only the latter has a slim tag.
    if repository == "node"
        && let Some(name) = tag.strip_prefix("lts-")
        && !name.contains('-')
        && let Some(found) = sibling(repository, format!("{name}-slim"), full)
    {
        return Slim::Sibling(found);
    }
    Slim::NeverPublished {
        wanted: names(tag).swap_remove(0),
    }
}

fn sibling(repository: &str, name: String, full: TagRecord) -> Option<SlimSibling> {
    let slim = tags::tag(repository, &name)?;
    let same_release = match (full.foundation, slim.foundation) {
        (Some(full), Some(slim)) => full.same_release(&slim),
        _ => None,
    };
    Some(SlimSibling {
        tag: name,
        full,
        slim,
        same_release,
        same_age: full.last_maintained == slim.last_maintained,
    })
}

/// Where the word `slim` may stand in a tag, the likeliest name first.
fn names(tag: &str) -> Vec<String> {
    if tag == "latest" {
        return vec!["slim".to_owned()];
    }
    let mut names = vec![format!("{tag}-slim")];
    for (place, _) in tag.match_indices('-').rev() {
        names.push(format!("{}-slim{}", &tag[..place], &tag[place..]));
    }
    names.push(format!("slim-{tag}"));
    names
}

/// Existing tags that are smaller, of the same version, on whatever distribution: for a message.
fn smaller(repository: &str, tag: &str, full: TagRecord) -> Vec<String> {
    let mut wanted = Vec::new();
    if tag.split('-').any(|word| word == "jdk") {
        wanted.push(tag.replace("jdk", "jre"));
    }
    if matches!(
        repository,
        "eclipse-temurin" | "ibm-semeru-runtimes" | "sapmachine"
    ) && !tag.contains("jdk")
        && !tag.contains("jre")
        && tag.starts_with(|c: char| c.is_ascii_digit())
    {
        wanted.push(match tag.split_once('-') {
            Some((version, rest)) => format!("{version}-jre-{rest}"),
            None => format!("{tag}-jre"),
        });
    }
    if tag == "latest" {
        wanted.extend(["alpine", "slim", "minimal"].map(str::to_owned));
    } else {
        for word in ["slim", "alpine", "minimal"] {
            wanted.push(format!("{tag}-{word}"));
        }
        // The release goes; a word such as `jre`, `fpm` or `apache` says what is inside, and stays.
        let release = full.foundation.and_then(|foundation| foundation.release);
        let words: Vec<&str> = tag
            .split('-')
            .filter(|word| Some(*word) != release)
            .collect();
        wanted.push(format!("{}-alpine", words.join("-")));
    }
    // One that was left earlier is no advice.
    let left = |tag: TagRecord| tag.last_maintained;
    wanted.retain(|name| {
        tags::tag(repository, name).is_some_and(|small| {
            left(small).is_none() || left(full).is_some() && left(small) >= left(full)
        })
    });
    wanted.dedup();
    wanted
}
