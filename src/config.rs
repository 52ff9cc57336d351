//! `dfix.toml`, the nearest one upward from each file, and what is taken from hadolint's file.

mod configs;
mod file;
mod globs;
pub(crate) mod hadolint;
pub(crate) mod keys;
mod reader;
mod rules;
mod said;
pub(crate) mod schema;
mod whole;

pub(crate) use configs::Configs;
pub(crate) use said::{ConfigError, Said, relative_to_cwd};
pub(crate) use whole::{Config, Level};
