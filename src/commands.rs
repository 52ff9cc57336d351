//! What dfix does, one file a subcommand; `check` where there is none.

mod batch;
mod check;
mod completions;
mod config;
mod explain;
mod explain_image;
mod held;
mod init;
mod interactive;
mod known;
mod migrate;
mod patch_dir;
mod paths;
mod reports;
mod rewrite;
mod rules;
mod show;
mod told;
mod tree;
mod visit;

use std::io::{self, BufWriter, Write as _};

use self::show::is_json;
use crate::cli::{Arguments, Subcommand};
use crate::exit::{Exit, Stop};

/// Does what the arguments say.
pub(crate) fn run(arguments: &Arguments) -> Result<Exit, Stop> {
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let common = &arguments.common;
    let exit = match &arguments.subcommand {
        None => check::run(&arguments.check, common, &mut out),
        Some(Subcommand::Rules) => rules::run(is_json(common.format)?, &mut out),
        Some(Subcommand::Explain { rule }) => explain::run(rule, is_json(common.format)?, &mut out),
        Some(Subcommand::ExplainImage { image }) => {
            explain_image::run(image, is_json(common.format)?, &mut out)
        }
        Some(Subcommand::Rewrite(told)) => rewrite::run(told, common, &mut out),
        Some(Subcommand::Migrate(told)) => migrate::run(told, common, &mut out),
        Some(Subcommand::Config(command)) => config::run(command, common, &mut out),
        Some(Subcommand::Init { folder }) => init::run(folder, common.quiet, &mut out),
        Some(Subcommand::Tree { file }) => tree::run(file, is_json(common.format)?, &mut out),
        Some(Subcommand::Batch { choice, threads }) => {
            batch::run(choice, threads, common, &mut out)
        }
        Some(Subcommand::Completions { shell }) => completions::run(*shell, &mut out),
    }?;
    out.flush()?;
    Ok(exit)
}
