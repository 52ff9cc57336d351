//! What the Dockerfiles of a repository use out of images that others of them build.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use dfix_model::Model;
use dfix_model::context::{ImageUse, NoContext};
use rustc_hash::FxHashMap;

use crate::input::bounded;

/// How many Dockerfiles of one repository are read.
const MOST_DOCKERFILES: usize = 512;

/// What Dockerfiles use out of images that no table knows, in order of path.
#[derive(Default)]
pub(super) struct Uses {
    /// The images, each once.
    pub(super) images: Vec<UsedImage>,
    pub(super) all: Vec<Use>,
}

/// An image that is used.
pub(super) struct UsedImage {
    /// As it is written.
    pub(super) written: String,
    /// Its name without registry, team, tag and digest.
    pub(super) name: String,
}

/// A use, of the image with this number.
pub(super) struct Use {
    /// The Dockerfile's path from the root of the repository.
    pub(super) file: Arc<str>,
    pub(super) used: Arc<ImageUse>,
    pub(super) image: usize,
}

/// What all Dockerfiles of a repository use, given its root and their places.
pub(super) fn uses_in(root: &Path, files: &[PathBuf]) -> Uses {
    let mut found = Uses::default();
    let mut numbers = FxHashMap::default();
    for file in files.iter().take(MOST_DOCKERFILES) {
        let Some(name) = crate::launches::below(file, root) else {
            continue;
        };
        if let Ok(text) = bounded(file) {
            found.add(&name, &text, &mut numbers);
        }
    }
    found
}

/// What one Dockerfile uses, given its path and text.
pub(super) fn uses_of(path: &str, text: &str) -> Uses {
    let mut found = Uses::default();
    found.add(path, text, &mut FxHashMap::default());
    found
}

impl Uses {
    /// Adds what a Dockerfile uses, given its path, its text and the numbers of the images.
    fn add(&mut self, path: &str, text: &str, numbers: &mut FxHashMap<String, usize>) {
        let parsed = dfix_syntax::parse(text);
        let syntax = parsed.file();
        let model = Model::new(&syntax, text, &NoContext);
        let file: Arc<str> = Arc::from(path);
        for used in model.image_uses() {
            let next = numbers.len();
            let image = *numbers.entry(used.image.clone()).or_insert(next);
            if image == next {
                self.images.push(UsedImage {
                    name: name_of(&used.image).to_owned(),
                    written: used.image.clone(),
                });
            }
            self.all.push(Use {
                file: Arc::clone(&file),
                used: Arc::new(used),
                image,
            });
        }
    }
}

/// What an image may be called after: the parts of a Dockerfile's name and the folder that it stands in, in small letters.
pub(super) struct NamesAround(Vec<String>);

impl NamesAround {
    /// Given the path of the Dockerfile with that of the root.
    pub(super) fn of(dockerfile: &Path) -> Self {
        let said = |part: Option<&std::ffi::OsStr>| {
            part.and_then(std::ffi::OsStr::to_str)
                .unwrap_or_default()
                .to_ascii_lowercase()
        };
        let file = said(dockerfile.file_name());
        let mut names: Vec<String> = file.split('.').map(str::to_owned).collect();
        names.push(said(dockerfile.parent().and_then(Path::file_name)));
        names.retain(|it| !it.is_empty());
        NamesAround(names)
    }

    /// Whether an image of this name ([`UsedImage::name`]) is called like the Dockerfile or its folder.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|it| it == name)
    }
}

/// The name of an image without registry, team, tag and digest.
fn name_of(image: &str) -> &str {
    let image = image.split('@').next().unwrap_or(image);
    let name = image.rsplit('/').next().unwrap_or(image);
    name.split(':').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::{NamesAround, name_of};

    #[test]
    fn an_image_is_called_like_its_dockerfile_or_folder() {
        for (image, dockerfile, is_alike) in [
            ("me/base:1", "/x/docker/Dockerfile.base", true),
            ("base", "/x/base/Dockerfile", true),
            ("ghcr.io/me/web@sha256:ab", "/x/Web/Dockerfile", true),
            ("me/base", "/x/web/Dockerfile", false),
            ("me/x:base", "/y/base/Dockerfile", false),
            ("", "/x/Dockerfile", false),
        ] {
            let said = NamesAround::of(dockerfile.as_ref()).has(name_of(image));
            assert_eq!(said, is_alike, "{image} {dockerfile}");
        }
    }
}
