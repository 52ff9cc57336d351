//! pip's requirements files, with those that they name.

use super::lines::{Line, lines};
use super::project;
use super::requirement::Requirements;
use super::words::take;
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
