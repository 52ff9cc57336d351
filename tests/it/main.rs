//! Tests of the program as a whole, in one binary: linking is most of what a test binary costs.

#![allow(clippy::unwrap_used)]

mod add_ignore;
mod apps;
mod based_on_it;
mod baseline;
mod batch;
mod broken;
mod changed;
mod circles;
mod cli;
mod common;
mod configuration;
mod configuration_page;
mod contributing;
mod ecosystem;
mod elsewhere;
mod fleets;
mod formats;
mod git_apply;
mod house;
mod html;
mod in_order;
mod init;
mod inline;
mod interactive;
mod linters;
mod lists;
mod migrate;
mod mishaps;
mod original;
mod patch_dir;
mod patch_names;
mod readme;
mod reports;
mod rewrite;
mod rewrite_command;
mod rules_ask;
mod rules_page;
mod schemas;
mod selection;
mod sizes;
mod starts;
mod statistics;
mod templates;
mod words;
