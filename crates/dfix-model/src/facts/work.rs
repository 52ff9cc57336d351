//! Where the work of a build ends, and where a command can be added to it.

use crate::collect::instruction::StepKind;
use crate::facts::base_image::base_facts;
use crate::facts::shell::shell_at;
use crate::handles::{Stage, Step};

/// The last instruction that the build does work in, `FROM` itself where there is none.
pub(crate) fn last_work(stage: Stage<'_>) -> Step<'_> {
    let does_work = |step: &Step<'_>| {
        !step.is_onbuild()
            && matches!(
                step.kind(),
                StepKind::Run
                    | StepKind::Copy
                    | StepKind::Add
                    | StepKind::Workdir
                    | StepKind::Shell
            )
    };
    let last = stage.steps().rfind(does_work);
    last.unwrap_or_else(|| stage.from_step())
}

/// The `USER` that nothing but the start comes after.
pub(crate) fn closing_user(stage: Stage<'_>) -> Option<Step<'_>> {
    let last = stage.user_steps().next_back();
    last.filter(|user| user.index() > last_work(stage).index())
}

/// Whether the image has a shell, where that is known of the base or the file runs one.
pub(crate) fn has_shell(stage: Stage<'_>) -> Option<bool> {
    let facts = base_facts(stage);
    let told = facts.is_known().then(|| facts.has_shell()).flatten();
    told.or_else(|| {
        let mut runs = stage.base_chain().flat_map(Stage::runs);
        runs.any(|run| !run.is_exec_form()).then_some(true)
    })
}

/// Whether a command can be written at a step, for a POSIX shell to run it. Of an unknown image, a `RUN` of the file
/// itself shows that there is a shell.
pub(crate) fn has_shell_at(stage: Stage<'_>, step: Step<'_>) -> bool {
    has_shell(stage).unwrap_or(false) && shell_at(stage, step).is_posix()
}
