//! Files of `key=value` lines: Java properties and `.env`.

use crate::items::port_of;
use crate::source::{Port, Source, Variable, Write};
use crate::tables;
use crate::value::{Folded, Text, Value};

/// Reads the lines into a source.
pub(crate) fn read(text: &str, file: &str, source: &mut Source) {
    let is_environment = file.starts_with(".env") || file == ".flaskenv";
    for (number, line) in text.lines().enumerate() {
        let line_number = number + 1;
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', '!', ';']) {
            continue;
        }
        let Some((key, value)) = line.split_once(['=', ':']) else {
            continue;
        };
        let key = key.trim().trim_start_matches("export ").trim();
        let value = value.trim().trim_matches(['"', '\'']);
        let value = folded(value, source, line_number);
        let kind = if is_environment { ".env" } else { "properties" };
        match tables::setting(kind, key) {
            Some("port") => {
                let port = value.into_value(|text| port_of(&text.written), line);
                if !matches!(port, Value::Unknown(_)) {
                    source.ports.push(Port {
                        port,
                        line: line_number,
                    });
                }
            }
            Some(kind @ ("writes" | "folder")) => {
                let path = value.into_value(|text| Some(text.place()), line);
                source.writes.push(Write {
                    path,
                    folder: None,
                    is_folder: kind == "folder",
                    line: line_number,
                });
            }
            _ => {}
        }
    }
}

/// A value with `${NAME:default}` of Spring in it.
fn folded(value: &str, source: &mut Source, line: usize) -> Folded {
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
    Folded::Text(text)
}
