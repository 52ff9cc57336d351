//! Formats that print a file after the other, and those that need all of them.

use std::io::{self, Write};
use std::sync::Arc;

use super::each::Each;
use super::entry::{Report, Wanted};
use super::patch_names::PatchNames;
use super::summary::Summary;
use super::{
    checkstyle, concise, diff, github, gitlab, html, json, junit, markdown, rdjson, sarif, text,
};
use crate::cli::Format;
use crate::runner::FileReport;

/// Prints all files at once.
type Whole = fn(&Report<'_>, &mut dyn Write) -> io::Result<()>;

/// How a format prints.
pub(crate) enum Printer {
    /// A file after the other.
    Each(Box<dyn Each>),
    /// All of them at the end.
    Whole(Whole, Wanted),
}

impl Printer {
    /// That of a format.
    pub(crate) fn new(format: Format, wanted: Wanted) -> Self {
        let (mode, patches) = (wanted.mode, wanted.patches);
        let whole: Whole = match format {
            Format::Text => return Printer::Each(Box::new(text::Text::new(&wanted))),
            Format::Concise => {
                return Printer::Each(Box::new(concise::Concise {
                    mode,
                    color: wanted.color,
                }));
            }
            Format::Jsonl => {
                let names = patches.then(|| Arc::clone(&wanted.names));
                return Printer::Each(Box::new(json::Lines {
                    mode,
                    names,
                    statistics: wanted.statistics,
                }));
            }
            Format::Json => json::print,
            Format::Sarif => sarif::print,
            Format::Github => github::print,
            Format::Gitlab => gitlab::print,
            Format::Junit => junit::print,
            Format::Checkstyle => checkstyle::print,
            Format::Rdjson => rdjson::print,
            Format::Markdown => markdown::print,
            Format::Html => html::print,
        };
        Printer::Whole(whole, wanted)
    }

    /// That of a patch which `git apply` takes, unless it is in colour.
    pub(crate) fn of_patches(names: &Arc<PatchNames>, color: bool) -> Self {
        let names = Arc::clone(names);
        Printer::Each(Box::new(diff::Patches { names, color }))
    }

    /// Prints all files at once.
    pub(crate) fn all(&self, files: &[FileReport], out: &mut dyn Write) -> io::Result<()> {
        let each = match self {
            Printer::Each(each) => each,
            Printer::Whole(print, wanted) => return print(&Report::new(files, wanted), out),
        };
        let summary = Summary::of(files);
        if each.tells_each(&summary) {
            files.iter().try_for_each(|file| each.file(file, out))?;
        }
        each.end(&summary, out)
    }
}
