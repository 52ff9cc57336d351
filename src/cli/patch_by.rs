//! How `--patch-dir` parts the patch.

use clap::ValueEnum;

/// By what the parts are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PatchBy {
    /// A patch a rule; a rule that comes to its turn again after others has another one
    Rule,
    /// A patch for each folder of the first level
    Folder,
    /// A patch for those who own the same files, as CODEOWNERS says
    Owner,
}
