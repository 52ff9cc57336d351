//! From the tree to instructions, commands and words, once: data only, asked through the handles.

pub(crate) mod cache;
pub(crate) mod command;
pub(crate) mod expand;
pub(crate) mod image;
mod inner;
pub(crate) mod instruction;
pub(crate) mod model;
pub(crate) mod script;
pub(crate) mod shell;
pub(crate) mod stage;
pub(crate) mod stages;
pub(crate) mod walk;
pub(crate) mod word;
pub(crate) mod wrappers;
