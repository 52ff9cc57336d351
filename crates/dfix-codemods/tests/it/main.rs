//! Tests of rewrites, in one binary: linking is most of what a test binary costs.

#![allow(clippy::unwrap_used)]

mod cases;
mod errors;
mod properties;
mod recipes;
mod surprises;
