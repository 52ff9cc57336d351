//! `dfix completions`: a completion script for a shell.

use std::io::Write;

use clap::CommandFactory as _;

use crate::cli::Arguments;
use crate::exit::{Exit, Stop};

pub(super) fn run(shell: clap_complete::Shell, out: &mut dyn Write) -> Result<Exit, Stop> {
    // Into memory first: the generator panics where the output is a closed pipe.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "dfix", &mut script);
    out.write_all(&script)?;
    Ok(Exit::Clean)
}
