//! Files that set names: lines of `key=value` (Java properties, `.env`), Spring's YAML, and what tells Java's loggers where
//! they write.

mod annotations;
mod logging;
mod names;
mod spring;

use crate::source::Source;
use names::set;

/// How a file says what it sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    /// Lines of `key=value`; the kind of them in the table.
    Lines(&'static str),
    Spring,
    Logging,
}

impl Format {
    fn of(name: &str) -> Option<Self> {
        if name == ".env" || name.starts_with(".env.") || name == ".flaskenv" {
            return Some(Format::Lines(".env"));
        }
        let (stem, ending) = name.rsplit_once('.')?;
        // `application-prod.yml`, `logback-spring.xml`
        let is_called = |names: &[&str]| {
            let first = stem.split(['-', '.']).next().unwrap_or(stem);
            names.contains(&first)
        };
        match ending {
            "properties" | "env" => Some(Format::Lines("properties")),
            "yml" | "yaml" if is_called(&["application", "bootstrap"]) => Some(Format::Spring),
            "xml" if is_called(&["logback", "log4j", "log4j2"]) => Some(Format::Logging),
            _ => None,
        }
    }
}

/// Whether a file of this name is one of these.
pub(crate) fn is_named_so(name: &str) -> bool {
    Format::of(name).is_some()
}

/// Reads the file of this name into a source.
pub(crate) fn read(text: &str, file: &str, source: &mut Source) {
    match Format::of(file) {
        Some(Format::Spring) => spring::read(text, source),
        Some(Format::Logging) => logging::read(text, source),
        Some(Format::Lines(kind)) => lines(text, kind, source),
        None => lines(text, "properties", source),
    }
}

fn lines(text: &str, kind: &str, source: &mut Source) {
    for (number, line) in text.lines().enumerate() {
        let said = line.trim();
        if said.is_empty() || said.starts_with(['#', '!', ';']) {
            continue;
        }
        let Some((key, value)) = said.split_once(['=', ':']) else {
            continue;
        };
        let key = key.trim().trim_start_matches("export ").trim();
        set(kind, key, value, number + 1, source);
    }
}
