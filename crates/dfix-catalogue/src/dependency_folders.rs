//! Where package managers put what a project depends on, below the project itself.

use super::table::{Row, Table, table};

const FOLDERS: Table = table!("dependency-folders.tsv");
const WRITES: Table = table!("dependency-writes.tsv");
const VENDORED: Table = table!("vendored-folders.tsv");

/// A package manager that keeps a project's dependencies beside the project.
#[derive(Clone, Copy, Debug)]
pub struct DependencyFolder {
    row: Row,
}

/// That of a program, where it has one: `npm`, `composer`, `uv`.
pub fn dependency_folder(program: &str) -> Option<DependencyFolder> {
    FOLDERS.row(program).map(|row| DependencyFolder { row })
}

/// Whether a program, with this first word, writes among the dependencies that are installed already: `prisma generate`. Then
/// whose they are: `node`, `python`, `ruby`.
pub fn writes_dependencies(program: &str, first: Option<&str>) -> Option<&'static str> {
    let mut rows = WRITES.rows(program);
    let row =
        rows.find(|row| row.column(1) == "*" || first.is_some_and(|it| row.lists(1, ' ', it)))?;
    Some(row.column(2))
}

/// Whether a folder of this name in a repository holds what others have written, given whether a file or folder of a name
/// lies in it: `node_modules`, a `vendor` of Go.
///
/// Sources: `go help vendor`; getcomposer.org, "Basic usage"; bundler.io, `bundle install`; PEP 405 (`pyvenv.cfg`).
pub fn is_vendored(name: &str, holds: impl Fn(&str) -> bool) -> bool {
    let mut rows = VENDORED.rows(name).chain(VENDORED.rows("*"));
    rows.any(|row| row.words(1).all(&holds))
}

/// Whether a folder of this name holds what some package manager installs for a project: `node_modules`.
pub fn is_dependency_folder(name: &str) -> bool {
    FOLDERS
        .all()
        .any(|row| row.column(2).split('/').next_back() == Some(name))
}

impl DependencyFolder {
    /// Whether it installs with this subcommand; none is `None`.
    pub fn installs(self, subcommand: Option<&str>) -> bool {
        self.row.lists(1, ' ', subcommand.unwrap_or("."))
    }

    /// The folder, below the one that it is called in.
    pub fn folder(self) -> &'static str {
        self.row.column(2)
    }

    /// Whether the packages go elsewhere with this word.
    pub fn is_elsewhere(self, word: &str) -> bool {
        self.row.lists(3, ' ', word)
    }

    /// Words and variables of which one must be there, or the packages go elsewhere; none where that is the folder anyway.
    pub fn asked_for_by(self) -> impl Iterator<Item = &'static str> {
        self.row.words(4)
    }

    /// Options by which it is told the folder that it works in.
    pub fn folder_options(self) -> impl Iterator<Item = &'static str> {
        self.row.words(6)
    }

    /// Whether it leaves more than packages with this word, or where this variable says: `composer create-project`.
    pub fn leaves_more_with(self, word: &str) -> bool {
        self.row.lists(7, ' ', word)
    }

    /// Variables that name a folder for more than packages: `BUNDLE_BIN`.
    pub fn variables_of_more(self) -> impl Iterator<Item = &'static str> {
        let is_variable = |word: &&str| word.starts_with(|c: char| c.is_ascii_uppercase());
        self.row.words(7).filter(is_variable)
    }

    /// Variables that name another folder.
    pub fn folder_variables(self) -> impl Iterator<Item = &'static str> {
        self.row.words(5)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_told_by_the_program() {
        let npm = dependency_folder("npm").expect("it has a row");
        assert!(npm.installs(Some("ci")) && !npm.installs(None) && npm.is_elsewhere("-g"));
        assert_eq!(npm.folder(), "node_modules");
        let bundle = dependency_folder("bundle").expect("it has a row");
        assert!(bundle.leaves_more_with("--binstubs") && !bundle.leaves_more_with("install"));
        assert!(bundle.variables_of_more().eq(["BUNDLE_BIN"]));
        assert!(
            dependency_folder("yarn")
                .expect("it has a row")
                .installs(None)
        );
        let holds = |name: &str| name == "modules.txt";
        assert!(is_vendored("vendor", holds) && !is_vendored("vendor", |_| false));
        assert!(is_vendored("node_modules", |_| false) && !is_vendored("src", holds));
        assert!(is_vendored("any", |name| name == "pyvenv.cfg"));
        assert!(is_dependency_folder("bundle") && !is_dependency_folder("src"));
        assert_eq!(
            writes_dependencies("spacy", Some("download")),
            Some("python")
        );
        assert_eq!(writes_dependencies("patch-package", None), Some("node"));
        assert_eq!(writes_dependencies("prisma", Some("format")), None);
        for row in WRITES.all() {
            assert!(
                matches!(row.column(2), "node" | "python" | "ruby"),
                "{}",
                row.line()
            );
        }
    }
}
