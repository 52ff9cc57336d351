//! Stages that take files from one another, where one of them comes to another release.

use dfix_catalogue::{
    CopiedPrograms, Distribution, Foundation, copied_programs, end_of_release, image, is_text_file,
};
use dfix_engine::{Case, OpenCondition};
use dfix_model::{Base, ImageRef, Source, Stage, Step, lines};

use super::lines::verb;
use crate::matching::reference::Reference;

/// A move of a stage's image from one release to another.
pub(super) struct Move<'a> {
    pub(super) old: Option<&'a Foundation>,
    pub(super) new: &'a Foundation,
    /// What other stages are based on after it.
    pub(super) new_of: &'a dyn Fn(Stage<'_>) -> Option<Foundation>,
}

/// Tells which files a stage gets from, or gives to, a stage or an image on another release.
pub(super) fn look(stage: Stage<'_>, moved: &Move<'_>, case: &mut Case<'_>) {
    let mut found: Vec<Part> = Vec::new();
    for of_it in stage.with_descendants() {
        for (step, taker) in takers(of_it) {
            let is_same = taker.base_stage() == stage.base_stage();
            if !is_same && !is_text(step) && !of_it.is_static().is_yes() {
                found.extend(given(step, taker, moved));
            }
        }
        for step in of_it.copies() {
            let Some(source) = step.source().filter(|_| !is_text(step)) else {
                continue;
            };
            found.extend(taken(step, stage, &source, moved));
        }
    }
    // What is the same of several lines is told once.
    while let Some(first) = found.first() {
        let (rest, is_copy) = (first.rest.clone(), first.is_copy);
        let is_same = |it: &Part| it.rest == rest && it.is_copy == is_copy;
        let (same, others): (Vec<Part>, Vec<Part>) = found.into_iter().partition(is_same);
        found = others;
        case.open(Part::say(&same));
    }
}

/// What a step copies or takes, and what is open of it.
struct Part {
    line: usize,
    is_copy: bool,
    /// What follows on its line in a condition.
    rest: String,
}

impl Part {
    fn of(step: Step<'_>, rest: String) -> Self {
        Part {
            line: step.line(),
            is_copy: step.is_copy_or_add(),
            rest,
        }
    }

    /// What is open of parts of which the same is.
    fn say(parts: &[Part]) -> Option<OpenCondition> {
        let first = parts.first()?;
        let places = lines(parts.iter().map(|it| it.line).collect());
        let copies = if first.is_copy {
            verb(&places, "copies", "copy")
        } else {
            verb(&places, "takes", "take")
        };
        Some(OpenCondition::new(
            format!("whether what {copies} from {}", first.rest),
            "move both to the same release, or neither",
        ))
    }
}

/// The steps that copy out of a stage, and their stages; through those with no image, which only hand on what they have.
pub(super) fn takers<'m>(stage: Stage<'m>) -> Vec<(Step<'m>, Stage<'m>)> {
    let mut found = Vec::new();
    let (mut asked, mut seen) = (vec![stage], vec![stage]);
    while let Some(giver) = asked.pop() {
        let copies = giver.copied_by().filter(|it| it.is_copy_or_add());
        for (step, taker) in copies.filter_map(|it| Some((it, it.stage()?))) {
            if !matches!(taker.base_stage().base(), Base::Scratch) {
                found.push((step, taker));
                continue;
            }
            let handed_on: Vec<Stage<'m>> = taker.with_descendants().collect();
            for stage in handed_on {
                if !seen.contains(&stage) {
                    seen.push(stage);
                    asked.push(stage);
                }
            }
        }
    }
    found
}

/// What is open where a step takes programs out of an image that comes to another release; `after` tells what stages are based on then.
pub(super) fn of_image(
    step: Step<'_>,
    reference: &Reference<'_>,
    (repository, tag): (&str, &str),
    after: &dyn Fn(Stage<'_>) -> Option<Foundation>,
) -> Option<OpenCondition> {
    let old_image = &reference.position.image;
    let programs = old_image.name().and_then(copied_programs);
    let is_static = matches!(programs, Some(CopiedPrograms::Static { .. }));
    let base = step.stage()?.base_stage();
    let is_alone = matches!(base.base(), Base::Scratch);
    if is_static || is_alone || (step.is_copy_or_add() && is_text(step)) {
        return None;
    }
    let (old, new) = (foundation_of(old_image), image(repository, tag).foundation);
    let there = after(base);
    let are_same = |one: &Option<Foundation>, other: &Option<Foundation>| {
        one.zip(*other)
            .and_then(|(one, other)| one.same_release(&other))
            == Some(true)
    };
    if are_same(&old, &new) || are_same(&new, &there) {
        return None;
    }
    let from = new.map_or_else(|| format!("`{repository}:{tag}`"), |it| it.told());
    let to = there.map_or_else(|| shown(base.base_image()), |it| it.told());
    libraries(step, &from, &to)
}

/// What another stage takes: its C library must be as new as that which it was linked with.
fn given(step: Step<'_>, taker: Stage<'_>, moved: &Move<'_>) -> Option<Part> {
    let base = taker.base_stage();
    if matches!(base.base(), Base::Scratch) {
        return None;
    }
    let Some(after) = (moved.new_of)(base) else {
        return Some(part(step, &moved.new.told(), &shown(taker.base_image())));
    };
    // Of a system that nobody here knows the C library of, nothing is known.
    if library_of(&after).is_none() {
        return Some(part(step, &moved.new.told(), &shown(base.base_image())));
    }
    if library_of(moved.new).is_some()
        && library_of(moved.new) == library_of(&after)
        && is_newer(moved.new, &after) != Some(false)
    {
        let (from, to) = (moved.new.told(), after.told());
        return Some(Part::of(
            step,
            format!("{from} runs on {to}, whose C library is older"),
        ));
    }
    let before = taker.base_facts().foundation;
    may_part(before, &after, moved).then(|| part(step, &moved.new.told(), &after.told()))
}

/// What the stage takes from elsewhere: libraries that it was linked with may be gone.
fn taken(step: Step<'_>, stage: Stage<'_>, source: &Source<'_>, moved: &Move<'_>) -> Option<Part> {
    let release = moved.new.told();
    let (image_ref, after) = match source {
        Source::Stage(giver) => {
            let base = giver.base_stage();
            let is_none = matches!(base.base(), Base::Scratch);
            if is_none || base == stage.base_stage() || giver.is_static().is_yes() {
                return None;
            }
            (giver.base_image(), (moved.new_of)(base))
        }
        Source::Image(it) => {
            let programs = it.name().and_then(copied_programs);
            if matches!(programs, Some(CopiedPrograms::Static { .. })) {
                return None;
            }
            (&**it, foundation_of(it))
        }
        Source::Unknown => return Some(part(step, "what only the build can tell", &release)),
    };
    let Some(after) = after.filter(|it| it.release.is_some()) else {
        return Some(part(step, &shown(image_ref), &release));
    };
    may_part(foundation_of(image_ref), &after, moved).then(|| part(step, &after.told(), &release))
}

/// Whether two stages may have been based on the same release, and come to be based on two.
fn may_part(before: Option<Foundation>, after: &Foundation, moved: &Move<'_>) -> bool {
    let were_same = before
        .zip(moved.old.copied())
        .and_then(|(it, old)| it.same_release(&old));
    were_same != Some(false) && after.same_release(moved.new) != Some(true)
}

/// An image, for people.
pub(super) fn shown(image: &ImageRef) -> String {
    match image.text() {
        Some(text) => format!("`{text}`"),
        None => "an image that only the build can tell".to_owned(),
    }
}

/// What is open of a program that is copied from one system to another.
pub(super) fn libraries(step: Step<'_>, from: &str, to: &str) -> Option<OpenCondition> {
    Part::say(&[part(step, from, to)])
}

fn part(step: Step<'_>, from: &str, to: &str) -> Part {
    Part::of(step, format!("{from} finds its libraries on {to}"))
}

fn foundation_of(it: &ImageRef) -> Option<Foundation> {
    image(it.name()?, it.effective_tag()?).foundation
}

/// Whether nothing that is copied can be a program of the machine, as the names tell.
fn is_text(step: Step<'_>) -> bool {
    step.sources()
        .all(|it| it.value().is_some_and(is_text_file))
}

/// The C library of a distribution.
fn library_of(foundation: &Foundation) -> Option<&'static str> {
    match foundation.distribution {
        Distribution::Debian | Distribution::Ubuntu => Some("glibc"),
        Distribution::Alpine => Some("musl"),
        _ => None,
    }
}

/// Whether a release came out after another one; none where a day is not known.
fn is_newer(one: &Foundation, other: &Foundation) -> Option<bool> {
    let released = |it: &Foundation| end_of_release(it).and_then(|it| it.released);
    Some(released(one)? > released(other)?)
}
