//! Images of languages, and what changes with a version of the language, from `language-images.tsv` and
//! `language-changes.tsv`.
//!
//! What tells that a change matters: `command`, a program of this name is called; `words`, a text stands in the
//! file; `called`, a program is called with these words (`PROGRAM WORD… !WORD…`, the latter must not be there); `package`, a package is
//! installed (`NAME`, with `>=VERSION` and `<VERSION` where only those versions are meant); `imports`, a source of the application
//! imports one of these modules; `no-file`, the build context has no file of this name; `listens`, the image of
//! this repository is what the container is.

use super::table::{Row, Table, table};
use super::tags::is_known_repository;

const IMAGES: Table = table!("language-images.tsv");
const CHANGES: Table = table!("language-changes.tsv");

/// Where the version of its language stands in an image's tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VersionPlace {
    /// At its start: `3.13-slim`.
    First,
    /// In a word of its own: `3.9-eclipse-temurin-21`, `8-jdk21`.
    Word,
}

/// The language that an image is of, and where its version stands in the tag. `repository` is normalised (see
/// [`super::normalise`]).
pub fn language_of_image(repository: &str) -> Option<(&'static str, VersionPlace)> {
    let row = IMAGES.row(repository)?;
    let place = match row.column(2) {
        "first" => VersionPlace::First,
        _ => VersionPlace::Word,
    };
    Some((row.column(1), place))
}

/// The images of a language whose tags begin with its version.
pub fn images_of_language(language: &str) -> impl Iterator<Item = &'static str> {
    let of_it = IMAGES
        .all()
        .filter(move |row| row.column(1) == language && row.column(2) == "first");
    of_it.map(Row::key)
}

/// What changes with a version of a language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LanguageChange {
    /// The first version that it holds for.
    pub since: &'static str,
    /// What tells that it matters, and of what, see the top of this file.
    pub sign: ChangeSign,
    /// What is put before the first use of what is gone; `""` where nothing is.
    pub remedy: &'static str,
    /// What is to be known of it, as a sentence without a full stop.
    pub note: &'static str,
}

/// What tells that a change matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeSign {
    /// A program of this name is called.
    Command(&'static str),
    /// This text stands in the file.
    Words(&'static str),
    /// This program is called with these words; with `!` in front, without them.
    Called(&'static str, &'static str),
    /// This package is installed.
    Package(PackageVersions),
    /// A source of the application imports one of these modules; a blank stands between them.
    Imports(&'static str),
    /// The build context has no file of this name.
    NoFile(&'static str),
    /// Go is told one of these words, with packages by their import path.
    ImportPath(&'static str),
    /// The container is an image of this repository.
    Listens(&'static str),
}

/// A package of a language, and which of its versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackageVersions {
    /// The name.
    pub name: &'static str,
    /// The first of them; none where all before the end are meant.
    pub from: Option<&'static str>,
    /// The first that is none of them any more; none where all later ones are meant.
    pub below: Option<&'static str>,
}

impl PackageVersions {
    fn read(text: &'static str) -> Self {
        let mut words = text.split(' ');
        let name = words.next().unwrap_or_default();
        let mut bounds = words.clone();
        PackageVersions {
            name,
            from: words.find_map(|it| it.strip_prefix(">=")),
            below: bounds.find_map(|it| it.strip_prefix('<')),
        }
    }
}

/// What changes with the versions of a language, in no order.
pub fn language_changes(language: &str) -> impl Iterator<Item = LanguageChange> {
    CHANGES.rows(language).filter_map(|row| {
        let [_, since, sign, what, remedy, note] = row.columns();
        let sign = match sign {
            "command" => ChangeSign::Command(what),
            "words" => ChangeSign::Words(what),
            "called" => {
                let (program, words) = what.split_once(' ')?;
                ChangeSign::Called(program, words)
            }
            "package" => ChangeSign::Package(PackageVersions::read(what)),
            "imports" => ChangeSign::Imports(what),
            "no-file" => ChangeSign::NoFile(what),
            "import-path" => ChangeSign::ImportPath(what),
            "listens" => ChangeSign::Listens(what),
            _ => return None,
        };
        Some(LanguageChange {
            since,
            sign,
            remedy,
            note,
        })
    })
}

/// Whether the tags of a repository are known: it is an official image, or one whose publisher's list of tags is in
/// the catalogue.
pub fn has_known_tags(repository: &str) -> bool {
    is_known_repository(repository) || super::versions::is_listed(repository)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_of_languages_with_known_tags() {
        for row in IMAGES.all() {
            assert!(has_known_tags(row.key()), "{}", row.key());
            assert!(matches!(row.column(2), "first" | "word"), "{}", row.key());
        }
        assert_eq!(
            language_of_image("gradle"),
            Some(("java", VersionPlace::Word))
        );
        assert_eq!(language_of_image("debian"), None);
        let go: Vec<&str> = images_of_language("golang").collect();
        assert_eq!(go, ["golang"]);
    }

    #[test]
    fn every_change_is_read() {
        let rows = CHANGES.all().count();
        let mut languages: Vec<&str> = CHANGES.all().map(Row::key).collect();
        languages.dedup();
        let read = languages.iter().flat_map(|it| language_changes(it));
        assert_eq!(read.count(), rows);
        assert!(CHANGES.all().all(|row| !row.column(5).is_empty()));
    }
}
