//! Where the packages that the slim form lacks are installed.

use dfix_engine::{Edit, Effect, Remedy, remedy};
use dfix_model::StepKind;
use dfix_model::{PackageCommand, PackageManager, Stage, Step, Word};

use crate::base::place_among;

use super::form::SlimForm;
use super::needs::{Install, Needs};

/// What is written to install packages.
#[derive(Default)]
pub(super) struct Plan<'m> {
    /// Words for commands that install packages already: after which word.
    words: Vec<(Word<'m>, String)>,
    /// New instructions: after which step.
    runs: Vec<(Step<'m>, String)>,
    /// What is declared for it.
    pub(super) effects: Vec<Effect>,
    /// What is said of it.
    pub(super) evidence: Vec<String>,
}

/// Plans the installation of everything that is needed; or says why it cannot be.
pub(super) fn plan<'m>(form: &SlimForm, needs: &Needs<'m>) -> Result<Plan<'m>, Remedy> {
    let mut plan = Plan::default();
    let wanted = wanted(needs);
    let mut stages: Vec<Stage<'m>> = wanted.iter().map(|i| i.stage).collect();
    stages.dedup();
    for stage in stages {
        let (mut lone, mut tools) = (Vec::new(), Vec::new());
        for install in wanted.iter().filter(|i| i.stage == stage) {
            tools.push(format!("{} ({})", install.tool, install.package));
            match existing(stage, install) {
                Some(command) => {
                    let Some(word) = place_among(&command, &install.package) else {
                        continue;
                    };
                    plan.words.push((word, install.package.clone()));
                    let effect = Effect::arguments_of(command.command);
                    if !plan.effects.contains(&effect) {
                        plan.effects.push(effect);
                    }
                }
                None => lone.push(install.package.as_str()),
            }
        }
        if !lone.is_empty() {
            lone.sort_unstable();
            plan.runs.push(new_run(form, stage, &lone)?);
            plan.effects.push(Effect::Inserted {
                stage: stage.index(),
                keyword: "RUN",
            });
        }
        plan.evidence.push(format!(
            "the slim form lacks {}: it is installed",
            tools.join(", ")
        ));
    }
    Ok(plan)
}

/// The packages in order of stage and name, those left out that a stage further down has already.
fn wanted<'a, 'm>(needs: &'a Needs<'m>) -> Vec<&'a Install<'m>> {
    let is_below = |install: &Install<'m>| {
        needs.installs().any(|other| {
            other.package == install.package
                && other.stage != install.stage
                && install.stage.base_chain().any(|stage| stage == other.stage)
        })
    };
    needs
        .installs()
        .filter(|install| !is_below(install))
        .collect()
}

/// An `apt-get install` of the stage that runs before the first use, which names packages already.
fn existing<'m>(stage: Stage<'m>, install: &Install<'m>) -> Option<PackageCommand<'m>> {
    stage
        .installs(PackageManager::Apt)
        .filter(|apt| {
            let start: usize = apt.command.range().start().into();
            let is_before = start < install.site.start || install.site.is_run_time();
            is_before
                && apt.command.is_certain()
                && apt.command.around() == dfix_model::Surroundings::default()
                && apt.command.outer().is_none()
                && !apt.step().is_onbuild()
                && !apt.may_take_more()
                && !apt.has_flag("--target-release")
                && !apt.has_flag("-t")
                && !apt.has_flag("--download-only")
                && apt.packages().iter().all(|spec| spec.name.is_some())
        })
        .find(|apt| apt.operands().len() > 0)
}

fn new_run<'m>(
    form: &SlimForm,
    stage: Stage<'m>,
    packages: &[&str],
) -> Result<(Step<'m>, String), Remedy> {
    let names = packages.join(" ");
    if let Some(why) = form.no_packages() {
        return Err(remedy!("{why}, so `{names}` cannot be installed"));
    }
    let mut after = stage.from_step();
    for step in stage.steps() {
        if !matches!(
            step.kind(),
            StepKind::Env | StepKind::Label | StepKind::Maintainer
        ) || step.is_onbuild()
        {
            break;
        }
        after = step;
    }
    if !stage.user_at(after).is_root().is_yes() {
        return Err(remedy!(
            "the stage does not begin as root, so `{names}` cannot be installed"
        ));
    }
    Ok((after, install_source(&names)))
}

/// An instruction that installs packages.
pub(super) fn install_source(names: &str) -> String {
    format!(
        "RUN apt-get update \\\n    && apt-get install -y --no-install-recommends {names} \\\n    && rm -rf /var/lib/apt/lists/*"
    )
}

impl Plan<'_> {
    /// Says the change.
    pub(super) fn write(&self, edit: &mut Edit<'_>) {
        for (word, package) in &self.words {
            edit.insert_word_after(*word, package);
        }
        for (step, source) in &self.runs {
            edit.insert_instruction_after(*step, source);
        }
    }
}
