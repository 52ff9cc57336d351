//! A `RUN` in the place of what the builder does itself (`ADD`, `COPY`): it runs as the user in force, in a shell of the image, and makes no
//! folders.

use dfix_catalogue::{FolderMark, folder_is};
use dfix_engine::OpenCondition;
use dfix_model::{AddedSource, Filesystem, ImagePath, Step, StepKind};

use super::Rewrite;
use crate::matching::find::Found;
use crate::pattern::ReplacementKind;
use crate::pattern::instruction::InstructionPattern;

impl Rewrite {
    /// What is open where a `RUN` comes for a step of the builder.
    ///
    /// # Errors
    /// Where the image has no shell.
    pub(super) fn by_run(&self, found: &Found<'_>) -> Result<Vec<OpenCondition>, String> {
        let ReplacementKind::Instructions(new) = &self.replacement.kind else {
            return Ok(Vec::new());
        };
        let (Some(step), Some(stage)) = (found.step(), found.stage()) else {
            return Ok(Vec::new());
        };
        let runs: Vec<&InstructionPattern> =
            new.iter().filter(|it| it.kind == StepKind::Run).collect();
        let stays = new.iter().any(|it| it.kind == step.kind());
        if !step.is_copy_or_add() || runs.is_empty() || stays {
            return Ok(Vec::new());
        }
        let mut open = Vec::new();
        match stage.has_shell() {
            Some(true) => {}
            Some(false) => {
                return Err(format!(
                    "the image has no shell for `RUN`: let {} do it",
                    step.name()
                ));
            }
            None => open.push(OpenCondition::new(
                "whether the image has a shell",
                "see what it is made of",
            )),
        }
        if !stage.user_at(step).is_root().is_yes() {
            open.push(OpenCondition::new(
                format!(
                    "whether the user in force at line {} may write there: {} writes as root, and RUN as that user",
                    step.line(),
                    step.name()
                ),
                "let `USER root` stand before it, and the user behind it",
            ));
        }
        open.extend(target(step));
        if step
            .sources()
            .any(|it| step.file().added_source(it) == AddedSource::Fetched)
        {
            open.push(OpenCondition::new(
                format!(
                    "whether the file of line {} may have another mode: what {} downloads has 600",
                    step.line(),
                    step.name()
                ),
                "set it, where somebody else must not read the file",
            ));
        }
        Ok(open)
    }
}

/// What is open of the place that the builder puts files at: it makes the folders, and in a folder files keep their names.
fn target(step: Step<'_>) -> Option<OpenCondition> {
    let (stage, word) = (step.stage()?, step.target()?);
    let shown = word.source_text();
    let files = Filesystem::of(stage).at(step);
    let path = stage.expand_text(word, step).and_then(|text| {
        let folder = stage.workdir_at(step)?;
        let is_folder = text.ends_with('/') || matches!(&*text, "." | "..");
        Some((ImagePath::new(&folder).join(&text), is_folder))
    });
    let is_folder = |path: &ImagePath| {
        path.as_str() == "/"
            || folder_is(path.as_str(), FolderMark::There)
            || files.exists(path).is_yes()
    };
    let path = match path {
        Some((path, false)) if !is_folder(&path) => path,
        _ => {
            return Some(OpenCondition::new(
                format!(
                    "whether the command takes `{shown}`: of a folder {} makes a file in it, by the name that it has",
                    step.name()
                ),
                "name the file itself",
            ));
        }
    };
    let folder = path.parent()?;
    let is_there = is_folder(&folder);
    (!is_there).then(|| {
        OpenCondition::new(
            format!(
                "whether the folder {folder} is there at line {}: {} makes it, and RUN does not",
                step.line(),
                step.name()
            ),
            "make it before, or in the command",
        )
    })
}
