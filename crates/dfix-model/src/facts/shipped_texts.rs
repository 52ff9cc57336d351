//! The texts of the build context that are shipped and may start programs, beside the sources of the application:
//! scripts, settings of supervisors, services, jobs and servers.

use std::collections::BTreeSet;
use std::sync::Arc;

use dfix_catalogue::{FileMark, file_is, may_be_dockerfile};

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

/// A line of a shipped text.
#[derive(Debug, Clone, Copy)]
pub struct ShippedLine<'m> {
    /// The path of the text in the build context.
    pub file: &'m str,
    /// The number of the line, from 1.
    pub number: usize,
    /// What stands there.
    pub text: &'m str,
}

impl ShippedText {
    /// Its lines that are no comments; the first line of a script, which says what runs it, is among them.
    pub fn lines(&self) -> impl Iterator<Item = ShippedLine<'_>> {
        let all = self.text.lines().enumerate();
        let said = all.filter(|(at, text)| {
            let text = text.trim_start();
            let is_comment = text.starts_with(['#', ';']) || text.starts_with("//");
            !is_comment || (*at == 0 && text.starts_with("#!"))
        });
        said.map(|(at, text)| ShippedLine {
            file: &self.path,
            number: at + 1,
            text,
        })
    }

    /// Whether a name stands in a line that is no comment.
    pub fn says(&self, name: &str) -> bool {
        self.lines().any(|line| line.text.contains(name))
    }
}

impl<'m> ShippedLine<'m> {
    /// How a message names it: "start.sh (line 3)".
    pub fn place(&self) -> String {
        format!("{} (line {})", self.file, self.number)
    }

    /// The absolute paths that it names.
    pub fn paths(&self) -> impl Iterator<Item = &'m str> {
        absolute_paths(self.text)
    }
}

/// The absolute paths that a text names.
pub fn absolute_paths(text: &str) -> impl Iterator<Item = &str> {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '_' | '-');
    let parts = text.split(move |c| !is_of_name(c));
    parts.filter(|part| part.starts_with('/'))
}

struct Texts(Vec<ShippedText>);

impl<'m> Stage<'m> {
    /// The texts of the build context that it ships and that may name programs which are started: scripts, sources,
    /// settings of supervisors, services, jobs and servers. What is not read is left out.
    pub fn shipped_texts(self) -> &'m [ShippedText] {
        shipped_texts(self)
    }
}

fn shipped_texts(stage: Stage<'_>) -> &[ShippedText] {
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
        Answer::Found(names) if !names.is_empty() || path.is_empty() => Some(names),
        _ => None,
    }
}

/// Whether a file of this name may name programs that are started in the container: what builds it is none.
fn may_start(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let starts = ["docker-compose", "compose."];
    if may_be_dockerfile(name) || starts.iter().any(|it| lower.starts_with(it)) {
        return false;
    }
    file_is(name, FileMark::MayStart) || !name.trim_start_matches('.').contains('.')
}
