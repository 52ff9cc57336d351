//! What is copied from other images and stages, and whether it may need a library that the slim form lacks.

use dfix_catalogue::{CopiedPrograms, copied_programs};
use dfix_model::{CallSite, ImageRef, Source, Step, Word};

use super::losses::Losses;

impl<'m> Losses<'m, '_> {
    /// A `COPY --from`.
    pub(super) fn copy(&mut self, step: Step<'m>) {
        let Some(source) = step.source() else {
            return;
        };
        if let Source::Stage(from) = &source {
            self.libraries_from(*from, step);
        }
        let image = match &source {
            Source::Stage(from) => Some(from.base_image()),
            Source::Image(image) => Some(image.as_ref()),
            Source::Unknown => None,
        };
        let programs = image.and_then(ImageRef::name).and_then(copied_programs);
        if matches!(programs, Some(CopiedPrograms::Static { ask_servers: true })) {
            self.certificates_of_another(step);
        }
        let needs_nothing = match programs {
            Some(CopiedPrograms::Static { .. }) => true,
            Some(CopiedPrograms::Text) if !image.is_some_and(is_alpine) => true,
            _ => image.and_then(ImageRef::name) == Some(self.form.repository()),
        };
        if !needs_nothing && !step.sources().all(is_text) {
            self.needs.open(
                format!(
                    "whether what {} copies needs a library that the slim form lacks",
                    step.label()
                ),
                "look what `ldd` says of the programs in it",
            );
        }
    }

    /// A program with all its libraries still reads the certificates of the image.
    fn certificates_of_another(&mut self, step: Step<'m>) {
        let site = CallSite {
            start: step.range().end().into(),
            ..CallSite::of_step(step)
        };
        let brings = step
            .sources()
            .any(|w| w.literal_prefix().contains("ssl/certs"));
        if !brings && !self.form.has_certificates() && !self.has_certificates_later(&site) {
            self.needs.open(
                format!("whether what {} copies asks servers for certificates, which the slim form lacks", step.label()),
                "install `ca-certificates` where it does",
            );
        }
    }
}

fn is_alpine(image: &ImageRef) -> bool {
    image.tag_text().is_some_and(|tag| tag.contains("alpine"))
}

/// Whether a copied path tells that it is no program.
pub(super) fn is_text(word: Word<'_>) -> bool {
    dfix_catalogue::is_text_file(word.literal_prefix())
}
