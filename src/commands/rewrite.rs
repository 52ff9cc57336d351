//! `dfix rewrite`: look for a pattern, and put something else in its place.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use dfix_codemods::{Conditions, Match, PatternError, Rewrite, Search};
use dfix_engine::Outcome;
use dfix_model::Model;
use dfix_model::context::Context;
use dfix_syntax::Parse;
use serde_json::{Value, json};

use super::show::{is_json, show};
use super::visit;
use crate::cli::{self, Common, Format};
use crate::console::report_error;
use crate::exit::{Exit, Stop};
use crate::lines::Lines;
use crate::pretty_json;
use crate::report::json::of_matches;
use crate::runner::{FileReport, Job};

pub(super) fn run(told: &cli::Rewrite, common: &Common, out: &mut dyn Write) -> Result<Exit, Stop> {
    let conditions = Conditions {
        in_stage_based_on: told.in_stage_based_on.clone(),
        distribution: told.distribution.clone(),
        is_final: told.is_final,
        is_last: told.is_last,
        is_base: told.is_base,
        as_root: told.as_root,
        before: told.before.clone(),
        after: told.after.clone(),
        not_before: told.not_before.clone(),
        not_after: told.not_after.clone(),
        not: told.not.clone(),
    };
    let wrong = |error: PatternError| Stop::Message(error.to_string());
    let only_looks = told.search || told.count;
    if told.explain {
        let explained = match &told.replacement {
            Some(replacement) => Rewrite::new(&told.pattern, replacement, &conditions)
                .map(|rewrite| rewrite.search().explain()),
            None => Search::new(&told.pattern, &conditions).map(|search| search.explain()),
        };
        write!(out, "{}", explained.map_err(wrong)?)?;
        return Ok(Exit::Clean);
    }
    if only_looks {
        check_looking(told, common)?;
        let search = Search::new(&told.pattern, &conditions).map_err(wrong)?;
        // There is no replacement: what stands in its place is a path.
        let mut given: Vec<PathBuf> = told.replacement.iter().map(PathBuf::from).collect();
        given.extend(told.paths.iter().cloned());
        let files = visit::files(&given, &told.work, &Looking(&search), common)?;
        if files.iter().all(|it| it.matches.is_empty()) {
            hint(&search, common);
        }
        return if told.count {
            count(&files, &search, &told.by, common, out)
        } else {
            list(&files, &search, common, out)
        };
    }
    let Some(replacement) = &told.replacement else {
        return Err(Stop::Message(
            "what should be put in the place of what the pattern finds? Write it behind the pattern; `--search` only looks"
                .to_owned(),
        ));
    };
    let rewrite = Rewrite::new(&told.pattern, replacement, &conditions).map_err(wrong)?;
    let job = Rewriting {
        rewrite: &rewrite,
        shows_matches: matches!(common.format, Some(Format::Json | Format::Jsonl)),
    };
    let files = visit::files(&told.paths, &told.work, &job, common)?;
    let is_without = |it: &FileReport| {
        let outcome = it.outcome.as_ref();
        outcome.is_none_or(|it| {
            it.rounds.is_empty() && it.remaining.is_empty() && it.refused.is_empty()
        })
    };
    if files.iter().all(is_without) {
        hint(rewrite.search(), common);
    }
    show(files, &told.work, false, common, out)
}

/// Refuses what is told of a rewrite, or of a count, where there is none.
fn check_looking(told: &cli::Rewrite, common: &Common) -> Result<(), Stop> {
    let looks = if told.count { "--count" } else { "--search" };
    if told.search && !told.by.is_empty() {
        return Err(Stop::Message(
            "--by goes with --count: write that in the place of --search".to_owned(),
        ));
    }
    let is_printed = matches!(common.format, None | Some(Format::Text | Format::Json));
    if !(told.work.report.is_empty() && is_printed) {
        return Err(Stop::Message(format!(
            "{looks} prints text, or JSON, and nothing else: `{looks} --format json > FILE` writes it to a file"
        )));
    }
    Ok(())
}

/// Says what may be meant otherwise, where nothing was found.
fn hint(search: &Search, common: &Common) {
    if let Some(hint) = search.hint().filter(|_| !common.quiet) {
        let _ = writeln!(std::io::stderr(), "dfix: nothing was found; {hint}");
    }
}

/// A rewrite of every file.
struct Rewriting<'a> {
    rewrite: &'a Rewrite,
    shows_matches: bool,
}

impl Job for Rewriting<'_> {
    fn may_concern(&self, text: &str) -> bool {
        self.rewrite.search().may_match(text)
    }

    fn run(&self, text: &Arc<str>, parsed: &Parse, context: &dyn Context) -> (Outcome, Vec<Match>) {
        if self.shows_matches {
            return self.rewrite.run_and_find(text, parsed, context);
        }
        (self.rewrite.run_parsed(text, parsed, context), Vec::new())
    }
}

/// A search in every file.
struct Looking<'a>(&'a Search);

impl Job for Looking<'_> {
    fn may_concern(&self, text: &str) -> bool {
        self.0.may_match(text)
    }

    fn run(&self, text: &Arc<str>, parsed: &Parse, context: &dyn Context) -> (Outcome, Vec<Match>) {
        let outcome = Outcome {
            text: Arc::clone(text),
            rounds: Vec::new(),
            remaining: Vec::new(),
            refused: Vec::new(),
            errors: parsed.errors().to_vec(),
        };
        if !outcome.errors.is_empty() {
            return (outcome, Vec::new());
        }
        let model = Model::new(&parsed.file(), text, context);
        let matches = self.0.find(&model);
        (outcome, matches)
    }
}

/// Prints where the pattern fits.
fn list(
    files: &[FileReport],
    search: &Search,
    common: &Common,
    out: &mut dyn Write,
) -> Result<Exit, Stop> {
    if is_json(common.format)? {
        let found = files.iter().filter(|it| !it.matches.is_empty());
        let found = found.map(
            |file| json!({ "path": file.path.to_string_lossy(), "matches": of_matches(file) }),
        );
        let document = json!({ "version": 1, "files": found.collect::<Vec<_>>() });
        pretty_json::print(&document, out)?;
        return Ok(ended(files, common));
    }
    let shows_names = search.hole_names();
    for file in files {
        let lines = Lines::new(&file.before);
        for found in &file.matches {
            let (line, column) = lines.place(found.range.start);
            let text = file.before[found.range.clone()]
                .lines()
                .next()
                .unwrap_or_default();
            let path = file.path.display();
            write!(out, "{path}:{line}:{column}: {text}")?;
            for capture in found
                .captures
                .iter()
                .filter(|it| shows_names.contains(&it.name))
            {
                write!(out, "  {}=`{}`", capture.name, capture.texts.join(" "))?;
            }
            writeln!(out)?;
        }
    }
    Ok(ended(files, common))
}

/// Prints how often the pattern fits, the most frequent first.
fn count(
    files: &[FileReport],
    search: &Search,
    by: &[String],
    common: &Common,
    out: &mut dyn Write,
) -> Result<Exit, Stop> {
    let names = search.hole_names();
    if let Some(unknown) = by.iter().find(|it| !names.contains(it)) {
        let names: Vec<String> = names.iter().map(|it| format!("`{it}`")).collect();
        return Err(Stop::Message(format!(
            "--by {unknown}: the pattern has no hole of this name; it has {}",
            if names.is_empty() {
                "none".to_owned()
            } else {
                names.join(", ")
            }
        )));
    }
    let mut counts: BTreeMap<Vec<String>, (usize, usize)> = BTreeMap::new();
    for file in files {
        let mut last = BTreeMap::new();
        for found in &file.matches {
            let text = |name: &String| {
                let capture = found.captures.iter().find(|it| it.name == *name);
                capture.map_or(String::new(), |it| {
                    it.built.clone().unwrap_or_else(|| it.texts.join(" "))
                })
            };
            let key: Vec<String> = by.iter().map(text).collect();
            *last.entry(key).or_insert(0) += 1;
        }
        for (key, number) in last {
            let entry = counts.entry(key).or_default();
            entry.0 += number;
            entry.1 += 1;
        }
    }
    if by.is_empty() {
        counts.entry(Vec::new()).or_default();
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by(|a, b| (b.1.0, &a.0).cmp(&(a.1.0, &b.0)));
    if is_json(common.format)? {
        let counts = counts.iter().map(|(key, (matches, files))| {
            let mut object = json!({ "matches": matches, "files": files });
            for (name, text) in by.iter().zip(key) {
                object["by"][name] = Value::from(text.as_str());
            }
            object
        });
        let document = json!({ "version": 1, "counts": counts.collect::<Vec<_>>() });
        pretty_json::print(&document, out)?;
        return Ok(ended(files, common));
    }
    for (key, (matches, files)) in counts {
        let of = if files == 1 { "file" } else { "files" };
        if key.is_empty() {
            writeln!(out, "{matches} in {files} {of}")?;
        } else {
            writeln!(out, "{matches:>7}  in {files} {of}: {}", key.join("  "))?;
        }
    }
    Ok(ended(files, common))
}

/// Tells what went wrong. Who only looks is told nothing by the exit code but that.
fn ended(files: &[FileReport], common: &Common) -> Exit {
    let mut exit = Exit::Clean;
    for file in files {
        for error in &file.errors {
            report_error(&file.path, error, common.color);
            exit = Exit::Error;
        }
    }
    exit
}
