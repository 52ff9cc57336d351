//! Whether pip refuses to install, because the distribution keeps its Python to itself (PEP 668).

use dfix_catalogue::{Family, ReleaseSign, release_changes};

use crate::facts::base_image::base_facts;
use crate::facts::destination::{Destination, destination};
use crate::facts::pythons::packages_before;
use crate::handles::{Stage, Step};
use crate::packages::{PackageCommand, PackageManager};

/// What has pip install all the same, or stands for another Python than the distribution's.
const OTHERWISE: [&str; 11] = [
    "BREAK_SYSTEM_PACKAGES",
    "EXTERNALLY-MANAGED",
    "Python-",
    "conda",
    "deadsnakes",
    "get-pip",
    "global.break-system-packages",
    "mamba",
    "pip.conf",
    "pyenv",
    "uv ",
];

/// Options with which pip does not ask whose Python it is.
///
/// Source: pip, `commands/install.py`: `installing_into_current_environment`.
const FREE: [&str; 6] = [
    "--break-system-packages",
    "--dry-run",
    "--prefix",
    "--root",
    "--target",
    "-t",
];

impl<'m> Stage<'m> {
    /// The first `pip install` of the build that surely fails because the distribution keeps its Python to itself.
    pub fn refused_pip(self) -> Option<PackageCommand<'m>> {
        let mut pips = self.installs(PackageManager::Pip).peekable();
        pips.peek()?;
        let is_refused = |it: &PackageCommand<'m>| is_refused(self, it);
        keeps_its_python(self).then(|| pips.find(is_refused))?
    }
}

/// Whether the image is one of a release whose pip refuses, and brings no Python of its own.
fn keeps_its_python(stage: Stage<'_>) -> bool {
    let facts = base_facts(stage);
    let is_python = |it: &str| it.starts_with("python") || it.starts_with("pip") || it == "conda";
    let has_its_own = matches!(
        facts.family,
        Family::Python | Family::Pypy | Family::Conda | Family::Unknown
    ) || facts.own_commands().any(is_python);
    let foundation = facts.foundation.filter(|it| it.release.is_some());
    let refuses = |it| release_changes(None, &it).any(|it| it.sign == ReleaseSign::Pip);
    !has_its_own && foundation.is_some_and(refuses)
}

fn is_refused<'m>(stage: Stage<'m>, pip: &PackageCommand<'m>) -> bool {
    let command = pip.command;
    let is_built = command.step().is_run();
    let fails = command.stops_the_build();
    let is_from_path = command
        .executable()
        .is_some_and(|it| it.is_known() && !it.literal_prefix().contains('/'));
    let is_plain = matches!(pip.program_name(), "pip" | "pip3" | "python" | "python3");
    let goes_there = matches!(destination(pip), Destination::System | Destination::User)
        && !FREE.iter().any(|it| pip.has_flag(it));
    let is_distributions =
        || packages_before(stage, pip).any(|it| matches!(it.name, "python3-pip" | "py3-pip"));
    let is_otherwise = || {
        let mut chain = stage.base_chain();
        chain.any(|of| {
            let mut steps = of
                .steps()
                .take_while(|it| it.index() <= command.step().index());
            steps.any(makes_another)
        })
    };
    is_built
        && fails
        && is_from_path
        && is_plain
        && goes_there
        && pip.subcommand_is_one_of(&["install"])
        && is_distributions()
        && !is_otherwise()
}

/// Whether a step makes another Python, or says that pip may.
fn makes_another(step: Step<'_>) -> bool {
    let text = step.source_text();
    OTHERWISE.iter().any(|it| text.contains(it))
        || step
            .commands()
            .any(super::super::handles::Command::makes_environment)
}
