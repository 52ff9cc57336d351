//! What an application writes when its container runs, as far as it is known to.

use crate::facts::filesystem::Filesystem;
use crate::facts::runtime;
use crate::handles::Stage;
use crate::path::ImagePath;

/// Something that is written when the container runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunTimeWrite {
    /// What is made, written or removed.
    pub path: ImagePath,
    /// Whether it is a folder.
    pub is_folder: bool,
    /// Who does it, as a message names it: `` `mkdir` in `start.sh` ``.
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
    &stage.cached(|| Writes(by_commands(stage))).0
}

/// What the commands of the start and of its scripts write.
fn by_commands(stage: Stage<'_>) -> Vec<RunTimeWrite> {
    let processes: Vec<_> = runtime::of(stage).processes().collect();
    let of_scripts = || processes.iter().filter(|process| process.script.is_some());
    let done = Filesystem::of(stage).done_by(of_scripts().map(|process| process.command));
    done.into_iter()
        .map(|(command, path, is_folder)| {
            let process = of_scripts().find(|process| process.command == command);
            let who = process.map_or_else(|| format!("`{}`", command.name()), super::runtime::Process::said);
            RunTimeWrite {
                path,
                is_folder,
                who,
            }
        })
        .collect()
}
