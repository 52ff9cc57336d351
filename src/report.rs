//! What is shown of a run. Every format shows the same facts, those of [`entry`], in the same words.

mod advice;
mod checkstyle;
mod concise;
pub(crate) mod diff;
mod each;
mod entry;
mod folders;
mod github;
mod gitlab;
mod html;
pub(crate) mod json;
mod junit;
mod markdown;
mod owners;
mod patch_names;
mod patches;
mod printer;
mod rdjson;
mod sarif;
pub(crate) mod statistics;
mod summary;
mod text;
mod xml;

pub(crate) use advice::{of_fix, printable};
pub(crate) use entry::{Mode, Wanted};
pub(crate) use json::of_file;
pub(crate) use patch_names::{PatchNames, work_tree_of};
pub(crate) use patches::{Part, file_name, index, parts};
pub(crate) use printer::Printer;
pub(crate) use summary::{Counts, Summary};
pub(crate) use text::last_line;
