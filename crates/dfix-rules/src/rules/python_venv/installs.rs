//! The installs that go into the system's Python, and where an environment is made before them.

use dfix_catalogue::{Ecosystem, PackageMark, package_is};
use dfix_model::{Destination, PackageCommand, PackageManager, Stage, Step, StepKind, Word};

use super::site::{Site, is_pip};

/// What has pip install among the packages that the distribution keeps to itself.
const INTO_THE_SYSTEM: &str = "--break-system-packages";

/// What sets `PATH` so that the environment's programs are found first.
pub(super) const PATH: &str = "ENV PATH=\"/opt/venv/bin:$PATH\"";

/// The first install into the system, where anything is installed there but pip and its like.
pub(super) fn first_into_system(stage: Stage<'_>) -> Option<PackageCommand<'_>> {
    let mut installs = into_system(stage, PackageManager::Pip).peekable();
    let first = installs.peek().copied();
    installs
        .any(|install| brings_packages(&install))
        .then_some(first)?
}

/// The installs of the build that go into the system's Python.
pub(super) fn into_system(
    stage: Stage<'_>,
    by: PackageManager,
) -> impl Iterator<Item = PackageCommand<'_>> {
    stage
        .installs(by)
        .filter(|install| install.step().is_run() && !install.step().is_onbuild())
        .filter(|install| install.destination() == Destination::System)
}

/// The installs that become the environment's pip and are told to install into the system all the same, each with the word
/// that says so. What a variable brings is left alone.
pub(super) fn told_to_break<'m>(site: &Site<'m>) -> Vec<(PackageCommand<'m>, Word<'m>)> {
    let stages = site.stages.iter().copied();
    let installs = stages.flat_map(|stage| into_system(stage, PackageManager::Pip));
    installs
        .filter(|install| {
            let name = install.command.name();
            !site.is_before(install.command) && (is_pip(name) || site.has(name))
        })
        .filter_map(|install| {
            let word = install.option(INTO_THE_SYSTEM)?.word;
            word.is(INTO_THE_SYSTEM).then_some((install, word))
        })
        .collect()
}

fn brings_packages(install: &PackageCommand<'_>) -> bool {
    let is_installer = |name| package_is(Ecosystem::Language, name, PackageMark::Installer);
    let packages = install.packages();
    packages.is_empty()
        || install.requirement_files().next().is_some()
        || packages
            .iter()
            .any(|package| !package.name.is_some_and(is_installer))
}

/// The first of the `COPY`s and `ADD`s right before the install, or the install itself: the
/// environment is then made again only when the image below changes, not with every requirement.
pub(super) fn place_before(install: Step<'_>) -> Step<'_> {
    let mut place = install;
    let before = std::iter::successors(install.previous(), |step| step.previous());
    for step in before {
        // What settles how pip downloads must come first.
        let is_of_pip = step
            .words()
            .any(|w| w.mentions("pip.conf") || w.mentions("certificates"));
        if step.stage() != install.stage() || is_of_pip || step.is_onbuild() {
            break;
        }
        match step.kind() {
            StepKind::Copy | StepKind::Add => place = step,
            StepKind::Workdir
            | StepKind::Expose
            | StepKind::Label
            | StepKind::Maintainer
            | StepKind::Cmd
            | StepKind::Entrypoint
            | StepKind::Stopsignal
            | StepKind::Volume => {}
            _ => break,
        }
    }
    place
}
