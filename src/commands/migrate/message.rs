//! The message of a commit, and the text of a pull request: Markdown.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use dfix_codemods::Recipe;
use dfix_engine::{Finding, OpenCondition};

use super::about::summary;
use super::recipes::Told;
use crate::runner::FileReport;

/// How many files are named for one reason.
const MOST_PATHS: usize = 20;

/// How many sentences are told of one recipe's changes.
const MOST_MESSAGES: usize = 10;

/// What is told of some places: a sentence, and the files with their lines.
type Places = BTreeMap<String, BTreeSet<(String, usize)>>;

/// The message: a subject, what was done, what to look at, what was left and why.
pub(super) fn of(recipes: &[Recipe], set: &[String], files: &[FileReport]) -> String {
    let names: Vec<String> = recipes.iter().map(|it| named(it, set)).collect();
    let (mut changes, mut changed) = (0, 0);
    let (mut open, mut left) = (Places::new(), Places::new());
    let mut by_name: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for file in files {
        let path = file.path.to_string_lossy().replace('\\', "/");
        let lines = crate::lines::Lines::new(&file.before);
        let place = |finding: &Finding| {
            let line = lines.place(finding.origin.start().into()).0;
            (path.clone(), line)
        };
        for error in &file.errors {
            let line = error.place.map_or(1, |it| it.0);
            left.entry(error.message.clone())
                .or_default()
                .insert((path.clone(), line));
        }
        let Some(outcome) = &file.outcome else {
            continue;
        };
        changed += usize::from(file.after().is_some());
        for finding in outcome.applied() {
            changes += 1;
            let said = by_name.entry(finding.rule).or_default();
            *said.entry(&finding.message).or_default() += 1;
            let unproven = finding.fix.iter().flat_map(|it| &it.unproven);
            for OpenCondition { condition, remedy } in unproven {
                let told = format!("{condition} ({remedy})");
                open.entry(told).or_default().insert(place(finding));
            }
        }
        for finding in &outcome.remaining {
            let why = finding
                .remedy
                .as_deref()
                .unwrap_or("it is left to a person");
            let told = format!("{}: {why}", finding.message);
            left.entry(told).or_default().insert(place(finding));
        }
        for refused in &outcome.refused {
            let told = format!("{}: {}", refused.finding.message, refused.reason);
            left.entry(told)
                .or_default()
                .insert(place(&refused.finding));
        }
    }
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{}: {} in {}\n",
        names.join(", "),
        counted(changes, "change"),
        counted(changed, "Dockerfile")
    );
    for recipe in recipes {
        let said = by_name.remove(recipe.name()).unwrap_or_default();
        let (name, what) = (named(recipe, set), summary(recipe));
        let number = counted(said.values().sum(), "change");
        let _ = writeln!(text, "- `{name}` ({number}): {what}.");
        each(&mut text, &said);
    }
    // What is left are rules that recipes name.
    for (name, said) in by_name {
        let number = counted(said.values().sum(), "change");
        let _ = writeln!(text, "- the rule `{name}` ({number})");
        each(&mut text, &said);
    }
    let _ = writeln!(
        text,
        "\n{} looked at, {} changed. Everything else in them is as it was.",
        counted(files.len(), "Dockerfile"),
        changed
    );
    if !(open.is_empty() && left.is_empty()) {
        text.push_str("Lines are those of the files before the change.\n");
    }
    section(&mut text, "To be looked at", &open);
    section(&mut text, "Left, and why", &left);
    text
}

/// What findings say, the most frequent first; as many as a reader of the message may want.
fn each(text: &mut String, said: &BTreeMap<&str, usize>) {
    let mut said: Vec<(&str, usize)> = said.iter().map(|(what, count)| (*what, *count)).collect();
    said.sort_by_key(|it| std::cmp::Reverse(it.1));
    for (what, number) in said.iter().take(MOST_MESSAGES) {
        let what = what.replace('\n', " ");
        let _ = writeln!(text, "  - {what}: {}", counted(*number, "time"));
    }
    if let Some(more) = said.len().checked_sub(MOST_MESSAGES).filter(|it| *it > 0) {
        let _ = writeln!(text, "  - and {more} others");
    }
}

/// A recipe with what it is told: `debian-release to=12`.
fn named(recipe: &Recipe, set: &[String]) -> String {
    let told = set.iter().filter_map(|it| Told::read(it));
    let own = told.filter(|it| it.is_for(recipe));
    let own = own.map(|it| format!("{}={}", it.name, it.value));
    std::iter::once(recipe.name().to_owned())
        .chain(own)
        .collect::<Vec<String>>()
        .join(" ")
}

fn section(text: &mut String, title: &str, told: &Places) {
    if told.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n## {title}\n");
    for (sentence, places) in told {
        let sentence = sentence.replace('\n', " ");
        let _ = writeln!(text, "- {sentence}");
        for (path, line) in places.iter().take(MOST_PATHS) {
            let _ = writeln!(text, "  - `{path}`, line {line}");
        }
        if let Some(more) = places.len().checked_sub(MOST_PATHS).filter(|it| *it > 0) {
            let _ = writeln!(text, "  - and {more} more");
        }
    }
}

fn counted(number: usize, what: &str) -> String {
    let end = if number == 1 { "" } else { "s" };
    format!("{number} {what}{end}")
}
