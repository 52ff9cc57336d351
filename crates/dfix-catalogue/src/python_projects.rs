//! What the words of Python's packaging tell beside what is known of each package: extras, files of projects.

use super::packages::normal_python_name;
use super::table::{Table, table};

const EXTRAS: Table = table!("python-extras.tsv");
const ALONE: Table = table!("python-alone.tsv");
const BUILDS: Table = table!("python-builds.tsv");

/// What a word of a project's own files tells of its build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProjectBuild {
    /// It compiles native parts.
    Compiles,
    /// It takes its version from the repository that it lies in, with git.
    VersionFromGit,
}

/// Whether all that an extra of a Python package brings along is known to have wheels or to be pure
/// Python: `standard` of `uvicorn`.
pub fn extra_has_wheels(package: &str, extra: &str) -> bool {
    EXTRAS
        .row(&normal_python_name(package))
        .is_some_and(|row| row.lists(1, ' ', extra) || row.column(1) == "*")
}

/// The packages of which each brings the libraries that a Python package loads else, or asks for them itself: `psycopg-binary`
/// and `psycopg-c` of `psycopg`.
pub fn bring_its_libraries(package: &str) -> impl Iterator<Item = String> {
    let name = normal_python_name(package);
    let extras = EXTRAS.row(&name).map_or("", |row| row.column(2));
    let extras = extras.split_whitespace();
    extras.map(move |extra| format!("{name}-{extra}"))
}

/// Whether a Python package brings nothing along that must be compiled, whatever pip knows of wheels.
pub fn comes_alone(package: &str) -> bool {
    ALONE.has(&normal_python_name(package))
}

/// The word of the text of a `pyproject.toml`, a `setup.py` or a `setup.cfg` that tells this of the
/// project, if there is one.
pub fn project_build_word(text: &str, what: ProjectBuild) -> Option<&'static str> {
    let wanted = match what {
        ProjectBuild::Compiles => "compiles",
        ProjectBuild::VersionFromGit => "version",
    };
    BUILDS
        .all()
        .filter(|row| row.column(1) == wanted)
        .map(super::table::Row::key)
        .find(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_projects_are_known() {
        assert!(extra_has_wheels("Uvicorn", "standard") && extra_has_wheels("sentry_sdk", "x"));
        assert!(!extra_has_wheels("uvicorn", "x") && !extra_has_wheels("unknown", "standard"));
        let of_psycopg: Vec<String> = bring_its_libraries("Psycopg").collect();
        assert_eq!(of_psycopg, ["psycopg-binary", "psycopg-c"]);
        assert!(bring_its_libraries("uvicorn").next().is_none());
        assert!(comes_alone("Flask") && !comes_alone("numpy"));
        let setup = "from Cython.Build import cythonize";
        assert_eq!(
            project_build_word(setup, ProjectBuild::Compiles),
            Some("Cython")
        );
        assert_eq!(
            project_build_word(setup, ProjectBuild::VersionFromGit),
            None
        );
        for row in BUILDS.all() {
            assert!(
                matches!(row.column(1), "compiles" | "version"),
                "{}",
                row.line()
            );
        }
    }
}
