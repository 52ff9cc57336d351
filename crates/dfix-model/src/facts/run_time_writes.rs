//! What an application writes when its container runs, as far as it is known to: by its start scripts and by its own
//! sources.

use dfix_sources::{Base, Place, Value, Write};

use crate::facts::application_sources::{ApplicationSource, application_sources};
use crate::facts::filesystem::Filesystem;
use crate::facts::runtime;
use crate::facts::variables::final_env;
use crate::facts::workdir::final_workdir;
use crate::handles::Stage;
use crate::path::ImagePath;

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

struct Writes(Vec<RunTimeWrite>);

/// What is written when a container of the stage runs, in order.
pub(crate) fn of(stage: Stage<'_>) -> &[RunTimeWrite] {
    let all = || by_commands(stage).into_iter().chain(by_sources(stage));
    &stage.cached(|| Writes(all().collect())).0
}

/// What the commands of the start and of its scripts write.
fn by_commands(stage: Stage<'_>) -> Vec<RunTimeWrite> {
    let processes: Vec<_> = runtime::of(stage).processes().collect();
    let of_scripts = || processes.iter().filter(|process| process.script.is_some());
    let done = Filesystem::of(stage).done_by(of_scripts().map(|process| process.command));
    done.into_iter()
        .map(|(command, path, is_folder)| {
            let process = of_scripts().find(|process| process.command == command);
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

/// What the application's sources write, where they tell the place.
fn by_sources(stage: Stage<'_>) -> impl Iterator<Item = RunTimeWrite> {
    let files = application_sources(stage).files.iter();
    files.flat_map(move |file| {
        file.source.writes.iter().filter_map(move |write| {
            let (place, is_folder) = place_of(stage, write)?;
            Some(RunTimeWrite {
                path: path_of(stage, file, place)?,
                is_folder,
                who: format!("`{}` (line {})", file.context_path, write.line),
            })
        })
    })
}

/// The place of a write, or the folder that it is in, and whether it is a folder.
fn place_of<'w>(stage: Stage<'_>, write: &'w Write) -> Option<(&'w Place, bool)> {
    let known = |value: &'w Value<Place>| match value {
        Value::Known(place) => Some(place),
        // What a variable says goes before the default.
        Value::Variable { names, default } => default
            .as_ref()
            .filter(|_| !names.iter().any(|name| final_env(stage, name).is_set())),
        Value::Unknown(_) => None,
    };
    let whole = known(&write.path).map(|place| (place, write.is_folder));
    whole.or_else(|| Some((known(write.folder.as_ref()?)?, true)))
}

/// Where a place of a source lies in a container; `None` for the home of whoever runs it.
fn path_of(stage: Stage<'_>, file: &ApplicationSource, place: &Place) -> Option<ImagePath> {
    if place.is_absolute() {
        return Some(ImagePath::new(&place.path));
    }
    let base = match place.base {
        Base::Working | Base::Project => ImagePath::new(&final_workdir(stage)?),
        Base::Source => file.path.parent()?,
        Base::Home => return None,
    };
    Some(base.join(&place.path))
}
