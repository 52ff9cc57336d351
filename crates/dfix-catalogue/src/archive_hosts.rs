//! The archives of distributions, and the files that name archives.

use super::table::{Row, Table, table};

const HOSTS: Table = table!("archive-hosts.tsv");
const LISTS: Table = table!("list-files.tsv");

/// What an archive of a distribution has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArchiveKind {
    /// Its releases as they are.
    Own,
    /// Releases that are dead, or as they were on a day.
    Old,
}

impl ArchiveKind {
    const fn word(self) -> &'static str {
        match self {
            ArchiveKind::Own => "own",
            ArchiveKind::Old => "old",
        }
    }
}

/// Whether a text names a distribution's archive of the kind. `archive.debian.org` is one of Debian's own, too.
pub fn names_archive(text: &str, kind: ArchiveKind) -> bool {
    let mut rows = HOSTS.all();
    rows.any(|row| row.column(1) == kind.word() && text.contains(row.key()))
}

/// Parts of the paths of files that say which archives packages come from: `apt/sources.list`.
pub fn list_files() -> impl Iterator<Item = &'static str> {
    LISTS.all().map(Row::key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archives_are_named() {
        let line = "deb http://deb.debian.org/debian trixie main";
        assert!(names_archive(line, ArchiveKind::Own));
        assert!(!names_archive(line, ArchiveKind::Old));
        let old = "deb http://archive.debian.org/debian stretch main";
        assert!(names_archive(old, ArchiveKind::Old));
        assert!(names_archive(old, ArchiveKind::Own));
        assert!(!names_archive(
            "https://download.docker.com",
            ArchiveKind::Own
        ));
        assert!(list_files().any(|it| it == "apt/sources.list"));
        for row in HOSTS.all() {
            assert!(matches!(row.column(1), "own" | "old"), "{}", row.line());
        }
    }
}
