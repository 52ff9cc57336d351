//! Scripts that the build fetches, and the programs that they call, which the new image may not have.

use std::collections::BTreeSet;

use dfix_catalogue::{HardenedImage, install_script};
use dfix_engine::{Case, OpenCondition};
use dfix_model::{PackageCommand, Stage, Step, Word};

use super::stage_needs::package_of;

/// Says what they need.
pub(super) fn look(stage: Stage<'_>, new: &HardenedImage, case: &mut Case<'_>) {
    let steps = || stage.with_descendants().flat_map(Stage::steps);
    let installed: BTreeSet<&str> = steps()
        .flat_map(Step::commands)
        .filter_map(PackageCommand::of)
        .filter(PackageCommand::is_install)
        .flat_map(|it| it.packages())
        .filter_map(|it| it.name)
        .collect();
    let lacks = |program: &str| {
        package_of(new, program).is_some_and(|it| !new.has_package(it) && !installed.contains(it))
    };
    for step in steps().filter(|it| it.is_copy_or_add() && !it.is_onbuild()) {
        for source in step.sources().filter_map(Word::value) {
            let Some((_, address)) = source.split_once("://") else {
                continue;
            };
            if !is_run(stage, step, source) {
                continue;
            }
            let known = install_script(address).and_then(dfix_catalogue::InstallScript::programs);
            let open = match known {
                Some(programs) => {
                    let missing: Vec<&str> = programs.filter(|it| lacks(it)).collect();
                    (!missing.is_empty()).then(|| {
                        OpenCondition::new(
                            format!(
                                "whether it has what the script of line {} calls: {} is not among its own packages",
                                step.line(),
                                missing.join(", ")
                            ),
                            "install them before, or copy what it installs out of its own image",
                        )
                    })
                }
                None => lacks("curl").then(|| {
                    OpenCondition::new(
                        format!(
                            "whether it has what the script of line {} calls: it has no curl and no wget, among others",
                            step.line()
                        ),
                        "look into it, and install what it needs before",
                    )
                }),
            };
            case.open(open);
        }
    }
}

/// Whether a later command runs what is fetched.
fn is_run(stage: Stage<'_>, fetching: Step<'_>, source: &str) -> bool {
    let name = source.rsplit('/').next().unwrap_or_default();
    let target = fetching.target().and_then(Word::value).unwrap_or_default();
    let file = match target.rsplit('/').next() {
        Some(file) if !file.is_empty() && file != "." => file,
        _ => name,
    };
    let mut later = stage
        .with_descendants()
        .flat_map(Stage::steps)
        .filter(|it| it.index() > fetching.index() && it.is_run());
    let is_script = |text: &str| dfix_model::path::has_ending(text, ".sh") || !text.contains('.');
    !file.is_empty() && is_script(name) && later.any(|it| it.mentions(file))
}
