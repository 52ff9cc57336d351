//! The packages of the distribution that commands of a stage install.

use crate::handles::{Stage, Word};
use crate::packages::PackageCommand;

/// A package that the distribution's own package manager is told to install.
#[derive(Debug, Clone)]
pub struct SystemPackage<'m> {
    /// Its name.
    pub name: &'m str,
    /// The word that names it.
    pub word: Word<'m>,
    /// The command that installs it.
    pub install: PackageCommand<'m>,
}

/// The packages that apt, apk, dnf and their like install in the stages that this one is based on, then in
/// this one, in order of place; those of `ONBUILD` too.
pub(crate) fn system_packages(stage: Stage<'_>) -> impl Iterator<Item = SystemPackage<'_>> {
    let mut stages: Vec<Stage<'_>> = stage.base_chain().collect();
    stages.reverse();
    stages
        .into_iter()
        .flat_map(Stage::commands)
        .filter_map(PackageCommand::of)
        .filter(|install| install.is_of_system() && install.is_install())
        .flat_map(|install| {
            install.packages().into_iter().filter_map(move |package| {
                Some(SystemPackage {
                    name: package.name?,
                    word: package.word,
                    install,
                })
            })
        })
}
