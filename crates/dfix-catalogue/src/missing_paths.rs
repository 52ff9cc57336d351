//! What programs do where a path that they are given is not there.

use super::table::{Table, table};

const MISSING_PATHS: Table = table!("missing-paths.tsv");

/// What a program does with a path that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MissingPath {
    /// It ends with an error.
    Fails,
    /// It was asked whether the path is there, and tells so by its exit code: `test -d`.
    Asks,
    /// It does as well without.
    Fine,
}

/// What the program of this name, called with these options, does with a path that is not there; `None`
/// where that is not known. `has_option` answers for the call: whether an option, as its manual spells it, is given.
pub fn missing_path(program: &str, has_option: impl Fn(&str) -> bool) -> Option<MissingPath> {
    let row = MISSING_PATHS.row(program)?;
    match row.column(1) {
        "fails" if row.words(2).any(has_option) => Some(MissingPath::Fine),
        "fails" => Some(MissingPath::Fails),
        "asks" => Some(MissingPath::Asks),
        "fine" => Some(MissingPath::Fine),
        _ => None,
    }
}
