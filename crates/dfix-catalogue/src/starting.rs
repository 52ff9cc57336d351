//! What starts other programs: programs by themselves, modules of the sources of applications, files that are
//! sourced.

use super::table::{Table, table};

const MODULES: Table = table!("starting-modules.tsv");
const PROGRAMS: Table = table!("started-programs.tsv");
const MANAGERS: Table = table!("starts-managers.tsv");
const HARMLESS: Table = table!("harmless-files.tsv");
const SOURCES: Table = table!("source-endings.tsv");

/// Whether a source in Python or JavaScript uses a module that starts programs.
pub fn mentions_starting(source: &str) -> bool {
    MODULES.all().any(|row| source.contains(row.key()))
}

/// The programs that a program starts itself, whatever it is told: `ps` for `concurrently`.
pub fn started_by(program: &str) -> impl Iterator<Item = &'static str> + use<> {
    PROGRAMS
        .row(program)
        .into_iter()
        .flat_map(|row| row.words(1))
}

/// The package manager of the system that a program may run itself, told these words: `apt-get` for `playwright install
/// --with-deps`. A word that is not known, `None`, may be any.
pub fn manager_run_by(program: &str, words: &[Option<&str>]) -> Option<&'static str> {
    let row = MANAGERS
        .row(program)
        .filter(|row| row.column(1) == "program")?;
    let is_there =
        |it: &str| it == "*" || words.iter().any(|word| word.is_none_or(|word| word == it));
    let mut ways = row.column(2).split('|');
    let is_told = ways.any(|way| way.split(' ').all(is_there));
    is_told.then(|| row.column(3))
}

/// The package manager of the system that a module of Python (`apt`, `apt.cache`) is there to run.
pub fn manager_of_module(module: &str) -> Option<&'static str> {
    let top = module.split('.').next().unwrap_or(module);
    let row = MANAGERS.row(top).filter(|row| row.column(1) == "imports")?;
    Some(row.column(3))
}

/// Whether the words that a program is given are shell texts that it runs: `concurrently "npm run a"`.
pub fn runs_texts(program: &str) -> bool {
    PROGRAMS
        .row(program)
        .is_some_and(|row| row.column(2) == "texts")
}

/// The program that runs a source of this name, where its first line names none: `ts-node` for `api.ts`. None where the
/// ending is of no language that is known, or of a shell's.
pub fn interpreter_by_ending(name: &str) -> Option<&'static str> {
    let (_, ending) = name.rsplit_once('.')?;
    let row = SOURCES.row(&ending.to_ascii_lowercase())?;
    Some(row.column(1))
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
        assert!(mentions_starting("import subprocess") && !mentions_starting("import os"));
        assert!(started_by("concurrently").eq(["ps"]) && started_by("node").next().is_none());
        let run = |text: &str| {
            let mut words = text.split(' ').map(|it| (it != "?").then_some(it));
            let program = words.next().flatten().expect("named");
            manager_run_by(program, &words.collect::<Vec<_>>())
        };
        assert_eq!(run("playwright install --with-deps"), Some("apt-get"));
        assert_eq!(run("playwright install-deps chromium"), Some("apt-get"));
        assert_eq!(run("playwright ?"), Some("apt-get"));
        assert_eq!(
            (run("playwright install"), run("rosdep update")),
            (None, None)
        );
        assert_eq!(run("ansible-playbook"), Some("apt-get"));
        assert_eq!((run("abxpkg install"), run("node x")), (None, None));
        assert_eq!(manager_of_module("apt.cache"), Some("apt-get"));
        assert_eq!(
            (manager_of_module("gdebi"), manager_of_module("os")),
            (None, None)
        );
        for row in MANAGERS.all() {
            assert!(matches!(row.column(1), "imports" | "program"), "{row:?}");
        }
        assert_eq!(interpreter_by_ending("src/api.TS"), Some("ts-node"));
        assert_eq!(interpreter_by_ending("a.sh"), None);
        assert_eq!(interpreter_by_ending("py"), None);
        assert!(runs_texts("concurrently") && !runs_texts("apt-key"));
        for path in [
            "/opt/venv/bin/activate",
            "/etc/profile",
            "/root/.cargo/bin/cargo",
            "/app/env/bin/flask",
            "/root/py_env/bin/python",
        ] {
            assert!(is_harmless_file(path), "{path}");
        }
        assert!(!is_harmless_file("/app/run.sh"));
        assert!(!is_harmless_file("/root/pyenv/bin/pyenv"));
    }
}
