//! What parts of Python's own library, and of those that serve files, need of the system.
//!
//! Source: docker-library/python (its slim images leave Tk out) and the documentation of `mimetypes`, which reads
//! `/etc/mime.types`.

use super::table::{Row, Table, table};

const LIBRARY: Table = table!("python-library.tsv");
const MODULES: Table = table!("python-modules.tsv");

/// Whether a module (`os`, `os.path`) is of Python's standard library, in any version from 2.7 on.
///
/// Source: `sys.stdlib_module_names`, and the lists of what was removed in "What's New in Python".
pub fn is_of_python(module: &str) -> bool {
    let top = module.split('.').next().unwrap_or(module);
    MODULES.row(top).is_some()
}

/// What a Python source needs of the system by something that it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LibraryNeed {
    /// The module that it imports, or the name in its code.
    pub name: &'static str,
    /// The Debian package that has it.
    pub package: &'static str,
}

/// What importing a module (`tkinter`, `tkinter.ttk`) needs of the system.
pub fn need_of_module(module: &str) -> Option<LibraryNeed> {
    let top = module.split('.').next().unwrap_or(module);
    LIBRARY
        .row(top)
        .filter(|row| row.column(1) == "imports")
        .map(need)
}

/// What starting a module (`python -m http.server`) needs of the system, where importing it needs nothing.
pub fn need_of_started_module(module: &str) -> Option<LibraryNeed> {
    LIBRARY
        .row(module)
        .filter(|row| row.column(1) == "starts")
        .map(need)
}

/// What the names that stand in the code of a source need of the system.
pub fn needs_of_names(code: &str) -> impl Iterator<Item = LibraryNeed> {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let stands = move |name: &str| {
        code.match_indices(name).any(|(at, _)| {
            let before = code[..at].chars().next_back();
            let after = code[at + name.len()..].chars().next();
            !before.is_some_and(is_of_name) && !after.is_some_and(is_of_name)
        })
    };
    let names = LIBRARY.all().filter(|row| row.column(1) == "names");
    names.filter(move |row| stands(row.key())).map(need)
}

fn need(row: Row) -> LibraryNeed {
    LibraryNeed {
        name: row.key(),
        package: row.column(2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_and_names_tell_what_they_need() {
        let package = |module: &str| need_of_module(module).map(|need| need.package);
        assert_eq!(package("tkinter.ttk"), Some("libtk8.6"));
        assert_eq!(package("mimetypes"), Some("media-types"));
        assert_eq!(package("http.server"), None);
        let started = need_of_started_module("http.server");
        assert_eq!(started.map(|need| need.package), Some("media-types"));
        assert_eq!((package("os"), package("send_file")), (None, None));
        let names = |code: &str| {
            needs_of_names(code)
                .map(|need| need.name)
                .collect::<Vec<_>>()
        };
        assert_eq!(names("return send_file(x)"), ["send_file"]);
        assert!(names("resend_file(x); send_files").is_empty());
        for row in LIBRARY.all() {
            assert!(
                matches!(row.column(1), "imports" | "names" | "starts"),
                "{row:?}"
            );
        }
    }
}
