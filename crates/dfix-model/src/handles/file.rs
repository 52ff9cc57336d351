//! The file: its stages, its steps, its global `ARG`s.

use dfix_syntax::ast;

use crate::collect::model::Model;
use crate::collect::stages::collect_stages;
use crate::context::Context;
use crate::handles::{Command, GlobalArg, Stage, Step};

impl<'a> Model<'a> {
    /// The meaning of `tree`, which was parsed from `text`. `context` answers for the files beside it.
    pub fn new(tree: &ast::File, text: &'a str, context: &'a dyn Context) -> Self {
        let mut model = Model::bare(tree, text, context);
        collect_stages(&mut model);
        model
    }

    /// The stages, in order.
    pub fn stages(&self) -> impl DoubleEndedIterator<Item = Stage<'_>> + ExactSizeIterator + Clone {
        (0..self.stages.len()).map(move |index| Stage { file: self, index })
    }

    /// The stage with this index, counted from 0.
    pub fn stage(&self, index: usize) -> Option<Stage<'_>> {
        (index < self.stages.len()).then_some(Stage { file: self, index })
    }

    /// The stage that is built when nothing else is asked for: the last one.
    pub fn final_stage(&self) -> Option<Stage<'_>> {
        self.stages().next_back()
    }

    /// Whether its own name, or that of its last stage, says that the image is not for production:
    /// `Dockerfile.dev`, `AS local-test`.
    pub fn is_for_development(&self) -> bool {
        let stage = self.final_stage().and_then(Stage::name);
        let names = self.context.dockerfile_name().into_iter().chain(stage);
        names
            .into_iter()
            .any(dfix_catalogue::is_named_for_development)
    }

    /// Every instruction of the file in order, global `ARG`s too; an `ONBUILD` is one step.
    pub fn steps(&self) -> impl DoubleEndedIterator<Item = Step<'_>> + ExactSizeIterator + Clone {
        (0..self.steps.len()).map(move |index| Step { file: self, index })
    }

    /// The step with this index among [`Model::steps`].
    pub fn step(&self, index: usize) -> Option<Step<'_>> {
        (index < self.steps.len()).then_some(Step { file: self, index })
    }

    /// The `ARG`s before the first `FROM`, one for each pair.
    pub fn global_args(&self) -> impl DoubleEndedIterator<Item = GlobalArg<'_>> + Clone {
        (0..self.global.len()).map(move |index| GlobalArg { file: self, index })
    }

    /// Every command of the file, in order of place.
    pub fn commands(&self) -> impl Iterator<Item = Command<'_>> {
        self.steps().flat_map(Step::commands)
    }
}
