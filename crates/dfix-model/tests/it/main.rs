//! What a Dockerfile means: questions to the model, asked of small files.
//! One binary, since linking is most of what a test binary costs.

#![allow(clippy::redundant_closure_for_method_calls)]
#![allow(clippy::unwrap_used)]
#![allow(unreachable_pub)]

mod accounts;
mod ages;
mod application_sources;
mod broken;
mod calls;
mod commands;
mod common;
mod context;
mod filesystem;
mod instructions;
mod interpreted;
mod layout;
mod limits;
mod packages;
mod programs_there;
mod project;
mod python;
mod runtime;
mod shell_values;
mod stages;
