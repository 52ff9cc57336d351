//! What a stage that comes to another version gets from one that stays: environments, packages, compiled parts.

use dfix_engine::{Case, OpenCondition};
use dfix_model::{Stage, Step, lines};

use super::super::mixed::shown;
use super::change::Change;
use super::words::{is_same_series, version_of_image};

/// Tells which steps bring it; `keeps` tells of the image of a stage that it is of the language and does not come along.
pub(super) fn look(
    stage: Stage<'_>,
    change: &Change<'_>,
    keeps: &dyn Fn(Stage<'_>) -> Option<bool>,
    case: &mut Case<'_>,
) {
    // What is built for Java or .NET runs on later ones, and Go's programs run by themselves.
    if !matches!(change.language, "node" | "python" | "ruby") {
        return;
    }
    let own = stage.base_stage();
    let mut givers: Vec<(Stage<'_>, Vec<usize>)> = Vec::new();
    let copies = stage.with_descendants().flat_map(Stage::copies);
    for (step, giver) in copies.filter_map(|it| Some((it, it.source()?.stage()?))) {
        let base = giver.base_stage();
        if base == own || !stays_with_old(base, change, keeps) {
            continue;
        }
        match givers.iter_mut().find(|it| it.0 == base) {
            Some((_, numbers)) => numbers.push(Step::line(step)),
            None => givers.push((base, vec![step.line()])),
        }
    }
    for (base, numbers) in givers {
        let image = shown(base.base_image());
        case.open(OpenCondition::new(
            format!(
                "whether what {} copies works with {}: {image}, which it comes from, stays with the old version",
                lines(numbers),
                change.goal
            ),
            format!("move that image to {}, too", change.goal),
        ));
    }
}

/// Whether the image of a stage is of the version that the other one leaves, and stays.
fn stays_with_old(
    base: Stage<'_>,
    change: &Change<'_>,
    keeps: &dyn Fn(Stage<'_>) -> Option<bool>,
) -> bool {
    let image = base.base_image();
    let version = image
        .name()
        .zip(image.effective_tag())
        .and_then(|(repository, tag)| version_of_image(change.language, repository, tag));
    version.is_some_and(|it| is_same_series(change.language, &it, &change.old))
        && keeps(base).unwrap_or(true)
}
