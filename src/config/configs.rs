//! The configurations of a run: which counts for a file, each read once.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::file;
use super::globs::Globs;
use super::hadolint::Hadolint;
use super::merged::Config;
use super::said::{ConfigError, whole};
use crate::cli::Common;

/// A usable configuration, or why there is none.
pub(crate) type Loaded = Arc<Result<Config, ConfigError>>;

/// The configurations of a run, each read once.
pub(crate) struct Configs {
    source: Source,
    /// The globs of the command line, which count more than those of the files.
    include: Globs,
    exclude: Globs,
    folders: Mutex<HashMap<PathBuf, Nearest>>,
    loaded: Mutex<HashMap<Nearest, Loaded>>,
    /// Those of files for which there are overrides, by the numbers of these.
    overridden: Mutex<HashMap<(Nearest, Vec<usize>), Loaded>>,
}

enum Source {
    Nothing,
    File(PathBuf),
    /// Up to this folder, where there is one.
    Upward(Option<PathBuf>),
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
struct Nearest {
    dfix: Option<PathBuf>,
    hadolint: Option<PathBuf>,
}

impl Configs {
    /// The files upward from each Dockerfile; or only the one that the arguments name, which is read now; or none at all.
    pub(crate) fn given(common: &Common) -> Result<Self, String> {
        let configs = Configs::from(match &common.config {
            _ if common.no_config => Source::Nothing,
            Some(file) => Source::File(file.clone()),
            None => Source::Upward(None),
        });
        if common.config.is_some() {
            let loaded = configs.of(Path::new("Dockerfile"));
            loaded.as_ref().as_ref().map_err(ToString::to_string)?;
        }
        Ok(configs)
    }

    /// The files upward from each Dockerfile, as far as this folder. It is a real path, links followed.
    pub(crate) fn within(folder: PathBuf) -> Self {
        Configs::from(Source::Upward(Some(folder)))
    }

    fn from(source: Source) -> Self {
        Configs {
            source,
            include: Globs::default(),
            exclude: Globs::default(),
            folders: Mutex::default(),
            loaded: Mutex::default(),
            overridden: Mutex::default(),
        }
    }

    /// The same with globs of the command line; fails, with a sentence, at one that is none.
    pub(crate) fn with_globs(
        mut self,
        include: &[String],
        exclude: &[String],
    ) -> Result<Self, String> {
        self.include = Globs::given(include).map_err(|it| format!("--include {it}"))?;
        self.exclude = Globs::given(exclude).map_err(|it| format!("--exclude {it}"))?;
        Ok(self)
    }

    /// The configuration of the file at `path`.
    pub(crate) fn of(&self, path: &Path) -> Loaded {
        let whole = whole(path);
        let nearest = self.nearest_of(&whole);
        let base = self.base(&nearest);
        let Ok(config) = base.as_ref() else {
            return base;
        };
        let chosen = config.overrides_for(&whole);
        if chosen.is_empty() {
            return base;
        }
        let mut overridden = self
            .overridden
            .lock()
            .expect("no thread panics with the lock");
        let key = (nearest, chosen);
        let entry = overridden.entry(key);
        entry
            .or_insert_with_key(|key| Arc::new(Ok(config.with_overrides(&key.1))))
            .clone()
    }

    /// Whether a configuration, or the command line, asks for the file at `path` although its name is none of a Dockerfile.
    pub(crate) fn includes(&self, path: &Path) -> bool {
        self.matched(path, &self.include, |config| &config.include, false)
    }

    /// Whether a configuration, or the command line, leaves out the file (or folder) at `path`.
    pub(crate) fn excludes(&self, path: &Path, is_folder: bool) -> bool {
        self.matched(path, &self.exclude, |config| &config.exclude, is_folder)
    }

    /// Whether a configuration leaves out the file at `path` even where the command line names it, as the configuration itself
    /// says, or the command line (`force`).
    pub(crate) fn forces_out(&self, path: &Path, force: bool) -> bool {
        let base = self.base(&self.nearest_of(&whole(path)));
        let config = base.as_ref().as_ref().ok();
        let forces = config.and_then(|it| it.force_exclude.as_ref());
        (force || forces.is_some_and(|it| it.it)) && self.excludes(path, false)
    }

    fn matched(
        &self,
        path: &Path,
        given: &Globs,
        globs: impl Fn(&Config) -> &Globs,
        is_folder: bool,
    ) -> bool {
        let whole = whole(path);
        if let Some(said) = given.say(&whole, is_folder) {
            return said;
        }
        if matches!(self.source, Source::Nothing) {
            return false;
        }
        let config = self.base(&self.nearest_of(&whole));
        let Ok(config) = config.as_ref() else {
            return false;
        };
        globs(config).fit(&whole, is_folder)
    }

    /// What the files say, for whatever path.
    fn base(&self, nearest: &Nearest) -> Loaded {
        let mut loaded = self.loaded.lock().expect("no thread panics with the lock");
        if let Some(known) = loaded.get(nearest) {
            return known.clone();
        }
        let fresh: Loaded = Arc::new(self.load(nearest));
        loaded.insert(nearest.clone(), fresh.clone());
        fresh
    }

    fn load(&self, nearest: &Nearest) -> Result<Config, ConfigError> {
        let mut config = Config::default();
        if let Some(file) = &nearest.dfix {
            let folder = match &self.source {
                // One that is named on the command line is for what is there, wherever it lies itself.
                Source::File(_) => whole(Path::new(".")),
                _ => file.parent().unwrap_or(Path::new("/")).to_owned(),
            };
            let within = match &self.source {
                Source::Upward(last) => last.as_deref(),
                _ => None,
            };
            config = file::read(file, &folder, within)?;
        }
        if let Some(file) = &nearest.hadolint {
            let hadolint = Hadolint::of(file, &file::text_of(file)?)?;
            config.layers.insert(0, hadolint.layer());
            config.files.push(file.clone());
        }
        Ok(config)
    }

    fn nearest_of(&self, whole: &Path) -> Nearest {
        match &self.source {
            Source::Nothing => Nearest::default(),
            Source::File(file) => Nearest {
                dfix: Some(file.clone()),
                hadolint: None,
            },
            Source::Upward(_) => whole
                .parent()
                .map(|it| self.nearest(it))
                .unwrap_or_default(),
        }
    }

    fn nearest(&self, folder: &Path) -> Nearest {
        if let Some(known) = self
            .folders
            .lock()
            .expect("no thread panics with the lock")
            .get(folder)
        {
            return known.clone();
        }
        let here = |name: &str| Some(folder.join(name)).filter(|file| is_meant(file));
        let mut nearest = Nearest {
            dfix: here("dfix.toml"),
            hadolint: here(".hadolint.yaml").or_else(|| here(".hadolint.yml")),
        };
        let is_last = matches!(&self.source, Source::Upward(Some(last)) if last == folder);
        if !is_last && (nearest.dfix.is_none() || nearest.hadolint.is_none()) {
            let above = folder
                .parent()
                .map(|it| self.nearest(it))
                .unwrap_or_default();
            nearest.dfix = nearest.dfix.or(above.dfix);
            nearest.hadolint = nearest.hadolint.or(above.hadolint);
        }
        self.folders
            .lock()
            .expect("no thread panics with the lock")
            .insert(folder.to_owned(), nearest.clone());
        nearest
    }
}

/// Whether a file is there, or a link that leads nowhere: it was meant to be read, and is told then. A folder of that name is no
/// configuration.
fn is_meant(file: &Path) -> bool {
    let found = file.symlink_metadata();
    found.is_ok_and(|it| it.is_file() || it.is_symlink() && !file.is_dir())
}
