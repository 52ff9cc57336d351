//! Only what was declared: every difference in meaning is covered by an effect.

use rustc_hash::{FxHashMap, FxHashSet};

use dfix_model::semantic_diff::{Difference, Meaning, differences, meaning};
use dfix_syntax::ast::{AstNode, Instruction};
use dfix_syntax::{SyntaxKind, TextRange, TextSize};

use crate::fix::{Effect, Fix};
use crate::outcome::{Finding, Proof};
use crate::proof::align::{Alignment, shortened};
use crate::proof::failure::{Failure, failure};
use crate::proof::snapshot::Snapshot;
use crate::ranges::{Ranges, overlap};
use crate::splice::Splice;

/// What the fixes of a batch declare.
struct Declared<'f> {
    /// Places of [`Effect::Arguments`].
    commands: Ranges,
    /// Places of [`Effect::Commands`].
    lists: Ranges,
    /// Places of [`Effect::Changed`].
    changed: Ranges,
    /// Places of [`Effect::Removed`].
    removed: Ranges,
    /// All other effects of stages, each once.
    of_stages: FxHashMap<usize, FxHashSet<&'f Effect>>,
    /// The global `ARG`s.
    global: FxHashSet<&'f str>,
}

impl<'f> Declared<'f> {
    fn of(fixes: &[&'f Fix]) -> Self {
        let effects = || fixes.iter().flat_map(|fix| &fix.effects);
        let commands = |effect: &Effect| match effect {
            Effect::Arguments { command } => Some(*command),
            _ => None,
        };
        let lists = |effect: &Effect| match effect {
            Effect::Commands { instruction } => Some(*instruction),
            _ => None,
        };
        let changed = |effect: &Effect| match effect {
            Effect::Changed { instruction } => Some(*instruction),
            _ => None,
        };
        let removed = |effect: &Effect| match effect {
            Effect::Removed { instruction } => Some(*instruction),
            _ => None,
        };
        let mut of_stages: FxHashMap<usize, FxHashSet<&Effect>> = FxHashMap::default();
        let mut global = FxHashSet::default();
        for effect in effects() {
            match effect {
                Effect::BaseImage { stage }
                | Effect::Environment { stage, .. }
                | Effect::User { stage }
                | Effect::Inserted { stage, .. } => {
                    of_stages.entry(*stage).or_default().insert(effect);
                }
                Effect::GlobalArg { name } => {
                    global.insert(name.as_str());
                }
                Effect::Layout
                | Effect::Equivalent
                | Effect::Arguments { .. }
                | Effect::Removed { .. }
                | Effect::Commands { .. }
                | Effect::Changed { .. }
                | Effect::Comment { .. } => {}
            }
        }
        Declared {
            commands: effects().filter_map(commands).collect(),
            lists: effects().filter_map(lists).collect(),
            changed: effects().filter_map(changed).collect(),
            removed: effects().filter_map(removed).collect(),
            of_stages,
            global,
        }
    }

    /// What is declared of a stage beside what is said by places.
    fn of_stage(&self, stage: Option<usize>) -> impl Iterator<Item = &'f Effect> {
        let effects = stage.and_then(|stage| self.of_stages.get(&stage));
        effects.into_iter().flatten().copied()
    }
}

pub(crate) fn only_declared(
    before: &Snapshot,
    after: &Snapshot,
    splice: &Splice,
    alignment: &Alignment,
    batch: &[&Finding],
) -> Result<(), Failure> {
    let fixes: Vec<&Fix> = batch.iter().filter_map(|f| f.fix.as_ref()).collect();
    let declared = Declared::of(&fixes);
    layout_only(before, after, splice, &fixes)?;
    let stages = stages_of(before);
    let replaced: FxHashSet<usize> = alignment.in_place_of.iter().flatten().copied().collect();
    for (index, node) in before.instructions.iter().enumerate() {
        let range = node.text_range();
        let is_touched = splice.meets(range);
        match alignment.forward[index] {
            None => removed(before, index, &stages, &declared, &replaced)?,
            Some(other) if is_touched => {
                let (Some(old), Some(new)) = (
                    Instruction::cast(node.clone()),
                    Instruction::cast(after.instructions[other].clone()),
                ) else {
                    continue;
                };
                let (old, new) = (meaning(&old), meaning(&new));
                for difference in differences(&old, &new) {
                    if !covers(&declared, &difference, old.keyword(), range, stages[index]) {
                        return Err(undeclared(&difference, &before.text, range));
                    }
                }
                if declared.lists.overlap(range) && !declared.changed.overlap(range) {
                    commands_stay(&old, &new, splice, &declared).map_err(|place| {
                        undeclared(&Difference::Command(place), &before.text, range)
                    })?;
                }
            }
            Some(_) => {}
        }
    }
    inserted(after, alignment, &stages, &declared)?;
    references(before, after, alignment)
}

/// The stage of each instruction; `None` before the first `FROM`.
fn stages_of(snapshot: &Snapshot) -> Vec<Option<usize>> {
    let mut stage = None;
    snapshot
        .instructions
        .iter()
        .map(|node| {
            if node.kind() == SyntaxKind::FROM_INSTR {
                stage = Some(stage.map_or(0, |s| s + 1));
            }
            stage
        })
        .collect()
}

/// A fix that declares nothing but layout leaves its tokens, up to the letter case of keywords and of directives' names.
fn layout_only(
    before: &Snapshot,
    after: &Snapshot,
    splice: &Splice,
    fixes: &[&Fix],
) -> Result<(), Failure> {
    let texts = |snapshot: &Snapshot, range: TextRange| -> Vec<(SyntaxKind, String)> {
        let tokens = &snapshot.tokens;
        let first = tokens.partition_point(|t| t.range.end() <= range.start());
        tokens[first..]
            .iter()
            .take_while(|t| t.range.start() < range.end())
            .filter(|t| !t.kind.is_trivia() && overlap(t.range, range))
            .map(|t| {
                let text = &snapshot.text[t.range];
                let is_directives_name = t.kind == SyntaxKind::DIRECTIVE_TEXT
                    && snapshot.text[..t.range.start().into()]
                        .trim_end()
                        .ends_with('#');
                let text = if t.kind == SyntaxKind::KEYWORD || is_directives_name {
                    text.to_ascii_uppercase()
                } else {
                    text.to_owned()
                };
                (t.kind, text)
            })
            .collect()
    };
    let of_layout: FxHashSet<TextRange> = fixes
        .iter()
        .filter(|fix| fix.effects.iter().all(|e| *e == Effect::Layout))
        .flat_map(|fix| fix.edits.iter().map(|edit| edit.range))
        .collect();
    let mut edits = splice.edits();
    let has_more = !of_layout.is_empty()
        && edits.any(|(edit, image)| {
            of_layout.contains(&edit.range) && texts(before, edit.range) != texts(after, image)
        });
    if has_more {
        return Err(failure(
            Proof::OnlyDeclared,
            "more than blanks, line ends and letter case changed",
        ));
    }
    Ok(())
}

fn covers(
    declared: &Declared<'_>,
    difference: &Difference,
    keyword: &str,
    instruction: TextRange,
    stage: Option<usize>,
) -> bool {
    if declared.changed.overlap(instruction) {
        return true;
    }
    if let Difference::Command(place) = difference
        && declared.commands.overlap(*place)
    {
        return true;
    }
    // Which commands changed is looked at by place: their numbers are no more those that they were.
    let is_of_commands = matches!(difference, Difference::Script | Difference::Command(_));
    if is_of_commands && declared.lists.overlap(instruction) {
        return true;
    }
    let is_global = keyword == "ARG"
        && stage.is_none()
        && matches!(difference, Difference::Key(key) if declared.global.contains(key.as_str()));
    is_global
        || declared.of_stage(stage).any(|effect| match effect {
            Effect::BaseImage { .. } => *difference == Difference::BaseImage,
            Effect::Environment { keys, .. } => {
                keyword == "ENV" && matches!(difference, Difference::Key(key) if keys.contains(key))
            }
            Effect::User { .. } => keyword == "USER",
            _ => false,
        })
}

/// Whether each command that no edit takes away is there afterwards with the words that it had, where no effect says otherwise:
/// what comes beside it must not become its own. The place of one that is not.
fn commands_stay(
    old: &Meaning,
    new: &Meaning,
    splice: &Splice,
    declared: &Declared<'_>,
) -> Result<(), TextRange> {
    let places: FxHashMap<TextSize, usize> = new
        .commands()
        .enumerate()
        .map(|(index, range)| (range.start(), index))
        .collect();
    for (index, range) in old.commands().enumerate() {
        if splice.removes(range) || declared.commands.overlap(range) {
            continue;
        }
        let is_same = places
            .get(&splice.pushed(range.start()))
            .is_some_and(|other| old.is_same_command(index, new, *other));
        if !is_same {
            return Err(range);
        }
    }
    Ok(())
}

fn undeclared(difference: &Difference, text: &str, instruction: TextRange) -> Failure {
    let what = match difference {
        Difference::Keyword => "the instruction's keyword".to_owned(),
        Difference::BaseImage => "the base image".to_owned(),
        Difference::StageName => "the stage's name".to_owned(),
        Difference::Flag(name) => format!("the flag `--{name}`"),
        Difference::Key(key) => format!("the key `{key}`"),
        Difference::Command(place) => format!("the command `{}`", shortened(&text[*place])),
        Difference::Script => "the list of commands".to_owned(),
        Difference::Arguments => "the arguments".to_owned(),
    };
    failure(
        Proof::OnlyDeclared,
        format!(
            "{what} of `{}` changed, and no effect says so",
            shortened(&text[instruction]),
        ),
    )
}

fn removed(
    before: &Snapshot,
    index: usize,
    stages: &[Option<usize>],
    declared: &Declared<'_>,
    replaced: &FxHashSet<usize>,
) -> Result<(), Failure> {
    let node = &before.instructions[index];
    let range = node.text_range();
    let is_user = |effect: &Effect| matches!(effect, Effect::User { .. });
    let covered = declared.removed.overlap(range)
        || (replaced.contains(&index) && declared.changed.overlap(range))
        || (node.kind() == SyntaxKind::USER_INSTR && declared.of_stage(stages[index]).any(is_user));
    if covered {
        return Ok(());
    }
    Err(failure(
        Proof::OnlyDeclared,
        format!(
            "the instruction `{}` is gone, and no effect says so",
            shortened(&before.text[node.text_range()])
        ),
    ))
}

fn inserted(
    after: &Snapshot,
    alignment: &Alignment,
    stages: &[Option<usize>],
    declared: &Declared<'_>,
) -> Result<(), Failure> {
    let mut current: Option<usize> = None;
    let mut in_new_stage = false;
    for (index, node) in after.instructions.iter().enumerate() {
        let is_from = node.kind() == SyntaxKind::FROM_INSTR;
        if let Some(counterpart) = alignment.backward[index] {
            if is_from {
                current = stages[counterpart];
                in_new_stage = false;
            }
            continue;
        }
        in_new_stage |= is_from;
        let next = in_new_stage.then(|| current.map_or(0, |s| s + 1));
        let Some(instruction) = Instruction::cast(node.clone()) else {
            continue;
        };
        let new = meaning(&instruction);
        let in_place_of_changed = alignment.in_place_of[index]
            .and_then(|old| alignment.old_range(old))
            .is_some_and(|old| declared.changed.overlap(old));
        let is_told = |effect: &Effect| match effect {
            // What a new ENV sets must be told by its keys: later instructions expand them.
            Effect::Inserted { keyword, .. } => *keyword == new.keyword() && new.keyword() != "ENV",
            Effect::Environment { keys, .. } => {
                new.keyword() == "ENV" && new.keys().all(|key| keys.iter().any(|k| k == key))
            }
            Effect::User { .. } => new.keyword() == "USER",
            _ => false,
        };
        let of_here = declared.of_stage(Some(current.unwrap_or(0)));
        let is_global_arg = || {
            let mut keys = new.keys();
            let first = keys.next();
            current.is_none()
                && new.keyword() == "ARG"
                && first.is_some_and(|first| {
                    declared.global.contains(first) && keys.all(|key| key == first)
                })
        };
        if !in_place_of_changed
            && !of_here.chain(declared.of_stage(next)).any(is_told)
            && !is_global_arg()
        {
            return Err(failure(
                Proof::OnlyDeclared,
                format!(
                    "the instruction `{}` is new, and no effect says so{}",
                    shortened(&after.text[node.text_range()]),
                    if new.keyword() == "ENV" {
                        " by its keys"
                    } else {
                        ""
                    }
                ),
            ));
        }
    }
    Ok(())
}

/// `FROM stage` and `--from=stage` must mean the stages that they meant.
fn references(before: &Snapshot, after: &Snapshot, alignment: &Alignment) -> Result<(), Failure> {
    let is_from =
        |snapshot: &Snapshot, i: usize| snapshot.instructions[i].kind() == SyntaxKind::FROM_INSTR;
    let same_stages = (0..before.instructions.len())
        .filter(|&b| is_from(before, b))
        .all(|b| alignment.forward[b].is_some())
        && (0..after.instructions.len())
            .filter(|&a| is_from(after, a))
            .all(|a| alignment.backward[a].is_some());
    if same_stages {
        return Ok(());
    }
    let (old, new) = (References::of(before), References::of(after));
    for (b, a) in alignment.forward.iter().enumerate() {
        let Some(a) = *a else { continue };
        let (old_target, new_target) = (old.targets[b], new.targets[a]);
        let moved = match old_target {
            Some(target) => alignment.forward[target],
            None => None,
        };
        let rewritten = old.names[b] != new.names[a];
        if !rewritten && moved != new_target {
            return Err(failure(
                Proof::OnlyDeclared,
                format!(
                    "`{}` would mean another stage",
                    shortened(&before.text[before.instructions[b].text_range()])
                ),
            ));
        }
    }
    Ok(())
}

/// For each instruction the stage that it names, as the index of that stage's `FROM`.
struct References {
    names: Vec<Option<String>>,
    targets: Vec<Option<usize>>,
}

impl References {
    fn of(snapshot: &Snapshot) -> References {
        let mut references = References {
            names: Vec::new(),
            targets: Vec::new(),
        };
        let mut froms: Vec<usize> = Vec::new();
        // The stages of each name, by their numbers.
        let mut named: FxHashMap<String, Vec<usize>> = FxHashMap::default();
        for (index, node) in snapshot.instructions.iter().enumerate() {
            let meaning = Instruction::cast(node.clone()).map(|i| meaning(&i));
            let is_from = node.kind() == SyntaxKind::FROM_INSTR;
            let name = meaning.as_ref().and_then(|m| {
                let name = if is_from { m.image() } else { m.flag("from") };
                name.map(str::to_ascii_lowercase)
            });
            // A stage cannot name itself, but a COPY can name no later one either.
            let known = if is_from {
                froms.len()
            } else {
                froms.len().saturating_sub(1)
            };
            let target = name.as_ref().and_then(|name| {
                let same = named.get(name).map_or(&[][..], Vec::as_slice);
                let last = same.iter().rev().find(|number| **number < known);
                let number = last.copied().or_else(|| {
                    let number: usize = name.parse().ok().filter(|_| !is_from)?;
                    (number < known).then_some(number)
                })?;
                froms.get(number).copied()
            });
            if is_from {
                if let Some(stage) = meaning.and_then(|m| m.stage_name().map(str::to_owned)) {
                    named.entry(stage).or_default().push(froms.len());
                }
                froms.push(index);
            }
            references.names.push(name);
            references.targets.push(target);
        }
        references
    }
}
