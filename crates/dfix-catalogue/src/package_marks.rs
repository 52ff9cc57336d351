//! What a package tells of the application or the system that installs it.

use super::table::{Row, Table, table};

const MARKS: Table = table!("package-marks.tsv");

/// Where a package comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ecosystem {
    /// The index of a language: Python's or Node's.
    Language,
    /// A distribution.
    System,
}

/// What may be said of a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PackageMark {
    /// It takes what stands behind three slashes of a database's address (`sqlite:///data/app.db`) for a path from the working
    /// directory, as SQLAlchemy does.
    AddressesFromHere,
    /// It takes that for a path from the root.
    AddressesFromRoot,
    /// It has no wheel, and its `setup.py` asks for nothing but some setuptools: it is built apart from what is installed,
    /// with the newest, as well as with the old.
    BuildsApart,
    /// It starts jobs at their times: a cron.
    Cron,
    /// It serves what is being worked on.
    Development,
    /// It goes into the distribution's Java, and another one does not find it.
    EmbedsJava,
    /// It has the distribution's Python within, or its program runs by that one, and imports what it finds: plug-ins and
    /// bindings.
    EmbedsPython,
    /// It makes files in the home of whoever runs it, or fails.
    Home,
    /// An application does not import it: it installs others, and makes environments for them.
    Installer,
    /// It is for Django, and `makemigrations` finds nothing to make of it, whatever the project's settings: it has no models, or
    /// says itself of which kind their keys are.
    Migrated,
    /// It chooses the application's settings by `NODE_ENV`, or does otherwise by it what users of the application
    /// meet: Apollo answers no questions about the schema in production, `email-templates` sends only there.
    NodeEnv,
    /// It has no wheel, and its `setup.py` is one that the newest setuptools refuses: it says `use_2to3`.
    OldSetuptools,
    /// It is the distribution's Python 2, or comes with it only.
    Python2,
    /// It brings the distribution's Python 3 along, with its pip or without.
    Python3,
    /// It helps the distribution's Python along; no application imports it.
    PythonTooling,
    /// What it is for needs root, see [`needs_root`].
    Root,
    /// It serves what a build has left, and writes among that when it runs: caches of pages, parts that it compiles.
    ServesBuild,
    /// It imports `pkg_resources` when it runs, a part of setuptools, and does not ask for setuptools.
    Setuptools,
    /// It runs the Python of the distribution.
    SystemPython,
    /// An application that imports it is one of its kind: a web framework of Python's beside Flask.
    WebFramework,
}

impl PackageMark {
    const fn word(self) -> &'static str {
        match self {
            PackageMark::AddressesFromHere => "addresses-from-here",
            PackageMark::AddressesFromRoot => "addresses-from-root",
            PackageMark::BuildsApart => "builds-apart",
            PackageMark::Cron => "cron",
            PackageMark::Development => "development",
            PackageMark::EmbedsJava => "embeds-java",
            PackageMark::EmbedsPython => "embeds-python",
            PackageMark::Home => "home",
            PackageMark::Installer => "installer",
            PackageMark::Migrated => "migrated",
            PackageMark::NodeEnv => "node-env",
            PackageMark::OldSetuptools => "old-setuptools",
            PackageMark::Python2 => "python-2",
            PackageMark::Python3 => "python-3",
            PackageMark::PythonTooling => "python-tooling",
            PackageMark::Root => "root",
            PackageMark::ServesBuild => "serves-build",
            PackageMark::Setuptools => "setuptools",
            PackageMark::SystemPython => "system-python",
            PackageMark::WebFramework => "web-framework",
        }
    }
}

fn row(from: Ecosystem, name: &str, mark: PackageMark) -> Option<Row> {
    let from = match from {
        Ecosystem::Language => "language",
        Ecosystem::System => "system",
    };
    MARKS
        .rows(name)
        .find(|row| row.column(1) == from && row.column(2) == mark.word())
}

/// Whether a package (`name` as its index normalises it) is listed with this mark. `false` says nothing
/// of a package that is not listed.
pub fn package_is(from: Ecosystem, name: &str, mark: PackageMark) -> bool {
    row(from, name, mark).is_some()
}

/// The web frameworks of Python's beside Flask, as they are imported.
pub fn web_frameworks() -> impl Iterator<Item = &'static str> {
    let mark = PackageMark::WebFramework.word();
    let rows = MARKS.all().filter(move |row| row.column(2) == mark);
    rows.map(Row::key)
}

/// What the package's purpose needs root for, as the end of a sentence that its name begins: "opens
/// devices, which only root and their group may". `None`: nothing is known of such a need.
pub fn needs_root(from: Ecosystem, name: &str) -> Option<&'static str> {
    row(from, name, PackageMark::Root).map(|row| row.column(3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_told_apart_by_where_they_come_from() {
        assert!(needs_root(Ecosystem::Language, "scapy").is_some());
        assert!(needs_root(Ecosystem::System, "scapy").is_none());
        assert!(needs_root(Ecosystem::Language, "certbot").is_some());
        assert!(package_is(
            Ecosystem::Language,
            "transformers",
            PackageMark::Home
        ));
        assert!(package_is(
            Ecosystem::System,
            "gunicorn",
            PackageMark::SystemPython
        ));
        assert!(!package_is(
            Ecosystem::Language,
            "gunicorn",
            PackageMark::SystemPython
        ));
        assert!(!package_is(
            Ecosystem::Language,
            "nobody-knows-this",
            PackageMark::Home
        ));
    }

    #[test]
    fn words_of_the_table_are_known() {
        let marks = [
            PackageMark::AddressesFromHere,
            PackageMark::AddressesFromRoot,
            PackageMark::BuildsApart,
            PackageMark::Cron,
            PackageMark::Development,
            PackageMark::EmbedsJava,
            PackageMark::EmbedsPython,
            PackageMark::Home,
            PackageMark::Installer,
            PackageMark::Migrated,
            PackageMark::NodeEnv,
            PackageMark::OldSetuptools,
            PackageMark::Python2,
            PackageMark::Python3,
            PackageMark::PythonTooling,
            PackageMark::Root,
            PackageMark::ServesBuild,
            PackageMark::Setuptools,
            PackageMark::SystemPython,
            PackageMark::WebFramework,
        ];
        for row in MARKS.all() {
            let line = row.line();
            assert!(matches!(row.column(1), "language" | "system"), "{line}");
            assert!(marks.iter().any(|it| it.word() == row.column(2)), "{line}");
            let has_reason = !row.column(3).is_empty();
            assert_eq!(has_reason, row.column(2) == "root", "{line}");
        }
    }
}
