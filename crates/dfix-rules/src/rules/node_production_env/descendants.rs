//! Stages that are based on the application's, in this file or in others of the repository: the variable is in force there
//! as well, and npm and yarn leave out devDependencies by it.

use dfix_catalogue::programs::{Mark, serves_development};
use dfix_catalogue::{PackageWord, package_options};
use dfix_engine::OpenCondition;
use dfix_model::{Command, PackageCommand, Stage, Step, Word};

use super::start::{NODE_ENV, asks, builds, is_for_development, is_start};

/// What may miss devDependencies there, and the files that are based on the image and install or build nothing.
pub(super) fn look(stage: Stage<'_>) -> (Vec<OpenCondition>, Vec<String>) {
    let (mut open, mut evidence) = (Vec::new(), Vec::new());
    let mut own = stage.with_descendants().filter(|it| *it != stage);
    if let Some(step) = own.find_map(building) {
        open.push(condition(&format!(
            "{}, in a stage that is based on this one,",
            step.label()
        )));
    }
    let mut own = stage.images_upon().filter(|it| *it != stage);
    open.extend(own.find_map(of_start));
    open.extend(shown(stage));
    stage.each_based_elsewhere(&mut |child, of| {
        let step = child.with_descendants().find_map(building);
        if let Some(it) = child.images_upon().find_map(of_start) {
            open.push(OpenCondition::new(
                format!("{}, in {}", it.condition, of.said()),
                it.remedy,
            ));
            return;
        }
        match step {
            Some(step) => open.push(condition(&format!(
                "`{}` (line {}), which {} this image,",
                of.file,
                step.line(),
                of.relation()
            ))),
            None if of.is_known => evidence.push(format!(
                "`{}`, which is based on this image, installs and builds nothing with devDependencies",
                of.file
            )),
            None => {}
        }
    });
    (open, evidence)
}

/// What is started there may want another value of the variable, unless one is chosen.
fn of_start(child: Stage<'_>) -> Option<OpenCondition> {
    if !child.is_undecided(NODE_ENV) {
        return None;
    }
    let runtime = child.runtime();
    let mut processes = runtime.processes();
    let developing = processes.clone().find(is_for_development).map(|it| {
        OpenCondition::new(
            format!(
                "whether {}, which serves development, does without {NODE_ENV}=production",
                it.said()
            ),
            format!("set `{NODE_ENV}=development` there"),
        )
    });
    developing
        .or_else(|| processes.find_map(|it| builds(&it)))
        .or_else(|| runtime.unfollowed().first().cloned())
        .or_else(|| {
            child
                .application_sources()
                .asks_for(NODE_ENV)
                .map(|it| asks(&it))
        })
}

/// A command that the documentation shows to run in its containers, and that may want another value: one that serves
/// development, or a script of package.json that does not start the application.
fn shown(stage: Stage<'_>) -> Option<OpenCondition> {
    let wants = |command: &Command<'_>| {
        let words: Vec<&str> = command.args().filter_map(Word::value).collect();
        let script = PackageCommand::of(*command).and_then(|it| it.script());
        serves_development(command.name(), &words) || script.is_some_and(|it| !is_start(it))
    };
    let is_chosen = |command: &Command<'_>| {
        let mut assigned = command.assignments();
        assigned.any(|it| it.name() == NODE_ENV)
    };
    let found = stage.documented_scripts().find_map(|script| {
        let mut commands = script.commands();
        let command = commands.find(|it| wants(it) && !is_chosen(it))?;
        Some((script.path().to_owned(), command.name().to_owned()))
    });
    let (path, name) = found?;
    Some(OpenCondition::new(
        format!("whether `{name}` in {path} does without {NODE_ENV}=production"),
        format!("say `-e {NODE_ENV}=development` there"),
    ))
}

fn condition(who: &str) -> OpenCondition {
    OpenCondition::new(
        format!(
            "whether what {who} installs or builds needs devDependencies, which {NODE_ENV} leaves out there"
        ),
        format!("set `{NODE_ENV}=development` there before it, or leave it as it is"),
    )
}

/// The first step that may look at the variable, where the stage does not choose it before.
fn building(stage: Stage<'_>) -> Option<Step<'_>> {
    let mut steps = stage.steps().filter(|step| may_build(*step));
    steps.find(|step| {
        !stage.env_at(*step, NODE_ENV).is_set()
            && (step.has_opaque_text() || !step.commands().all(says_what_it_installs))
    })
}

/// Whether a command says by itself whether devDependencies are wanted.
fn says_what_it_installs(command: Command<'_>) -> bool {
    let npm = PackageCommand::of(command);
    let mut options = package_options("npm", PackageWord::SaysKinds);
    npm.is_some_and(|npm| options.any(|option| npm.has_flag(option)))
}

/// Whether a step may install or build what looks at `NODE_ENV`.
pub(super) fn may_build(step: Step<'_>) -> bool {
    step.is_run()
        && !step.is_onbuild()
        && (step.has_opaque_text()
            || step.commands().any(|command| {
                !command.has_inner()
                    && !command.name().is_empty()
                    && !command.is_marked(Mark::NoNodeEnv)
            }))
}
