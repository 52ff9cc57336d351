//! Who decides which fixes are made.

use std::path::Path;
use std::sync::Arc;

use dfix_engine::{Declined, Options, Outcome};
use dfix_model::context::Context;
use dfix_syntax::Parse;

/// Somebody who decides which fixes are made.
pub(crate) trait Decides: Sync {
    /// Whether nothing more is to be decided: no further file is looked at then.
    fn is_over(&self) -> bool;

    /// What becomes of the file at `path`. `run` asks the engine, for all fixes but those that are declined.
    fn decide(&self, path: &Path, run: &dyn Fn(&[Declined]) -> Outcome) -> Outcome;
}

/// Asks the engine, and who decides where somebody does.
pub(super) fn settled(
    path: &Path,
    decides: Option<&dyn Decides>,
    text: &Arc<str>,
    parsed: &Parse,
    context: &dyn Context,
    options: &Options<'_>,
) -> Outcome {
    let run = |declined: &[Declined]| {
        let options = options.clone().with_declined(declined);
        dfix_engine::run_parsed(text, parsed, context, &options)
    };
    match decides {
        Some(it) => it.decide(path, &run),
        None => run(&[]),
    }
}
