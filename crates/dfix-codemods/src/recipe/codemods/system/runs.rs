//! What a stage and those that are based on it run, and with which package manager.

use dfix_catalogue::{Distribution, Foundation};
use dfix_model::{Call, Command, PackageCommand, PackageManager, Stage};

/// What a stage and those that are based on it run.
pub(super) struct Runs<'m> {
    pub(super) stage: Stage<'m>,
    /// The commands of the file, and those of scripts of the build context that were read.
    pub(super) commands: Vec<Command<'m>>,
}

impl<'m> Runs<'m> {
    pub(super) fn of(stage: Stage<'m>) -> Self {
        let mut commands: Vec<Command<'m>> = Vec::new();
        for stage in stage.with_descendants() {
            commands.extend(stage.commands());
            let of_scripts = |it: &Call<'_>| it.command.is_of_script();
            let calls = stage.calls().commands.into_iter().filter(of_scripts);
            commands.extend(calls.map(|it| it.command));
        }
        Runs { stage, commands }
    }

    /// Its commands of the system's package managers.
    pub(super) fn managers(&self) -> impl Iterator<Item = PackageCommand<'m>> {
        let commands = self.commands.iter();
        let managers = commands.filter_map(|it| PackageCommand::of(*it));
        managers.filter(PackageCommand::is_of_system)
    }
}

/// What a package manager installs from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum System {
    Debian,
    Alpine,
    Other,
}

pub(super) fn system_of(manager: PackageManager) -> Option<System> {
    match manager {
        PackageManager::Apt => Some(System::Debian),
        PackageManager::Apk => Some(System::Alpine),
        PackageManager::Dnf | PackageManager::Zypper | PackageManager::Pacman => {
            Some(System::Other)
        }
        _ => None,
    }
}

pub(super) fn kind_of(foundation: &Foundation) -> System {
    match foundation.distribution {
        Distribution::Debian | Distribution::Ubuntu => System::Debian,
        Distribution::Alpine => System::Alpine,
        _ => System::Other,
    }
}

/// Whether a program is called, or stands before what is.
pub(super) fn calls(command: Command<'_>, program: &str) -> bool {
    command.is(program) || command.wrappers().any(|it| it.name == program)
}
