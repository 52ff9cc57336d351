//! Later calls of a program that need what an earlier one has fetched.

use dfix_catalogue::MountedCache;
use dfix_catalogue::programs::{Kind, Mark};
use dfix_engine::{Case, OpenCondition, Remedy, remedy};
use dfix_model::{CacheCall, Command, Stage, Step, StepKind, Word};

use super::fill::{Fill, family, of_program};
use crate::recipe::codemods::unread::calls_others;

impl<'m> Fill<'m> {
    /// That later calls of the program get the mount, too, and none is left to the container.
    pub(super) fn later_have_it(
        &self,
        cache: MountedCache,
        case: &mut Case<'_>,
    ) -> Result<(), Remedy> {
        let own = self.plan()?.folders;
        let makes = |calls: &[CacheCall<'m>]| {
            calls.iter().any(|it| {
                let words = it.command.args().filter_map(Word::value);
                cache.is_given_by(&words.collect::<Vec<_>>())
            })
        };
        let is_made_here = makes(&self.calls);
        if is_made_here {
            case.open(OpenCondition::new(
                format!("whether nobody needs later what `{}` puts into the cache of its own: it is in the mount, and in no layer", cache.program()),
                "a builder that has the layers and not the mount, and other projects of the same builder, see another content",
            ));
        }
        case.open(self.filled_before(cache));
        let before = self.stage.base_chain().flat_map(Stage::steps);
        for step in before.filter(|it| it.index() < self.step.index()) {
            let calls = of_program(&CacheCall::all_of(step), cache.program());
            let is_made = makes(&calls);
            let stage = self.stage;
            if is_made && !(Fill { stage, step, calls }).is_mounted() {
                return Err(remedy!(
                    "line {} puts into the cache what it made, and the mount would hide it",
                    step.line()
                ));
            }
        }
        let stages = || self.stage.with_descendants();
        for stage in stages() {
            for step in stage.steps() {
                let line = step.line();
                let fits = |it: &Command<'m>| {
                    dfix_catalogue::mounted_cache(it.name())
                        .is_some_and(|it| family(it.program()) == family(cache.program()))
                };
                if matches!(step.kind(), StepKind::Cmd | StepKind::Entrypoint) {
                    let calls = stage.calls();
                    let started = calls.commands.iter().filter(|it| it.site.step == step);
                    let mut started = started.map(|it| it.command).chain(step.commands());
                    if let Some(command) = started.find(|it| fits(it) || builds_at_start(it)) {
                        return Err(remedy!(
                            "`{}` of line {line} runs in the container, which has no mount: what it needs would be missing",
                            command.name()
                        ));
                    }
                    let is_read = |it: &Command<'m>| {
                        let program = it.executable_name();
                        let mut scripts = calls.scripts.iter();
                        scripts.any(|path| dfix_model::path::file_name(path) == program)
                    };
                    let mut unread = step
                        .commands()
                        .filter(|it| calls_others(it) && !is_read(it));
                    case.open(unread.next().map(|command| {
                        OpenCondition::new(
                            format!(
                                "whether `{}` of line {line}, which runs in the container, calls `{}`: it has no mount there",
                                command.executable_name(),
                                cache.program()
                            ),
                            "leave the cache in the image if it does",
                        )
                    }));
                    continue;
                }
                if step.index() <= self.step.index() || !step.is_run() {
                    continue;
                }
                let calls = of_program(&CacheCall::all_of(step), cache.program());
                if is_made_here && !calls.is_empty() {
                    return Err(remedy!(
                        "line {line} needs what `{}` puts into its cache here: in a mount, other builds would miss it",
                        cache.program()
                    ));
                }
                if calls.is_empty() {
                    case.open(may_need(step, cache));
                    continue;
                }
                let other = Fill { stage, step, calls };
                if other.is_mounted() {
                    continue;
                }
                if step.is_onbuild() {
                    return Err(remedy!(
                        "line {line} needs what is fetched here, in other builds"
                    ));
                }
                let plan = other.plan().map_err(|it| {
                    remedy!("line {line} needs what is fetched here, and gets no mount: {it}")
                })?;
                if plan.folders != own {
                    return Err(remedy!("line {line} has the cache in another folder"));
                }
            }
        }
        Ok(())
    }
}

impl Fill<'_> {
    /// What may have put something into the folder before, which the mount would hide.
    fn filled_before(&self, cache: MountedCache) -> Option<OpenCondition> {
        let steps = self.stage.base_chain().flat_map(Stage::steps);
        let mut before = steps.filter(|it| it.index() < self.step.index() && it.is_run());
        before.find_map(|step| {
            let command = step.commands().find(calls_others)?;
            Some(OpenCondition::new(
                format!(
                    "whether `{}` of line {} calls `{}`, and leaves in its cache what the mount would hide",
                    command.name(),
                    step.line(),
                    cache.program()
                ),
                "give it the mount, too, if it does",
            ))
        })
    }

    /// What is said of those that call others before: what they fetch beside is in their layers, and nothing takes it out of the image
    /// then.
    pub(super) fn left_by_others(&self) -> Option<String> {
        let steps = self.stage.base_chain().flat_map(Stage::steps);
        let mut before = steps.filter(|it| it.index() < self.step.index() && it.is_run());
        before.find_map(|step| {
            let command = step.commands().find(calls_others)?;
            Some(format!(
                "what `{}` of line {} fetches for itself, if it does, is in its layer and stays in the image",
                command.name(),
                step.line()
            ))
        })
    }

    /// What later installs, perhaps, from lists that are no longer in the layer.
    pub(super) fn lists_are_missed(&self, cache: MountedCache) -> Option<OpenCondition> {
        let steps = self.stage.with_descendants().flat_map(Stage::steps);
        let mut later = steps.filter(|it| it.index() > self.step.index() && it.is_run());
        later.find_map(|step| {
            let command = step.commands().find(calls_others)?;
            Some(OpenCondition::new(
                format!(
                    "whether `{}` of line {} calls `{}` and needs the lists, which are in the mount",
                    command.name(),
                    step.line(),
                    cache.program()
                ),
                "have it call `apt-get update` first",
            ))
        })
    }
}

/// Whether a command builds an application anew where its files change: it does at the start, too.
fn builds_at_start(it: &Command<'_>) -> bool {
    it.is_marked(Mark::StartsOthers) && it.known().is_some_and(|it| it.kind() == Kind::Runner)
}

/// Whether a step may call the program through another one.
fn may_need(step: Step<'_>, cache: MountedCache) -> Option<OpenCondition> {
    let command = step.commands().find(calls_others)?;
    Some(OpenCondition::new(
        format!(
            "whether `{}` of line {} calls `{}`, and has to fetch again what is in the mount",
            command.name(),
            step.line(),
            cache.program()
        ),
        "give it the mount, too, if it does",
    ))
}
