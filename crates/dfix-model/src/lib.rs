//! What a Dockerfile means: stages, images, users, commands, packages.
//!
//! Computed once per parse, read-only; each fact keeps its place in the text. Says what is, never
//! what would be good.
//!
//! Everything is asked through small handles that are free to copy: [`Model`] gives [`Stage`]s, a
//! stage its [`Step`]s, a step its [`Command`]s, a command its [`Word`]s. What few ask for is worked
//! out on the first question and kept. Offsets are bytes of the file, also inside `sh -c "…"`.
#![cfg_attr(
    not(test),
    deny(
        clippy::disallowed_methods,
        clippy::disallowed_types,
        clippy::disallowed_macros
    )
)]
#![warn(missing_docs)]

mod base;
mod command;
pub mod context;
mod entry;
mod gather;
mod image;
pub mod packages;
pub mod path;
mod peel;
mod places;
mod ports;
pub mod requirements;
pub mod same;
pub mod scripts;
mod shell;
mod stage;
mod step;
mod ternary;
mod user;
mod users_made;
mod vars;
mod word;
mod workdir;

pub use base::Os;
pub use command::{
    Assignment, Command, Connector, Operator, Redirect, Surroundings, Wrapper, WrapperKind,
};
pub use dfix_catalogue as catalogue;
pub use entry::{Entry, Launch};
pub use image::{GlobalArg, ImageRef, Part};
pub use packages::{PackageCommand, PackageManager, PackageSpec};
pub use path::ImagePath;
pub use places::with_script;
pub use ports::{Port, Protocol};
pub use requirements::{Requirement, Requirements, normal_python_name};
pub use shell::{Shell, ShellKind};
pub use stage::{Base, LineEnding, Source, Stage};
pub use step::{Flag, Mount, Pair, Step};
pub use ternary::{OpenCondition, Ternary};
pub use user::User;
pub use users_made::{GroupMade, UserMade};
pub use vars::{EnvFrom, EnvValue, Origin, Piece, Setting};
pub use word::{Word, WordKind};

pub use dfix_syntax::BrokenArray;

use dfix_syntax::ast::{self, AstNode};

use crate::context::Context;
use crate::image::GlobalArgData;
use crate::stage::StageData;
use crate::step::StepData;

/// A file's meaning.
pub struct Model<'a> {
    text: &'a str,
    context: &'a dyn Context,
    tree: ast::File,
    escape: char,
    line_ending: LineEnding,
    pub(crate) steps: Vec<StepData>,
    pub(crate) stages: Vec<StageData>,
    pub(crate) global: Vec<GlobalArgData>,
    pub(crate) scripts: scripts::Scripts,
}

impl<'a> Model<'a> {
    /// The meaning of `tree`, which was parsed from `text`. `context` answers for the files beside it.
    pub fn new(tree: &ast::File, text: &'a str, context: &'a dyn Context) -> Self {
        let mut model = Model {
            text,
            context,
            tree: tree.clone(),
            escape: tree.escape(),
            line_ending: LineEnding::of(text),
            steps: Vec::new(),
            stages: Vec::new(),
            global: Vec::new(),
            scripts: scripts::Scripts::default(),
        };
        stage::survey(&mut model);
        model
    }

    /// The text that the tree was parsed from.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// What may be known of the build context.
    pub fn context(&self) -> &'a dyn Context {
        self.context
    }

    /// The tree.
    pub fn tree(&self) -> &ast::File {
        &self.tree
    }

    /// The escape character of the file: a backslash, or a backtick.
    pub fn escape(&self) -> char {
        self.escape
    }

    /// How most lines end.
    pub fn line_ending(&self) -> LineEnding {
        self.line_ending
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

    /// The final stage and the stages that it stands on (`FROM stage`), in order of place.
    pub fn shipped_stages(&self) -> impl Iterator<Item = Stage<'_>> {
        self.stages().filter(|s| s.is_shipped())
    }

    /// Whether the stage's layers are part of the image that is built when nothing else is asked for.
    pub fn is_shipped(&self, stage: Stage<'_>) -> bool {
        stage.is_shipped()
    }

    /// Every instruction of the file in order, global `ARG`s too; an `ONBUILD` is one step.
    pub fn steps(&self) -> impl DoubleEndedIterator<Item = Step<'_>> + ExactSizeIterator + Clone {
        (0..self.steps.len()).map(move |index| Step { file: self, index })
    }

    /// The `ARG`s before the first `FROM`, one for each pair.
    pub fn global_args(&self) -> impl DoubleEndedIterator<Item = GlobalArg<'_>> + Clone {
        (0..self.global.len()).map(move |index| GlobalArg { file: self, index })
    }

    /// Every command of the file, in order of place.
    pub fn commands(&self) -> impl Iterator<Item = Command<'_>> {
        self.steps().flat_map(Step::commands)
    }

    /// The root's range: the whole file.
    pub fn range(&self) -> dfix_syntax::TextRange {
        self.tree.syntax().text_range()
    }
}
