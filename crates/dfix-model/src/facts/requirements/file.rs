//! pip's requirements files, with those that they name.

use super::lines::{Line, line, lines};
use super::{Requirement, Requirements, normal_python_name, project};
use crate::context::{Answer, Context};
use crate::facts::workdir::join;

/// How many files are read for one answer.
const MOST_FILES: usize = 64;

/// Reads the file at `path` of the context and those that it names.
pub(super) fn read(context: &dyn Context, path: &str, all: &mut Requirements) {
    if all.files.contains(path) {
        return;
    }
    if all.files.len() >= MOST_FILES {
        all.doubt("what the files ask for: there are too many".to_owned());
        return;
    }
    all.files.insert(path.to_owned());
    let text = match context.read(path) {
        Answer::Found(text) => text,
        Answer::Absent => {
            all.doubt(format!("{path} is not in the context"));
            return;
        }
        Answer::Unknown(reason) => {
            all.doubt(reason);
            return;
        }
    };
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let inner = |name: &str| join(folder, name).trim_start_matches('/').to_owned();
    for line in lines(&text) {
        match line {
            Line::File(name) if name.is_empty() || name.contains("://") => {
                all.doubt(format!("what {name} asks for"));
            }
            Line::File(name) => read(context, &inner(&name), all),
            Line::Local(place) => {
                let (place, extras) = place.split_once('[').unwrap_or((&place, ""));
                let extras = extras.trim_end_matches(']');
                project::read(context, &inner(place), extras, all);
            }
            line => take(line, path, all),
        }
    }
}

/// The requirements that the words of a command, or a list in a project's file, write as in a file.
pub(super) fn words(text: &str, source: &str, all: &mut Requirements) {
    match line(text) {
        Some(Line::Local(place)) => all.doubt(format!("what {place} needs")),
        Some(Line::File(name)) => all.doubt(format!("what {name} asks for")),
        Some(line) => take(line, source, all),
        None => {}
    }
}

/// What a line says by itself.
fn take(line: Line, source: &str, all: &mut Requirements) {
    let (name, specifier) = match line {
        Line::Package { name, version, .. } => (name, version.map(|v| v.replace(' ', ""))),
        Line::Repository {
            name: Some(name), ..
        }
        | Line::Archive {
            name: Some(name), ..
        }
        | Line::Wheel {
            name: Some(name), ..
        } => (name, None),
        Line::Repository { folder, .. } => {
            let place = folder.unwrap_or_default();
            return all.doubt(format!("what the repository {place} needs"));
        }
        Line::Archive { address, .. } => return all.doubt(format!("what {address} needs")),
        Line::Wheel { place, .. } => return all.doubt(format!("what {place} needs")),
        Line::Unknown(text) => return all.doubt(format!("what `{text}` in {source} asks for")),
        // Conditions ask for nothing; files and folders are read by who knows where they are.
        Line::Local(_) | Line::File(_) | Line::Constraints(_) | Line::NoBinary(_) => return,
    };
    all.known.push(Requirement {
        name: normal_python_name(&name),
        specifier,
        source: source.to_owned(),
    });
}
