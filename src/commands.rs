//! What dfix does, one file a subcommand; `check` where there is none.

mod check;
mod completions;
mod explain;
mod explain_image;
mod rules;
mod tree;

use std::io::{self, BufWriter, Write as _};

use crate::cli::{Arguments, Format, Subcommand};
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
        Some(Subcommand::Tree { file }) => tree::run(file, is_json(common.format)?, &mut out),
        Some(Subcommand::Completions { shell }) => completions::run(*shell, &mut out),
    }?;
    out.flush()?;
    Ok(exit)
}

fn is_json(format: Option<Format>) -> Result<bool, Stop> {
    match format {
        None | Some(Format::Text) => Ok(false),
        Some(Format::Json) => Ok(true),
        Some(_) => Err(Stop::Message(
            "this command prints text or json only".to_owned(),
        )),
    }
}
