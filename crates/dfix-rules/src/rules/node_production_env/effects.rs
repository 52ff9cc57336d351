//! What an application's packages do otherwise in production.

use dfix_catalogue::{NodeEnvEffect, node_env_effect};
use dfix_engine::OpenCondition;
use dfix_model::Stage;
use dfix_model::project::{Dependency, DependencyKind, PackageJson};

/// What the packages do otherwise that package.json names, as sentences.
pub(super) fn of_packages(json: &PackageJson) -> Vec<String> {
    let said: Vec<String> = runtime(json)
        .filter_map(|it| Some(format!("{} {}", it.name, node_env_effect(it.name)?.what()?)))
        .collect();
    if said.is_empty() {
        return vec!["package.json names nothing that is known to go by it".to_owned()];
    }
    said
}

/// The application leaves errors to Express's own page, which tells callers their texts where it is not production.
pub(super) fn told_by_express(json: &PackageJson, stage: Stage<'_>) -> Option<OpenCondition> {
    let express = runtime(json).find(|it| it.name == "express")?;
    let answers =
        |it: Dependency<'_>| node_env_effect(it.name).is_some_and(NodeEnvEffect::answers_errors);
    if runtime(json).any(answers) {
        return None;
    }
    // Express 4 does not see what an `async` function throws.
    let digits = express
        .version
        .trim_start_matches(['^', '~', '=', 'v', ' ']);
    let is_old = digits.starts_with(['3', '4']);
    let place = stage.application_sources().error_of_express(!is_old)?;
    Some(OpenCondition::new(
        format!(
            "whether callers need the text of errors, which express no longer sends them in production ({place})"
        ),
        "answer for errors by a function of four parameters, the last that is given to `app.use`",
    ))
}

fn runtime(json: &PackageJson) -> impl Iterator<Item = Dependency<'_>> {
    json.dependencies()
        .filter(|it| it.kind == DependencyKind::Runtime)
}
