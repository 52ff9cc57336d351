//! What a baseline says of a file: known findings are left as they are, and not told.

use std::path::PathBuf;
use std::sync::Arc;

use dfix_engine::{Finding, Options, Outcome};
use dfix_syntax::Parse;

use crate::baseline::{Baseline, Baselines, Found, Nothing, OfFile};

/// What the baseline of a file says of it.
#[derive(Debug)]
pub(crate) struct KnownOfFile {
    /// The path by which the baseline knows it.
    pub(crate) path: PathBuf,
    /// The baseline.
    pub(crate) baseline: Arc<Baseline>,
    /// What is to be written down now, where that is something else than before.
    pub(crate) found: Option<OfFile>,
    /// How many findings are not told.
    pub(crate) count: usize,
    /// How many are written down and found no more.
    pub(crate) gone: usize,
}

/// Asks the engine (`run`), and leaves what is known: it is not fixed and not told. Where the baseline is written anew, nothing is fixed.
pub(super) fn beside_known(
    text: &Arc<str>,
    parsed: &Parse,
    run: &dyn Fn(&Options<'_>) -> Outcome,
    options: &Options<'_>,
    known: &mut KnownOfFile,
    baselines: &Baselines,
) -> Outcome {
    let updates = baselines.updates;
    let baseline = Arc::clone(&known.baseline);
    let of_file = baseline.of_file(&known.path);
    if of_file.is_none() && !updates {
        return run(options);
    }
    let looks = options.clone().with_withhold(&Nothing);
    let mut outcome = run(&looks);
    let places = outcome.remaining.iter().map(|it| (it, it.origin));
    let found = Found::of(text, parsed, places);
    if updates {
        known.found = outcome.errors.is_empty().then(|| found.written());
        known.count = outcome.remaining.len();
        outcome.remaining.clear();
        return outcome;
    }
    let nothing = OfFile::new();
    let of_file = of_file.unwrap_or(&nothing);
    let (left, gone) = found.left(of_file);
    let is_known = |it: &Finding| left.iter().any(|left| left.has(it));
    known.count = outcome.remaining.iter().filter(|it| is_known(it)).count();
    known.gone = gone;
    if known.count < outcome.remaining.len() {
        let all = [options.left, &left].concat();
        let options = options.clone().with_left(&all);
        outcome = run(&options);
    }
    if outcome.text != *text && !left.is_empty() {
        // What is known stays known in an instruction that other fixes have changed.
        let after = dfix_syntax::parse(&outcome.text);
        let places = outcome.remaining.iter().filter(|it| is_known(it));
        let places = places.map(|it| (it, it.range));
        let after = Found::of(&outcome.text, &after, places);
        let carried = found.carried(of_file, &left, &after);
        known.found = (carried != *of_file).then_some(carried);
    }
    outcome.remaining.retain(|it| !is_known(it));
    outcome
}
