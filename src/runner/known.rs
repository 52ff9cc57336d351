//! What a baseline says of a file: known findings are left as they are, and not told.

use std::path::Path;
use std::sync::Arc;

use dfix_engine::{Finding, Options, Outcome};
use dfix_model::context::Context;
use dfix_syntax::Parse;

use crate::baseline::{Baseline, Found, Nothing, OfFile};

/// What the baseline of a file says of it.
#[derive(Debug)]
pub(crate) struct KnownOfFile {
    /// The baseline.
    pub(crate) baseline: Arc<Baseline>,
    /// All that is found now, where the baseline is written anew.
    pub(crate) found: Option<OfFile>,
    /// How many findings are not told.
    pub(crate) count: usize,
    /// How many are written down and found no more.
    pub(crate) gone: usize,
}

/// Asks the engine, and leaves what is known: it is not fixed and not told. Where the baseline is written anew, nothing is fixed.
pub(super) fn beside_known(
    text: &Arc<str>,
    parsed: &Parse,
    context: &dyn Context,
    options: &Options<'_>,
    path: &Path,
    known: &mut KnownOfFile,
    updates: bool,
) -> Outcome {
    let baseline = Arc::clone(&known.baseline);
    let of_file = baseline.of_file(path);
    if of_file.is_none() && !updates {
        return dfix_engine::run_parsed(text, parsed, context, options);
    }
    let looks = options.clone().with_withhold(&Nothing);
    let mut outcome = dfix_engine::run_parsed(text, parsed, context, &looks);
    let found = Found::of(text, parsed, &outcome.remaining);
    if updates {
        known.found = outcome.errors.is_empty().then(|| found.written());
        known.count = outcome.remaining.len();
        outcome.remaining.clear();
        return outcome;
    }
    let (left, gone) = found.left(of_file.unwrap_or(&OfFile::new()));
    let is_known = |it: &Finding| left.iter().any(|left| left.has(it));
    known.count = outcome.remaining.iter().filter(|it| is_known(it)).count();
    known.gone = gone;
    if known.count < outcome.remaining.len() {
        let options = options.clone().with_left(&left);
        outcome = dfix_engine::run_parsed(text, parsed, context, &options);
    }
    outcome.remaining.retain(|it| !is_known(it));
    outcome
}
