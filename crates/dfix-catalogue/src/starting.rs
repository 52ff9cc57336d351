//! What starts other programs: programs by themselves, calls in the sources of applications, files that are
//! sourced.

use super::table::{Row, Table, table};

const CALLS: Table = table!("starting-calls.tsv");
const PROGRAMS: Table = table!("started-programs.tsv");
const HARMLESS: Table = table!("harmless-files.tsv");

/// The calls of Python and JavaScript that start the program that they are given: `subprocess.run(`.
pub fn calls_that_start() -> impl Iterator<Item = &'static str> {
    CALLS
        .all()
        .filter(|row| row.column(1) == "call")
        .map(Row::key)
}

/// Whether a source in Python or JavaScript uses a module that starts programs.
pub fn mentions_starting(source: &str) -> bool {
    CALLS
        .all()
        .any(|row| row.column(1) == "module" && source.contains(row.key()))
}

/// The programs that a program starts itself, whatever it is told: `ps` for `concurrently`.
pub fn started_by(program: &str) -> impl Iterator<Item = &'static str> + use<> {
    PROGRAMS
        .row(program)
        .into_iter()
        .flat_map(|row| row.words(1))
}

/// Whether the words that a program is given are shell texts that it runs: `concurrently "npm run a"`.
pub fn runs_texts(program: &str) -> bool {
    PROGRAMS
        .row(program)
        .is_some_and(|row| row.column(2) == "texts")
}

/// Whether a file is known to call nothing of the system when it is sourced or run: what makes a virtual
/// environment active, a profile, a program of such an environment.
pub fn is_harmless_file(path: &str) -> bool {
    HARMLESS.all().any(|row| {
        let pattern = row.key();
        let middle = pattern.trim_matches('*');
        match (pattern.starts_with('*'), pattern.ends_with('*')) {
            (true, true) => path.contains(middle),
            (true, false) => path.ends_with(middle),
            (false, true) => path.starts_with(middle),
            (false, false) => path == middle,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_starts_programs_is_told() {
        assert!(calls_that_start().any(|call| call == "Popen("));
        assert!(mentions_starting("import subprocess") && !mentions_starting("import os"));
        assert!(started_by("concurrently").eq(["ps"]) && started_by("node").next().is_none());
        assert!(runs_texts("concurrently") && !runs_texts("apt-key"));
        for path in [
            "/opt/venv/bin/activate",
            "/etc/profile",
            "/root/.cargo/bin/cargo",
        ] {
            assert!(is_harmless_file(path), "{path}");
        }
        assert!(!is_harmless_file("/app/run.sh"));
        for row in CALLS.all() {
            assert!(matches!(row.column(1), "call" | "module"), "{}", row.line());
        }
    }
}
