//! What is shown of a run. Every format shows the same facts, those of [`entry`], in the same words.

mod advice;
mod checkstyle;
mod concise;
pub(crate) mod diff;
mod entry;
mod github;
mod gitlab;
pub(crate) mod json;
mod junit;
mod markdown;
mod rdjson;
mod sarif;
mod summary;
mod text;
mod xml;

use std::io::{self, Write};

use crate::cli::Format;

pub(crate) use entry::{Mode, Report};
pub(crate) use json::of_file;
pub(crate) use text::last_line;

/// Prints the report in a format.
pub(crate) fn print(format: Format, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text => text::print(report, out),
        Format::Concise => concise::print(report, out),
        Format::Json => json::print(report, out),
        Format::Jsonl => json::print_lines(report, out),
        Format::Sarif => sarif::print(report, out),
        Format::Github => github::print(report, out),
        Format::Gitlab => gitlab::print(report, out),
        Format::Junit => junit::print(report, out),
        Format::Checkstyle => checkstyle::print(report, out),
        Format::Rdjson => rdjson::print(report, out),
        Format::Markdown => markdown::print(report, out),
    }
}
