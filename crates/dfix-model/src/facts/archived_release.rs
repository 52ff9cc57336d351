//! The first command of a stage that asks mirrors for packages of a release which they have no more.

use dfix_catalogue::{
    ArchiveKind, PackageWord, archive_of, is_official, list_files, names_archive, package_options,
    package_word_is,
};

use crate::facts::unread_work::{Part, unread_before_command};
use crate::handles::{Command, Stage, Step};
use crate::packages::{PackageCommand, PackageManager, SpecKind};

/// Options that set anything, or name a file that does.
const SETTINGS: [&str; 7] = [
    "--config",
    "--config-file",
    "--option",
    "--setopt",
    "-c",
    "-o",
    "--installroot",
];

/// What lies in `/etc/apt` beside the list.
const BESIDE: [&str; 6] = [
    "apt.conf",
    "auth.conf",
    "keyrings",
    "preferences",
    "sources.list.d",
    "trusted.gpg",
];

impl<'m> Stage<'m> {
    /// The first command of the stage that fails because the mirrors have no packages of its release any more, and the host that has
    /// them. None where one that it is based on fails so already, or where something before may have packages come from elsewhere.
    pub fn asks_of_the_archived(self) -> Option<(PackageCommand<'m>, &'static str)> {
        let foundation = self.base_facts().foundation?;
        let host = archive_of(&foundation)?;
        let is_known = self.base_image().name().is_some_and(is_official);
        let is_told = || self.base_chain().skip(1).find_map(first_to_ask).is_some();
        let first = first_to_ask(self).filter(|_| is_known && !is_told())?;
        (!comes_from_elsewhere(self, first.command)).then_some((first, host))
    }
}

/// The first command that asks the mirrors, and with which the build stops.
fn first_to_ask(stage: Stage<'_>) -> Option<PackageCommand<'_>> {
    let mut commands = stage.build_commands().filter_map(PackageCommand::of);
    commands.find(|it| {
        let family = it.tool().family();
        matches!(it.manager, PackageManager::Apt | PackageManager::Dnf)
            && package_word_is(family, it.subcommand_text(), PackageWord::AsksMirror)
            && it.command.stops_the_build()
            && !says_whence(it)
            && !installs_files(it)
    })
}

/// Whether its own options may have packages come from elsewhere.
fn says_whence(install: &PackageCommand<'_>) -> bool {
    let family = install.tool().family();
    let is_of_source =
        |name: &str| package_options(family, PackageWord::SaysSource).any(|it| it == name);
    let mut options = install.options();
    options.any(|it| is_of_source(it.name) || SETTINGS.contains(&it.name))
}

/// Whether all that it names are files.
fn installs_files(install: &PackageCommand<'_>) -> bool {
    let packages = install.packages();
    install.is_install()
        && !packages.is_empty()
        && packages.iter().all(|it| it.kind != SpecKind::Index)
}

/// Whether something up to a command may have packages come from elsewhere.
fn comes_from_elsewhere(stage: Stage<'_>, first: Command<'_>) -> bool {
    let mut chain = stage.base_chain();
    unread_before_command(first, Part::OwnArchive).is_some()
        || chain.any(|of| {
            let mut steps = of
                .steps()
                .take_while(|it| it.index() <= first.step().index());
            steps.any(says)
        })
}

/// Whether a step speaks of the distribution's own list, or of an archive of old releases.
fn says(step: Step<'_>) -> bool {
    let text = step.source_text();
    // What is put beside the list leaves it as it is.
    let is_list = list_files().any(|file| {
        let mut places = text.match_indices(file);
        places.any(|(at, it)| !text[at + it.len()..].starts_with(".d"))
    });
    let is_of_lists = |(at, it): (usize, &str)| {
        let rest = text[at + it.len()..].trim_start_matches('/');
        !BESIDE.iter().any(|it| rest.starts_with(it))
    };
    let mut folders = text.match_indices("/etc/apt");
    is_list || names_archive(text, ArchiveKind::Old) || folders.any(is_of_lists)
}
