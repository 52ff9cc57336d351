//! The patch of a run in parts: by rule, folder or owner. Applied in the order of their numbers they give what `--fix` writes.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use dfix_engine::{Finding, Outcome, Round, Safety, Splice};

use super::diff::patch;
use super::folders::first_folder;
use super::owners::Owners;
use super::patch_names::PatchNames;
use crate::cli::PatchBy;
use crate::runner::FileReport;

/// A part of the patch.
#[derive(Debug)]
pub(crate) struct Part {
    /// What it is called after: the rule, the folder, the owners.
    pub(crate) name: String,
    pub(crate) text: Vec<u8>,
    pub(crate) files: usize,
    /// How many fixes are in it, by level.
    pub(crate) fixes: BTreeMap<Safety, usize>,
}

/// What parts are sorted by, and told apart: the round, or how far the safest fixes of a level stand behind others; and the name.
type Key = (usize, String);

/// The parts of the patch over these files, in the order in which they are to be applied. By folder and owner that is free, and
/// those come first whose fixes are the safest.
pub(crate) fn parts(files: &[FileReport], by: PatchBy, names: &PatchNames) -> Vec<Part> {
    let mut parts: BTreeMap<Key, Part> = BTreeMap::new();
    let mut owners = Owners::default();
    let mut levels: BTreeMap<String, Safety> = BTreeMap::new();
    let changed = files.iter().filter(|it| it.after().is_some());
    let named: Vec<(&FileReport, String)> = changed
        .map(|file| {
            let name = match by {
                PatchBy::Rule => String::new(),
                PatchBy::Folder => first_folder(&file.path),
                PatchBy::Owner => match owners.of(&file.path).join(" ") {
                    none if none.is_empty() => "nobody".to_owned(),
                    owners => owners,
                },
            };
            let least = applied(file).map(level).min();
            let least = least.unwrap_or(Safety::Safe);
            let known = levels.entry(name.clone()).or_insert(least);
            *known = least.min(*known);
            (file, name)
        })
        .collect();
    for (file, name) in named {
        let path = names.of(&file.path);
        if by == PatchBy::Rule {
            for step in steps(file) {
                let key = (step.round, step.rule.to_owned());
                add(
                    &mut parts,
                    key,
                    &path,
                    &step.before,
                    &step.after,
                    &step.fixes,
                );
            }
        } else {
            let after = file.after().unwrap_or(&file.before);
            let fixes: Vec<&Finding> = applied(file).collect();
            let order = match levels[&name] {
                Safety::Safe => 0,
                Safety::Checked => 1,
                Safety::Unsafe => 2,
            };
            let key = (order, name);
            add(&mut parts, key, &path, &file.before, after, &fixes);
        }
    }
    parts.into_values().collect()
}

fn add(
    parts: &mut BTreeMap<Key, Part>,
    key: Key,
    path: &[u8],
    before: &str,
    after: &str,
    fixes: &[&Finding],
) {
    let name = key.1.clone();
    let part = parts.entry(key).or_insert_with(|| Part {
        name,
        text: Vec::new(),
        files: 0,
        fixes: BTreeMap::new(),
    });
    patch(path, before.as_bytes(), after.as_bytes(), &mut part.text);
    part.files += 1;
    for fix in fixes {
        *part.fixes.entry(level(fix)).or_default() += 1;
    }
}

/// The findings whose fixes are in the patch of a file.
fn applied(file: &FileReport) -> impl Iterator<Item = &Finding> {
    file.outcome.iter().flat_map(Outcome::applied)
}

fn level(finding: &Finding) -> Safety {
    finding.fix.as_ref().map_or(Safety::Safe, |it| it.safety)
}

/// What one rule does to a file in one round.
struct Step<'f> {
    round: usize,
    rule: &'static str,
    fixes: Vec<&'f Finding>,
    before: String,
    after: String,
}

/// The steps from the text before to the one after. The fixes of a round do not touch one another, so each rule's may be made
/// after those of the rules before it.
fn steps(file: &FileReport) -> impl Iterator<Item = Step<'_>> {
    let outcome = file.outcome.as_ref();
    let rounds = outcome.map_or(&[][..], |it| &it.rounds);
    rounds.iter().enumerate().flat_map(|(number, round)| {
        let mut rules: BTreeMap<&'static str, Vec<&Finding>> = BTreeMap::new();
        for finding in &round.applied {
            rules.entry(finding.rule).or_default().push(finding);
        }
        let mut so_far: Vec<Finding> = Vec::new();
        let mut text = round.before.to_string();
        let steps: Vec<Step<'_>> = rules
            .into_iter()
            .map(|(rule, fixes)| {
                so_far.extend(fixes.iter().map(|it| (*it).clone()));
                let applied = Round {
                    before: round.before.clone(),
                    applied: so_far.clone(),
                };
                let after = Splice::of(&applied).apply(&round.before);
                let before = std::mem::replace(&mut text, after.clone());
                Step {
                    round: number,
                    rule,
                    fixes,
                    before,
                    after,
                }
            })
            .collect();
        steps
    })
}

/// The name of a part as a file's: letters, digits and dashes.
pub(crate) fn file_name(number: usize, name: &str) -> String {
    let plain = |it: char| {
        if it.is_alphanumeric() || "._-".contains(it) {
            it
        } else {
            '-'
        }
    };
    let name: String = name.chars().map(plain).take(60).collect();
    let name = name.trim_matches(['-', '.']);
    let name = if name.is_empty() { "root" } else { name };
    format!("{number:04}-{name}.patch")
}

/// A page that says what is in the parts, by the names of their files, and how they are applied.
pub(crate) fn index(parts: &[(String, &Part)]) -> String {
    let mut text = format!(
        "# The patch in {} parts\n\nApply them in order, in the work tree (PATCHES is this folder):\n\n```sh\nfor it in PATCHES/*.patch; do git apply \"$it\" || break; done\n```\n\n\
         All of them together are what `dfix --fix` writes, and what was proved; one alone is a step on the way.\n\n\
         | patch | files | safe | checked | unsafe |\n|---|---:|---:|---:|---:|\n",
        parts.len()
    );
    for (name, part) in parts {
        let of = |level| part.fixes.get(&level).copied().unwrap_or_default();
        let _ = writeln!(
            text,
            "| [{name}]({name}) | {} | {} | {} | {} |",
            part.files,
            of(Safety::Safe),
            of(Safety::Checked),
            of(Safety::Unsafe)
        );
    }
    text
}
