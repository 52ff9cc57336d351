//! dfix, the fixer for Dockerfiles: arguments, the work, the exit code.

mod batch;
mod cli;
mod commands;
mod config;
mod context;
mod discover;
mod dockerignore;
mod hadolint;
mod lines;
mod names;
mod report;
mod select;
mod write;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = cli::arguments();
    match commands::run(&arguments) {
        Ok(exit) => ExitCode::from(exit as u8),
        Err(stop) => stop.report(),
    }
}
