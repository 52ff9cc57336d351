//! What is written: the tree against fixtures, snapshots, other parsers and random text.
//! One binary, since linking is most of what a test binary costs.

#![allow(clippy::unwrap_used)]
#![allow(missing_docs)]
#![allow(unreachable_pub)]

mod buildkit;
mod common;
mod embedded;
mod lossless;
mod second_opinion;
mod shell_corpus;
mod shell_properties;
mod shell_second_opinion;
mod shell_trees;
mod shell_views;
mod tree;
mod trees;
