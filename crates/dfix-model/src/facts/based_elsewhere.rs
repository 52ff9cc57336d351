//! The stages of other Dockerfiles of the repository that are based on what a stage is built as, and what it is based on
//! itself.

use crate::collect::model::Model;
use crate::context::BasedElsewhere;
use crate::facts::image_uses::unlisted;
use crate::facts::launches;
use crate::handles::Stage;

impl<'m> Stage<'m> {
    /// Those that are built as images, of this stage and those of the same file that are based on it.
    pub fn images_upon(self) -> impl Iterator<Item = Stage<'m>> {
        let targets = launches::targets(self.file);
        self.with_descendants()
            .filter(move |it| targets.contains(&it.index))
    }
}

impl Stage<'_> {
    /// Shows each stage of another Dockerfile that is based on the image which this one is built as, if it is built as one:
    /// what it does comes after all that this stage does. Those of this file are its children, see
    /// [`Stage::with_descendants`], and of each shown stage as well.
    pub fn each_based_elsewhere(self, look: &mut dyn FnMut(Stage<'_>, &BasedElsewhere<'_>)) {
        if !launches::targets(self.file).contains(&self.index) {
            return;
        }
        self.file.context().based_elsewhere(&mut |of| {
            let tree = of.parsed.file();
            let file = Model::new(&tree, of.text, of.context);
            let stage = file.stages().find(|it| it.from_step().line() == of.line);
            if let Some(stage) = stage {
                look(stage, of);
            }
        });
    }

    /// Shows the stage of another Dockerfile that the image is built as which this one is based on, if exactly one is.
    pub fn base_elsewhere(self, look: &mut dyn FnMut(Stage<'_>)) {
        let Some(image) = unlisted(self.base_image()).filter(|it| !it.contains('$')) else {
            return;
        };
        self.file.context().built_elsewhere(&image, &mut |it| {
            let tree = it.parsed.file();
            let file = Model::new(&tree, it.text, it.context);
            let stage = match it.target {
                Some(target) => file.stages().find(|stage| stage.name() == Some(target)),
                None => file.final_stage(),
            };
            if let Some(stage) = stage {
                look(stage);
            }
        });
    }
}
