//! What a Dockerfile means: stages, images, users, commands, packages.
//!
//! Computed once per parse, read-only; each fact keeps its place in the text. Says what is, never
//! what would be good.
#![warn(missing_docs)]

pub mod context;
pub mod same;

use dfix_syntax::ast;

/// A file's meaning.
pub struct Model<'a> {
    text: &'a str,
    context: &'a dyn context::Context,
    tree: ast::File,
}

impl<'a> Model<'a> {
    /// The meaning of `tree`, which was parsed from `text`. `context` answers for the files beside it.
    pub fn new(tree: &ast::File, text: &'a str, context: &'a dyn context::Context) -> Self {
        Model {
            text,
            context,
            tree: tree.clone(),
        }
    }

    /// The text that the tree was parsed from.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// What may be known of the build context.
    pub fn context(&self) -> &'a dyn context::Context {
        self.context
    }

    /// The tree.
    pub fn tree(&self) -> &ast::File {
        &self.tree
    }
}
