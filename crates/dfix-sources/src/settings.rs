//! Files of settings and data, in whatever format: the paths and the low ports that they name. Told from their lines.

use crate::address::begins_by_library;
use crate::items::is_new;
use crate::named::{is_of_path, path_of};
use crate::source::Named;
use crate::tables::{is_left_out, language, setting};

/// What a file of settings names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// The absolute paths.
    pub named: Vec<Named>,
    /// The paths that lead out of the folder they are told from, whichever that is, with their lines: `../logs/app.log`.
    pub above: Vec<(String, usize)>,
    /// Ports below 1024 that a key `port`, or one that ends so, gives, with their lines.
    pub ports: Vec<(u16, usize)>,
}

/// So many bytes of a file are read,
const MOST_BYTES: usize = 200_000;

/// and so many of a line.
const MOST_OF_A_LINE: usize = 4_000;

/// So many paths are told.
const MOST_NAMED: usize = 400;

/// Whether a file of this name may hold settings of an application: neither those of tools that build it nor what says
/// what is installed.
pub fn may_be_settings(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let is_environment = lower.starts_with(".env");
    let ending = lower.rsplit_once('.').map_or("", |(_, ending)| ending);
    let mut beginnings = lower.match_indices(['.', '-']).map(|(at, _)| &lower[..at]);
    let is_of_a_tool = (lower.starts_with('.') && !is_environment)
        || is_left_out("settings", &lower)
        || beginnings.any(|it| is_left_out("settings", it));
    (is_environment || language("settings", ending).is_some()) && !is_of_a_tool
}

/// What a file of settings names: `named` with a line for each, by the lines of the text without comments.
pub fn read_settings(text: &str) -> Settings {
    let mut found = Settings::default();
    let mut read = 0;
    for (number, line) in text.lines().enumerate() {
        read += line.len() + 1;
        if read > MOST_BYTES || found.named.len().max(found.above.len()) > MOST_NAMED {
            break;
        }
        let said = line.trim_start();
        let is_comment =
            said.starts_with(['#', ';', '!']) || said.starts_with("//") || said.starts_with("<!--");
        if is_comment || line.len() > MOST_OF_A_LINE {
            continue;
        }
        let (mut after_variable, mut in_variable) = (false, false);
        for part in said.split_inclusive(ends_value) {
            // What is behind a variable is no path of its own: `${DIR}/app.log`.
            let is_rest = after_variable;
            after_variable = part.ends_with('}');
            let value = part.strip_suffix(ends_value).unwrap_or(part);
            let value = match value.split_once(':') {
                // What a variable is where nobody sets it: `${DIR:/data}`, `${DIR:-/data}`.
                Some((_, default)) if in_variable => default.trim_start_matches('-'),
                _ => value,
            };
            in_variable = part.ends_with("${");
            if let Some(path) = path_above(value).filter(|_| !is_rest) {
                found.above.push((path.to_owned(), number + 1));
            }
            let Some(path) = path_of(value, false).filter(|_| !is_rest) else {
                continue;
            };
            let named = Named {
                path: path.to_owned(),
                may_be_route: false,
                begins_by_library: begins_by_library(value),
                is_told_as_place: false,
                line: number + 1,
            };
            if is_new(&found.named, &named) {
                found.named.push(named);
            }
        }
        if let Some(port) = low_port(said) {
            found.ports.push((port, number + 1));
        }
    }
    found
}

fn ends_value(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '"' | '\'' | '=' | ',' | '[' | ']' | '(' | ')' | '{' | '}' | '>' | '<'
        )
}

/// A path that leads out of a folder, and back into none that is a variable's.
fn path_above(value: &str) -> Option<&str> {
    let path = value.trim_end_matches([';', '/']);
    let inside = path.trim_start_matches("../");
    (path.starts_with("../") && !inside.is_empty() && path.bytes().all(is_of_path)).then_some(path)
}

/// The port below 1024 that a line gives to a key: `port: 80`, `"httpPort": "80"`, `<port>80</port>`.
fn low_port(line: &str) -> Option<u16> {
    let lower = line.to_ascii_lowercase();
    lower.match_indices("port").find_map(|(at, word)| {
        let rest = lower[at + word.len()..]
            .trim_start_matches(['"', '\''])
            .trim_start();
        let rest = rest.strip_prefix([':', '=', '>'])?.trim_start();
        let rest = rest.trim_start_matches(['"', '\'']);
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let is_whole = !rest[digits..].starts_with(|c: char| c.is_alphanumeric() || c == '.');
        let port = rest[..digits].parse().ok()?;
        let is_peers = || {
            let before = lower[..at].trim_end_matches(|c: char| c.is_alphanumeric() || c == '_');
            let key = lower[before.len()..at + word.len()].to_ascii_uppercase();
            setting("*", &key) == Some("peer")
        };
        (is_whole && (1..1024).contains(&port) && !is_peers()).then_some(port)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(text: &str) -> Vec<(String, usize)> {
        let named = read_settings(text).named;
        named.into_iter().map(|it| (it.path, it.line)).collect()
    }

    #[test]
    fn settings_name_paths() {
        let cases = [
            (
                r#"{"log": {"file": "/var/log/app.log"}}"#,
                "/var/log/app.log",
            ),
            ("[app]\ndata_dir = /data", "/data"),
            ("  filename: /var/log/app.log", "/var/log/app.log"),
            ("dir = \"/cache\"", "/cache"),
            ("<file>/var/log/a.log</file>", "/var/log/a.log"),
            ("DATA_DIR=/data/${NAME}", "/data"),
            ("upload-dir: ${UPLOAD_DIR:/uploads}", "/uploads"),
            ("dir: \"${DIR:-/data}\"", "/data"),
            ("a.dir=${a.b:${DIR:/data}}/x", "/data"),
        ];
        for (text, path) in cases {
            assert_eq!(
                paths(text).first().map(|it| it.0.as_str()),
                Some(path),
                "{text}"
            );
        }
        assert_eq!(
            paths("# /data\n; /data\n// /data\nurl: https://a/b\nx: a/b\nfile=${DIR}/a.log"),
            []
        );
    }

    #[test]
    fn settings_name_paths_above() {
        for (text, path) in [
            (
                r#"{"log_file": "../logs/bot.log"}"#,
                Some("../logs/bot.log"),
            ),
            ("dir: ../../data/", Some("../../data")),
            ("a=../x;", Some("../x")),
            ("a: ..", None),
            ("a: ../", None),
            ("a: ${X}/../b", None),
            ("a: ../*.log", None),
            ("# ../data", None),
        ] {
            let above = read_settings(text).above;
            assert_eq!(above.first().map(|it| &*it.0), path, "{text}");
        }
    }

    #[test]
    fn settings_name_low_ports() {
        for text in [
            r#"{"port": 80}"#,
            "httpPort: '80'",
            "port = 80",
            "<port>80</port>",
            "HTTP_PORT=80",
        ] {
            assert_eq!(read_settings(text).ports, [(80, 1)], "{text}");
        }
        for text in [
            "port: 8080",
            "support: yes",
            "# port: 80",
            "ports: 80",
            "port: 80.5",
            "port: 0",
            "SMTP_PORT=587",
            "export sftp_port=22",
        ] {
            assert!(read_settings(text).ports.is_empty(), "{text}");
        }
    }

    #[test]
    fn names_tell_settings() {
        for name in [
            "config.json",
            "app.ini",
            "logging.yml",
            ".env",
            ".env.production",
            "a.conf",
            "my.toml",
        ] {
            assert!(may_be_settings(name), "{name}");
        }
        for name in [
            "package.json",
            "package-lock.json",
            "tsconfig.build.json",
            "pyproject.toml",
            "docker-compose.yml",
            ".eslintrc.json",
            "a.py",
            "poetry.lock",
            "nginx.conf",
            "uwsgi.ini",
        ] {
            assert!(!may_be_settings(name), "{name}");
        }
    }
}
