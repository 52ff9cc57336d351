//! What the settings of a server show of the rights that it needs.

use dfix_catalogue::programs::Program;
use dfix_catalogue::{FolderMark, ServerSetting, folder_above, sets};

use crate::context::Answer;
use crate::handles::Stage;
use crate::path;

/// What a file of the application shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shows {
    /// Nothing that asks for root.
    Nothing,
    /// It changes to another user by itself.
    Drops,
    /// It listens on this port, below 1024.
    LowPort(u16),
    /// It names this place, which is root's, as one to write to.
    Writes(String),
    /// It cannot be read.
    Unread,
}

/// The settings file that a server is given, if it is given one: `gunicorn -c conf.py`, `uwsgi app.ini`.
pub(super) fn settings_file(program: Program, words: &[&str]) -> Option<String> {
    let is_option = |text: &str| program.settings_options().any(|option| option == text);
    words.iter().enumerate().find_map(|(i, word)| {
        if program.is_settings_file(word) {
            return Some(word.rsplit('=').next().unwrap_or(word).to_owned());
        }
        let value = match word.split_once('=') {
            Some((option, value)) if option.starts_with("--") && is_option(option) => value,
            None if is_option(word) => words.get(i + 1)?,
            _ => return None,
        };
        Some(value.trim_start_matches("file:").to_owned())
    })
}

/// Reads a settings file of a server.
pub(super) fn of_settings(stage: Stage<'_>, path: &str) -> Shows {
    match stage.read_final(path) {
        Answer::Found(text) => of_text(&text, path),
        Answer::Absent | Answer::Unknown(_) => Shows::Unread,
    }
}
fn of_text(text: &str, path: &str) -> Shows {
    for line in text.lines() {
        let line = line.split(['#', ';']).next().unwrap_or(line);
        let is_ruby = path.rsplit_once('.').is_some_and(|(_, e)| e == "rb");
        let parts = if is_ruby {
            line.trim().split_once([' ', '('])
        } else {
            line.split_once(['=', ':'])
        };
        let Some((key, value)) = parts else {
            continue;
        };
        let value = if is_ruby {
            value
                .split(',')
                .next()
                .unwrap_or(value)
                .trim_end_matches(')')
        } else {
            value
        };
        let key = key.trim().trim_matches(['"', '\'']);
        let value = value.trim().trim_matches(['"', '\'', ',', '[', ']']);
        if sets(key, ServerSetting::User) && !value.is_empty() && value != "None" {
            return Shows::Drops;
        }
        if sets(key, ServerSetting::Port) {
            let port = value.rsplit(':').next().and_then(|p| p.parse::<u16>().ok());
            if let Some(port) = port.filter(|p| (1..1024).contains(p)) {
                return Shows::LowPort(port);
            }
        }
        let path = value.trim_start_matches("unix:").trim_start_matches("//");
        if sets(key, ServerSetting::Writes) && is_roots(path) {
            return Shows::Writes(path.to_owned());
        }
    }
    Shows::Nothing
}

/// Whether only root may write there. An application's log or socket below `/var` needs a folder that
/// packages make for root.
fn is_roots(place: &str) -> bool {
    is_roots_place(place) || path::below(place, "/var").is_some()
}

/// Whether only root may write there in almost every image.
pub(super) fn is_roots_place(place: &str) -> bool {
    folder_above(place, FolderMark::Root).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read() {
        let shows = |text: &str| of_text(text, "conf.py");
        assert_eq!(shows("[uwsgi]\nuid = www-data\n"), Shows::Drops);
        assert_eq!(shows("bind = '0.0.0.0:80'\n"), Shows::LowPort(80));
        let ruby = |text: &str| of_text(text, "config/unicorn.rb");
        assert_eq!(
            ruby("pid \"/var/run/app.pid\"\n"),
            Shows::Writes("/var/run/app.pid".to_owned())
        );
        assert_eq!(ruby("user 'www-data', 'www-data'\n"), Shows::Drops);
        assert_eq!(ruby("port 80\n"), Shows::LowPort(80));
        assert_eq!(ruby("listen 3000, tcp_nopush: true\n"), Shows::Nothing);
        assert_eq!(
            shows("bind = '0.0.0.0:8000'\nworkers = 2\n"),
            Shows::Nothing
        );
        assert_eq!(
            shows("pidfile = '/var/run/g.pid'\n"),
            Shows::Writes("/var/run/g.pid".to_owned())
        );
    }
}
