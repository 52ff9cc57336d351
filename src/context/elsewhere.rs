//! What the Dockerfiles of a repository use out of images that others of them build.

use std::path::Path;

use dfix_model::Model;
use dfix_model::context::{ImageUse, NoContext};

use crate::discover::dockerfiles_of;
use crate::input::bounded;

/// How many Dockerfiles of one repository are read.
const MOST_DOCKERFILES: usize = 512;

/// What a Dockerfile uses; its path from the root of the repository.
pub(super) type Uses = Vec<(String, ImageUse)>;

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
        let parsed = dfix_syntax::parse(&text);
        let syntax = parsed.file();
        let model = Model::new(&syntax, &text, &NoContext);
        let uses = model.image_uses().into_iter();
        found.extend(uses.map(|used| (name.clone(), used)));
    }
    found
}
