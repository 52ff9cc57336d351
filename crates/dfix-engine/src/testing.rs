//! Holds a rule to its examples: for the tests of whoever writes rules.
//!
//! Each example is run as it stands, and in free variants of it: other line ends, other case, other
//! escape character, words cut apart by continuations and comments. What a variant must give exactly
//! is compared; what it may lay out differently must still be found, proved and stable.

mod variants;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use dfix_model::context::{Context, MemoryContext, NoContext};

use crate::fix::Safety;
use crate::fixpoint::run;
use crate::options::Options;
use crate::outcome::{Finding, Outcome};
use crate::rule::{Example, Phase, Rule};
use crate::rule_option::{RuleSettings, Setting};
use variants::{VARIANTS, Variant};

/// Checks every example of a rule, with its variants.
///
/// # Errors
/// All that is wrong, ready to be printed.
pub fn check(rule: &'static Rule) -> Result<(), String> {
    let mut wrong = String::new();
    for (index, example) in rule.examples.iter().enumerate() {
        let about = format!("{}, example {}", rule.id, index + 1);
        if let Err(reason) = check_example(rule, example) {
            let _ = writeln!(wrong, "== {about}: {reason}");
        }
        for variant in VARIANTS {
            if let Err(reason) = check_variant(rule, example, variant) {
                let _ = writeln!(wrong, "== {about}, variant {}: {reason}", variant.name);
            }
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// Runs one rule alone over a text, as an example does.
pub fn apply(rule: &'static Rule, text: &str, example: &Example) -> Outcome {
    let rules = [rule];
    let threshold = if example.allow_unsafe || example.by_hand {
        Safety::Unsafe
    } else {
        Safety::Checked
    };
    let settings = settings(rule, example);
    let options = Options::new(&rules)
        .with_threshold(threshold)
        .with_settings(&settings);
    let memory;
    let context: &dyn Context = match example.context {
        Some(files) => {
            memory = MemoryContext::new(files.iter().copied());
            &memory
        }
        None => &NoContext,
    };
    run(text, context, &options)
}

/// What an example has the configuration say.
fn settings(rule: &Rule, example: &Example) -> BTreeMap<String, RuleSettings> {
    let option = example.option.map(|(name, text)| {
        let setting = Setting::Text(text.to_owned());
        let mut options = rule.options.iter();
        let is_taken = options.any(|it| it.name == name && it.kind.takes(&setting));
        assert!(is_taken, "{} has no option {name} = {text:?}", rule.id);
        (name.to_owned(), setting)
    });
    let settings = RuleSettings {
        level: None,
        by_hand: false,
        options: option.into_iter().collect(),
    };
    BTreeMap::from([(rule.id.to_owned(), settings)])
}

/// Checks one example as it stands: the result, that it is stable, and that it says what it should.
///
/// # Errors
/// What is wrong.
pub fn check_example(rule: &'static Rule, example: &Example) -> Result<(), String> {
    let outcome = apply(rule, example.before, example);
    is_sound(&outcome)?;
    is_by_hand(example, example.before, &outcome)?;
    if *outcome.text != *example.after {
        return Err(unlike(example.after, &outcome));
    }
    is_stable(rule, example, &outcome)?;
    if !example.says.is_empty() && !findings(&outcome).any(|f| says(f, example.says)) {
        let said: Vec<&str> = findings(&outcome).map(|f| f.message.as_str()).collect();
        return Err(format!(
            "nothing says `{}`; the findings are {said:?}",
            example.says
        ));
    }
    Ok(())
}

fn check_variant(rule: &'static Rule, example: &Example, variant: &Variant) -> Result<(), String> {
    if rule.phase == Phase::Layout && !variant.for_layout {
        return Ok(());
    }
    let Some(before) = (variant.make)(example.before).filter(|text| is_accepted(text)) else {
        return Ok(());
    };
    let outcome = apply(rule, &before, example);
    let shown = |reason: String| format!("{reason}\n-- the variant:\n{before}");
    is_sound(&outcome).map_err(shown)?;
    is_by_hand(example, &before, &outcome).map_err(shown)?;
    is_stable(rule, example, &outcome).map_err(shown)?;
    if variant.exact
        && let Some(after) = (variant.make)(example.after)
        && (variant.compare)(&outcome.text) != (variant.compare)(&after)
    {
        return Err(shown(unlike(&after, &outcome)));
    }
    let plain = apply(rule, example.before, example);
    let (found, expected) = (findings(&outcome).count(), findings(&plain).count());
    // Where a comment keeps a fix from being made, nothing is found in what the fix would have left.
    let is_kept = outcome.remaining.iter().any(|it| it.fix.is_none());
    if found != expected && !(is_kept && found < expected) {
        return Err(shown(format!(
            "found {found} times, but {expected} times in the example itself"
        )));
    }
    Ok(())
}

fn is_accepted(text: &str) -> bool {
    dfix_syntax::parse(text).errors().is_empty()
}

fn findings(outcome: &Outcome) -> impl Iterator<Item = &Finding> {
    outcome.applied().chain(&outcome.remaining)
}

fn says(finding: &Finding, words: &str) -> bool {
    let fix = finding.fix.iter();
    let of_fix = fix.flat_map(|fix| {
        let open = fix
            .unproven
            .iter()
            .flat_map(|u| [u.condition.as_str(), u.remedy.as_str()]);
        fix.evidence.iter().map(String::as_str).chain(open)
    });
    std::iter::once(finding.message.as_str())
        .chain(finding.remedy.as_deref())
        .chain(of_fix)
        .any(|text| text.contains(words))
}

fn is_sound(outcome: &Outcome) -> Result<(), String> {
    if let Some(error) = outcome.errors.first() {
        return Err(format!("the builder would refuse it: {}", error.message));
    }
    if let Some(refused) = outcome.refused.first() {
        return Err(format!(
            "the fix was refused ({:?}): {}\n-- its edits: {:?}",
            refused.proof,
            refused.reason,
            refused.finding.fix.as_ref().map(|fix| &fix.edits)
        ));
    }
    let is_idle = |f: &&Finding| f.fix.is_none() && f.remedy.is_none();
    if let Some(finding) = findings(outcome).find(is_idle) {
        return Err(format!(
            "`{}` has neither a fix nor a remedy: the rule says the change, or why a person must make it",
            finding.message
        ));
    }
    Ok(())
}

/// Of an example that is told and left to a person: something is found, and even with unsafe fixes asked for no byte is
/// written and no fix is offered.
fn is_by_hand(example: &Example, text: &str, outcome: &Outcome) -> Result<(), String> {
    if !example.by_hand {
        return Ok(());
    }
    if *outcome.text != *text || !outcome.rounds.is_empty() {
        return Err(unlike(text, outcome));
    }
    if outcome.remaining.is_empty() {
        return Err("nothing is reported".to_owned());
    }
    match outcome.remaining.iter().find(|f| f.fix.is_some()) {
        Some(finding) => Err(format!(
            "`{}` is offered a fix, and was to be left to a person",
            finding.message
        )),
        None => Ok(()),
    }
}

fn is_stable(rule: &'static Rule, example: &Example, outcome: &Outcome) -> Result<(), String> {
    let again = apply(rule, &outcome.text, example);
    is_sound(&again).map_err(|reason| format!("a second run: {reason}"))?;
    if again.text != outcome.text {
        return Err(format!(
            "a second run changes the text again\n-- first:\n{}\n-- second:\n{}",
            outcome.text, again.text
        ));
    }
    Ok(())
}

fn unlike(expected: &str, outcome: &Outcome) -> String {
    let mut text = String::from("the result is not as told (- told, + given)\n");
    let (told, given): (Vec<&str>, Vec<&str>) = (
        expected.split_inclusive('\n').collect(),
        outcome.text.split_inclusive('\n').collect(),
    );
    let same_start = told.iter().zip(&given).take_while(|(a, b)| a == b).count();
    let same_end = told[same_start..]
        .iter()
        .rev()
        .zip(given[same_start..].iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    for (sign, lines) in [('-', &told), ('+', &given)] {
        for line in &lines[same_start..lines.len() - same_end] {
            let _ = writeln!(text, "{sign} {}", line.escape_debug());
        }
    }
    for finding in findings(outcome) {
        let _ = writeln!(
            text,
            "-- found: {}{}",
            finding.message,
            match (&finding.fix, &finding.remedy) {
                (Some(fix), _) => format!(" ({:?} fix)", fix.safety),
                (None, Some(remedy)) => format!(" (no fix: {remedy})"),
                (None, None) => " (no fix)".to_owned(),
            }
        );
    }
    text
}
