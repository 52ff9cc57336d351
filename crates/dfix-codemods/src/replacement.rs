//! What a replacement makes of a match: the difference from the pattern, as edits of just that.

pub(crate) mod align;
pub(crate) mod carry;
pub(crate) mod change;
pub(crate) mod exec;
pub(crate) mod lost;
pub(crate) mod of_command;
pub(crate) mod of_copy;
mod of_flags;
mod of_folding;
mod of_form;
pub(crate) mod of_from;
pub(crate) mod of_image;
pub(crate) mod of_instruction;
pub(crate) mod of_keyword;
pub(crate) mod of_options;
pub(crate) mod of_pairs;
pub(crate) mod of_pipeline;
pub(crate) mod of_program;
pub(crate) mod of_scripts;
pub(crate) mod of_sets;
pub(crate) mod of_several;
pub(crate) mod of_words;
pub(crate) mod of_wrappers;
pub(crate) mod of_zones;
pub(crate) mod plan;
pub(crate) mod readers;
pub(crate) mod render;
