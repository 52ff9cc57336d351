//! What asks whether a container is well: commands that run in it as its user, and ask of that one what those of the start do.

use crate::collect::instruction::StepKind;
use crate::facts::launches;
use crate::facts::runtime::privileges::asked_by_checks;
use crate::facts::runtime::{Process, Runtime, RuntimeData, Start, process_of};
use crate::handles::Stage;
use crate::ternary::OpenCondition;

/// The health checks of a stage.
struct Checks(RuntimeData);

/// What they ask of the user.
struct Asked(Vec<OpenCondition>);

impl<'m> Runtime<'m> {
    /// The commands of the health check, and of the scripts that it leads to: of the image's own, and of those that the
    /// launches name, unless they name another user.
    pub fn checks(self) -> impl Iterator<Item = Process<'m>> + Clone {
        let stage = self.stage();
        let found = &stage.cached(|| Checks(find(stage))).0;
        found.processes.iter().map(move |it| process_of(stage, it))
    }

    /// What could not be followed of the health checks, and what they may need root for.
    pub fn open_of_checks(self) -> impl Iterator<Item = &'m OpenCondition> {
        let stage = self.stage();
        let found = &stage.cached(|| Checks(find(stage))).0;
        let asked = &stage.cached(|| Asked(asked_by_checks(self))).0;
        found.unfollowed.iter().chain(asked)
    }
}

fn find(stage: Stage<'_>) -> RuntimeData {
    let mut start = Start::of(stage);
    let own = stage.base_chain().find_map(|stage| {
        let mut steps = stage.steps_of(StepKind::Healthcheck);
        steps.rfind(|step| !step.is_onbuild())
    });
    for command in own.into_iter().flat_map(crate::handles::Step::commands) {
        start.command(command, None);
    }
    let checks = launches::checks(stage).into_iter();
    for check in checks.filter(|it| it.launch.user.is_none()) {
        match check.script {
            Some(script) => {
                for command in script.commands() {
                    start.command(command, Some(script));
                }
            }
            None => start.open(
                format!("what the health check of {} runs", check.launch.said()),
                "look there",
            ),
        }
    }
    start.found
}
