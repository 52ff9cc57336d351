//! Which Debian packages come along with others.

use super::table::{Table, table};

const PROVIDES: Table = table!("debian-provides.tsv");

/// Whether the Debian package `name` provides `wanted`: it is that package, or depends on it.
pub fn provides(name: &str, wanted: &str) -> bool {
    if name == wanted || library_of_headers(name, wanted) {
        return true;
    }
    let plain = wanted.strip_suffix("t64").unwrap_or(wanted);
    PROVIDES.rows(name).any(|row| row.lists(1, ' ', plain))
}

/// `libpq-dev` provides `libpq5`, `libxslt1-dev` brings `libxslt1.1`.
fn library_of_headers(name: &str, wanted: &str) -> bool {
    name.strip_suffix("-dev")
        .map(|stem| stem.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.'))
        .is_some_and(|stem| stem.len() > 3 && stem.starts_with("lib") && wanted.starts_with(stem))
}
