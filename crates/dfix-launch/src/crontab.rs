//! Crontabs. Source: crontab(5) of cron and cronie.

use crate::files::{Files, FolderLaunches};
use crate::launch::{Launch, Place, Source, Start, Variable};
use crate::path::{folder_of, is_dockerfile, join, name_of};

/// Users whose names begin no command.
const USERS: [&str; 10] = [
    "abc", "apache", "app", "appuser", "daemon", "django", "nginx", "nobody", "root", "www-data",
];

/// Reads the crontabs of a folder.
pub(crate) fn read(files: &dyn Files, folder: &str, names: &[String], found: &mut FolderLaunches) {
    let is_folder_of_crontabs = name_of(folder) == "cron.d";
    for name in names.iter().filter(|name| !name.ends_with('/')) {
        let is_named_so = name == "crontab"
            || name == "crontab.txt"
            || [".cron", ".crontab"].iter().any(|end| name.ends_with(end));
        // cron passes over names with a dot there.
        let is_crontab = is_named_so || is_folder_of_crontabs && !name.contains('.');
        // `Dockerfile.cron` is what builds the image of one.
        let is_crontab = is_crontab && !is_dockerfile(name);
        let Some(path) = join(folder, name).filter(|_| is_crontab) else {
            continue;
        };
        let Some(text) = found.text(files, &path) else {
            continue;
        };
        found.note(&path);
        read_file(&path, &text, found);
    }
}

fn read_file(path: &str, text: &str, found: &mut FolderLaunches) {
    let folder = name_of(folder_of(path));
    let has_users = folder == "cron.d" || folder == "etc";
    let mut environment: Vec<Variable> = Vec::new();
    let mut is_told = false;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let place = Place {
            file: path.to_owned(),
            line: number + 1,
        };
        if let Some((name, value)) = variable(line) {
            environment.retain(|it| it.name != name);
            environment.push(Variable {
                name: name.to_owned(),
                value: Some(value.to_owned()),
                place,
            });
            continue;
        }
        let Some(rest) = behind_the_time(line) else {
            if is_told {
                continue;
            }
            is_told = true;
            found.unread(
                path,
                number + 1,
                "a line",
                "it begins with no time of cron's",
            );
            continue;
        };
        let (user, command) = match first_word(rest) {
            (word, behind) if has_users || is_user(word, behind) => (Some(word), behind),
            _ => (None, rest),
        };
        if command.is_empty() {
            found.unread(path, number + 1, "a line", "it has no command");
            continue;
        }
        let command = before_input(command);
        let name = name_of(first_word(&command).0).to_owned();
        let mut launch = Launch::new(Source::Crontab, place, name);
        launch.command = Some(Start::Shell(command));
        launch.user = user.map(str::to_owned);
        launch.environment.clone_from(&environment);
        found.launches.push(launch);
    }
}

/// `NAME = value`
fn variable(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once('=')?;
    let name = name.trim();
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_name = !name.is_empty()
        && name.chars().all(is_letter)
        && !name.starts_with(|c: char| c.is_ascii_digit());
    is_name.then(|| (name, value.trim().trim_matches(['"', '\''])))
}

fn first_word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    let end = text.find([' ', '\t']).unwrap_or(text.len());
    (&text[..end], text[end..].trim_start())
}

/// What stands behind `@daily` or the five fields of a time.
fn behind_the_time(line: &str) -> Option<&str> {
    if line.starts_with('@') {
        return Some(first_word(line).1);
    }
    let mut rest = line;
    for _ in 0..5 {
        let (field, behind) = first_word(rest);
        let is_time = |c: char| c.is_ascii_alphanumeric() || "*/,-?#~".contains(c);
        if field.is_empty() || !field.chars().all(is_time) {
            return None;
        }
        rest = behind;
    }
    Some(rest)
}

/// Whether a word before a command is a user, where the format does not say: one that is no program, or whose home
/// the command is in.
fn is_user(word: &str, behind: &str) -> bool {
    USERS.contains(&word) || !word.is_empty() && behind.starts_with(&format!("/home/{word}/"))
}

/// A command without its input: cron ends it at the first `%`.
fn before_input(command: &str) -> String {
    let mut text = String::new();
    let mut letters = command.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if letters.peek() == Some(&'%') => text.extend(letters.next()),
            '%' => break,
            letter => text.push(letter),
        }
    }
    text.trim_end().to_owned()
}
