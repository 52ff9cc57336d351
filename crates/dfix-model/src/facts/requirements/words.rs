//! What one line or one word asks for.

use super::lines::{Line, line};
use super::requirement::{Requirement, Requirements, normal_python_name};

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
pub(super) fn take(line: Line, source: &str, all: &mut Requirements) {
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
    all.ask(Requirement {
        name: normal_python_name(&name),
        specifier,
        source: source.to_owned(),
    });
}
