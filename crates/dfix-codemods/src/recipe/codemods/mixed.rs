//! Stages that take files from one another, where one of them comes to another release.

use dfix_catalogue::{
    CopiedPrograms, Distribution, Foundation, copied_programs, end_of_release, image, is_text_file,
};
use dfix_engine::{Case, OpenCondition};
use dfix_model::{ImageRef, Source, Stage, Step};

use super::distribution::told;

/// A move of a stage's image from one release to another.
pub(super) struct Move<'a> {
    pub(super) old: Option<&'a Foundation>,
    pub(super) new: &'a Foundation,
    /// What other stages are based on after it.
    pub(super) new_of: &'a dyn Fn(Stage<'_>) -> Option<Foundation>,
}

/// Tells which files a stage gets from, or gives to, a stage or an image on another release.
pub(super) fn look(stage: Stage<'_>, moved: &Move<'_>, case: &mut Case<'_>) {
    for of_it in stage.with_descendants() {
        for step in of_it.copied_by().filter(|it| it.is_copy_or_add()) {
            let Some(taker) = step.stage() else { continue };
            let is_same = taker.base_stage() == stage.base_stage();
            if !is_same && !is_text(step) && !is_static(of_it) {
                case.open(given(step, taker, moved));
            }
        }
        for step in of_it.copies() {
            let Some(source) = step.source().filter(|_| !is_text(step)) else {
                continue;
            };
            case.open(taken(step, stage, &source, moved));
        }
    }
}

/// What another stage takes: its C library must be as new as that which it was linked with.
fn given(step: Step<'_>, taker: Stage<'_>, moved: &Move<'_>) -> Option<OpenCondition> {
    let before = taker.base_facts().foundation;
    let after = (moved.new_of)(taker.base_stage())?;
    if is_of_glibc(moved.new) && is_of_glibc(&after) && is_newer(moved.new, &after) {
        return Some(OpenCondition::new(
            format!(
                "whether what line {} copies from {} runs on {}, whose C library is older",
                step.line(),
                told(moved.new),
                told(&after)
            ),
            "move both to the same release, or neither",
        ));
    }
    let were_same = before
        .zip(moved.old)
        .is_some_and(|(it, old)| it.same_release(old) == Some(true));
    (were_same && after.same_release(moved.new) != Some(true))
        .then(|| libraries(step, &told(moved.new), &told(&after)))
}

/// What the stage takes from elsewhere: libraries that it was linked with may be gone.
fn taken(
    step: Step<'_>,
    stage: Stage<'_>,
    source: &Source<'_>,
    moved: &Move<'_>,
) -> Option<OpenCondition> {
    let (image_ref, after) = match source {
        Source::Stage(giver) => {
            if giver.base_stage() == stage.base_stage() || is_static(*giver) {
                return None;
            }
            let base = giver.base_image();
            (base, (moved.new_of)(giver.base_stage()))
        }
        Source::Image(it) => (&**it, foundation_of(it)),
        Source::Unknown => return None,
    };
    if image_ref
        .name()
        .is_none_or(|it| it == "scratch" || copied_programs(it).is_some())
    {
        return None;
    }
    let release = told(moved.new);
    let Some(after) = after.filter(|it| it.release.is_some()) else {
        let shown = format!("`{}`", image_ref.text()?);
        return Some(libraries(step, &shown, &release));
    };
    if after.same_release(moved.new) == Some(true) {
        return None;
    }
    let were_same = foundation_of(image_ref)
        .zip(moved.old.copied())
        .is_some_and(|(it, old)| it.same_release(&old) == Some(true));
    were_same.then(|| libraries(step, &told(&after), &release))
}

fn libraries(step: Step<'_>, from: &str, to: &str) -> OpenCondition {
    OpenCondition::new(
        format!(
            "whether what line {} copies from {from} finds its libraries on {to}",
            step.line()
        ),
        "move both to the same release, or neither",
    )
}

fn foundation_of(it: &ImageRef) -> Option<Foundation> {
    image(it.name()?, it.effective_tag()?).foundation
}

/// Whether nothing that is copied can be a program of the machine, as the names tell.
fn is_text(step: Step<'_>) -> bool {
    step.sources()
        .all(|it| it.value().is_some_and(is_text_file))
}

/// Whether what the stage builds needs no C library.
fn is_static(stage: Stage<'_>) -> bool {
    let marks = ["CGO_ENABLED=0", "CGO_ENABLED 0", "-static", "linux-musl"];
    let name = stage.base_image().name();
    name.and_then(copied_programs) == Some(CopiedPrograms::Text)
        || stage
            .base_chain()
            .flat_map(Stage::steps)
            .any(|it| marks.iter().any(|mark| it.source_text().contains(mark)))
}

fn is_of_glibc(foundation: &Foundation) -> bool {
    matches!(
        foundation.distribution,
        Distribution::Debian | Distribution::Ubuntu
    )
}

/// Whether a release came out after another one.
fn is_newer(one: &Foundation, other: &Foundation) -> bool {
    let released = |it: &Foundation| end_of_release(it).and_then(|it| it.released);
    matches!((released(one), released(other)), (Some(one), Some(other)) if one > other)
}
