//! The sources of the build context that an interpreter is given to run, with those of the project that they load.

use std::collections::BTreeSet;
use std::sync::Arc;

use dfix_catalogue::programs::Mark;

use crate::context::Answer;
use crate::facts::call_site::CallSite;
use crate::facts::sources::{imports, known_words, required};
use crate::handles::{Command, Given, Word};
use crate::path::{ImagePath, folder_of, has_ending};

/// So many files are read for one command.
const MOST_FILES: usize = 100;

/// A source that an interpreter runs or loads.
#[derive(Debug, Clone)]
pub struct GivenSource {
    /// Its path in the image.
    pub path: ImagePath,
    /// Its text.
    pub text: Arc<str>,
}

impl GivenSource {
    /// The programs that it starts, each as its words, as far as they are known.
    pub fn started(&self) -> Vec<Vec<String>> {
        let source = dfix_sources::read(self.path.as_str(), &self.text);
        let guessed = ["text.py", "text.js"];
        let all: Vec<_> = match source {
            Some(source) => vec![source],
            None => guessed
                .iter()
                .filter_map(|name| dfix_sources::read(name, &self.text))
                .collect(),
        };
        let programs = all.into_iter().flat_map(|source| source.programs);
        programs
            .map(|program| known_words(&program.command))
            .collect()
    }
}

/// What an interpreter is given to run.
#[derive(Debug, Clone, Default)]
pub struct GivenSources {
    /// What was read, the file that is named first.
    pub read: Vec<GivenSource>,
    /// The file that was not read; none where all was, or where the build context is known not to hold it.
    pub unread: Option<String>,
    /// Whether only the build or the container can tell what it is given.
    pub is_open: bool,
    /// The file that it is given, of which the build context is known to hold none.
    pub absent: Option<String>,
}

impl Command<'_> {
    /// The sources of the build context that it gives to the interpreter that it is, with those of the project that they
    /// load; `None` where it is no interpreter.
    pub fn given_sources(self) -> Option<GivenSources> {
        given_sources(self)
    }
}

fn given_sources(command: Command<'_>) -> Option<GivenSources> {
    let mut walk = Walk {
        site: CallSite::of(command),
        seen: BTreeSet::new(),
        found: GivenSources::default(),
    };
    let given = match command.interpreting() {
        Some(call) => call.given,
        None if command.is_marked(Mark::RunsScript) => {
            let file = command.args().find(|word| !word.starts_with("-"));
            let is_text = command.args().any(|word| word.is("-e") || word.is("-r"));
            match file {
                Some(word) if is_text => Given::Text(Some(word)),
                Some(word) if word.is_known() => Given::File(word),
                Some(_) => Given::Unknown,
                None => Given::Nothing,
            }
        }
        None => return None,
    };
    match given {
        Given::File(word) => walk.file(word),
        Given::Module(module, _) => {
            let folder = walk.site.folder();
            walk.module(module, folder.as_ref());
        }
        Given::Text(Some(word)) => {
            let text: Arc<str> = Arc::from(word.source_text());
            walk.found.read.push(GivenSource {
                path: walk
                    .site
                    .folder()
                    .unwrap_or_else(ImagePath::root)
                    .join("the text of its option"),
                text,
            });
        }
        Given::Unknown => walk.found.is_open = true,
        Given::Text(None) | Given::Nothing => {}
    }
    Some(walk.found)
}

struct Walk<'m> {
    site: CallSite<'m>,
    seen: BTreeSet<String>,
    found: GivenSources,
}

impl Walk<'_> {
    /// The file that the command names.
    fn file(&mut self, word: Word<'_>) {
        let Some(written) = word.value() else {
            self.found.is_open = true;
            return;
        };
        let path = self.site.path(written);
        match (path, self.site.read(written)) {
            (Some(path), Answer::Found(text)) => self.source(path, &text),
            (_, Answer::Absent) => self.found.absent = Some(written.to_owned()),
            (_, Answer::Found(_) | Answer::Unknown(_)) => {
                self.found.unread = Some(written.to_owned());
            }
        }
    }

    /// A file that a source loads; none is there where the module is an installed one.
    fn loaded(&mut self, path: &ImagePath) -> bool {
        match self.site.read(path.as_str()) {
            Answer::Found(text) => {
                self.source(path.clone(), &text);
                true
            }
            Answer::Absent | Answer::Unknown(_) => false,
        }
    }

    fn source(&mut self, path: ImagePath, text: &Arc<str>) {
        if self.found.read.len() >= MOST_FILES || !self.seen.insert(path.as_str().to_owned()) {
            return;
        }
        let beside = ImagePath::new(folder_of(path.as_str()));
        let is_python = !has_ending(path.as_str(), ".rb") && !has_ending(path.as_str(), "js");
        self.found.read.push(GivenSource {
            path,
            text: text.clone(),
        });
        if is_python {
            for import in imports(text) {
                // Each dot after the first is a folder up.
                let up = "../".repeat(import.dots.saturating_sub(1));
                self.module(&import.module, Some(&beside.join(&up)));
            }
        }
        for path in required(text) {
            for ending in ["", ".js", ".mjs", ".cjs", "/index.js", ".rb"] {
                if self.loaded(&beside.join(&format!("{path}{ending}"))) {
                    break;
                }
            }
        }
    }

    fn module(&mut self, module: &str, beside: Option<&ImagePath>) {
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
        if module.is_empty() || !module.chars().all(is_name) {
            return;
        }
        let path = module.replace('.', "/");
        let folder = self.site.folder();
        for folder in [beside, folder.as_ref()].into_iter().flatten() {
            for ending in [".py", "/__init__.py", "/__main__.py"] {
                self.loaded(&folder.join(&format!("{path}{ending}")));
            }
        }
    }
}
