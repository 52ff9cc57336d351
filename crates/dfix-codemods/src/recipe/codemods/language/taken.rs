//! What is built with the new version of a language, and goes into an image that keeps the old one.

use dfix_catalogue::programs::find;
use dfix_engine::{Case, OpenCondition, Remedy, remedy};
use dfix_model::{Pair, Stage, Step, Word};

use super::super::mixed::{shown, takers};
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
        for (step, taker) in takers(of_it) {
            let base = taker.base_stage();
            if base == stage.base_stage() || names_old(step, change) {
                continue;
            }
            let is_run =
                || has(taker, change.language) || change.language == "java" && is_of_java(step);
            let stays = keeps(base).unwrap_or_else(is_run);
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

/// Refuses where a step copies out of the stage what a variable of another stage names by the old version: it is no more there.
///
/// # Errors
/// The step and the variable.
pub(super) fn look_for_lost(stage: Stage<'_>, change: &Change<'_>) -> Result<(), Remedy> {
    let Some(old) = two(&change.old).filter(|_| two(&change.new) != two(&change.old)) else {
        return Ok(());
    };
    if change.language != "python" {
        return Ok(());
    }
    let folder = format!("lib/python{old}");
    for step in stage.with_descendants().flat_map(Stage::copied_by) {
        let Some(taker) = step
            .stage()
            .filter(|it| it.base_stage() != stage.base_stage())
        else {
            continue;
        };
        let names: Vec<String> = step.sources().flat_map(Word::variables).collect();
        let mut pairs = taker
            .base_chain()
            .flat_map(Stage::steps)
            .flat_map(Step::pairs);
        let is_it = |it: &Pair<'_>| {
            it.key_text()
                .is_some_and(|key| names.iter().any(|it| it == key))
                && it
                    .value()
                    .is_some_and(|it| it.source_text().contains(&folder))
        };
        if let Some(name) = pairs.find(is_it).and_then(Pair::key_text) {
            return Err(remedy!(
                "line {} copies what `{name}` names by the old version: let it name {}, and what takes it as well",
                step.line(),
                change.goal
            ));
        }
    }
    Ok(())
}

/// Whether the place where it is put says the old version, of which is told elsewhere.
fn names_old(step: Step<'_>, change: &Change<'_>) -> bool {
    let target = step.target().map(Word::source_text);
    two(&change.old)
        .zip(target)
        .is_some_and(|(old, target)| target.contains(&old))
}

/// Whether a step copies archives of Java, which nothing else runs.
fn is_of_java(step: Step<'_>) -> bool {
    let ends = |it: Word<'_>| {
        let text = it.source_text().trim_end_matches(['"', '\'']);
        [".jar", ".war", ".ear"]
            .iter()
            .any(|end| text.ends_with(end))
    };
    step.sources().chain(step.target()).any(ends)
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
