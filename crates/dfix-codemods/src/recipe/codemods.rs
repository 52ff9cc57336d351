//! Codemods that recipes name: what patterns cannot say.

mod apt_keys;
mod cache_mounts;
mod comments;
mod distribution;
mod end_of_life;
mod hadolint_ignores;
mod hardened;
mod image_move;
mod images;
mod language;
mod language_names;
mod lines;
mod mixed;
mod package_names;
mod paths;
mod platforms;
mod release;
mod suites;
mod system;
mod unread;
mod uv;
mod versions;

use std::collections::BTreeMap;

use dfix_engine::{Codemod, Rule};

use self::apt_keys::AptKeys;
use self::cache_mounts::CacheMounts;
use self::end_of_life::EndOfLife;
use self::hadolint_ignores::HadolintIgnores;
use self::hardened::Hardened;
use self::image_move::Moved;
use self::images::Images;
use self::language::Bump;
use self::package_names::PackageNames;
use self::release::Release;
use self::uv::Uv;
use super::error::did_you_mean;

/// A codemod that recipes name.
struct Builtin {
    name: &'static str,
    about: &'static str,
    options: &'static [&'static str],
    make: Make,
}

/// Makes it, for such a recipe, with these options.
type Make = fn(For, &Options) -> Result<Box<dyn Codemod + Send>, String>;

/// What a codemod is made for.
#[derive(Clone, Copy)]
pub(crate) struct For {
    /// The name of the recipe, by which its findings go.
    pub(crate) recipe: &'static str,
    /// The rules that there are.
    pub(crate) rules: &'static [&'static Rule],
}

/// Options by name.
type Options = BTreeMap<String, String>;

const ALL: &[Builtin] = &[
    Builtin {
        name: "apt-key-to-keyrings",
        about: "keys given to `apt-key` become files that the lines of their archives name",
        options: &[],
        make: |For { recipe, .. }, _| Ok(Box::new(AptKeys { recipe })),
    },
    Builtin {
        name: "cache-mounts",
        about: "what is fetched is kept in caches of the builder",
        options: &["only"],
        make: |For { recipe, .. }, options| {
            let only = names(options, "only");
            Ok(Box::new(CacheMounts { recipe, only }))
        },
    },
    Builtin {
        name: "end-of-life",
        about: "tags of official images that are no longer maintained become the nearest that is",
        options: &["only-same-version"],
        make: |For { recipe, .. }, options| {
            let only_same_version = truth(options, "only-same-version")?;
            let judge = EndOfLife { only_same_version };
            Ok(Box::new(Images { recipe, judge }))
        },
    },
    Builtin {
        name: "hadolint-ignores",
        about: "codes in comments of hadolint that a rule of dfix answers to become its name",
        options: &[],
        make: |For { recipe, rules }, _| Ok(Box::new(HadolintIgnores { recipe, rules })),
    },
    Builtin {
        name: "hardened-images",
        about: "images become hardened ones of Docker or Chainguard",
        options: &["family", "registry"],
        make: |For { recipe, .. }, options| {
            let option = |key: &str| options.get(key).map_or("", String::as_str);
            let hardened = Hardened::read(recipe, option("family"), option("registry"))?;
            Ok(Box::new(hardened))
        },
    },
    Builtin {
        name: "image-move",
        about: "images that moved or were renamed, as their publishers told",
        options: &["only"],
        make: |For { recipe, .. }, options| {
            let judge = Moved {
                only: names(options, "only"),
            };
            Ok(Box::new(Images { recipe, judge }))
        },
    },
    Builtin {
        name: "language-bump",
        about: "images of a language become those of another version of it",
        options: &["language", "to", "from"],
        make: |For { recipe, .. }, options| {
            let option = |key: &str| options.get(key).map_or("", String::as_str);
            let judge = Bump::read(option("language"), option("to"), option("from"))?;
            Ok(Box::new(Images { recipe, judge }))
        },
    },
    Builtin {
        name: "package-names",
        about: "packages that the release of the base lacks become their successors",
        options: &[
            "distribution",
            "images",
            "language",
            "only-moved",
            "version",
        ],
        make: |For { recipe, .. }, options| {
            let only = options.get("distribution");
            let only = only.map(|it| distribution::named(it)).transpose()?;
            let option = |key: &str| options.get(key).cloned();
            let language = option("language").zip(option("version"));
            Ok(Box::new(PackageNames {
                recipe,
                only,
                language,
                only_moved: truth(options, "only-moved")?,
                images: names(options, "images"),
            }))
        },
    },
    Builtin {
        name: "pip-to-uv",
        about: "uv installs what pip does",
        options: &["version"],
        make: |For { recipe, rules }, options| {
            let version = options.get("version").cloned().unwrap_or_default();
            let is_fine = |it: char| it.is_ascii_alphanumeric() || matches!(it, '.' | '-' | '_');
            if version.is_empty() || !version.chars().all(is_fine) {
                return Err(format!("`{version}` is no version of uv"));
            }
            Ok(Box::new(Uv {
                recipe,
                version,
                rules,
            }))
        },
    },
    Builtin {
        name: "release",
        about: "images based on earlier releases of a distribution become those on this one",
        options: &["distribution", "to"],
        make: |For { recipe, .. }, options| {
            let option = |key: &str| options.get(key).map_or("", String::as_str);
            let judge = Release::read(option("distribution"), option("to"))?;
            Ok(Box::new(Images { recipe, judge }))
        },
    },
];

/// Names with commas between; none where there is no such option.
fn names(options: &Options, key: &str) -> Vec<String> {
    let text = options.get(key).map_or("", String::as_str);
    let names = text.split(',').filter(|it| !it.is_empty());
    names.map(str::to_owned).collect()
}

/// An option that is true or false; false where it is not given.
fn truth(options: &Options, key: &str) -> Result<bool, String> {
    match options.get(key).map(String::as_str) {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(other) => Err(format!("`{key}` is true or false, not `{other}`")),
    }
}

/// What a codemod does, in a few words.
pub(crate) fn about(name: &str) -> Option<&'static str> {
    ALL.iter().find(|it| it.name == name).map(|it| it.about)
}

/// Makes a codemod for a recipe.
///
/// # Errors
/// A name that is not known, of the codemod or of an option, with a sentence.
pub(crate) fn make(
    name: &str,
    of: For,
    options: &Options,
) -> Result<Box<dyn Codemod + Send>, (String, String)> {
    let Some(builtin) = ALL.iter().find(|it| it.name == name) else {
        let hint = did_you_mean(name, ALL.iter().map(|it| it.name));
        return Err((
            name.to_owned(),
            format!("there is no codemod `{name}`{hint}"),
        ));
    };
    if let Some(key) = options
        .keys()
        .find(|it| !builtin.options.contains(&it.as_str()))
    {
        let hint = did_you_mean(key, builtin.options.iter().copied());
        let known = match builtin.options {
            [] => "; it has none".to_owned(),
            options => format!("; it has `{}`", options.join("`, `")),
        };
        let more = if hint.is_empty() { known } else { hint };
        return Err((key.clone(), format!("`{name}` has no option `{key}`{more}")));
    }
    (builtin.make)(of, options).map_err(|message| (name.to_owned(), message))
}
