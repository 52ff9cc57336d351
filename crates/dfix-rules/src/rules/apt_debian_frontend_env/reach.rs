//! Who sees an `ENV` and would not see an `ARG` in its place.

use dfix_catalogue::package_tool;
use dfix_catalogue::programs::Mark;
use dfix_engine::{OpenCondition, Remedy, remedy};
use dfix_model::scripts::ScriptAt;
use dfix_model::{
    Command, EnvFrom, EnvValue, PackageCommand, PackageManager, Stage, Step, StepKind, Word,
};

use crate::base::MOST_OPEN;

/// The variable that answers apt's questions.
pub(super) const NAME: &str = "DEBIAN_FRONTEND";

/// What it is set to, so that none is asked.
pub(super) const VALUE: &str = "noninteractive";

/// What is open of those who see it; an error where somebody surely needs it.
pub(super) fn open(stage: Stage<'_>, env: Step<'_>) -> Result<Vec<OpenCondition>, Remedy> {
    let mut open = Vec::new();
    match stage.env_at(env, NAME) {
        EnvValue::Unset => {}
        EnvValue::Set(it) if matches!(it.from, EnvFrom::Arg(_)) => {
            return Err(remedy!(
                "an `ARG` of this name stands above: give that the value `{VALUE}`, and take it out of the `ENV`"
            ));
        }
        EnvValue::Set(_) => {
            return Err(remedy!(
                "what the stage is based on sets it, too, and an `ARG` says less than that: take it out there first"
            ));
        }
        EnvValue::Unknown => open.push(OpenCondition::new(
            "whether the base image sets it: an `ARG` says less than that",
            "look at the Env of its configuration (`docker inspect`)",
        )),
    }
    if let Some(step) = stage.steps().find(|it| it.is_onbuild()) {
        return Err(remedy!(
            "what {} has run later would not see an `ARG`: put one there by `ONBUILD` as well",
            step.label()
        ));
    }
    for upon in stage.with_descendants().filter(|it| *it != stage) {
        open.extend(of_build(upon)?);
    }
    for image in stage.images_upon() {
        open.extend(of_container(image)?);
    }
    let mut elsewhere = Ok(());
    stage.each_based_elsewhere(&mut |child, of| {
        let mut of_child = || -> Result<(), Remedy> {
            for upon in child.with_descendants() {
                open.extend(of_build(upon)?);
            }
            open.extend(of_container(child)?);
            Ok(())
        };
        if elsewhere.is_ok() {
            elsewhere = of_child().map_err(|it| remedy!("in {}: {it}", of.said()));
        }
    });
    elsewhere?;
    open.truncate(MOST_OPEN);
    Ok(open)
}

/// What the build of a stage on top of it calls, up to where that sets it itself.
fn of_build(stage: Stage<'_>) -> Result<Option<OpenCondition>, Remedy> {
    let sets = |it: &Step<'_>| {
        matches!(it.kind(), StepKind::Env | StepKind::Arg)
            && it.pairs().any(|pair| {
                pair.key_text() == Some(NAME) && pair.value().is_some_and(Word::is_known)
            })
    };
    let end = stage.steps().find(sets).map_or(usize::MAX, Step::index);
    let steps = || stage.runs().filter(|it| it.index() < end);
    let commands = || steps().flat_map(Step::commands);
    if let Some(apt) = commands().find(|it| is_apt(*it)) {
        return Err(remedy!(
            "`{}` of {} needs it, which an `ARG` does not reach: put one there as well",
            apt.name(),
            apt.step().label()
        ));
    }
    let open = |what: String| {
        OpenCondition::new(
            format!("whether {what} installs by apt, where an `ARG` does not reach"),
            "put an `ARG` there as well if it does",
        )
    };
    let unknown = commands().find(|it| it.may_call(PackageManager::Apt, &|_| false));
    let opaque = || steps().find(|it| it.has_opaque_text());
    let unknown = unknown.map(|it| format!("`{}`", it.called()));
    Ok(unknown.or_else(|| opaque().map(Step::label)).map(open))
}

/// What a container of an image starts.
fn of_container(stage: Stage<'_>) -> Result<Vec<OpenCondition>, Remedy> {
    let runtime = stage.runtime();
    if let Some(apt) = runtime.processes().find(|it| is_apt(it.command)) {
        return Err(remedy!(
            "{} needs it when the container runs: set it there (`{NAME}={VALUE} apt-get …`)",
            apt.said()
        ));
    }
    let calls = stage.calls();
    let is_tool = |it: &str| package_tool(it).is_some_and(|it| it.manager() == PackageManager::Apt);
    let mut named = calls.programs.iter();
    let named = named.find(|it| it.site.is_run_time() && is_tool(&it.name));
    let named = named.map(|it| {
        it.named_by
            .clone()
            .unwrap_or_else(|| format!("`{}`", it.name))
    });
    let is_unread = |it: &Command<'_>| matches!(stage.script_started_by(*it), ScriptAt::Unread(_));
    let mut started = runtime.processes().map(|it| it.command);
    let unread = started
        .find(is_unread)
        .map(|it| format!("`{}`", it.called()));
    let mut found: Vec<OpenCondition> = [named, unread, stage.variable_elsewhere(NAME)]
        .into_iter()
        .flatten()
        .map(|it| {
            OpenCondition::new(
                format!("whether {it} installs by apt when the container runs"),
                format!("set `{NAME}` there if it does"),
            )
        })
        .collect();
    found.extend(stage.jobs());
    found.extend(runtime.unfollowed().iter().map(|it| {
        OpenCondition::new(
            format!(
                "whether something that was not read installs by apt: {}",
                it.condition
            ),
            it.remedy.clone(),
        )
    }));
    let waits = |it: &Command<'_>| {
        it.is_marked(Mark::TakesScript) && it.args().all(|it| it.starts_with("-") && !it.is("-c"))
    };
    let mut started = runtime.processes().map(|it| it.command);
    found.extend(started.find(waits).map(|it| {
        OpenCondition::new(
            format!(
                "whether nobody has `{}`, which the container starts, install by apt",
                it.name()
            ),
            format!("say `{NAME}={VALUE}` there before what installs"),
        )
    }));
    if runtime.is_silent() {
        found.push(OpenCondition::new(
            "whether builds of images that are based on this one need it, as the file starts nothing itself",
            "put an `ARG` into their files as well",
        ));
    }
    Ok(found)
}

/// Whether a command asks questions that the variable answers.
fn is_apt(command: Command<'_>) -> bool {
    PackageCommand::of(command)
        .is_some_and(|it| it.manager == PackageManager::Apt && it.is_install())
        || command.is_one_of(&["dpkg", "dpkg-reconfigure"])
}
