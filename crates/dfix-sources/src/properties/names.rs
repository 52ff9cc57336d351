//! What it tells that a name is set: ports, paths, databases.

use crate::address::file_of_jdbc;
use crate::items::port_of;
use crate::source::{Port, Source, Variable, Write};
use crate::tables;
use crate::value::{Base, Folded, Text, Value};

/// What it tells that a name is set, by the table for this kind of file.
pub(super) fn set(kind: &str, key: &str, written: &str, line: usize, source: &mut Source) {
    let value = written.trim().trim_matches(['"', '\'']);
    let value = folded(value, source, line);
    match tables::setting(kind, key) {
        Some("port") => {
            let port = Folded::Text(value).into_value(|text| port_of(&text.written), written);
            if !matches!(port, Value::Unknown(_)) {
                source.ports.push(Port { port, line });
            }
        }
        Some("database") => {
            if let Some(file) = file_of_database(&value) {
                written_to(file, false, line, source);
            }
        }
        // An empty place is none, and neither is one in a store of the network.
        Some("writes" | "folder") if value.is_complete && is_elsewhere(&value.written) => {}
        Some(kind @ ("writes" | "folder")) => written_to(value, kind == "folder", line, source),
        _ => {}
    }
}

fn is_elsewhere(place: &str) -> bool {
    let is_address = place.contains("://") && !place.starts_with("file:");
    is_address || place.is_empty() || place.starts_with("classpath:")
}

/// What is written to a path.
pub(super) fn written_to(path: Text, is_folder: bool, line: usize, source: &mut Source) {
    let written = path.written.clone();
    let path = Folded::Text(path).into_value(|text| Some(text.place()), &written);
    source.writes.push(Write {
        path,
        folder: None,
        is_told_by_callers: false,
        is_folder,
        line,
    });
}

/// The file that an address of a database within the process names.
fn file_of_database(address: &Text) -> Option<Text> {
    let path = file_of_jdbc(&address.written)?;
    let file = match path.strip_prefix("~/") {
        Some(below) => Text::of(Base::Home, below),
        None => Text::plain(path),
    };
    Some(file.depending_on(address))
}

/// A value with `${NAME:default}` of Spring in it.
fn folded(value: &str, source: &mut Source, line: usize) -> Text {
    let mut text = Text::plain("");
    let mut rest = value;
    while let Some((before, behind)) = rest.split_once("${") {
        let Some((inner, after)) = behind.split_once('}') else {
            break;
        };
        text.written.push_str(before);
        let (name, default) = match inner.split_once(':') {
            Some((name, default)) => (name, Some(default.trim_start_matches('-'))),
            None => (inner, None),
        };
        text.variables.push(name.to_owned());
        text.is_complete &= default.is_some();
        text.written.push_str(default.unwrap_or_default());
        let is_variable = !name.is_empty()
            && name
                .chars()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
        if is_variable {
            let default = default.map(str::to_owned);
            source.variables.push(Variable {
                name: Value::Known(name.to_owned()),
                default,
                line,
            });
        }
        rest = after;
    }
    text.written.push_str(rest);
    text
}
