//! Whether pip refuses to install, because the distribution keeps its Python to itself (PEP 668).

use dfix_catalogue::{Family, ReleaseSign, release_changes, tells_of_other_python};

use crate::facts::base_image::base_facts;
use crate::facts::destination::{Destination, SYSTEM_FOLDERS, destination};
use crate::facts::pythons::packages_before;
use crate::facts::setting::{EnvFrom, EnvValue};
use crate::facts::unread_work::{Part, unread_before_command};
use crate::facts::variables::{env_at, path_at};
use crate::handles::{Stage, Step};
use crate::packages::{PackageCommand, PackageManager};

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
        let mut pips = self.installs(PackageManager::Pip);
        pips.find(|it| is_refused(self, it))
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
        && keeps_its_python(stage)
        && is_distributions()
        && is_settled(stage, pip)
        && !is_otherwise()
        && unread_before_command(command, Part::Python).is_none()
}

/// Whether pip surely is the first of `PATH`, and its settings are root's.
fn is_settled(stage: Stage<'_>, pip: &PackageCommand<'_>) -> bool {
    let is_of_image = match env_at(stage, pip, "PATH") {
        EnvValue::Unset => true,
        EnvValue::Set(it) => it.from == EnvFrom::BaseImage,
        EnvValue::Unknown => false,
    };
    let is_of_system = || {
        let path = path_at(stage, pip);
        let first = path.first().and_then(Option::as_deref);
        first.is_some_and(|it| SYSTEM_FOLDERS.contains(&it.trim_end_matches('/')))
    };
    (is_of_image || is_of_system()) && stage.user_at(pip.step()).is_root().is_yes()
}

/// Whether a step makes another Python, or says that pip may.
fn makes_another(step: Step<'_>) -> bool {
    tells_of_other_python(step.source_text())
        || step
            .commands()
            .any(super::super::handles::Command::makes_environment)
}
