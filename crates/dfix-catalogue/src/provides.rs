//! Which Debian packages come along with others.

use std::collections::BTreeSet;

use super::table::{Table, table};

const PROVIDES: Table = table!("debian-provides.tsv");

/// Whether the Debian package `name` provides `wanted`: it is that package, or depends on it.
pub fn provides(name: &str, wanted: &str) -> bool {
    if name == wanted || stem_of_headers(name).is_some_and(|stem| wanted.starts_with(stem)) {
        return true;
    }
    let plain = without_t64(wanted);
    PROVIDES.rows(name).any(|row| row.lists(1, ' ', plain))
}

/// What several Debian packages bring together: to ask for many.
#[derive(Debug)]
pub struct Brought<'n> {
    names: BTreeSet<&'n str>,
    depended_on: BTreeSet<&'static str>,
    stems: Vec<&'n str>,
}

impl<'n> Brought<'n> {
    /// What these packages bring, themselves among it.
    pub fn by(packages: impl Iterator<Item = &'n str>) -> Self {
        let names: BTreeSet<&str> = packages.collect();
        let rows = names.iter().flat_map(|it| PROVIDES.rows(it));
        Brought {
            depended_on: rows.flat_map(|row| row.words(1)).collect(),
            stems: names.iter().filter_map(|it| stem_of_headers(it)).collect(),
            names,
        }
    }

    /// Whether one of them [`provides`] this package.
    pub fn has(&self, wanted: &str) -> bool {
        self.names.contains(wanted)
            || self.depended_on.contains(without_t64(wanted))
            || self.stems.iter().any(|stem| wanted.starts_with(stem))
    }
}

fn without_t64(name: &str) -> &str {
    name.strip_suffix("t64").unwrap_or(name)
}

/// With which the libraries of a package of headers begin: `libpq-dev` provides `libpq5`, `libxslt1-dev` brings `libxslt1.1`.
fn stem_of_headers(name: &str) -> Option<&str> {
    let stem = name.strip_suffix("-dev")?;
    let stem = stem.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    (stem.len() > 3 && stem.starts_with("lib")).then_some(stem)
}
