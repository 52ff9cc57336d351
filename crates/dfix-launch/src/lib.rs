//! What builds and starts a project's images: the files beside a Dockerfile that say so.
//!
//! Knows no Dockerfile and does no I/O: texts go in, and a list of [`Launch`]es comes out, each with the
//! place that says it. What a file says and this crate cannot make out is [`Unread`], and never left out.
//!
//! [`read_folder`] reads the files of one folder. Paths are relative to the root of the repository, with `/`
//! between the parts; `""` is the root.
#![warn(missing_docs)]
#![cfg_attr(
    not(test),
    deny(
        clippy::disallowed_methods,
        clippy::disallowed_types,
        clippy::disallowed_macros
    )
)]

mod action;
mod bake;
mod ci;
mod cloud_run;
mod compose;
mod crontab;
mod devcontainer;
mod docker_words;
mod documentation;
mod examples;
mod files;
mod folder;
mod git;
mod hcl_tree;
pub mod inline;
mod json;
mod kubernetes;
mod launch;
mod makefile;
mod markup;
mod mode;
mod naming;
mod of_dockerfile;
mod others;
mod path;
mod platforms;
mod procfile;
mod scripts;
mod shell;
mod short;
mod skaffold;
mod tasks;
mod toml_tree;
mod units;
mod variables;
mod within;
mod words;
pub mod yaml;

pub use action::image_of_action;
pub use examples::is_of_variables;
pub use files::{Files, FolderLaunches, Template, Unclear};
pub use folder::read_folder;
pub use launch::{
    Access, Build, Deployed, Health, Launch, Mount, MountKind, Place, Port, Source, Start, Unread,
    Variable, Within,
};
pub use of_dockerfile::{BuiltAs, Makers};
pub use variables::file_of_variables;
