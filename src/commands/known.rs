//! What is said of baselines after a run, and `--update-baseline`.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::baseline::{Baseline, OfFile};
use crate::cli::Choice;
use crate::exit::Stop;
use crate::runner::KnownOfFile;

/// A file, with what its baseline says of it.
pub(super) struct KnownFile {
    pub(super) known: KnownOfFile,
    /// Whether it could not be looked at, or not be written.
    pub(super) failed: bool,
}

/// A baseline, with what is to be written down of files.
type OfOne<'f> = (&'f Baseline, Vec<(&'f Path, &'f OfFile)>);

fn by_baseline(files: &[KnownFile]) -> BTreeMap<PathBuf, OfOne<'_>> {
    let mut baselines: BTreeMap<PathBuf, OfOne<'_>> = BTreeMap::new();
    for file in files {
        let baseline = &*file.known.baseline;
        let entry = baselines.entry(baseline.shown());
        let (_, found) = entry.or_insert((baseline, Vec::new()));
        // What is known of a file that could not be looked at stays.
        if let Some(of_file) = file.known.found.as_ref().filter(|_| !file.failed) {
            found.push((&file.known.path, of_file));
        }
    }
    baselines
}

/// Writes those baselines anew in whose files `--fix` has changed instructions in which something is known.
pub(super) fn carry(files: &[KnownFile], is_quiet: bool) -> Result<(), Stop> {
    for (shown, (baseline, found)) in by_baseline(files) {
        if found.is_empty() {
            continue;
        }
        let shown = shown.display();
        let count = found.len();
        baseline
            .write(found, false)
            .map_err(|error| format!("the baseline {shown}: {}", error.message))?;
        if !is_quiet {
            let s = if count == 1 { "" } else { "s" };
            let _ = writeln!(
                io::stderr(),
                "dfix: {shown}: written anew for {count} file{s}, as instructions with known findings were changed"
            );
        }
    }
    Ok(())
}

/// Writes the baselines of these files anew; `has_files` says whether the run was about any file.
pub(super) fn update(files: &[KnownFile], has_files: bool, is_quiet: bool) -> Result<(), Stop> {
    let baselines = by_baseline(files);
    if baselines.is_empty() && has_files {
        let message =
            "--update-baseline: say which file by --baseline FILE, or by `baseline` in dfix.toml";
        return Err(Stop::Message(message.to_owned()));
    }
    for (shown, (baseline, found)) in baselines {
        let shown = shown.display();
        let (now, before) = baseline
            .write(found, true)
            .map_err(|error| format!("the baseline {shown}: {}", error.message))?;
        if !is_quiet {
            let _ = writeln!(
                io::stderr(),
                "dfix: {shown}: {} written down, {before} before",
                findings(now)
            );
        }
    }
    Ok(())
}

/// Says how much was known, and what is not found any more.
pub(super) fn tell(files: &[KnownFile], choice: &Choice) {
    let mut baselines: BTreeMap<PathBuf, (usize, usize)> = BTreeMap::new();
    for KnownFile { known, .. } in files {
        let (count, gone) = baselines.entry(known.baseline.shown()).or_default();
        *count += known.count;
        *gone += known.gone;
    }
    let all_rules_ran = choice.rule.is_empty() && choice.ignore.is_empty();
    for (shown, (count, gone)) in baselines {
        let shown = shown.display();
        let mut text = format!("dfix: {shown}: {} known, not told", findings(count));
        if gone > 0 && all_rules_ran {
            text = format!(
                "{text}; {gone} more written down and not found, which --update-baseline takes out"
            );
        }
        let _ = writeln!(io::stderr(), "{text}");
    }
}

fn findings(count: usize) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} finding{s}")
}
