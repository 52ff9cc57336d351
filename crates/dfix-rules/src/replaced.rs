//! Instructions of which the last one of a stage alone counts.

use dfix_engine::{Effect, Findings, Safety};
use dfix_model::{Model, StepKind};

/// Takes away each instruction of the kind that a later one of its stage takes the place of.
pub(crate) fn check(kind: StepKind, file: &Model<'_>, out: &mut Findings<'_>) {
    for step in file.stages().flat_map(|stage| stage.steps_of(kind)) {
        let Some(last) = step.replaced_by() else {
            continue;
        };
        let (name, label) = (step.name(), last.label());
        let message = format!("this `{name}` does nothing: {label} takes its place");
        out.judge(step, Safety::Safe, message, |case| {
            case.declare(Effect::removed(step))
                .fix(|edit| edit.remove_instruction_lifting_comments(step));
            Ok(())
        });
    }
}
