//! What an application writes when its container runs, as far as it is known to: by its start scripts and by its own
//! sources.

use dfix_catalogue::node_package_in_itself;
use dfix_sources::{Base, Place, Value, Write, file_address};

use crate::facts::application_sources::{ApplicationSource, application_sources};
use crate::facts::filesystem::Filesystem;
use crate::facts::launches;
use crate::facts::runtime;
use crate::facts::setting::EnvValue;
use crate::facts::variables::final_env;
use crate::facts::workdir::final_workdir;
use crate::handles::{Stage, Word};
use crate::path::{ImagePath, file_name};

/// Something that is written when the container runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunTimeWrite {
    /// What is made, written or removed.
    pub path: ImagePath,
    /// Whether it is a folder.
    pub is_folder: bool,
    /// Who does it, as a message names it: `` `mkdir` in `start.sh` ``, `` `app.py` (line 5) ``.
    pub who: String,
}

impl RunTimeWrite {
    /// The folder that has to be there, and be open to whoever writes.
    pub fn folder(&self) -> ImagePath {
        let around = (!self.is_folder).then(|| self.path.parent()).flatten();
        around.unwrap_or_else(|| self.path.clone())
    }
}

/// Something that is written when the container runs, nobody can tell where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownWrite {
    /// Who does it, as a message names it: `` `app.py` (line 5) ``.
    pub who: String,
    /// How the place is written in the source, or the variable that says it.
    pub what: String,
    /// Whether whoever sends a request to the application says it.
    pub is_told_by_callers: bool,
    /// Whether it is a folder that is made.
    pub is_folder: bool,
}

/// What is written when a container runs.
#[derive(Debug, Default)]
pub struct RunTimeWrites {
    /// Where the place is known, in order.
    pub known: Vec<RunTimeWrite>,
    /// Where it is not.
    pub unknown: Vec<UnknownWrite>,
    /// The absolute places that the sources name and of which it is known that they are written, or would be if no variable
    /// named another.
    pub followed: Vec<ImagePath>,
    /// Who writes into the home of the user who runs it, where somebody does.
    pub at_home: Option<String>,
}

/// What is written when a container of the stage runs.
pub(crate) fn of(stage: Stage<'_>) -> &RunTimeWrites {
    stage.cached(|| {
        let mut all = RunTimeWrites {
            known: by_commands(stage),
            ..RunTimeWrites::default()
        };
        by_packages(stage, &mut all);
        for file in &application_sources(stage).files {
            for write in &file.source.writes {
                all.followed.extend(absolute(&write.path));
                let who = format!("`{}` (line {})", file.context_path, write.line);
                match place_of(stage, file, write) {
                    At::Place(path, is_folder) => all.known.push(RunTimeWrite {
                        path,
                        is_folder,
                        who,
                    }),
                    At::Home => {
                        all.at_home.get_or_insert(who);
                    }
                    At::Unknown(what) => all.unknown.push(UnknownWrite {
                        who,
                        what,
                        is_told_by_callers: write.is_told_by_callers,
                        is_folder: write.is_folder,
                    }),
                }
            }
        }
        all
    })
}

/// The absolute place that a source says, be it as a default.
fn absolute(place: &Value<Place>) -> Option<ImagePath> {
    let place = match place {
        Value::Known(place) => Some(place),
        Value::Variable { default, .. } => default.as_ref(),
        Value::Unknown(_) => None,
    };
    let place = place.filter(|place| place.is_absolute())?;
    Some(ImagePath::new(&place.path))
}

/// What the commands of the start's scripts write, and those of the health checks.
fn by_commands(stage: Stage<'_>) -> Vec<RunTimeWrite> {
    let runtime = runtime::of(stage);
    let started = runtime.processes().filter(|it| it.script.is_some());
    let processes: Vec<_> = started.chain(runtime.checks()).collect();
    if processes.is_empty() {
        return Vec::new();
    }
    let done = Filesystem::of(stage).done_by(processes.iter().map(|process| process.command));
    done.into_iter()
        .map(|(command, path, is_folder)| {
            let process = processes.iter().find(|process| process.command == command);
            let who = process.map_or_else(
                || format!("`{}`", command.name()),
                super::runtime::Process::said,
            );
            RunTimeWrite {
                path,
                is_folder,
                who,
            }
        })
        .collect()
}

/// What packages of npm write below `node_modules`, beside what they are: models that are fetched at the first use. Not where a
/// variable sends it elsewhere; where a source that loads the package does, nobody can tell where to.
fn by_packages(stage: Stage<'_>, all: &mut RunTimeWrites) {
    let packages = stage.node_packages().known.iter();
    let writes = packages.filter_map(|it| node_package_in_itself(&it.name));
    let Some(folder) = final_workdir(stage) else {
        return;
    };
    let modules = ImagePath::new(&folder).join("node_modules");
    for package in writes {
        let mut variables = package.variables(|_, _| false);
        if variables.any(|name| final_env(stage, name).is_set()) {
            continue;
        }
        let mut files = application_sources(stage).files.iter();
        let told = files.find_map(|file| {
            let mut modules = file.source.imports.iter().map(|it| it.module.value());
            modules.find(|it| it.is_some_and(|it| it == package.name()))?;
            let text = stage.file().context().read(&file.context_path).found()?;
            let word = package.told_by().find(|word| text.contains(word))?;
            Some((file, word))
        });
        match told {
            Some((file, word)) => all.unknown.push(UnknownWrite {
                who: format!("`{}`", file.context_path),
                what: word.to_owned(),
                is_told_by_callers: false,
                is_folder: true,
            }),
            None => {
                let own = modules.join(package.name());
                all.known.push(RunTimeWrite {
                    path: package.folder().map_or(own.clone(), |it| own.join(it)),
                    is_folder: true,
                    who: format!("`{}`", package.name()),
                });
            }
        }
    }
}

/// Where a write of a source goes.
enum At {
    /// There; whether it is a folder.
    Place(ImagePath, bool),
    /// Into the home of whoever runs it.
    Home,
    /// Nobody can tell; how it is written.
    Unknown(String),
}

fn place_of(stage: Stage<'_>, file: &ApplicationSource, write: &Write) -> At {
    let found = match &write.path {
        Value::Known(place) => path_of(stage, file, place, write.is_folder),
        Value::Variable { names, default } => {
            of_variables(stage, file, names, default.as_ref(), write.is_folder)
        }
        Value::Unknown(what) => At::Unknown(what.clone()),
    };
    match (found, &write.folder) {
        // What is put together of a known folder and something else lies in that folder.
        (At::Unknown(what), Some(folder)) => match folder {
            Value::Known(place) => path_of(stage, file, place, true),
            Value::Variable { names, default } => {
                of_variables(stage, file, names, default.as_ref(), true)
            }
            Value::Unknown(_) => At::Unknown(what),
        },
        (found, _) => found,
    }
}

/// A place that variables of the environment say: as the launches and the image set them, else the default.
fn of_variables(
    stage: Stage<'_>,
    file: &ApplicationSource,
    names: &[String],
    default: Option<&Place>,
    is_folder: bool,
) -> At {
    let unknown = |name: &str| At::Unknown(format!("${name}"));
    for name in names {
        let value = match value_of(stage, name) {
            Told::Unset => continue,
            Told::Open => return unknown(name),
            Told::Value(value) => file_address(value).map_or(value, |it| it.path),
        };
        // A single one is the place, or begins it; of several the one that is a path does.
        if value.starts_with('/') {
            let path = ImagePath::new(value);
            let is_folder = is_folder || !path.is_named_like_a_file();
            return At::Place(path, is_folder);
        }
        if names.len() == 1 {
            return unknown(name);
        }
    }
    match default {
        Some(place) => path_of(stage, file, place, is_folder),
        None => unknown(names.first().map_or("", String::as_str)),
    }
}

/// What a variable is when the container runs.
enum Told<'m> {
    Unset,
    Value(&'m str),
    /// It is set, nobody knows to what.
    Open,
}

fn value_of<'m>(stage: Stage<'m>, name: &str) -> Told<'m> {
    let mut launched = launches::of(stage).flat_map(|launch| &launch.environment);
    let value = match launched.find(|variable| variable.name == name) {
        Some(variable) => variable.value.as_deref(),
        None if launches::is_shown_as_a_place(stage, name) => return Told::Open,
        None => match final_env(stage, name) {
            EnvValue::Set(setting) => setting.value,
            // What a platform is told in its own pages stands in no file.
            EnvValue::Unset | EnvValue::Unknown if launches::on_a_platform(stage).is_some() => {
                return Told::Open;
            }
            EnvValue::Unset | EnvValue::Unknown => return Told::Unset,
        },
    };
    value.map_or(Told::Open, Told::Value)
}

/// Where a place of a source lies in a container, as far as that is known.
pub(crate) fn place_in_image(
    stage: Stage<'_>,
    file: &ApplicationSource,
    place: &Place,
) -> Option<ImagePath> {
    match path_of(stage, file, place, true) {
        At::Place(path, _) => Some(path),
        At::Home | At::Unknown(_) => None,
    }
}

/// Where a place of a source lies in a container.
fn path_of(stage: Stage<'_>, file: &ApplicationSource, place: &Place, is_folder: bool) -> At {
    if place.is_absolute() {
        return At::Place(ImagePath::new(&place.path), is_folder);
    }
    if let Some(path) = from_its_own_folder(stage, file, place) {
        return At::Place(path, is_folder);
    }
    let base = match place.base {
        Base::Working | Base::Project => final_workdir(stage).map(|it| ImagePath::new(&it)),
        Base::Source => file.path.as_ref().and_then(ImagePath::parent),
        Base::Home => return At::Home,
    };
    base.map_or_else(
        || At::Unknown(place.path.clone()),
        |base| At::Place(base.join(&place.path), is_folder),
    )
}

/// Where a place above the working directory lies for a script that people run in its own folder: one that nothing which is
/// started or loaded names, where what it names is there, and not above the image's working directory.
fn from_its_own_folder(
    stage: Stage<'_>,
    file: &ApplicationSource,
    place: &Place,
) -> Option<ImagePath> {
    let named = place.path.trim_start_matches("../");
    if place.base != Base::Working || named == place.path {
        return None;
    }
    let first = named.split('/').next().unwrap_or(named);
    let above = &place.path[..place.path.len() - named.len()];
    let around = |folder: &ImagePath| folder.join(&format!("{above}{first}"));
    let own = file.path.as_ref().and_then(ImagePath::parent)?;
    let working = ImagePath::new(&final_workdir(stage)?);
    let is_there = |folder: &ImagePath| Filesystem::of(stage).exists(&around(folder)).is_yes();
    (is_there(&own) && !is_there(&working) && !is_named_elsewhere(stage, file))
        .then(|| own.join(&place.path))
}

/// Whether what is started, or another source, names a source: by its file or as a module.
fn is_named_elsewhere(stage: Stage<'_>, file: &ApplicationSource) -> bool {
    let name = file_name(&file.context_path);
    let stem = name.split('.').next().unwrap_or(name);
    let is_started = || {
        let mut processes = runtime::of(stage).processes();
        processes.any(|process| {
            let mut words = process.command.words().filter_map(Word::value);
            words.any(|word| word.contains(stem))
        })
    };
    let is_loaded = || {
        let mut files = application_sources(stage).files.iter();
        files.any(|other| {
            let modules = other.source.imports.iter().map(|it| it.module.value());
            let mut parts = modules.flatten().flat_map(|it| it.split(['.', '/']));
            parts.any(|part| part == stem)
        })
    };
    is_started() || is_loaded()
}
