//! Where in the file something is called, and which files of the build context are seen from there.

use std::sync::Arc;

use crate::context::Answer;
use crate::facts::sources::Source;
use crate::handles::{Command, Stage, Step};
use crate::path::ImagePath;

/// Where in the file something is called: by a command of an instruction, or by a script that such a command starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallSite<'m> {
    /// The instruction.
    pub step: Step<'m>,
    /// The first byte of the file's own command that leads there; of the instruction where none does.
    pub start: usize,
    /// The file's own command that leads there, where one does.
    pub command: Option<Command<'m>>,
}

impl<'m> CallSite<'m> {
    /// Where a command of the file stands.
    pub fn of(command: Command<'m>) -> Self {
        CallSite {
            step: command.step(),
            start: command.range().start().into(),
            command: Some(command),
        }
    }

    /// Where an instruction stands.
    pub fn of_step(step: Step<'m>) -> Self {
        CallSite {
            step,
            start: step.range().start().into(),
            command: None,
        }
    }

    /// The folder that it runs in; `None` where only the build can tell.
    pub fn folder(&self) -> Option<ImagePath> {
        let folder = match self.command {
            Some(command) => command.working_directory(),
            None if self.is_run_time() => self.stage()?.final_workdir(),
            None => self.stage()?.workdir_at(self.step),
        };
        folder.as_deref().map(ImagePath::new)
    }

    /// The stage.
    pub fn stage(&self) -> Option<Stage<'m>> {
        self.step.stage()
    }

    /// Whether it is called when the container runs, and not when the image is built.
    pub fn is_run_time(&self) -> bool {
        self.step.is_run_time()
    }

    /// A path as it is seen from here; `None` where the folder is not known.
    pub fn path(&self, path: &str) -> Option<ImagePath> {
        if path.starts_with('/') {
            return Some(ImagePath::new(path));
        }
        Some(self.folder()?.join(path))
    }

    /// The source of the application at `path` of the image, seen from here.
    pub fn source(&self, path: &str) -> Answer<Source> {
        self.read(path).map(Source::new)
    }

    /// The text of the file that stands at `path` of the image, seen from here; absent where nothing of the build
    /// context is known to be there.
    pub fn read(&self, path: &str) -> Answer<Arc<str>> {
        let Some(path) = self.path(path) else {
            return Answer::Unknown("the working directory is not known".to_owned());
        };
        let Some(stage) = self.stage() else {
            return Answer::Absent;
        };
        let place = if self.is_run_time() {
            stage.final_context_path_of(path.as_str())
        } else {
            stage.context_path_of(path.as_str(), self.step)
        };
        match place {
            Some(place) => stage.file().context().read(&place),
            None => Answer::Absent,
        }
    }
}
