//! What the name of a file tells of it.

use super::table::{Table, table};

const NAMES: Table = table!("file-names.tsv");

/// What may be said of a file by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileMark {
    /// It is of an application that is run from its files.
    Application,
    /// It may well be what `ADD` unpacks.
    Archive,
    /// It is code that Node runs, or that is made into such.
    NodeSource,
    /// It is packed, or tells of what is: what was in it is used, not the file.
    Packed,
    /// It is text, or of a format that `ADD` does not unpack (it knows tar, plain or compressed, and
    /// nothing else).
    Plain,
    /// A shell that a person types into reads or writes it, and nothing else does.
    Prompt,
    /// It is source that something compiles.
    Source,
}

impl FileMark {
    const fn word(self) -> &'static str {
        match self {
            FileMark::Application => "application",
            FileMark::Archive => "archive",
            FileMark::NodeSource => "node-source",
            FileMark::Packed => "packed",
            FileMark::Plain => "plain",
            FileMark::Prompt => "prompt",
            FileMark::Source => "source",
        }
    }
}

/// Whether a file of this name (without its folder) has the mark: by the whole name, or by the ending
/// behind its last dot in whatever letter case.
pub fn file_is(name: &str, mark: FileMark) -> bool {
    let has = |key: &str| {
        NAMES
            .row(key)
            .is_some_and(|row| row.lists(1, ' ', mark.word()))
    };
    let ending = name.rfind('.').map(|at| name[at..].to_ascii_lowercase());
    has(name) || ending.is_some_and(|ending| has(&ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_files_are() {
        assert!(file_is("app.tar.gz", FileMark::Archive) && file_is("a.TGZ", FileMark::Archive));
        assert!(file_is("Makefile", FileMark::Plain) && !file_is("makefile", FileMark::Plain));
        assert!(file_is("notes.MD", FileMark::Plain) && !file_is("notes", FileMark::Plain));
        assert!(file_is(".bashrc", FileMark::Prompt) && file_is("main.c", FileMark::Source));
        assert!(!file_is("c", FileMark::Source) && !file_is("", FileMark::Plain));
        let marks = [
            FileMark::Application,
            FileMark::Archive,
            FileMark::NodeSource,
            FileMark::Packed,
            FileMark::Plain,
            FileMark::Prompt,
            FileMark::Source,
        ];
        for row in NAMES.all() {
            let mut words = row.words(1);
            assert!(
                words.all(|it| marks.iter().any(|mark| mark.word() == it)),
                "{}",
                row.line()
            );
        }
    }
}
