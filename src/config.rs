//! `dfix.toml`, the nearest one upward from each file, and what is taken from hadolint's file.

mod configs;
mod file;
mod globs;
pub(crate) mod hadolint;
pub(crate) mod keys;
mod merged;
mod reader;
mod rules;
mod said;
pub(crate) mod schema;

pub(crate) use configs::Configs;
pub(crate) use merged::{Config, Level};
pub(crate) use said::{ConfigError, Said, relative_to_cwd, whole};
