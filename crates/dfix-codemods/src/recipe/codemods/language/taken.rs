//! What is built with the new version of a language, and goes into an image that keeps the old one.

use dfix_catalogue::programs::find;
use dfix_engine::{Case, OpenCondition};
use dfix_model::{Stage, Step, Word};

use super::super::mixed::shown;
use super::change::Change;
use super::numbers::two;

/// Tells which steps copy it; `keeps` tells of the image of a stage that it is of the language and does not come along.
pub(super) fn look(
    stage: Stage<'_>,
    change: &Change<'_>,
    keeps: &dyn Fn(Stage<'_>) -> Option<bool>,
    case: &mut Case<'_>,
) {
    // What is compiled into one program runs by itself, and projects of .NET say for which version they are.
    if !matches!(change.language, "java" | "node" | "python" | "ruby") {
        return;
    }
    for of_it in stage.with_descendants() {
        for step in of_it.copied_by().filter(|it| it.is_copy_or_add()) {
            let Some(taker) = step.stage() else { continue };
            let base = taker.base_stage();
            if base == stage.base_stage() || names_old(step, change) {
                continue;
            }
            let stays = keeps(base).unwrap_or_else(|| has(taker, change.language));
            if stays {
                case.open(OpenCondition::new(
                    format!(
                        "whether what line {} copies works with what {} runs it with",
                        step.line(),
                        shown(base.base_image())
                    ),
                    format!("move that to {}, too", change.goal),
                ));
            }
        }
    }
}

/// Whether the place where it is put says the old version, of which is told elsewhere.
fn names_old(step: Step<'_>, change: &Change<'_>) -> bool {
    let target = step.target().map(Word::source_text);
    two(&change.old)
        .zip(target)
        .is_some_and(|(old, target)| target.contains(&old))
}

/// Whether a stage runs something of the language, or its image brings it.
fn has(stage: Stage<'_>, language: &str) -> bool {
    let is_it = |name: &str| find(name).is_some_and(|it| it.name() == language);
    let facts = stage.base_facts();
    let calls = stage.calls();
    facts.own_commands().any(is_it)
        || calls.commands.iter().any(|it| is_it(it.command.name()))
        || calls.programs.iter().any(|it| is_it(&it.name))
}
