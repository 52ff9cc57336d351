//! What a Dockerfile means: stages, images, users, commands, packages.
//!
//! Computed once per parse, read-only; each fact keeps its place in the text. Says what is, never
//! what would be good.
#![warn(missing_docs)]

pub mod context;

/// A file's meaning.
pub struct Model<'a> {
    /// What may be known of the build context.
    pub context: &'a dyn context::Context,
}
