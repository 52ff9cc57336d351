//! The first command of a stage that asks mirrors for packages of a release which they have no more.

use dfix_catalogue::{archive_of, is_official};

use crate::facts::interpreted::Interpreted;
use crate::handles::{Stage, Step, Word};
use crate::packages::{PackageCommand, PackageManager};

/// What tells that packages come from elsewhere.
const ELSEWHERE: [&str; 5] = [
    "archive.debian.org",
    "old-releases",
    "snapshot.debian.org",
    "vault.centos.org",
    "yum.repos.d",
];

/// The list of archives itself.
const LIST: &str = "sources.list";

impl<'m> Stage<'m> {
    /// The first command of the stage that fails because the mirrors have no packages of its release any more, and the host that has
    /// them. None where one that it is based on fails so already, or where something before may have packages come from elsewhere.
    pub fn asks_of_the_archived(self) -> Option<(PackageCommand<'m>, &'static str)> {
        let foundation = self.base_facts().foundation?;
        let host = archive_of(&foundation)?;
        let is_known = self.base_image().name().is_some_and(is_official);
        let is_told = || self.base_chain().skip(1).find_map(first_to_ask).is_some();
        let first = first_to_ask(self).filter(|_| is_known && !is_told())?;
        (!comes_from_elsewhere(self, first.step())).then_some((first, host))
    }
}

/// The first command that asks the mirrors, and with which the build stops.
fn first_to_ask(stage: Stage<'_>) -> Option<PackageCommand<'_>> {
    let mut commands = stage.build_commands().filter_map(PackageCommand::of);
    commands.find(|it| {
        let asks: &[&str] = match it.manager {
            PackageManager::Apt => &["update", "install", "upgrade", "dist-upgrade"],
            PackageManager::Dnf => &["install", "update", "upgrade", "makecache", "groupinstall"],
            _ => return false,
        };
        it.subcommand_is_one_of(asks) && it.command.stops_the_build()
    })
}

/// Whether something up to a step may have packages come from elsewhere.
fn comes_from_elsewhere(stage: Stage<'_>, step: Step<'_>) -> bool {
    let mut chain = stage.base_chain();
    chain.any(|of| {
        let interpreted = Interpreted::of(of);
        let mut steps = of.steps().take_while(|it| it.index() <= step.index());
        steps.any(|it| {
            let is_put = it.is_copy_or_add() && it.target().is_some_and(may_hold_lists);
            is_put || says(it) || interpreted.unread_in(it).next().is_some()
        })
    })
}

fn says(step: Step<'_>) -> bool {
    let text = step.source_text();
    let is_elsewhere = |it: &&str| text.contains(it);
    // What is put beside the list leaves it as it is.
    let is_list = text
        .match_indices(LIST)
        .any(|(at, it)| !text[at + it.len()..].starts_with(".d"));
    is_list || ELSEWHERE.iter().any(is_elsewhere)
}

/// Whether what is copied there may bring lists of archives.
fn may_hold_lists(target: Word<'_>) -> bool {
    let text = target.literal_prefix();
    let is_root = matches!(text, "/" | "/etc" | "/etc/") || !target.is_known() && text.is_empty();
    is_root || text.starts_with("/etc/apt") || text.starts_with("/etc/yum")
}
