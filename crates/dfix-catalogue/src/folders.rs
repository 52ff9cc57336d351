//! The folders that images have, and whose they are.

use super::table::{Table, table};

const FOLDERS: Table = table!("folders.tsv");
const NAMES: Table = table!("system-names.tsv");

/// What may be said of a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FolderMark {
    /// Everything below it is the system's.
    Closed,
    /// Applications keep what they write there, where a source names it.
    Data,
    /// It is the system's, and empty in an image: some files make it their application's.
    Empty,
    /// What may be done there does not depend on who owns it.
    ForAll,
    /// Nothing that runs writes it, be it given in a way that lets it.
    NeverWritten,
    /// The system's; applications and packages have folders of their own below it.
    Own,
    /// Packages of the system put files there that differ with the release.
    Packages,
    /// Programs are found there.
    Programs,
    /// Every system has it, and everybody may read what is there.
    Readable,
    /// In almost every image only root may write there and below.
    Root,
    /// Web servers' routes begin so, too: a source that names it need not mean the folder.
    Route,
    /// Scripts that are put there run when a container starts.
    Services,
    /// It is the system's; what lies deeper need not be.
    System,
    /// Every image has it.
    There,
    /// No application reads what is there by itself.
    Unread,
}

impl FolderMark {
    const fn word(self) -> &'static str {
        match self {
            FolderMark::Closed => "closed",
            FolderMark::Data => "data",
            FolderMark::Empty => "empty",
            FolderMark::ForAll => "for-all",
            FolderMark::NeverWritten => "never-written",
            FolderMark::Own => "own",
            FolderMark::Packages => "packages",
            FolderMark::Programs => "programs",
            FolderMark::Readable => "readable",
            FolderMark::Root => "root",
            FolderMark::Route => "route",
            FolderMark::Services => "services",
            FolderMark::System => "system",
            FolderMark::There => "there",
            FolderMark::Unread => "unread",
        }
    }
}

/// Whether the folder itself has the mark. `path` is absolute, without a slash at its end.
pub fn folder_is(path: &str, mark: FolderMark) -> bool {
    FOLDERS
        .row(path)
        .is_some_and(|row| row.lists(1, ' ', mark.word()))
}

/// The deepest folder with the mark that `path` is, or lies below; `/` is nobody's parent here.
pub fn folder_above(path: &str, mark: FolderMark) -> Option<&'static str> {
    let mut path = path;
    while !path.is_empty() {
        if let Some(row) = FOLDERS.row(path)
            && row.lists(1, ' ', mark.word())
        {
            return Some(row.key());
        }
        // Paths are short: going through the bytes is quicker than a search made for long texts.
        path = &path[..path.bytes().rposition(|b| b == b'/')?];
    }
    None
}

/// Whether a folder of this name below `/var/log`, `/var/lib` and their like is the system's or a
/// package's.
pub fn is_system_name(name: &str) -> bool {
    NAMES.has(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_told_apart() {
        assert!(
            folder_is("/var/log", FolderMark::Own) && !folder_is("/var/log/x", FolderMark::Own)
        );
        assert!(folder_is("/", FolderMark::System) && !folder_is("", FolderMark::System));
        let above = |path| folder_above(path, FolderMark::Closed);
        assert_eq!(above("/usr/lib/x/y"), Some("/usr/lib"));
        assert_eq!(above("/etc"), Some("/etc"));
        assert_eq!(above("/usr/libx"), None);
        assert!(folder_above("/etc/php/7.3", FolderMark::Packages).is_some());
        assert_eq!(folder_above("/app", FolderMark::System), None);
        assert_eq!(above("app"), None);
        assert!(is_system_name("nginx") && !is_system_name("app"));
    }

    #[test]
    fn words_of_the_table_are_known() {
        let marks = [
            FolderMark::Closed,
            FolderMark::Data,
            FolderMark::Empty,
            FolderMark::ForAll,
            FolderMark::NeverWritten,
            FolderMark::Own,
            FolderMark::Packages,
            FolderMark::Programs,
            FolderMark::Readable,
            FolderMark::Root,
            FolderMark::Route,
            FolderMark::Services,
            FolderMark::System,
            FolderMark::There,
            FolderMark::Unread,
        ];
        for row in FOLDERS.all() {
            let mut words = row.words(1);
            assert!(row.key().starts_with('/'), "{}", row.line());
            assert!(
                words.all(|it| marks.iter().any(|mark| mark.word() == it)),
                "{}",
                row.line()
            );
        }
    }
}
