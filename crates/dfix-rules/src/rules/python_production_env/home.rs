//! In which stage a setting is written that several images need: once along each line of descent.

use dfix_model::{Model, Stage};

/// Stages that are built as images, and the one in which what they all need is written.
pub(super) struct Home<'m> {
    /// One of them, or one that they all are based on.
    pub(super) stage: Stage<'m>,
    /// Those stages.
    pub(super) images: Vec<Stage<'m>>,
}

/// The homes of stages that are built as images: those go together that are based on one stage of the file, on which no other
/// image is based.
pub(super) fn homes<'m>(file: &'m Model<'_>, stages: &[Stage<'m>]) -> Vec<Home<'m>> {
    let is_one = |it: Stage<'m>| it.base_chain().any(|it| stages.contains(&it));
    let mut found: Vec<Home<'m>> = Vec::new();
    for &stage in stages {
        let is_shared = |around: &Stage<'m>| {
            let of_it = |it: &Stage<'m>| it.base_chain().any(|it| it == *around);
            file.targets().filter(of_it).all(is_one)
                && stages.iter().filter(|it| of_it(it)).count() > 1
        };
        let home = stage.base_chain().filter(is_shared).last().unwrap_or(stage);
        match found.iter_mut().find(|it| it.stage == home) {
            Some(known) => known.images.push(stage),
            None => found.push(Home {
                stage: home,
                images: vec![stage],
            }),
        }
    }
    found
}
