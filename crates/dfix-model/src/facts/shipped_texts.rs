//! The texts of the build context that are shipped and may start programs, beside the sources of the application:
//! scripts, settings of supervisors, services, jobs and servers.

use std::collections::BTreeSet;
use std::sync::Arc;

use dfix_catalogue::{FileMark, file_is};

use crate::context::{Answer, Context};
use crate::facts::application_sources::{Root, roots};
use crate::handles::Stage;
use crate::path::file_name;

/// So many files are read, and so many folders are looked into.
const MOST_FILES: usize = 2_000;

/// So many bytes are read.
const MOST_BYTES: usize = 8_000_000;

/// A text that is shipped.
#[derive(Debug, Clone)]
pub struct ShippedText {
    /// Its path in the build context.
    pub path: String,
    /// The text.
    pub text: Arc<str>,
}

struct Texts(Vec<ShippedText>);

/// The texts that a stage ships; what of them is not read is left out here, see
/// [`Stage::application_sources`] for that.
pub(crate) fn shipped_texts(stage: Stage<'_>) -> &[ShippedText] {
    &stage.cached(|| Texts(find(stage))).0
}

fn find(stage: Stage<'_>) -> Vec<ShippedText> {
    let context = stage.file().context();
    let mut unread = Vec::new();
    let mut seen = BTreeSet::new();
    let (mut found, mut bytes, mut folders) = (Vec::new(), 0, 0);
    let roots = roots(stage, &mut unread, 0);
    let mut open: Vec<String> = roots
        .into_iter()
        .map(|Root { context, .. }| context)
        .collect();
    while let Some(path) = open.pop() {
        let path = path.trim_end_matches('/').to_owned();
        if !seen.insert(path.clone()) {
            continue;
        }
        match names_in(context, &path) {
            Some(names) => {
                folders += 1;
                if folders > MOST_FILES {
                    break;
                }
                let kept = names.into_iter().filter(|name| {
                    let bare = name.trim_end_matches('/');
                    let is_folder = name.ends_with('/');
                    if is_folder {
                        dfix_sources::is_application(name) && !file_is(bare, FileMark::Aside)
                    } else {
                        may_start(bare)
                    }
                });
                open.extend(kept.map(|name| match path.as_str() {
                    "" => name,
                    folder => format!("{folder}/{name}"),
                }));
            }
            None if may_start(file_name(&path))
                && found.len() < MOST_FILES
                && bytes < MOST_BYTES =>
            {
                if let Answer::Found(text) = context.read(&path) {
                    bytes += text.len();
                    found.push(ShippedText { path, text });
                }
            }
            None => {}
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// The names in a folder; `None` where it is a file.
fn names_in(context: &dyn Context, path: &str) -> Option<Vec<String>> {
    match context.list(path) {
        Answer::Found(names) if !names.is_empty() || path.is_empty() => Some(names.to_vec()),
        _ => None,
    }
}

/// Whether a file of this name may name programs that are started.
fn may_start(name: &str) -> bool {
    file_is(name, FileMark::MayStart) || !name.trim_start_matches('.').contains('.')
}
