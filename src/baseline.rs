//! What is known: findings that were written down, so that they are not told again.
//!
//! A finding is known by its rule, its file and the text of the instruction that it stands in, not by its line.

mod lines;
mod parts;

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex};

use dfix_engine::{Finding, Left, Withhold};
use dfix_launch::inline::Holder;
use dfix_model::Model;
use dfix_syntax::{Parse, TextRange};

use crate::config::{Config, ConfigError, relative_to_cwd, whole};
use crate::console;
use crate::file_error::FileError;

pub(crate) use parts::OfFile;
use parts::{Known, Times};

/// A file of findings that are known.
#[derive(Debug)]
pub(crate) struct Baseline {
    /// The file.
    file: PathBuf,
    files: BTreeMap<String, OfFile>,
}

/// The baselines of a run, each read once.
pub(crate) struct Baselines {
    /// The one that the command line names.
    given: Option<PathBuf>,
    /// Whether they are written anew.
    pub(crate) updates: bool,
    loaded: Mutex<HashMap<PathBuf, Result<Arc<Baseline>, ConfigError>>>,
}

impl Baselines {
    /// Fails, with a sentence, where the one that is named cannot be used.
    pub(crate) fn new(given: Option<&Path>, updates: bool) -> Result<Self, String> {
        let baselines = Baselines {
            given: given.map(whole),
            updates,
            loaded: Mutex::default(),
        };
        if let Some(file) = &baselines.given {
            baselines.read(file).map_err(|it| it.to_string())?;
        }
        Ok(baselines)
    }

    /// That of a file with this configuration.
    pub(crate) fn of(&self, config: &Config) -> Result<Option<Arc<Baseline>>, ConfigError> {
        if let Some(file) = &self.given {
            return self.read(file).map(Some);
        }
        let Some(said) = &config.baseline else {
            return Ok(None);
        };
        // One that is not there is the fault of who names it.
        let read = self.read(&whole(&said.it)).map_err(|error| {
            if error.place.is_some() {
                return error;
            }
            let shown = relative_to_cwd(&error.file);
            ConfigError {
                file: said.place.file.to_path_buf(),
                place: Some((said.place.line, 1)),
                message: format!("`baseline`: {}: {}", shown.display(), error.message),
            }
        });
        read.map(Some)
    }

    fn read(&self, file: &Path) -> Result<Arc<Baseline>, ConfigError> {
        let mut loaded = self.loaded.lock().expect("no thread panics with the lock");
        if let Some(known) = loaded.get(file) {
            return known.clone();
        }
        let fresh = Baseline::read(file, self.updates).map(Arc::new);
        loaded.insert(file.to_owned(), fresh.clone());
        fresh
    }
}

impl Baseline {
    fn read(file: &Path, may_be_new: bool) -> Result<Self, ConfigError> {
        let text = match fs::read(file).map(|it| String::from_utf8_lossy(&it).into_owned()) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                if may_be_new {
                    lines::written(&BTreeMap::new())
                } else {
                    return Err(ConfigError {
                        file: file.to_owned(),
                        place: None,
                        message: "there is no such baseline; --update-baseline writes it"
                            .to_owned(),
                    });
                }
            }
            Err(error) => {
                return Err(ConfigError {
                    file: file.to_owned(),
                    place: None,
                    message: format!("the baseline cannot be read: {error}"),
                });
            }
        };
        let files = match lines::read(file, &text) {
            Err(error) if may_be_new && error.message.ends_with(lines::IS_WRITTEN_ANEW) => {
                let shown = relative_to_cwd(file);
                let why = error.message.trim_end_matches(lines::IS_WRITTEN_ANEW);
                console::note(&format!(
                    "{}: {why}, so it is written anew",
                    shown.display()
                ));
                BTreeMap::new()
            }
            read => read?,
        };
        Ok(Baseline {
            file: file.to_owned(),
            files,
        })
    }

    /// What is known of the file at `path`.
    pub(crate) fn of_file(&self, path: &Path) -> Option<&OfFile> {
        self.files.get(&self.name_of(path))
    }

    /// How the file at `path` is called in it: from the folder of the baseline on.
    fn name_of(&self, path: &Path) -> String {
        let whole = whole(path);
        let folder = self.file.parent().unwrap_or(Path::new("/"));
        let (mut here, mut there) = (
            folder.components().peekable(),
            whole.components().peekable(),
        );
        while here.peek().is_some() && here.peek() == there.peek() {
            here.next();
            there.next();
        }
        let up = here.map(|_| Component::ParentDir);
        let parts = up.chain(there).map(|it| it.as_os_str().to_string_lossy());
        parts.collect::<Vec<_>>().join("/")
    }

    /// Writes it anew with what was found in these files; of others what is known stays, unless it is to be pruned (`prunes`)
    /// and they are gone. Gives how many findings it holds, and how many it held.
    pub(crate) fn write<'f>(
        &self,
        found: impl IntoIterator<Item = (&'f Path, &'f OfFile)>,
        prunes: bool,
    ) -> Result<(usize, usize), FileError> {
        let folder = self.file.parent().unwrap_or(Path::new("/"));
        let mut files = self.files.clone();
        let found = found.into_iter().map(|(path, it)| (self.name_of(path), it));
        let found: Vec<_> = found.collect();
        let is_seen = |file: &str| found.iter().any(|it| Holder::file_of(&it.0) == Some(file));
        // Of a file with several Dockerfiles all are found, or none is.
        let is_there = |name: &str| match Holder::file_of(name) {
            Some(file) => folder.join(file).is_file() && !is_seen(file),
            None => folder.join(name).is_file(),
        };
        files.retain(|name, _| !prunes || is_there(name));
        for (name, of_file) in found {
            if of_file.is_empty() {
                files.remove(&name);
            } else {
                files.insert(name, of_file.clone());
            }
        }
        let text = lines::written(&files);
        match fs::read(&self.file) {
            Ok(before) => crate::write::replace(&self.file, &before, text.as_bytes())?,
            Err(_) => fs::write(&self.file, text)
                .map_err(|error| FileError::new(format!("cannot be written: {error}")))?,
        }
        Ok((count(&files), count(&self.files)))
    }

    /// The file, as it is to be named.
    pub(crate) fn shown(&self) -> PathBuf {
        relative_to_cwd(&self.file)
    }
}

fn count(files: &BTreeMap<String, OfFile>) -> usize {
    let times = files.values().flat_map(BTreeMap::values);
    times.map(|it| it.count).sum()
}

/// Has every fix left out, so that all that is found in a text stays.
#[derive(Debug)]
pub(crate) struct Nothing;

impl Withhold for Nothing {
    fn why_not(&self, _: &Model<'_>, _: &Finding) -> Option<String> {
        Some("it is written down".to_owned())
    }
}

/// What is found in one text, by the instructions that it stands in.
pub(crate) struct Found<'t> {
    text: &'t str,
    instructions: Vec<TextRange>,
    /// How often a rule found something in an instruction.
    groups: BTreeMap<(u32, &'static str), (TextRange, usize)>,
}

impl<'t> Found<'t> {
    /// Of findings at these places of this text.
    pub(crate) fn of<'f>(
        text: &'t str,
        parsed: &Parse,
        findings: impl Iterator<Item = (&'f Finding, TextRange)>,
    ) -> Self {
        let syntax = parsed.syntax();
        let instructions = syntax.children().filter(|it| it.kind().is_instruction());
        let mut found = Found {
            text,
            instructions: instructions.map(|it| it.text_range()).collect(),
            groups: BTreeMap::new(),
        };
        for (finding, place) in findings {
            let around = found.around(place);
            let key = (u32::from(around.start()), finding.rule);
            found.groups.entry(key).or_insert((around, 0)).1 += 1;
        }
        found
    }

    /// The instruction that a place begins in; its line, where that is none.
    fn around(&self, range: TextRange) -> TextRange {
        let at = range.start();
        let mut own = self.instructions.iter();
        if let Some(instruction) = own.find(|it| it.contains(at)) {
            return *instruction;
        }
        let offset = usize::from(at).min(self.text.len());
        let start = self.text[..offset].rfind('\n').map_or(0, |it| it + 1);
        let end = self.text[offset..].find('\n');
        let end = end.map_or(self.text.len(), |it| offset + it + 1);
        let size = |it: usize| u32::try_from(it).unwrap_or(u32::MAX).into();
        TextRange::new(size(start), size(end))
    }

    fn known(&self, rule: &str, around: TextRange) -> Known {
        let text = &self.text[usize::from(around.start())..usize::from(around.end())];
        Known {
            rule: rule.to_owned(),
            hash: lines::hash(text),
        }
    }

    /// All of it, as it is written down.
    pub(crate) fn written(&self) -> OfFile {
        let mut all = OfFile::new();
        for ((_, rule), (around, count)) in &self.groups {
            let text = &self.text[usize::from(around.start())..usize::from(around.end())];
            let times = all.entry(self.known(rule, *around));
            let times = times.or_insert_with(|| Times {
                count: 0,
                text: lines::beginning(text),
            });
            times.count += count;
        }
        all
    }

    /// What is to be written down when some of what was known (`left`) was changed on the way to `after`.
    pub(crate) fn carried(&self, known: &OfFile, left: &[Left], after: &Found<'_>) -> OfFile {
        let mut all = known.clone();
        for left in left {
            let key = (u32::from(left.within.start()), left.rule);
            let count = self.groups.get(&key).map_or(0, |it| it.1);
            if let Some(times) = all.get_mut(&self.known(left.rule, left.within)) {
                times.count = times.count.saturating_sub(count);
            }
        }
        all.retain(|_, times| times.count > 0);
        for (known, times) in after.written() {
            let there = all.entry(known).or_insert(Times {
                count: 0,
                text: times.text,
            });
            there.count += times.count;
        }
        all
    }

    /// Where what is found is known: as many as are written down, the first ones. What is found in one instruction is known
    /// as a whole or not at all. Also gives how many of what is written down are found no more.
    pub(crate) fn left(&self, known: &OfFile) -> (Vec<Left>, usize) {
        let mut known: BTreeMap<&Known, usize> =
            known.iter().map(|(it, times)| (it, times.count)).collect();
        let mut left = Vec::new();
        for ((_, rule), (around, count)) in &self.groups {
            let key = self.known(rule, *around);
            if let Some(times) = known.get_mut(&key)
                && *times >= *count
            {
                *times -= count;
                left.push(Left {
                    rule,
                    within: *around,
                });
            }
        }
        (left, known.values().sum())
    }
}
