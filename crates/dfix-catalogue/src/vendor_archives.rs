//! Archives of makers, which have some packages and no others.

use super::images::glob;
use super::table::{Table, table};

const ARCHIVES: Table = table!("vendor-archives.tsv");

/// Whether a text names a maker's archive that is known.
pub fn names_vendor_archive(text: &str) -> bool {
    ARCHIVES.all().any(|row| text.contains(row.key()))
}

/// Whether the maker's archive that a text names may have a package: `https://apt.postgresql.org/pub/repos/apt` has `libpq-dev`, and no
/// `python`. `None`: the text names none that is known. Of several it is enough that one has it.
pub fn vendor_archive_has(text: &str, package: &str) -> Option<bool> {
    let rows = ARCHIVES.all().filter(|row| text.contains(row.key()));
    let answers = rows.map(|row| row.words(1).any(|it| glob(it, package)));
    answers.reduce(|one, other| one || other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archives_have_what_their_makers_make() {
        let pgdg = "deb http://apt.postgresql.org/pub/repos/apt bookworm-pgdg main";
        assert_eq!(vendor_archive_has(pgdg, "postgresql-client-15"), Some(true));
        assert_eq!(vendor_archive_has(pgdg, "python"), Some(false));
        let own = "add-apt-repository ppa:someone/anything";
        assert_eq!(vendor_archive_has(own, "python"), None);
        assert!(names_vendor_archive(pgdg) && !names_vendor_archive(own));
        for row in ARCHIVES.all() {
            assert!(!row.column(1).is_empty(), "{}", row.line());
        }
    }
}
