//! Another C library: Alpine's is musl, that of Chainguard's images glibc.

use dfix_catalogue::{Distribution, Foundation};
use dfix_engine::{Case, OpenCondition};
use dfix_model::{Base, Source, Stage, Step};

use super::super::mixed::{libraries, shown};

const NEW: &str = "Chainguard's image";

/// Tells what of a stage was made for musl, and what others take from it or give it.
pub(super) fn look(
    stage: Stage<'_>,
    old: &Foundation,
    comes_along: &dyn Fn(Stage<'_>) -> bool,
    case: &mut Case<'_>,
) {
    if old.distribution != Distribution::Alpine {
        return;
    }
    case.open(OpenCondition::new(
        "whether all runs with glibc: the C library of the old image is musl",
        "build on the new image what is compiled for musl, and download the form for glibc",
    ));
    let keeps_musl = |it: Stage<'_>| {
        let foundation = it.base_facts().foundation;
        let is_musl = foundation.is_none_or(|it| it.distribution == Distribution::Alpine);
        let is_none = matches!(it.base(), Base::Scratch);
        is_musl && !is_none && it != stage.base_stage() && !comes_along(it)
    };
    for of_it in stage.with_descendants() {
        for step in of_it.copied_by().filter(|it| it.is_copy_or_add()) {
            let base = step.stage().map(Stage::base_stage);
            if let Some(base) = base.filter(|it| keeps_musl(*it))
                && !is_portable(of_it, step)
            {
                case.open(libraries(step, NEW, &shown(base.base_image())));
            }
        }
        for step in of_it.copies() {
            if let Some(Source::Stage(giver)) = step.source()
                && keeps_musl(giver.base_stage())
                && !is_portable(giver, step)
            {
                let from = giver.base_facts().foundation;
                let from = from.map_or_else(|| shown(giver.base_image()), |it| it.told());
                case.open(libraries(step, &from, NEW));
            }
        }
    }
}

/// Whether what is copied out of a stage needs no C library: what it built needs none, and the system's own programs are not meant.
fn is_portable(stage: Stage<'_>, step: Step<'_>) -> bool {
    let is_of_system = |it: &str| it.starts_with("/usr/") || it.starts_with("/lib");
    let mut sources = step.sources();
    stage.is_static().is_yes() && !sources.any(|it| is_of_system(it.literal_prefix()))
}
