//! What programs that build applications leave in the folder of a project.

use super::table::{Row, Table, table};

const OUTPUTS: Table = table!("build-outputs.tsv");
const CACHES: Table = table!("build-caches.tsv");

/// What a program leaves that builds an application.
#[derive(Clone, Copy, Debug)]
pub struct BuildOutputs {
    row: Row,
}

/// What a program leaves with this first word: `next build`. None: nothing is known of it.
pub fn build_outputs(program: &str, first: Option<&str>) -> Option<BuildOutputs> {
    let mut rows = OUTPUTS.rows(program);
    let row =
        rows.find(|row| row.lists(1, ' ', ".") || first.is_some_and(|it| row.lists(1, ' ', it)))?;
    Some(BuildOutputs { row })
}

impl BuildOutputs {
    /// The folders that it makes below the one where it is called.
    pub fn folders(self) -> impl Iterator<Item = &'static str> {
        self.row.words(2).filter(|it| *it != "-")
    }

    /// The words of the project's settings, and the variables, that name another folder.
    pub fn moved_by(self) -> impl Iterator<Item = &'static str> {
        self.row.words(3)
    }
}

/// The folder in which a program, called with this first word, keeps what it fetches or makes on the way to what it builds:
/// nobody runs it. Below where it is called, or of the image.
///
/// Sources: doc.rust-lang.org/cargo, "Build Cache"; go.dev/ref/mod, "Module cache", with the GOPATH of docker-library/golang.
pub fn build_cache(program: &str, first: Option<&str>) -> Option<&'static str> {
    let row = CACHES.row(program)?;
    first
        .is_some_and(|it| row.lists(1, ' ', it))
        .then(|| row.column(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caches_of_builds() {
        assert_eq!(build_cache("cargo", Some("build")), Some("target"));
        assert_eq!(build_cache("go", Some("mod")), Some("/go/pkg/mod"));
        assert_eq!(build_cache("go", Some("version")), None);
        assert_eq!(build_cache("go", None), None);
    }

    #[test]
    fn builds_are_told_by_their_first_word() {
        let next = build_outputs("next", Some("build")).expect("it is in the table");
        assert_eq!(next.folders().collect::<Vec<_>>(), [".next"]);
        assert_eq!(next.moved_by().collect::<Vec<_>>(), ["distDir"]);
        let checks = build_outputs("eslint", None).expect("it is in the table");
        assert_eq!(checks.folders().count(), 0);
        assert!(build_outputs("next", Some("start")).is_none());
    }
}
