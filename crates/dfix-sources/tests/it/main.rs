//! What is found in small texts of each language, and what is not.
#![allow(clippy::unwrap_used)]

mod common;
mod errors;
mod go;
mod java;
mod limits;
mod php;
mod properties;
mod python;
mod ruby;
mod script;
mod tables;
