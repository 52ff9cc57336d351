//! What is asked of a run.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use dfix_codemods::Match;
use dfix_engine::Outcome;
use dfix_model::context::Context;
use dfix_syntax::Parse;

use super::decides::Decides;
use crate::baseline::Baselines;
use crate::changed::Changed;
use crate::config::Configs;
use crate::context::Folders;
use crate::discover::Generated;
use crate::select::CliSelection;

/// What somebody asks to be done to every file, in the place of the rules.
pub(crate) trait Job: Sync {
    /// Whether a text may be concerned; one that is not is not even parsed.
    fn may_concern(&self, text: &str) -> bool;

    /// Whether it may change what an image holds, so that a Dockerfile comes after those that build what it is based on, and
    /// sees them as they are going to be.
    fn follows_images(&self) -> bool {
        false
    }

    /// Does it: the outcome, and what was found, where that is shown.
    fn run(&self, text: &Arc<str>, parsed: &Parse, context: &dyn Context) -> (Outcome, Vec<Match>);
}

/// What is asked of every file.
pub(crate) struct Task<'a> {
    /// What is done in the place of the rules.
    pub(crate) job: Option<&'a dyn Job>,
    /// Why all that the rules find is to be ignored from now on, where that is asked for: it is not fixed then.
    pub(crate) ignore_because: Option<&'a str>,
    /// The rules and the level.
    pub(crate) cli: &'a CliSelection,
    /// The configurations.
    pub(crate) configs: &'a Configs,
    /// What changed, where only what is found on these lines counts.
    pub(crate) changed_lines: Option<&'a Changed>,
    /// What is known of files, where that counts.
    pub(crate) baselines: Option<&'a Baselines>,
    /// The build context of every file, where the command line names one.
    pub(crate) context: Option<&'a Path>,
    /// Whether to note what the context is and what it tells.
    pub(crate) verbose: bool,
    /// What all files of the run know of the folders.
    pub(crate) folders: &'a Folders,
    /// Which files are left because of what they say, where that counts.
    pub(crate) generated: Option<&'a Generated>,
    /// Who decides which fixes are made, where not all of them are.
    pub(crate) decides: Option<&'a dyn Decides>,
    /// Whether to write what was fixed.
    pub(crate) write: bool,
    /// How many files may change, where that is limited.
    pub(crate) limit: Option<NonZeroUsize>,
}
