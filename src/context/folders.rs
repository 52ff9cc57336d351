//! What all Dockerfiles of a run share.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use dfix_catalogue::ImageFacts;
use dfix_launch::{BuiltAs, FolderLaunches};
use dfix_model::context::UsedElsewhere;
use rustc_hash::FxHashMap;

use super::elsewhere::{NamesAround, Use, UsedImage, Uses, uses_in, uses_of};
use crate::discover::{Walked, dockerfiles_of, is_found};
use crate::input::bounded;
use crate::launches::{Dockerfile, Launches};
use crate::names::{ByPath, NamesOfFolders};

/// How many Dockerfiles are read that only the project's files name.
const MOST_NAMED: usize = 64;

/// A Dockerfile, and the stage of it that is built, where one is named.
pub(super) type Target = (PathBuf, Option<String>);

/// What is asked once for all Dockerfiles of a run: where folders really are, links followed, and what is built and
/// started there.
#[derive(Default)]
pub(crate) struct Folders {
    real: RwLock<ByPath<Result<PathBuf, String>>>,
    pub(super) launches: Launches,
    /// The Dockerfiles in the folders that the run is for, by their real places, so that none is looked through twice.
    walked: OnceLock<FxHashMap<PathBuf, Vec<PathBuf>>>,
    /// What is known of the images that Dockerfiles of the repositories build, by Dockerfile and target.
    built: RwLock<FxHashMap<Target, Option<ImageFacts>>>,
    /// What the Dockerfiles of a repository use out of images, by its root; what one of another name does, by its place.
    uses: RwLock<ByPath<Arc<OnceLock<Uses>>>>,
    /// The templates of Dockerfiles in a folder.
    pub(super) templates: RwLock<ByPath<Arc<Vec<PathBuf>>>>,
    /// What Dockerfiles are going to say, by their real places.
    coming: RwLock<FxHashMap<PathBuf, Arc<str>>>,
}

impl Folders {
    /// For a run over a folder that is all of a repository, see [`Launches::within`].
    pub(crate) fn within(root: &PathBuf) -> Self {
        Folders {
            launches: Launches::within(root),
            ..Folders::default()
        }
    }

    /// Says which folders the run is for, see [`Launches::are_for`].
    pub(crate) fn are_for(&self, folders: Vec<Walked>) {
        self.launches.are_for(folders.iter().map(|it| &it.folder));
        let walked = folders.into_iter().filter_map(|Walked { folder, likely }| {
            let real = std::fs::canonicalize(&folder).ok()?;
            let below = likely.iter().filter_map(|it| it.strip_prefix(&folder).ok());
            let files = below.map(|it| real.join(it)).collect();
            Some((real, files))
        });
        let _ = self.walked.set(walked.collect());
    }

    pub(super) fn names(&self) -> &NamesOfFolders {
        &self.launches.names
    }

    /// Where a folder really is, links followed. The folders around it are asked once for all that lies in them.
    pub(super) fn real(&self, folder: &Path) -> Result<PathBuf, String> {
        let known = self.real.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(real) = known.get(folder.as_os_str()) {
            return real.clone();
        }
        drop(known);
        let real = self
            .seen_from_around(folder)
            .map_or_else(|| std::fs::canonicalize(folder), Ok)
            .map_err(|error| format!("the build context cannot be looked at: {error}"));
        let mut known = self.real.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(folder.into(), real.clone());
        real
    }

    /// The same, where it lies in the folder that its path tells, and is no link.
    fn seen_from_around(&self, folder: &Path) -> Option<PathBuf> {
        let name = folder.file_name()?;
        let around = folder.parent().filter(|it| !it.as_os_str().is_empty())?;
        let place = self.real(around).ok()?.join(name);
        let found = std::fs::symlink_metadata(&place).ok()?;
        found.is_dir().then_some(place)
    }

    /// Has other Dockerfiles see these ones as they are going to be.
    pub(crate) fn will_say(&self, texts: impl IntoIterator<Item = (PathBuf, Arc<str>)>) {
        let mut coming = self.coming.write().unwrap_or_else(PoisonError::into_inner);
        let before = coming.len();
        coming.extend(texts);
        if coming.len() > before {
            // What images hold may follow from it.
            let mut built = self.built.write().unwrap_or_else(PoisonError::into_inner);
            built.clear();
        }
    }

    /// The text of another Dockerfile.
    pub(super) fn text_of(&self, dockerfile: &Path) -> Result<Arc<str>, String> {
        let coming = self.coming.read().unwrap_or_else(PoisonError::into_inner);
        let known = coming.get(dockerfile).cloned();
        match known.or_else(|| self.launches.inline(dockerfile)) {
            Some(text) => Ok(text),
            None => bounded(dockerfile).map(Arc::from),
        }
    }

    /// What is known of the image that a Dockerfile of the repository builds, worked out once.
    pub(super) fn built(
        &self,
        target: Target,
        work_out: impl FnOnce(&Target) -> Option<ImageFacts>,
    ) -> Option<ImageFacts> {
        let known = self.built.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(facts) = known.get(&target) {
            return *facts;
        }
        drop(known);
        let facts = work_out(&target);
        let mut known = self.built.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(target, facts);
        facts
    }

    /// Where what is used is kept that belongs to a root, or to the place of one Dockerfile: whoever comes first works it out, and
    /// others wait.
    fn uses_at(&self, place: &Path) -> Arc<OnceLock<Uses>> {
        let known = self.uses.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(uses) = known.get(place.as_os_str()) {
            return Arc::clone(uses);
        }
        drop(known);
        let mut known = self.uses.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(known.entry(place.into()).or_default())
    }

    /// What the Dockerfiles of the repository with this root use out of images, worked out once.
    fn uses_in(&self, root: &Path) -> Arc<OnceLock<Uses>> {
        let uses = self.uses_at(root);
        uses.get_or_init(|| {
            let walked = self.walked.get().and_then(|walked| walked.get(root));
            match walked {
                Some(files) => uses_in(root, files),
                None => uses_in(root, &dockerfiles_of(root)),
            }
        });
        uses
    }

    /// What those use whose names do not tell that they are Dockerfiles, or whose texts stand in other files, and that the
    /// project's files build.
    fn uses_of_named(&self, root: &Path, said: &FolderLaunches) -> Vec<Arc<OnceLock<Uses>>> {
        let builds = said.launches.iter().filter_map(|it| it.build.as_ref());
        let mut named: Vec<&str> = builds
            .filter_map(|it| it.dockerfile.as_deref())
            .filter(|path| !is_found(path))
            .collect();
        named.sort_unstable();
        named.dedup();
        let uses = named.into_iter().take(MOST_NAMED).map(|path| {
            let place = root.join(path);
            let uses = self.uses_at(&place);
            uses.get_or_init(|| match self.text_of(&place) {
                Ok(text) => uses_of(path, &text),
                Err(_) => Uses::default(),
            });
            uses
        });
        uses.collect()
    }

    /// What other Dockerfiles use out of the image that this one builds; it is a real path, links followed. Of an image that
    /// only may be this one's, and is not called like it, only what is copied out of it as it is.
    pub(super) fn used_elsewhere(&self, dockerfile: &Dockerfile<'_>) -> Vec<UsedElsewhere> {
        let Some((said, root, path)) = self.launches.around(dockerfile) else {
            return Vec::new();
        };
        let mut all = vec![self.uses_in(&root)];
        all.extend(self.uses_of_named(&root, &said));
        let (makers, names) = (said.makers_around(&path), NamesAround::of(dockerfile.place));
        let mut found = Vec::new();
        for uses in all.iter().filter_map(|it| it.get()) {
            let images = uses.images.iter().map(|image| {
                let UsedImage { written, name } = image;
                let built = makers.is_built_as(written);
                (built, names.has(name), is_any(written))
            });
            let images: Vec<_> = images.collect();
            for Use { file, used, image } in &uses.all {
                let (built, is_alike, is_any) = images[*image];
                // `FROM $BASE`: whatever the build is told, an image of the Dockerfile around it perhaps.
                let is_anything = is_any && is_around(&path, file);
                let concerns = match built {
                    BuiltAs::It => true,
                    BuiltAs::Perhaps => is_alike || is_anything || used.is_copied_as_it_is(),
                    BuiltAs::Another => is_anything,
                };
                if !concerns || **file == *path {
                    continue;
                }
                let (is_known, is_alike) = (built == BuiltAs::It, is_alike || is_anything);
                found.push(UsedElsewhere {
                    file: Arc::clone(file),
                    used: Arc::clone(used),
                    is_known,
                    is_alike,
                });
            }
        }
        found
    }
}

/// Whether nothing is known of an image's name before the build: `$BASE`.
fn is_any(image: &str) -> bool {
    image.starts_with('$') && !image.contains(['/', ':'])
}

/// Whether a Dockerfile lies in the folder around another's, or in one within that; both from the root of the repository.
fn is_around(dockerfile: &str, other: &str) -> bool {
    let above = |path: &str| {
        path.rsplit_once('/')
            .map_or_else(String::new, |(folder, _)| folder.to_owned())
    };
    let around = above(&above(dockerfile));
    let within = other.strip_prefix(&*around);
    around.is_empty() || within.is_some_and(|it| it.starts_with('/'))
}
