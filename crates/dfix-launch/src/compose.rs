//! Docker Compose. Source: the Compose specification (compose-spec/compose-spec), one page a key.

mod files;
mod jobs;
mod secrets;
mod service;
mod together;

pub(crate) use files::{in_text, is_compose, read, service};
