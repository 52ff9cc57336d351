//! What the Dockerfiles of a repository use out of images that others of them build.

use std::path::Path;
use std::sync::Arc;

use dfix_model::Model;
use dfix_model::context::{ImageUse, NoContext};

use crate::discover::dockerfiles_of;
use crate::input::bounded;

/// How many Dockerfiles of one repository are read.
const MOST_DOCKERFILES: usize = 512;

/// What a Dockerfile uses; its path from the root of the repository.
pub(super) type Uses = Vec<(Arc<str>, Arc<ImageUse>)>;

/// What all Dockerfiles of a repository use out of images that no table knows, in order of path.
pub(super) fn uses_in(root: &Path) -> Uses {
    let mut found = Vec::new();
    for file in dockerfiles_of(root).iter().take(MOST_DOCKERFILES) {
        let Some(name) = crate::launches::below(file, root) else {
            continue;
        };
        let Ok(text) = bounded(file) else {
            continue;
        };
        found.extend(uses_of(&name, &text));
    }
    found
}

/// What one Dockerfile uses, given its path and text.
pub(super) fn uses_of(path: &str, text: &str) -> Uses {
    let parsed = dfix_syntax::parse(text);
    let syntax = parsed.file();
    let model = Model::new(&syntax, text, &NoContext);
    let path = Arc::from(path);
    let uses = model.image_uses().into_iter();
    uses.map(|used| (Arc::clone(&path), Arc::new(used)))
        .collect()
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

    /// Whether an image is called like the Dockerfile or its folder.
    pub(super) fn has(&self, image: &str) -> bool {
        let image = image.split('@').next().unwrap_or(image);
        let name = image.rsplit('/').next().unwrap_or(image);
        let name = name.split(':').next().unwrap_or(name);
        self.0.iter().any(|it| it == name)
    }
}

#[cfg(test)]
mod tests {
    use super::NamesAround;

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
            let said = NamesAround::of(dockerfile.as_ref()).has(image);
            assert_eq!(said, is_alike, "{image} {dockerfile}");
        }
    }
}
