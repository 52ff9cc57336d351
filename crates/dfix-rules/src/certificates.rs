//! The certificates that https needs.

use dfix_model::catalogue::{
    Distribution, archive_of, brings_certificates, has_certificates, recommended_by,
};
use dfix_model::{Command, OpenCondition, PackageCommand, PackageManager, Stage};

/// The package that they are.
const PACKAGE: &str = "ca-certificates";

/// What is open where the program that a command calls may lack the certificates that https needs: it has them where the image
/// does, where it asks another by https before, and where they are installed.
pub(crate) fn certificates(command: Command<'_>) -> Option<OpenCondition> {
    let stage = command.stage()?;
    let start = command.range().start();
    let commands = stage.base_chain().flat_map(Stage::build_commands);
    let mut before: Vec<Command<'_>> = commands.filter(|it| it.range().start() < start).collect();
    before.sort_by_key(|it| it.range().start());
    let foundation = stage.any_base_facts().foundation;
    let mut is_there = foundation.is_some_and(|it| has_certificates(&it));
    // Whether they are there only as long as nothing takes away what nobody asked for.
    let mut is_only_brought = false;
    for it in before {
        match tells_of_them(it) {
            Some(Told::Asked(is_so)) => (is_there, is_only_brought) = (is_so, false),
            Some(Told::Brought) if !is_there => (is_there, is_only_brought) = (true, true),
            Some(Told::TidiedUp) if is_only_brought => is_there = false,
            _ => {}
        }
    }
    if !is_there {
        return Some(OpenCondition::new(
            "whether the image has the certificates that https needs",
            "install `ca-certificates` before",
        ));
    }
    let image = match age(stage) {
        Age::Recent => return None,
        Age::Old => "the image, which is old: some that still certify are newer",
        Age::Unknown => "the image, of which nobody here knows how old it is",
    };
    Some(OpenCondition::new(
        format!("whether those who certify the host are known in {image}"),
        "take a newer image, or ask the host from it",
    ))
}

/// What a command has to do with them.
enum Told {
    /// It installs or uses them, or takes them away.
    Asked(bool),
    /// They come with what it installs.
    Brought,
    /// It takes away what came with something else.
    TidiedUp,
}

fn tells_of_them(command: Command<'_>) -> Option<Told> {
    if let Some(package) = PackageCommand::of(command).filter(PackageCommand::is_of_system) {
        if package.operands().any(|it| it.mentions(PACKAGE)) && package.names_packages() {
            let is_so = package.is_install() && command.stops_the_build();
            return Some(Told::Asked(is_so));
        }
        if package.subcommand_is_one_of(&["autopurge", "autoremove", "del"])
            || package.has_flag("--auto-remove")
            || package.has_flag("--autoremove")
        {
            return Some(Told::TidiedUp);
        }
        let is_so = package.is_install() && command.stops_the_build() && brings(&package);
        return is_so.then_some(Told::Brought);
    }
    if command.is_one_of(&["find", "mv", "rm"]) {
        let places = ["/etc/ssl", "/etc/pki", PACKAGE];
        let mut words = command.args();
        let takes = words.any(|word| places.iter().any(|it| word.mentions(it)));
        return takes.then_some(Told::Asked(false));
    }
    let asks = command.is_one_of(&["curl", "git", "wget"])
        && command.args().any(|it| it.starts_with("https://"))
        && !command.has_option("-k")
        && !command.has_option("--insecure")
        && !command.has_option("--no-check-certificate")
        && command.stops_the_build();
    asks.then_some(Told::Asked(true))
}

/// Whether one of the packages that a command installs brings them along.
fn brings(install: &PackageCommand<'_>) -> bool {
    let with_recommended =
        install.manager == PackageManager::Apt && !install.may_leave_out_recommended();
    let stage = install.command.stage();
    let foundation = stage.and_then(|it| it.any_base_facts().foundation);
    let packages = install.packages();
    packages.iter().filter_map(|it| it.name).any(|name| {
        (with_recommended && recommended_by(name).any(|it| it == PACKAGE))
            || foundation.is_some_and(|it| brings_certificates(it.distribution, name))
    })
}

/// How old the release of an image is.
enum Age {
    Recent,
    Old,
    Unknown,
}

/// The first release of Alpine whose `wget` asks by https with nothing installed besides (BusyBox with `ssl_client`).
const OF_ALPINE: (u32, u32) = (3, 10);

/// How old the image is: its mirrors have gone, or it knows less of https than it should.
fn age(stage: Stage<'_>) -> Age {
    let foundation = stage.any_base_facts().foundation;
    let Some((foundation, release)) = foundation.and_then(|it| Some((it, it.release?))) else {
        return Age::Unknown;
    };
    if archive_of(&foundation).is_some() {
        return Age::Old;
    }
    let mut numbers = release.split('.').map(str::parse::<u32>);
    match (foundation.distribution, numbers.next(), numbers.next()) {
        (Distribution::Alpine, Some(Ok(major)), Some(Ok(minor))) if (major, minor) < OF_ALPINE => {
            Age::Old
        }
        (Distribution::Alpine, _, None | Some(Err(_))) => Age::Unknown,
        _ => Age::Recent,
    }
}
