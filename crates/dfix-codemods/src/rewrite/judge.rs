//! What becomes of what a rewrite finds, and what is said of it.

use std::cell::RefCell;

use dfix_engine::{Findings, OpenCondition, Safety, remedy};
use dfix_model::{ImagePlace, Model};

use super::Rewrite;
use super::deciding;
use super::said::Said;
use crate::flat;
use crate::matching::find::{Found, Subject};
use crate::matching::state::Value;
use crate::pattern::image::ImagePattern;
use crate::pattern::instruction::Arguments;
use crate::pattern::{Kind, ReplacementKind, instructions};
use crate::replacement::plan::{Op, Others, Plan, Planned, Renamed};
use crate::replacement::{of_command, of_image, of_instruction, of_pipeline, of_scripts};

/// What was found, with what becomes of it.
struct Judged<'f, 'm> {
    found: &'f Found<'m>,
    plan: Planned<'m>,
    open: Vec<OpenCondition>,
}

/// What another rewrite does in a stage as one with what this one does in its own.
struct Beside<'m> {
    stage: usize,
    plan: Plan<'m>,
    open: Vec<OpenCondition>,
}

/// Adds what is judged. What changes the same default of an `ARG` as one before, and something else as well, is done as one
/// with it: by itself it would not be found any more.
fn add<'f, 'm>(all: &mut Vec<Judged<'f, 'm>>, next: Judged<'f, 'm>) {
    let is_shared = |one: &Plan<'m>, two: &Plan<'m>| {
        one.ops != two.ops && two.ops.iter().any(|op| one.ops.contains(op))
    };
    if let Ok(plan) = &next.plan {
        for before in all.iter_mut() {
            let Ok(first) = &mut before.plan else {
                continue;
            };
            if is_shared(first, plan) {
                let mut plan = plan.clone();
                plan.ops.retain(|op| !first.ops.contains(op));
                first.take(plan);
                let fresh = next.open.into_iter().filter(|it| !before.open.contains(it));
                before.open.extend(fresh.collect::<Vec<_>>());
                return;
            }
        }
    }
    all.push(next);
}

impl Rewrite {
    /// What becomes of something that was found. `others`: as for images.
    fn plan<'m>(&self, found: &Found<'m>, others: Others<'_, 'm>) -> Planned<'m> {
        let state = &found.state;
        of_scripts::stay_scripts(&self.replacement.template, state, found.step())?;
        match (
            &self.search.pattern.kind,
            &self.replacement.kind,
            &found.subject,
        ) {
            (Kind::Image(old), ReplacementKind::Image(new), Subject::Image(reference)) => {
                of_image::plan(old, new, reference, state, others)
            }
            (Kind::Command(_), _, Subject::Command(command)) if found.by_program => {
                if self.replacement.template.source == self.search.pattern.template.source {
                    return Ok(Plan::default());
                }
                let name = command.name();
                Err(format!(
                    "the program is a hole, and the options of `{name}` are its own: say which programs are meant, all of one family (`{{p: {name}|…}}`), or write a pattern for each"
                ))
            }
            (Kind::Command(pattern), _, Subject::Command(command)) => {
                of_command::plan(pattern, &self.replacement, *command, state)
            }
            (Kind::Pipeline(old), ReplacementKind::Pipeline(new), Subject::Command(_)) => {
                of_pipeline::plan(old, new, &self.replacement.template, state)
            }
            (Kind::Pipeline(old), ReplacementKind::Nothing, Subject::Command(_)) => {
                of_pipeline::removed(old, state)
            }
            (Kind::Instructions(lines), kind, Subject::Instructions(_)) => {
                let old: Vec<_> = instructions(lines).collect();
                let new: &[_] = match kind {
                    ReplacementKind::Instructions(new) => new,
                    _ => &[],
                };
                of_instruction::plan(&old, new, &self.replacement.template, state, others)
            }
            (Kind::Image(_), _, _) => Err("an image cannot go".to_owned()),
            _ => Err("the replacement is of another kind".to_owned()),
        }
    }

    /// Whether nothing is left to be done where the replacement is found again: it has the form then that the pattern has not.
    pub(super) fn is_of_form_alone(&self, found: &Found<'_>) -> bool {
        let Kind::Instructions(lines) = &self.search.pattern.kind else {
            return false;
        };
        let ReplacementKind::Instructions(new) = &self.replacement.kind else {
            return false;
        };
        let mut forms = instructions(lines).zip(new);
        forms.any(|(old, new)| old.is_exec != new.is_exec)
            && self
                .plan(found, &|_, _, _| true)
                .is_ok_and(|plan| plan.ops.is_empty())
    }

    /// Says what becomes of what was found.
    pub(super) fn judge<'m>(
        &self,
        found: &[Found<'m>],
        file: &'m Model<'_>,
        out: &mut Findings<'_>,
    ) {
        let source = &self.search.pattern.template.source;
        let source = match source.split_once('\n') {
            Some((first, _)) => format!("{first} …"),
            None => source.clone(),
        };
        let mut renamed: Vec<Renamed> = Vec::new();
        // What other rewrites do as one with what is being planned.
        let taken: RefCell<Vec<Beside<'m>>> = RefCell::default();
        let others = |stage: usize, op: &Op<'m>, all: &[Op<'m>]| {
            let is_mine = found.iter().any(|it| it.is_base_of(stage));
            self.wants(found, stage, op)
                || self.is_wanted_beside((stage, is_mine), (op, all), file, &taken)
        };
        let mut judged: Vec<Judged<'_, 'm>> = Vec::new();
        for it in found {
            taken.borrow_mut().clear();
            let plan = self.plan(it, &others).map(|mut plan| {
                for beside in &*taken.borrow() {
                    let mut other = beside.plan.clone();
                    other.ops.retain(|op| !plan.ops.contains(op));
                    plan.take(other);
                }
                plan
            });
            let plan = plan.and_then(|plan| {
                let mut all = plan.renamed.iter();
                match all.find(|it| renamed.iter().any(|other| other.clashes_with(it))) {
                    Some(it) => Err(format!(
                        "`{}` and another key would both be `{}`, and one of the two values would be lost: put them together",
                        it.old, it.new
                    )),
                    None => Ok(plan),
                }
            });
            renamed.extend(plan.iter().flat_map(|it| it.renamed.clone()));
            if plan.as_ref().is_ok_and(|plan| plan.ops.is_empty()) {
                continue;
            }
            let mut open = self.open_of(it);
            let plan = plan.and_then(|mut plan| {
                open.extend(self.asked(it, &mut plan, found, file)?);
                Ok(plan)
            });
            for other in taken.borrow().iter().flat_map(|it| &it.open) {
                if !open.contains(other) {
                    open.push(other.clone());
                }
            }
            add(
                &mut judged,
                Judged {
                    found: it,
                    plan,
                    open,
                },
            );
        }
        for Judged { found, plan, open } in judged {
            let message = self.message(&source, found);
            out.judge(found.range, Safety::Checked, message, |case| {
                let plan = plan.map_err(|why| remedy!("{why}"))?;
                let decided = deciding::images(found, file).map_err(|why| remedy!("{why}"))?;
                case.open(open).evidence(decided);
                case.evidence(self.search.places.base_of(found));
                plan.say(case);
                Ok(())
            });
        }
    }

    /// What is open where the base of a stage gets another name, and another Dockerfile of the repository builds it under the
    /// one that it has.
    fn parted(&self, found: &Found<'_>) -> Option<OpenCondition> {
        let (ImagePattern::Parts(old), ImagePattern::Parts(new)) = self.images()? else {
            return None;
        };
        let stage = found.stage()?;
        let is_base = match &found.subject {
            Subject::Image(reference) => matches!(reference.position.place, ImagePlace::From(_)),
            _ => true,
        };
        if !is_base || of_image::is_same_name(old, new) {
            return None;
        }
        let mut is_built = false;
        stage.base_elsewhere(&mut |_| is_built = true);
        let image = stage.base_image().text()?;
        is_built.then(|| {
            OpenCondition::new(
                format!("whether the image is to be had under its new name: another Dockerfile here is built as `{image}`"),
                "name it so where it is built and started, too",
            )
        })
    }

    /// What is open where an image gets another name that may be the project's own: one without a folder, and no official
    /// image is called so.
    fn of_the_project(&self, found: &Found<'_>) -> Option<OpenCondition> {
        let (ImagePattern::Parts(old), ImagePattern::Parts(new)) = self.images()? else {
            return None;
        };
        let Subject::Image(reference) = &found.subject else {
            return None;
        };
        let [name] = &*reference.path else {
            return None;
        };
        let is_open = name.resolved.is_none() && flat::has_expansion(name.flat());
        let folder = Some("library");
        if is_open
            && flat::without_expansions(name.flat()).is_empty()
            && new.path.iter().any(|it| it.word.as_literal() == folder)
            && !reference.hub.iter().any(|it| Some(it.flat()) == folder)
        {
            let name = flat::shown(name.flat());
            return Some(OpenCondition::new(
                format!("whether `{name}` is a name alone, without a folder before it"),
                "see what the build is told",
            ));
        }
        let is_said = reference.has_registry || !reference.hub.is_empty();
        // A pattern that says the name means it.
        let is_meant = old
            .path
            .last()
            .is_some_and(|it| it.word.as_literal().is_some());
        if is_said || is_meant || reference.registry.is_some() || of_image::is_same_name(old, new) {
            return None;
        }
        let name = name.resolved.as_deref().unwrap_or(name.flat());
        (!dfix_catalogue::is_official(name)).then(|| {
            OpenCondition::new(
                format!(
                    "whether `{}` is taken from a registry: no official image is called so",
                    crate::flat::shown(name)
                ),
                "where the project builds it itself, leave its name",
            )
        })
    }

    /// What a finding says: what single words are bound tells it from others at the same place.
    fn message(&self, source: &str, found: &Found<'_>) -> String {
        let bound = self.search.names.all().filter_map(|(number, name)| {
            let value = found.state.value(number)?;
            match value {
                Value::Text(_) => Some(format!("`{name}` is `{}`", value.texts().concat())),
                Value::List(_) | Value::Whole(..) => None,
            }
        });
        let bound: Vec<String> = bound.collect();
        if let Some(said) = &self.said {
            let parted = match &self.search.pattern.kind {
                Kind::Image(_) => "/",
                _ => " ",
            };
            return said
                .iter()
                .map(|piece| match piece {
                    Said::Text(text) => text.clone(),
                    Said::Hole(number) => {
                        let value = found.state.value(*number);
                        value.map_or_else(String::new, |it| it.texts().join(parted))
                    }
                })
                .collect();
        }
        if bound.is_empty() {
            format!("the pattern `{source}` finds this")
        } else {
            format!("the pattern `{source}` finds this: {}", bound.join(", "))
        }
    }

    /// Whether what was found in another stage wants the same of a default: then both are done as one.
    fn wants<'m>(&self, found: &[Found<'m>], stage: usize, op: &Op<'m>) -> bool {
        let mut there = found.iter().filter(|it| it.is_base_of(stage));
        there.any(|it| {
            let plan = self.plan(it, &|_, _, _| true);
            plan.is_ok_and(|plan| plan.ops.contains(op))
        })
    }

    /// Whether another rewrite of the recipe wants the same of a default for another stage: the first that finds its image, where
    /// this one does not (`is_mine`). What it wants besides is done with it, and taken.
    fn is_wanted_beside<'m>(
        &self,
        (stage, is_mine): (usize, bool),
        (op, all): (&Op<'m>, &[Op<'m>]),
        file: &'m Model<'_>,
        taken: &RefCell<Vec<Beside<'m>>>,
    ) -> bool {
        // The step that comes first has it, as where each is done by itself.
        let first = self.beside.iter().find_map(|other| {
            let found = other.search.found(file);
            let found = found.into_iter().find(|it| it.is_base_of(stage))?;
            let plan = other.plan(&found, &|_, _, _| true).ok()?;
            Some((other, found, plan))
        });
        let is_within =
            |plan: &Plan<'m>| !plan.ops.is_empty() && plan.ops.iter().all(|it| all.contains(it));
        if first.as_ref().is_some_and(|it| is_within(&it.2)) {
            return true;
        }
        let first = first.filter(|(_, _, plan)| plan.ops.contains(op) && !is_mine);
        let Some((other, found, plan)) = first else {
            return false;
        };
        let mut taken = taken.borrow_mut();
        if !taken.iter().any(|it| it.stage == stage) {
            let open = other.open_of(&found);
            taken.push(Beside { stage, plan, open });
        }
        true
    }

    /// What is open where something is found, whatever becomes of it.
    fn open_of(&self, found: &Found<'_>) -> Vec<OpenCondition> {
        let open = [
            self.parted(found),
            self.of_the_project(found),
            self.unpublished(found),
        ];
        let doubts = found.state.doubts().iter().map(|doubt| {
            OpenCondition::new(
                format!(
                    "what `{}` is: the pattern leaves out what {}",
                    doubt.text, doubt.excluded
                ),
                "look up what it is set to",
            )
        });
        open.into_iter().flatten().chain(doubts).collect()
    }

    /// The image of the pattern, and that of the replacement.
    pub(super) fn images(&self) -> Option<(&ImagePattern, &ImagePattern)> {
        let of = |arguments: &'_ Arguments| match arguments {
            Arguments::From { .. } => Some(()),
            _ => None,
        };
        match (&self.search.pattern.kind, &self.replacement.kind) {
            (Kind::Image(old), ReplacementKind::Image(new)) => Some((old, new)),
            (Kind::Instructions(lines), ReplacementKind::Instructions(new)) => {
                let old = instructions(lines).find(|it| of(&it.arguments).is_some())?;
                let new = new.iter().find(|it| of(&it.arguments).is_some())?;
                match (&old.arguments, &new.arguments) {
                    (Arguments::From { image: old, .. }, Arguments::From { image: new, .. }) => {
                        Some((old, new))
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }
}
