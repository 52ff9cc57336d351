//! The certificates that https needs.
//!
//! Source: packages.debian.org and pkgs.alpinelinux.org, `ca-certificates` and what depends on it or recommends it; Alpine's release
//! notes (3.10 was the first whose BusyBox asks by https with `ssl_client`).

use dfix_catalogue::{
    Distribution, archive_of, brings_certificates, has_certificates, recommended_by,
    version_numbers,
};

use crate::facts::base_image::any_base_facts;
use crate::handles::{Command, Stage};
use crate::packages::{PackageCommand, PackageManager};
use crate::ternary::Ternary;

/// The package that they are.
const PACKAGE: &str = "ca-certificates";

impl Command<'_> {
    /// Whether the program that it calls finds the certificates that https needs, and those who certify hosts today are among them: the
    /// image has them, the build asked another host by https before, or it installed them; never known to be none.
    pub fn may_ask_by_https(self) -> Ternary {
        let Some(stage) = self.stage() else {
            return Ternary::Yes;
        };
        if !are_there(stage, self) {
            return Ternary::unknown(
                "whether the image has the certificates that https needs",
                "install `ca-certificates` before",
            );
        }
        let image = match age(stage) {
            Age::Recent => return Ternary::Yes,
            Age::Old => "the image, which is old: some that still certify are newer",
            Age::Unknown => "the image, of which nobody here knows how old it is",
        };
        Ternary::unknown(
            format!("whether those who certify the host are known in {image}"),
            "take a newer image, or ask the host from it",
        )
    }
}

/// Whether the certificates are there when a command is called.
fn are_there(stage: Stage<'_>, command: Command<'_>) -> bool {
    let start = command.range().start();
    let commands = stage.base_chain().flat_map(Stage::build_commands);
    let mut before: Vec<Command<'_>> = commands.filter(|it| it.range().start() < start).collect();
    before.sort_by_key(|it| it.range().start());
    let foundation = any_base_facts(stage).foundation;
    let mut are_there = foundation.is_some_and(|it| has_certificates(&it));
    // Whether they are there only as long as nothing takes away what nobody asked for.
    let mut are_only_brought = false;
    for it in before {
        match tells_of_them(it) {
            Some(Told::Asked(is_so)) => (are_there, are_only_brought) = (is_so, false),
            Some(Told::Brought) if !are_there => (are_there, are_only_brought) = (true, true),
            Some(Told::TidiedUp) if are_only_brought => are_there = false,
            _ => {}
        }
    }
    are_there
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
    let foundation = stage.and_then(|it| any_base_facts(it).foundation);
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
    let foundation = any_base_facts(stage).foundation;
    let Some((foundation, release)) = foundation.and_then(|it| Some((it, it.release?))) else {
        return Age::Unknown;
    };
    if archive_of(&foundation).is_some() {
        return Age::Old;
    }
    match (foundation.distribution, &*version_numbers(release)) {
        (Distribution::Alpine, [major, minor, ..]) if (*major, *minor) < OF_ALPINE => Age::Old,
        (Distribution::Alpine, [] | [_]) => Age::Unknown,
        _ => Age::Recent,
    }
}
