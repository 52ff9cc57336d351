//! Comments that ask for what is found not to be heard: `# dfix: ignore=RULE[,RULE] reason`, written where it is found.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use dfix_model::Model;
use dfix_model::context::Context;
use dfix_syntax::{Parse, SyntaxNode, TextRange};

use crate::codemod::Codemod;
use crate::comments::listed;
use crate::findings::Findings;
use crate::fix::Safety;
use crate::fixpoint::run_parsed;
use crate::ignore::{IGNORE_UNUSED, idle_name, own};
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

/// How often what is found is looked for again: a comment may part what a rule takes together, so that it finds another place.
const MOST_LOOKS: usize = 8;

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
    let mut adding = Adding {
        text,
        reason: reason.trim(),
        instructions: instructions(&parsed.syntax()),
        places: BTreeMap::new(),
    };
    let mut last = None;
    let own = adding.instructions.clone();
    let mut changes = adding.take(&own, &found.remaining);
    for _ in 0..MOST_LOOKS {
        if !changes {
            break;
        }
        let codemods: [&dyn Codemod; 1] = [&adding];
        let writes = Options::of_codemods(&codemods).with_threshold(options.threshold);
        let mut written = run_parsed(text, parsed, context, &writes);
        let again = dfix_syntax::parse(&written.text);
        let left = run_parsed(&written.text, &again, context, &looks).remaining;
        changes = !written.rounds.is_empty() && adding.take(&instructions(&again.syntax()), &left);
        written.remaining.extend(left);
        written.remaining.sort_by_key(|it| it.range.start());
        last = Some(written);
    }
    let Some(mut written) = last else {
        return found;
    };
    written.refused.extend(found.refused);
    written
}

/// The places of a file's instructions, in bytes.
fn instructions(root: &SyntaxNode) -> Vec<TextRange> {
    let all = root.children().filter(|it| it.kind().is_instruction());
    all.map(|it| it.text_range()).collect()
}

/// Has every fix left out.
#[derive(Debug)]
struct Nothing;

impl Withhold for Nothing {
    fn why_not(&self, _: &Model<'_>, _: &Finding) -> Option<String> {
        Some("fix it, or write a comment that ignores it".to_owned())
    }
}

/// The names that are found at each instruction of a text.
#[derive(Debug)]
struct Adding<'a> {
    text: &'a str,
    reason: &'a str,
    instructions: Vec<TextRange>,
    /// By the number of the instruction; none is the file.
    places: BTreeMap<Option<usize>, BTreeSet<&'static str>>,
}

impl Adding<'_> {
    /// Takes in what is found in this text, or in it with comments, where the instructions stand here; whether that changes
    /// anything. A name that has nothing to ignore goes: what it was written for is seen otherwise beside another comment.
    fn take(&mut self, instructions: &[TextRange], found: &[Finding]) -> bool {
        let mut changes = false;
        for finding in found {
            let at = finding.range.start();
            let below = instructions.partition_point(|it| it.start() <= at);
            let around = below.checked_sub(1);
            let around = around.filter(|it| instructions[*it].contains(at));
            if finding.rule != IGNORE_UNUSED {
                changes |= self.places.entry(around).or_default().insert(finding.rule);
            } else if let Some(name) = idle_name(&finding.message)
                && let Some(names) = self.places.get_mut(&Some(below))
            {
                changes |= names.remove(name);
            }
        }
        self.places.retain(|_, names| !names.is_empty());
        changes
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
        for (instruction, names) in &self.places {
            let names: Vec<&str> = names.iter().copied().collect();
            let (range, where_, key) = match instruction {
                Some(number) => (self.instructions[*number], "here", "ignore"),
                None => (TextRange::default(), "in this file", "ignore-file"),
            };
            let message = format!("ignored {where_}: `{}`", names.join("`, `"));
            let comment = format!("# dfix: {key}={} {}", names.join(","), self.reason);
            out.judge(range, Safety::Safe, message, |case| {
                case.evidence("comments change nothing of what is built")
                    .fix(|edit| match instruction {
                        Some(_) => edit.insert_comment_above(range, &comment),
                        None => edit.insert_comment_at_the_top(&comment),
                    });
                Ok(())
            });
        }
    }
}
