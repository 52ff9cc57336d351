//! What rules that set variables share.

use dfix_model::Stage;

/// Whether nothing sets the variable, and nothing that the stage is made of speaks of it: an `ARG`, a
/// command that reads it, a command that sets it for itself.
pub(crate) fn is_free(stage: Stage<'_>, key: &str) -> bool {
    !stage.final_env(key).is_set()
        && !stage
            .lineage()
            .flat_map(Stage::steps)
            .any(|step| step.syntax().text().to_string().contains(key))
}
