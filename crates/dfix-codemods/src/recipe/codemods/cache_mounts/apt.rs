//! What apt needs beside the mounts: its lists, fetched in the same instruction, and that it keeps what it fetches.

use dfix_engine::{Case, Remedy, remedy};
use dfix_model::{CacheCall, Command, Stage, Step, StepKind};

use super::fill::{Fill, Gone, family, of_program};
use super::removal;

impl<'m> Fill<'m> {
    /// That the lists are fetched here, and by everybody who installs something later.
    pub(super) fn updates_here(&self) -> Result<(), Remedy> {
        if !updates(self.step) {
            return Err(remedy!(
                "`apt-get update` runs in another instruction, or after what installs: put it before that, into one (the rule `apt-lists-cleanup` does, where it can)"
            ));
        }
        if let Some(step) = self.installs_at_start() {
            return Err(remedy!(
                "the container installs by line {} from lists that would be in no layer: let it update them, too",
                step.line()
            ));
        }
        let installs = |it: &Step<'m>| {
            let mut calls = CacheCall::all_of(*it).into_iter();
            *it != self.step && calls.any(|it| family(it.cache.program()) == "apt") && !updates(*it)
        };
        let later = self.stage.with_descendants().flat_map(Stage::steps);
        let mut later = later
            .filter(|it| it.index() > self.step.index())
            .filter(installs);
        match later.next() {
            Some(it) => Err(remedy!(
                "line {} installs from the lists of this layer, which would be empty: let it update them, too",
                it.line()
            )),
            None => Ok(()),
        }
    }

    /// What starts the container and installs something without fetching the lists.
    fn installs_at_start(&self) -> Option<Step<'m>> {
        let steps = self.stage.with_descendants().flat_map(Stage::steps);
        let mut starts = steps.filter(|it| it.is(StepKind::Cmd) || it.is(StepKind::Entrypoint));
        starts.find(|step| {
            let calls = step.stage().map(Stage::calls).unwrap_or_default();
            let of_step = calls.commands.iter().filter(|it| it.site.step == *step);
            let commands = of_step.map(|it| it.command).chain(step.commands());
            first_of_apt(commands) == Some(Apt::Installs)
        })
    }

    /// Has apt keep what it fetches: Debian's and Ubuntu's images tell it not to, and `apt` itself does not.
    pub(super) fn keep_packages(&self, case: &mut Case<'_>) {
        const CLEAN: &str = "rm -f /etc/apt/apt.conf.d/docker-clean";
        const KEEP: &str = "echo 'Binary::apt::APT::Keep-Downloaded-Packages \"true\";' > /etc/apt/apt.conf.d/keep-cache";
        let of_chain = self.stage.base_chain().flat_map(Stage::steps);
        let before: Vec<Step<'m>> = of_chain
            .filter(|it| it.index() <= self.step.index())
            .collect();
        let says = |name: &str| before.iter().any(|it| it.mentions(name));
        // An earlier instruction that gets the mounts says it for this one.
        let others = || {
            let earlier = before.iter().filter(|it| **it != self.step);
            earlier
                .filter_map(|it| Fill::of_apt(*it))
                .filter(Fill::is_ready)
        };
        let calls_apt = |it: &Fill<'_>| it.calls.iter().any(|it| it.command.is("apt"));
        let mut sources = Vec::new();
        if !says("docker-clean") && others().next().is_none() {
            case.evidence("docker-clean goes, which has apt delete what it fetched; later installations without a mount keep it in their layers");
            sources.push(CLEAN);
        }
        if calls_apt(self)
            && !says("Keep-Downloaded-Packages")
            && !others().any(|it| calls_apt(&it))
        {
            sources.push(KEEP);
        }
        let is_apt = |it: &Command<'m>| it.is_one_of(&["apt", "apt-get"]);
        let Some(first) = self
            .step
            .commands()
            .find(is_apt)
            .filter(|_| !sources.is_empty())
        else {
            return;
        };
        let source = sources.join(" && ");
        case.fix(|edit| {
            if !first.is_wrapped_by("sudo") {
                edit.add_command_before(first, &source);
            } else if sources.contains(&KEEP) {
                edit.fail(
                    "`apt` keeps nothing of itself: write `apt-get` (the rule `apt-not-apt-get`)",
                );
            } else {
                edit.add_command_before(first, &format!("sudo {source}"));
            }
        });
    }

    /// The step's calls of apt, if it has any.
    fn of_apt(step: Step<'m>) -> Option<Self> {
        let calls = of_program(&CacheCall::all_of(step), "apt");
        let stage = step.stage()?;
        (!calls.is_empty()).then_some(Fill { stage, step, calls })
    }

    /// Whether nothing speaks against its mounts.
    fn is_ready(&self) -> bool {
        let (Ok(plan), Some(cache)) = (self.plan(), self.cache()) else {
            return false;
        };
        let gone = self.gone(cache, &plan);
        let can_go = |it: Gone<'m>| it.commands.into_iter().all(removal::can_go);
        !self.is_mounted() && self.updates_here().is_ok() && gone.is_ok_and(can_go)
    }
}

/// Whether the step fetches apt's lists before it installs.
fn updates(step: Step<'_>) -> bool {
    first_of_apt(step.commands()) == Some(Apt::Updates)
}

/// What a command does with apt's lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Apt {
    /// It fetches them.
    Updates,
    /// It installs by them.
    Installs,
}

/// What the first of these commands does that has to do with apt's lists.
fn first_of_apt<'m>(mut commands: impl Iterator<Item = Command<'m>>) -> Option<Apt> {
    commands.find_map(|it| {
        let is_update =
            it.is_one_of(&["apt", "apt-get"]) && it.has_arg("update") && !it.is_failure_ignored();
        let installs = || CacheCall::of(it).is_some_and(|it| family(it.cache.program()) == "apt");
        if is_update {
            Some(Apt::Updates)
        } else {
            installs().then_some(Apt::Installs)
        }
    })
}
