//! What other Dockerfiles of the repository need that are based on the image, or copy out of it.

use dfix_model::context::{BasedElsewhere, ImageUseKind};
use dfix_model::{ImagePath, Stage};

use crate::base::MOST_OPEN;

use super::installed::Installed;
use super::losses::Losses;
use super::needs::Needs;

/// What another Dockerfile needs.
struct Told {
    file: String,
    line: usize,
    image: String,
    is_known: bool,
    relation: &'static str,
    /// What fails there: a clause.
    lost: Option<String>,
    open: Vec<(String, String)>,
}

impl Told {
    fn of(needs: &Needs<'_>, of: &BasedElsewhere<'_>) -> Self {
        let mut why = needs.builds.iter().chain(&needs.against).cloned();
        let tools: Vec<&str> = needs.installs().map(|it| it.tool.as_str()).collect();
        let tool = || {
            let step = needs.installs().next()?.site.step.label();
            Some(format!("{} in {step}", tools.join(", ")))
        };
        let open = needs.open.iter().take(MOST_OPEN);
        Told {
            file: of.file.to_owned(),
            line: of.line,
            image: of.image.to_owned(),
            is_known: of.is_known,
            relation: of.relation(),
            lost: why.next().or_else(tool),
            open: open
                .map(|it| (it.condition.clone(), it.remedy.clone()))
                .collect(),
        }
    }
}

impl<'m> Losses<'m, '_> {
    /// What those need that are based on what a stage is built as, or copy out of it.
    pub(super) fn elsewhere(&mut self, stage: Stage<'m>) {
        for told in self.based_elsewhere(stage) {
            self.tell(&told);
        }
        self.copied_elsewhere(stage);
    }

    fn based_elsewhere(&self, stage: Stage<'m>) -> Vec<Told> {
        let mut planned = Installed::default();
        for install in self.needs.installs() {
            planned.add(&install.package, 0, false);
        }
        let own = stage.base_chain().map(Stage::index);
        let own = own.filter_map(|index| self.installed.get(&index));
        let beneath: Vec<&Installed> = own.chain([&planned]).collect();
        let mut found = Vec::new();
        stage.each_based_elsewhere(&mut |child, of| {
            let mut losses = Losses::new(self.form, self.assumed);
            losses.beneath.clone_from(&beneath);
            for stage in child.with_descendants() {
                losses.stage(stage);
            }
            found.push(Told::of(&losses.needs, of));
        });
        found
    }

    fn tell(&mut self, told: &Told) {
        let (file, line) = (&told.file, told.line);
        match &told.lost {
            Some(lost) if told.is_known => self.needs.against(format!(
                "`{file}` (line {line}) is based on this image and needs what the slim form lacks: {lost} there"
            )),
            Some(lost) => self.needs.open(
                format!(
                    "whether `{file}` (line {line}) is based on this image, as the name {} lets suppose: {lost} there, which the slim form lacks",
                    told.image
                ),
                "see which image it names, and let it install what it needs",
            ),
            None => {}
        }
        for (condition, remedy) in &told.open {
            self.needs.open(
                format!(
                    "{condition}, in `{file}` (line {line}), which {} this image",
                    told.relation
                ),
                remedy.as_str(),
            );
        }
        if told.lost.is_none() && told.open.is_empty() && told.is_known {
            self.needs.evidence(format!(
                "`{file}`, which is based on this image, needs nothing that the slim form lacks"
            ));
        }
    }

    /// The programs that others copy out of the image.
    fn copied_elsewhere(&mut self, stage: Stage<'m>) {
        let file = stage.file();
        if !file.targets().any(|it| it == stage) {
            return;
        }
        let uses = file.context().used_elsewhere().iter();
        for it in uses.filter(|it| it.used.how == ImageUseKind::Copied && it.is_likely()) {
            let path = ImagePath::new(&it.used.path);
            let is_program = path.parent().is_some_and(|it| it.file_name() == "bin");
            if is_program && self.form.lacks_program(path.file_name()).is_some() {
                self.needs.open(
                    format!(
                        "whether `{}` (line {}) finds {path}, which it takes out of {}",
                        it.file, it.used.line, it.used.image
                    ),
                    "let it take the program from elsewhere",
                );
            }
        }
    }
}
