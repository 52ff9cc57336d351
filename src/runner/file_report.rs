//! What came of a file.

use std::path::PathBuf;
use std::sync::Arc;

use dfix_codemods::Match;
use dfix_engine::Outcome;
use dfix_launch::inline;

use super::holder::holder;
use super::known::KnownOfFile;
use crate::config::ConfigError;
use crate::file_error::FileError;
use crate::select::Weights;

/// What came of one file.
#[derive(Debug)]
pub(crate) struct FileReport {
    /// The file, as it is to be named.
    pub(crate) path: PathBuf,
    /// Its text before; empty where it could not be read, or the job does not concern it.
    pub(crate) before: Arc<str>,
    /// What the engine made of it; none where it did not come to that.
    pub(crate) outcome: Option<Outcome>,
    /// What a pattern found, where that is shown.
    pub(crate) matches: Vec<Match>,
    /// What was looked at, where that was asked for.
    pub(crate) notes: Vec<String>,
    /// How much its findings matter.
    pub(crate) weights: Weights,
    /// What is wrong with its configuration, for which reason it was left.
    pub(crate) misconfigured: Option<Box<ConfigError>>,
    /// What its baseline says of it, or of each Dockerfile in it.
    pub(crate) known: Vec<KnownOfFile>,
    /// Whether it was left: nothing is told of it then.
    pub(crate) is_left: bool,
    /// How many files it is the report of: several where all were left for one reason.
    pub(crate) stands_for: usize,
    /// What went wrong.
    pub(crate) errors: Vec<FileError>,
}

impl FileReport {
    /// Nothing yet of a file with this text.
    pub(super) fn new(path: PathBuf, before: Arc<str>) -> Self {
        FileReport {
            path,
            before,
            outcome: None,
            matches: Vec::new(),
            notes: Vec::new(),
            weights: Weights::default(),
            misconfigured: None,
            known: Vec::new(),
            is_left: false,
            stands_for: 1,
            errors: Vec::new(),
        }
    }

    pub(crate) fn failed(path: PathBuf, error: FileError) -> Self {
        FileReport {
            errors: vec![error],
            ..FileReport::new(path, Arc::from(""))
        }
    }

    /// Of a file whose configuration cannot be used.
    pub(super) fn misconfigured(path: PathBuf, error: &ConfigError) -> Self {
        let told = FileError::new(format!("its configuration cannot be used: {error}"));
        FileReport {
            misconfigured: Some(Box::new(error.clone())),
            ..FileReport::failed(path, told)
        }
    }

    /// Of a file that the job does not concern: its text is not kept.
    pub(super) fn unconcerned(path: PathBuf) -> Self {
        let text: Arc<str> = Arc::from("");
        FileReport {
            outcome: Some(Outcome {
                text: Arc::clone(&text),
                rounds: Vec::new(),
                remaining: Vec::new(),
                refused: Vec::new(),
                errors: Vec::new(),
            }),
            ..FileReport::new(path, text)
        }
    }

    /// Of a file that is left.
    pub(super) fn left(path: PathBuf) -> Self {
        FileReport {
            is_left: true,
            ..FileReport::unconcerned(path)
        }
    }

    /// The Dockerfiles in it, as they were before: its text, or what is known of those that stand in it.
    pub(crate) fn dockerfiles(&self) -> Vec<String> {
        let Some(holder) = holder(&self.path, &self.before) else {
            return vec![self.before.to_string()];
        };
        let inlines = inline::read(holder, &self.before);
        let all = inlines.map(|it| it.all).unwrap_or_default();
        let known = all.iter().filter_map(|it| it.said.as_ref().ok());
        known.map(|it| it.text().to_owned()).collect()
    }

    /// Forgets the texts and what was found, which take most of the memory.
    pub(crate) fn forget(&mut self) {
        self.before = Arc::from("");
        self.outcome = None;
        self.matches = Vec::new();
    }

    /// The text after all fixes, if it differs.
    pub(crate) fn after(&self) -> Option<&str> {
        let outcome = self.outcome.as_ref()?;
        (outcome.text != self.before).then_some(&*outcome.text)
    }
}
