//! Another name for a stage, wherever the file names it.

use dfix_engine::{Case, Effect, Place};
use dfix_model::{Stage, StageReference};

/// Gives a stage another name at the place of its own and where these name it.
pub(crate) fn rename(
    case: &mut Case<'_>,
    stage: Stage<'_>,
    place: &impl Place,
    new: &str,
    references: &[StageReference<'_>],
) {
    let steps = references.iter().map(|it| it.step);
    let changed = std::iter::once(stage.from_step()).chain(steps);
    case.declare(changed.map(Effect::changed)).fix(|edit| {
        edit.replace_node(place, new);
        for reference in references {
            edit.replace_node(reference.place, new);
        }
    });
}
