//! Installations for which nothing fetches apt's lists before: they take what the image has already, and no more.

use dfix_catalogue::{ImageFacts, package_in, tool_in};
use dfix_engine::OpenCondition;
use dfix_model::{Command, ImagePath, PackageCommand, PackageManager, lines};

use super::super::lines::line_of;
use super::runs::Runs;

/// What is open of packages of such installations that the new image is not known to have; `brought_by_it` is what else it brings,
/// `shown` its name.
pub(super) fn condition(
    runs: &Runs<'_>,
    (new, brought_by_it, shown): (&ImageFacts, &[&str], &str),
) -> Option<OpenCondition> {
    let mut names: Vec<&str> = Vec::new();
    let mut places = Vec::new();
    for install in runs.managers().filter(installs_by_apt) {
        let before = before(runs, install.command);
        if has_lists(&before) {
            continue;
        }
        let installs = before.iter().filter_map(|it| PackageCommand::of(*it));
        let brought = installs
            .filter(installs_by_apt)
            .flat_map(|it| it.packages());
        let brought: Vec<&str> = brought.filter_map(|it| it.name).collect();
        let named = install.packages().into_iter().filter_map(|it| it.name);
        let lacking: Vec<&str> = named
            .filter(|it| !brought.contains(it) && !brought_by_it.contains(it) && !has(new, it))
            .collect();
        if !lacking.is_empty() {
            places.push(line_of(install.command));
            names.extend(lacking);
        }
    }
    names.sort_unstable();
    names.dedup();
    let is_or_are = if names.len() == 1 { "is" } else { "are" };
    (!names.is_empty()).then(|| {
        OpenCondition::new(
            format!(
                "whether {} ({}) {is_or_are} in `{shown}` already: nothing fetches apt's lists before, so that only those of the old image were found",
                names.join(", "),
                lines(places)
            ),
            "say `apt-get update` before it, in the same `RUN`",
        )
    })
}

fn installs_by_apt(command: &PackageCommand<'_>) -> bool {
    command.manager == PackageManager::Apt && command.is_install()
}

/// What the stage of a command and those that it is based on run before it.
fn before<'m>(runs: &Runs<'m>, command: Command<'m>) -> Vec<Command<'m>> {
    let chain: Vec<_> = match command.stage() {
        Some(stage) => stage.base_chain().collect(),
        None => vec![runs.stage],
    };
    let start = |it: Command<'_>| it.step().range().start();
    let is_before = |it: Command<'_>| {
        if it.is_of_script() || command.is_of_script() {
            it != command && start(it) <= start(command)
        } else {
            it.range().start() < command.range().start()
        }
    };
    let is_of_chain = |it: Command<'_>| it.stage().is_none_or(|it| chain.contains(&it));
    let all = runs.commands.iter().copied();
    let mut found: Vec<Command<'m>> = all
        .filter(|it| is_of_chain(*it) && is_before(*it))
        .collect();
    found.sort_by_key(|it| start(*it));
    found
}

/// Whether the lists are there after these commands: one fetched them, or is given a text that may, and none removed them since.
fn has_lists(commands: &[Command<'_>]) -> bool {
    let lists = ImagePath::new("/var/lib/apt/lists");
    commands.iter().fold(false, |is_there, command| {
        let package = PackageCommand::of(*command).filter(|it| it.manager == PackageManager::Apt);
        match package {
            Some(it) if it.subcommand_is_one_of(&["update"]) => true,
            Some(it) if it.subcommand_is_one_of(&["distclean", "dist-clean"]) => false,
            Some(_) => is_there,
            None if command.is_given_its_input() => true,
            None => is_there && command.clears(&lists).is_none(),
        }
    })
}

/// Whether an image is known to have a package.
fn has(image: &ImageFacts, package: &str) -> bool {
    let Some(foundation) = &image.foundation else {
        return false;
    };
    package_in(foundation, package) == Some(true)
        || tool_in(foundation, package) == Some(true)
        || image.own_commands().any(|it| it == package)
}
