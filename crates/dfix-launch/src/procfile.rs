//! A `Procfile`: a line a process. Source: Heroku's documentation, "The Procfile".

use crate::files::{Files, FolderLaunches};
use crate::launch::{Launch, Place, Source, Start};
use crate::path::join;

/// Reads the Procfiles of a folder: `Procfile` itself, and those for other purposes (`Procfile.dev`).
pub(crate) fn read(files: &dyn Files, folder: &str, names: &[String], found: &mut FolderLaunches) {
    let is_procfile = |name: &&String| {
        let rest = name.strip_prefix("Procfile");
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.') && !rest.ends_with('/'))
    };
    for name in names.iter().filter(is_procfile) {
        let Some(path) = join(folder, name) else {
            continue;
        };
        let Some(text) = found.text(files, &path) else {
            continue;
        };
        found.note(&path);
        let mut is_told = false;
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let place = Place {
                file: path.clone(),
                line: number + 1,
            };
            let is_name = |name: &str| {
                let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
                !name.is_empty() && name.chars().all(is_letter)
            };
            match line.split_once(':').filter(|(name, _)| is_name(name)) {
                Some((name, command)) => {
                    let mut launch = Launch::new(Source::Procfile, place, name);
                    launch.command = Some(Start::Shell(command.trim().to_owned()));
                    found.launches.push(launch);
                }
                None if is_told => {}
                None => {
                    is_told = true;
                    found.unread(&path, number + 1, "a line", "it names no process");
                }
            }
        }
    }
}
