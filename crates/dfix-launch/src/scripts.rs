//! Scripts of shells that people and machines run to build and start images: `run.sh`, `scripts/deploy.sh`, `start.bat`,
//! `build.ps1`.

use crate::docker_words::{At, launches_in, speaks_of_containers};
use crate::files::{Files, FolderLaunches, MOST_FILES};
use crate::launch::{Launch, Mount, MountKind, Place, Source};
use crate::path::{folder_of, join, name_of};
use crate::shell::{Dialect, Shell};

/// The endings of scripts, and how they are written.
const ENDINGS: [(&str, Dialect); 6] = [
    ("bash", Dialect::Posix),
    ("bat", Dialect::Cmd),
    ("cmd", Dialect::Cmd),
    ("ps1", Dialect::PowerShell),
    ("sh", Dialect::Posix),
    ("zsh", Dialect::Posix),
];

/// Folders of scripts, which mostly have no ending there and are run from the folder around.
pub(crate) const FOLDERS: [&str; 5] = ["bin", "hack", "script", "scripts", "tools"];

/// Words in the names of scripts without an ending elsewhere: `run-docker`.
const NAMES: [&str; 12] = [
    "build",
    "compose",
    "container",
    "deploy",
    "dev",
    "docker",
    "launch",
    "run",
    "serve",
    "setup",
    "start",
    "up",
];

/// How many folders around a script, or another file, it may be run from.
pub(crate) const MOST_AROUND: usize = 4;

/// Reads the scripts of a folder.
pub(crate) fn read(files: &dyn Files, folder: &str, names: &[String], found: &mut FolderLaunches) {
    let scripts = names
        .iter()
        .filter_map(|name| Some((name, dialect_of(folder, name)?)));
    for (name, dialect) in scripts.take(MOST_FILES) {
        // What cannot be read is no text that speaks of images.
        let text = join(folder, name).and_then(|path| Some((files.read(&path).ok()??, path)));
        let Some((text, path)) = text.filter(|(text, _)| speaks_of_containers(text)) else {
            continue;
        };
        // Without a first line that says so, a shell runs it.
        let is_script = name.contains('.') || is_of_shell(&text) || !text.starts_with("#!");
        let launches = Some(()).filter(|()| is_script);
        let launches = launches.map(|()| launches_of(files, &path, &text, dialect));
        let copied = copied_into_roots_home(&path, &text);
        for mut launch in launches.unwrap_or_default() {
            found.note(&path);
            launch.mounts.extend_from_slice(&copied);
            found.launches.push(launch);
        }
    }
}

fn dialect_of(folder: &str, name: &str) -> Option<Dialect> {
    if let Some((_, ending)) = name.rsplit_once('.') {
        let known = ENDINGS.iter().find(|(it, _)| *it == ending);
        return known.map(|(_, dialect)| *dialect);
    }
    let mut words = name.split(['-', '_']);
    let is_one = FOLDERS.contains(&name_of(folder)) || words.any(|it| NAMES.contains(&it));
    (is_one && !name.ends_with('/')).then_some(Dialect::Posix)
}

/// Whether the first line says that a shell runs it: `#!/usr/bin/env bash`.
fn is_of_shell(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    first.starts_with("#!") && first.trim_end().ends_with("sh")
}

/// What a script builds and starts. It is run from its own folder or one around it: from the first in which the
/// Dockerfiles lie that it builds.
fn launches_of(files: &dyn Files, path: &str, text: &str, dialect: Dialect) -> Vec<Launch> {
    let at = At {
        files,
        source: Source::Script,
        file: path,
        name: "",
    };
    let mut own = None;
    for folder in around(folder_of(path)).take(MOST_AROUND) {
        let mut shell = Shell::new(Some(folder.to_owned()))
            .within_script(path)
            .with_dialect(dialect);
        let launches = launches_in(&mut shell, text, 1, at);
        let builds = launches.iter().filter_map(|it| it.build.as_ref());
        let mut dockerfiles = builds.filter_map(|it| it.dockerfile.as_deref());
        if dockerfiles.all(|it| is_there(files, it)) {
            return launches;
        }
        own.get_or_insert(launches);
    }
    own.unwrap_or_default()
}

/// What a script copies into root's home in a container, or tells in a comment to copy there: `docker cp models
/// CONTAINER:/root/.models`. Which container it is, mostly stands where the script is run; it counts for all that the script
/// starts, like a mount that is only read.
fn copied_into_roots_home(path: &str, text: &str) -> Vec<Mount> {
    let copied = text.lines().enumerate().filter_map(|(number, line)| {
        let programs = ["docker cp ", "podman cp ", "compose cp ", "container cp "];
        let (_, rest) = programs.iter().find_map(|it| line.split_once(it))?;
        let mut operands = rest
            .split_whitespace()
            .map(|it| it.trim_matches(['"', '\'', '`']))
            .filter(|it| !it.starts_with('-') || *it == "-");
        let (source, target) = (operands.next()?, operands.next()?);
        let (_, target) = target.split_once(':')?;
        let is_roots = target == "/root" || target.starts_with("/root/");
        is_roots.then(|| Mount {
            kind: MountKind::Host(source.to_owned()),
            target: target.to_owned(),
            is_read_only: true,
            place: Place {
                file: path.to_owned(),
                line: number + 1,
            },
        })
    });
    copied.collect()
}

/// A folder and those around it, up to the root of the repository.
fn around(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |folder| {
        (!folder.is_empty()).then(|| folder_of(folder))
    })
}

/// Whether a Dockerfile is there.
pub(crate) fn is_there(files: &dyn Files, dockerfile: &str) -> bool {
    let names = files.list(folder_of(dockerfile));
    let name = name_of(dockerfile);
    names
        .iter()
        .any(|it| it == name || name == "Dockerfile" && it == "dockerfile")
}

#[cfg(test)]
mod tests {
    use super::{ENDINGS, FOLDERS, NAMES};

    #[test]
    fn the_tables_are_sorted() {
        assert!(ENDINGS.is_sorted_by(|a, b| a.0 < b.0));
        assert!(FOLDERS.is_sorted_by(|a, b| a < b));
        assert!(NAMES.is_sorted_by(|a, b| a < b));
    }
}
