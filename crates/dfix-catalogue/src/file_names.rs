//! What the name of a file tells of it.

use super::table::{Row, Table, table};

const NAMES: Table = table!("file-names.tsv");

/// What may be said of a file by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileMark {
    /// It is of an application that is run from its files.
    Application,
    /// It may well be what `ADD` unpacks.
    Archive,
    /// A folder of a project that holds nothing which the application runs.
    Aside,
    /// It lies beside Dockerfiles that build something else: settings of servers, scripts, notes.
    Beside,
    /// It is a program in Java that is packed.
    JavaArchive,
    /// It is a private key, or holds some: root alone may often read it.
    Key,
    /// It may name programs that are started: a script, settings of what starts others.
    MayStart,
    /// A script that builds or installs by the means of its language, and by no package of the distribution.
    NoApt,
    /// It is none of Dockerfile's kind, even where it is called after one: what editors leave, notes, patches.
    NoDockerfile,
    /// It is code that Node runs, or that is made into such.
    NodeSource,
    /// It is a package that another program takes as it is, and an archive by the way.
    Package,
    /// It is packed, or tells of what is: what was in it is used, not the file.
    Packed,
    /// It is text, or of a format that `ADD` does not unpack (it knows tar, plain or compressed, and
    /// nothing else).
    Plain,
    /// A shell that a person types into reads or writes it, and nothing else does.
    Prompt,
    /// It says how a project is built, and lies where that is done.
    Project,
    /// A framework reads it when the application starts, whatever the sources say: what it names is used.
    ReadAtStart,
    /// It is source that something compiles.
    Source,
    /// Other files are made from it, by a program that puts values in.
    Template,
    /// Applications write files of this name: logs, databases, results.
    Written,
}

impl FileMark {
    const fn word(self) -> &'static str {
        match self {
            FileMark::Application => "application",
            FileMark::Archive => "archive",
            FileMark::Aside => "aside",
            FileMark::Beside => "beside",
            FileMark::JavaArchive => "java-archive",
            FileMark::Key => "key",
            FileMark::MayStart => "may-start",
            FileMark::NoApt => "no-apt",
            FileMark::NoDockerfile => "no-dockerfile",
            FileMark::NodeSource => "node-source",
            FileMark::Package => "package",
            FileMark::Packed => "packed",
            FileMark::Plain => "plain",
            FileMark::Prompt => "prompt",
            FileMark::Project => "project",
            FileMark::ReadAtStart => "read-at-start",
            FileMark::Source => "source",
            FileMark::Template => "template",
            FileMark::Written => "written",
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
    let ending = || {
        let at = name.bytes().rposition(|b| b == b'.')?;
        let ending = &name[at..];
        let has_capitals = ending.bytes().any(|b| b.is_ascii_uppercase());
        Some(if has_capitals {
            has(&ending.to_ascii_lowercase())
        } else {
            has(ending)
        })
    };
    has(name) || ending() == Some(true)
}

/// Whether a file of this name, which may end in a pattern, says what is to be installed and is nothing else of
/// an application: `package-lock.json`, `requirements*.txt`.
pub fn is_manifest(name: &str) -> bool {
    let is = |row: Row| row.lists(1, ' ', "manifest");
    let literal = &name[..name.find(['*', '?', '[']).unwrap_or(name.len())];
    let mut beginnings = literal.char_indices().map(|(at, c)| at + c.len_utf8());
    beginnings.any(|end| NAMES.row(&literal[..end]).is_some_and(is))
        || (literal != name && !literal.is_empty() && NAMES.starting_with(literal).any(is))
}

/// Whether a file of this name is a tool's, by a part of it: settings, or what tests and does not serve.
pub fn is_file_of_a_tool(name: &str) -> bool {
    let is = |part: &str| NAMES.row(part).is_some_and(|row| row.lists(1, ' ', "tool"));
    let mut dots = name.match_indices('.').map(|(at, _)| at);
    let Some(first) = dots.next() else {
        return false;
    };
    let mut start = first;
    is(&name[..=first])
        || dots.any(|end| {
            let part = &name[start..=end];
            start = end;
            is(part)
        })
}

/// Whether a file of this name may be a Dockerfile, or something that one is made from or built by:
/// `web.dockerfile.template`, `Dockerfile2`.
pub fn may_be_dockerfile(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("dockerfile") || name.contains("containerfile")
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
            FileMark::Aside,
            FileMark::JavaArchive,
            FileMark::Key,
            FileMark::MayStart,
            FileMark::NoApt,
            FileMark::NoDockerfile,
            FileMark::NodeSource,
            FileMark::Package,
            FileMark::Packed,
            FileMark::Plain,
            FileMark::Beside,
            FileMark::Project,
            FileMark::Prompt,
            FileMark::ReadAtStart,
            FileMark::Source,
            FileMark::Template,
            FileMark::Written,
        ];
        for row in NAMES.all() {
            let mut words = row.words(1);
            let is_known = |it| {
                matches!(it, "manifest" | "tool") || marks.iter().any(|mark| mark.word() == it)
            };
            assert!(words.all(is_known), "{}", row.line());
        }
    }

    #[test]
    fn parts_of_names_tell_what_files_are() {
        for name in [
            "package.json",
            "package*.json",
            "requirements-dev.txt",
            "p*",
            ".yarnrc.yml",
        ] {
            assert!(is_manifest(name), "{name}");
        }
        for name in ["packages", "server.js", "*", "", "x*"] {
            assert!(!is_manifest(name), "{name}");
        }
        for name in [
            "webpack.prod.js",
            "babel.config.js",
            "app.test.ts",
            "types.d.ts",
        ] {
            assert!(is_file_of_a_tool(name), "{name}");
        }
        for name in ["server.js", "config.js", "environment.js", "test", "d.ts"] {
            assert!(!is_file_of_a_tool(name), "{name}");
        }
    }
}
