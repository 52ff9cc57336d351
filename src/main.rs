//! dfix, the fixer for Dockerfiles: arguments, the work, the exit code.

mod baseline;
mod changed;
mod cli;
mod commands;
mod config;
mod console;
mod context;
mod discover;
mod exit;
mod file_error;
mod input;
mod labels;
mod launches;
mod lines;
mod names;
mod pretty_json;
mod report;
mod rule_names;
mod runner;
mod select;
mod suggest;
mod write;

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// The tree and the facts of a file are many small pieces; a quarter of a run went into the system's allocator.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let arguments = cli::arguments();
    match commands::run(&arguments) {
        Ok(exit) => ExitCode::from(exit as u8),
        Err(stop) => stop.report(),
    }
}
