//! How a file asks for a version of a language beside that of its image: `uv venv --python 3.12`, `UV_PYTHON=3.12`.

use super::table::{Table, table};

const REQUESTS: Table = table!("version-requests.tsv");

/// How a version of a language is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VersionRequest {
    /// A program is called with all of these words; a blank stands between them. Behind one that ends with `=` stands the version.
    Call(&'static str, &'static str),
    /// The value of this variable.
    Variable(&'static str),
}

/// The ways in which a version of a language is asked for.
pub fn version_requests(language: &str) -> impl Iterator<Item = VersionRequest> {
    REQUESTS.rows(language).map(|row| {
        let what = row.column(2);
        if row.column(1) == "variable" {
            return VersionRequest::Variable(what);
        }
        let (program, words) = what.split_once(' ').unwrap_or((what, ""));
        VersionRequest::Call(program, words)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read() {
        for row in REQUESTS.all() {
            assert!(
                matches!(row.column(1), "call" | "variable"),
                "{}",
                row.column(2)
            );
            assert!(!row.column(3).is_empty(), "{}", row.column(2));
        }
        let mut of_python = version_requests("python");
        assert!(of_python.any(|it| it == VersionRequest::Call("uv", "python pin")));
        assert!(
            version_requests("node").any(|it| it == VersionRequest::Call("n", "")),
            "a program alone"
        );
    }
}
