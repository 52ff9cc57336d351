//! The Dockerfiles of a repository that build the images which others of it are based on.

use std::path::PathBuf;

use dfix_catalogue::ImageFacts;
use dfix_model::context::{BuiltElsewhere, ImageUseKind, NoContext};
use dfix_model::{Model, Stage};

use super::FolderContext;
use super::folders::Target;

/// So many images may be built on one another.
const MOST_IMAGES: usize = 6;

impl FolderContext<'_> {
    /// The Dockerfile of the same repository that builds an image which no table knows.
    pub(super) fn builder_of(&self, image: &str) -> Option<Target> {
        if self.depth >= MOST_IMAGES {
            return None;
        }
        let place = self.real_place()?;
        let target = self.folders.launches.builder_of(image, &self.at(&place))?;
        let is_itself = place == target.0;
        (!is_itself).then_some(target)
    }

    /// Where the Dockerfile really is, and the Dockerfiles of the same repository that build what stages of it are based
    /// on.
    pub(crate) fn bases(&self, text: &str) -> Option<(PathBuf, Vec<PathBuf>)> {
        let file = self.parsed.file();
        let model = Model::new(&file, text, &NoContext);
        let uses = model.image_uses().into_iter();
        let images = uses.filter(|it| it.how == ImageUseKind::BasedOn);
        let builders = images.filter_map(|it| self.builder_of(&it.image));
        let mut bases: Vec<PathBuf> = builders.map(|(dockerfile, _)| dockerfile).collect();
        bases.sort();
        bases.dedup();
        Some((self.real_place()?, bases))
    }

    /// What is known of the image that another Dockerfile builds.
    pub(super) fn read_image(&self, target: &Target) -> Option<ImageFacts> {
        let mut facts = None;
        self.show_built(target, &mut |it| {
            let file = it.parsed.file();
            let model = Model::new(&file, it.text, it.context);
            let stage = match it.target {
                Some(target) => model.stages().find(|stage| stage.name() == Some(target)),
                None => model.final_stage(),
            };
            facts = stage.and_then(Stage::built_image);
        });
        facts
    }

    /// Shows a Dockerfile with the context that its own image is built with.
    pub(super) fn show_built(
        &self,
        (dockerfile, target): &Target,
        look: &mut dyn FnMut(&BuiltElsewhere<'_>),
    ) {
        let Ok(text) = self.folders.text_of(dockerfile) else {
            return;
        };
        let parsed = dfix_syntax::parse(&text);
        let mut context =
            FolderContext::of(dockerfile, None, &parsed, self.folders).with_text(&text);
        context.images = self.images;
        context.depth = self.depth + 1;
        look(&BuiltElsewhere {
            target: target.as_deref(),
            text: &text,
            parsed: &parsed,
            context: &context,
        });
    }
}
