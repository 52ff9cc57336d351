//! The files of the build context that are found by their names alone.

use rustc_hash::FxHashMap;

use crate::context::Answer;
use crate::facts::variables::{expand_text, path_at};
use crate::facts::workdir::workdir_before;
use crate::handles::{Stage, Step};
use crate::path::{ImagePath, USUAL_PATH};

/// The files of the build context that are copied into folders where programs are found.
#[derive(Default)]
pub(super) struct OnPath {
    /// By name, their paths in the image.
    named: FxHashMap<String, String>,
    /// The folders that more is copied into, under names that cannot be told.
    unlisted: Vec<ImagePath>,
}

impl OnPath {
    /// Those of a stage and of the stages that it is based on.
    pub(super) fn of(stage: Stage<'_>) -> Self {
        let mut found = OnPath::default();
        let is_from_context = |step: &Step<'_>| step.source().is_none();
        let copies = || {
            stage.base_chain().flat_map(move |stage| {
                let copies = stage.copies().filter(is_from_context);
                copies.map(move |step| (stage, step))
            })
        };
        if copies().next().is_none() {
            return found;
        }
        let told = path_at(stage, stage.last_step());
        let usual = USUAL_PATH.map(|folder| Some(folder.to_owned()));
        let mut folders: Vec<ImagePath> = Vec::new();
        for folder in told.into_iter().chain(usual).flatten() {
            let folder = ImagePath::new(&folder);
            if !folders.contains(&folder) {
                folders.push(folder);
            }
        }
        for (stage, step) in copies() {
            found.copy(stage, step, &folders);
        }
        found
    }

    /// Where a program of this name stands, or may stand.
    pub(super) fn find(&self, name: &str) -> Option<String> {
        let unlisted = || {
            let folder = self.unlisted.first().filter(|_| name.contains('.'))?;
            Some(folder.join(name).to_string())
        };
        self.named.get(name).cloned().or_else(unlisted)
    }

    fn copy<'m>(&mut self, stage: Stage<'m>, step: Step<'m>, folders: &[ImagePath]) {
        let target = step
            .target()
            .and_then(|word| expand_text(stage, word, step))
            .zip(workdir_before(stage, step.index(), true));
        let Some((target, workdir)) = target else {
            return;
        };
        let target = ImagePath::new(&workdir).join(&target);
        let is_near = |folder: &&ImagePath| {
            folder.is_below(&target) || target.parent().as_ref() == Some(*folder)
        };
        let near: Vec<&ImagePath> = folders.iter().filter(is_near).collect();
        if near.is_empty() {
            return;
        }
        for source in step
            .sources()
            .filter_map(|word| expand_text(stage, word, step))
        {
            let source = ImagePath::new(&source);
            for folder in &near {
                match folder.below(&target) {
                    Some("") if source.file_name().contains(['*', '?', '[']) => {
                        self.folder(
                            stage,
                            &source.parent().unwrap_or_else(ImagePath::root),
                            folder,
                        );
                    }
                    Some("") => {
                        self.file(stage, &source, &folder.join(source.file_name()));
                        self.folder(stage, &source, folder);
                    }
                    Some(rest) => self.folder(stage, &source.join(rest), folder),
                    None => self.file(stage, &source, &target),
                }
            }
        }
    }

    fn file(&mut self, stage: Stage<'_>, from: &ImagePath, to: &ImagePath) {
        if !matches!(stage.file().context().read(relative(from)), Answer::Absent) {
            let name = to.file_name().to_owned();
            self.named.entry(name).or_insert_with(|| to.to_string());
        }
    }

    fn folder(&mut self, stage: Stage<'_>, from: &ImagePath, to: &ImagePath) {
        match stage.file().context().list(relative(from)) {
            Answer::Found(names) => {
                for name in names.into_iter().filter(|name| !name.ends_with('/')) {
                    let path = to.join(&name).to_string();
                    self.named.entry(name).or_insert(path);
                }
            }
            Answer::Absent => {}
            Answer::Unknown(_) => self.unlisted.push(to.clone()),
        }
    }
}

/// A path of the build context.
fn relative(path: &ImagePath) -> &str {
    path.below(&ImagePath::root()).unwrap_or("")
}
