//! Comments that ask for what is found not to be heard: `# dfix: ignore=RULE[,RULE] reason`, written where it is found.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use dfix_model::Model;
use dfix_model::context::Context;
use dfix_syntax::{Parse, TextRange};

use crate::codemod::Codemod;
use crate::comments::listed;
use crate::findings::Findings;
use crate::fix::Safety;
use crate::fixpoint::run_parsed;
use crate::ignore::{IGNORE_UNUSED, own};
use crate::options::Options;
use crate::outcome::{Finding, Outcome};
use crate::rule::Rule;
use crate::withhold::Withhold;

/// The name of findings whose fix writes a comment that ignores a rule.
pub const ADD_IGNORE: &str = "add-ignore";

/// What speaks against a reason, as a sentence without a full stop; nothing where it can stand behind the names of a comment.
///
/// `rules`: those whose names a reason must not begin with, since it would be taken for a list.
pub fn wrong_reason(reason: &str, rules: &[&'static Rule]) -> Option<String> {
    if reason.trim().is_empty() {
        return Some("a reason is missing: say why nothing is to be done".to_owned());
    }
    if reason.contains(['\n', '\r']) {
        return Some("a reason is one line".to_owned());
    }
    let comment = format!("a {}", reason.trim());
    let (names, rest) = listed(&comment);
    if names.len() > 1 {
        return Some(
            "a comma stands between names, so a reason does not begin with one".to_owned(),
        );
    }
    let (message, _) = own::left_over(std::iter::empty(), rest, rules)?;
    Some(format!("{message}: begin the reason otherwise"))
}

/// Writes a comment for everything that is found, whether it could be fixed or not, and fixes nothing.
///
/// One comment stands above each instruction at which something is found, one at the top of the file for what is found at none;
/// one by which hadolint is asked something stays right above its instruction. `reason` stands behind the names, see
/// [`wrong_reason`]. Back comes the text with the comments; what is still found in it remains.
pub fn add_ignores(
    text: &Arc<str>,
    parsed: &Parse,
    context: &dyn Context,
    options: &Options<'_>,
    reason: &str,
) -> Outcome {
    let looks = options.clone().with_withhold(&Nothing);
    let found = run_parsed(text, parsed, context, &looks);
    let adding = Adding::of(text, parsed, &found.remaining, reason);
    if adding.places.is_empty() {
        return found;
    }
    let codemods: [&dyn Codemod; 1] = [&adding];
    let writes = Options::of_codemods(&codemods).with_threshold(options.threshold);
    let mut written = run_parsed(text, parsed, context, &writes);
    if written.rounds.is_empty() {
        written.remaining.extend(found.remaining);
        written.remaining.sort_by_key(|it| it.range.start());
        return written;
    }
    let again = dfix_syntax::parse(&written.text);
    written
        .remaining
        .extend(run_parsed(&written.text, &again, context, &looks).remaining);
    written.refused.extend(found.refused);
    written
}

/// Has every fix left out.
#[derive(Debug)]
struct Nothing;

impl Withhold for Nothing {
    fn why_not(&self, _: &Model<'_>, _: &Finding) -> Option<String> {
        Some("fix it, or write a comment that ignores it".to_owned())
    }
}

/// The names that are found at each place of a text.
#[derive(Debug)]
struct Adding<'a> {
    text: &'a str,
    reason: &'a str,
    /// By the start of an instruction, in bytes.
    places: BTreeMap<Option<u32>, (TextRange, BTreeSet<&'static str>)>,
}

impl<'a> Adding<'a> {
    fn of(text: &'a str, parsed: &Parse, found: &[Finding], reason: &'a str) -> Self {
        let root = parsed.syntax();
        let instructions: Vec<TextRange> = root
            .children()
            .filter(|it| it.kind().is_instruction())
            .map(|it| it.text_range())
            .collect();
        let mut places = BTreeMap::new();
        // What is wrong with a comment is mended there.
        for finding in found.iter().filter(|it| it.rule != IGNORE_UNUSED) {
            let at = finding.range.start();
            let below = instructions.partition_point(|it| it.start() <= at);
            let around = below.checked_sub(1).map(|it| instructions[it]);
            let around = around.filter(|it| it.contains(at));
            let key = around.map(|it| u32::from(it.start()));
            let place = || (around.unwrap_or(finding.range), BTreeSet::new());
            places
                .entry(key)
                .or_insert_with(place)
                .1
                .insert(finding.rule);
        }
        Adding {
            text,
            reason: reason.trim(),
            places,
        }
    }
}

impl Codemod for Adding<'_> {
    fn name(&self) -> &'static str {
        ADD_IGNORE
    }

    fn check(&self, _: &Model<'_>, out: &mut Findings<'_>) {
        // The places are those of this text; it is looked at once.
        if out.text() != self.text {
            return;
        }
        for (instruction, (range, names)) in &self.places {
            let names: Vec<&str> = names.iter().copied().collect();
            let (where_, key) = match instruction {
                Some(_) => ("here", "ignore"),
                None => ("in this file", "ignore-file"),
            };
            let message = format!("ignored {where_}: `{}`", names.join("`, `"));
            let comment = format!("# dfix: {key}={} {}", names.join(","), self.reason);
            out.judge(*range, Safety::Safe, message, |case| {
                case.evidence("comments change nothing of what is built")
                    .fix(|edit| match instruction {
                        Some(_) => edit.insert_comment_above(*range, &comment),
                        None => edit.insert_comment_at_the_top(&comment),
                    });
                Ok(())
            });
        }
    }
}
