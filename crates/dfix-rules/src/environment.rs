//! What rules that set variables share.

use dfix_model::{Model, Stage};

/// Whether nothing sets the variable, and nothing that the stage is made of speaks of it: an `ARG`, a
/// command that reads it, a command that sets it for itself.
pub(crate) fn is_free(stage: Stage<'_>, key: &str) -> bool {
    !stage.final_env(key).is_set()
        && !stage
            .base_chain()
            .flat_map(Stage::steps)
            .any(|step| step.mentions(key))
}

/// Whether the Dockerfile's name or that of its last stage says that the image is not for
/// production: `Dockerfile.dev`, `AS local-test`.
pub(crate) fn is_named_for_development(file: &Model<'_>) -> bool {
    const WORDS: [&str; 9] = [
        "debug",
        "dev",
        "devel",
        "develop",
        "development",
        "local",
        "test",
        "testing",
        "tests",
    ];
    let stage = file.final_stage().and_then(Stage::name);
    let names = [file.context().dockerfile_name(), stage];
    names.into_iter().flatten().any(|name| {
        name.split(|c: char| !c.is_ascii_alphanumeric())
            .any(|part| WORDS.iter().any(|word| part.eq_ignore_ascii_case(word)))
    })
}
