//! wget without its progress bar.

use std::cell::OnceCell;

use dfix_catalogue::{SystemPackageManager, Wget};
use dfix_engine::{
    Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves, remedy, reports,
};
use dfix_model::{
    Command, Model, OpenCondition, PackageCommand, PackageManager, Stage, Step, Ternary,
};

use crate::base::chosen_image;

pub(crate) const RULE: Rule = Rule {
    id: "run-wget-progress",
    aliases: &["DL3047"],
    groups: &[Group::Correctness],
    severity: Severity::Advice,
    summary: "tell `wget` not to draw its progress",
    why: "wget writes a line for each 50 KB into the log of a build: the log of a large download has thousands, in \
          which nobody finds what failed. `-nv` leaves the address and the errors; BusyBox has `-q`.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nRUN wget https://my.xyz/a\n",
            "FROM debian:12\nRUN wget -nv https://my.xyz/a\n",
        ),
        fixes(
            "FROM ubuntu:22.04\nRUN apt-get install -y wget && wget -O - https://my.xyz/a | tar xz\n",
            "FROM ubuntu:22.04\nRUN apt-get install -y wget && wget -nv -O - https://my.xyz/a | tar xz\n",
        ),
        // BusyBox knows `-q` alone, and GNU's knows it as well.
        fixes(
            "FROM alpine:3.22\nRUN wget https://my.xyz/a && apk add wget && wget https://my.xyz/b\n",
            "FROM alpine:3.22\nRUN wget -q https://my.xyz/a && apk add wget && wget -nv https://my.xyz/b\n",
        ),
        fixes(
            "FROM acme/base:3\nRUN wget https://my.xyz/a\n",
            "FROM acme/base:3\nRUN wget -q https://my.xyz/a\n",
        )
        .with_unsafe()
        .that_says("whether `wget` tells its errors"),
        fixes(
            "FROM acme/base:3\nRUN dpkg --add-architecture i386 && wget https://my.xyz/a\n",
            "FROM acme/base:3\nRUN dpkg --add-architecture i386 && wget -nv https://my.xyz/a\n",
        ),
        leaves(
            "FROM node:22\nRUN wget --progress=dot:giga my.xyz && wget -q my.xyz && wget --quiet my.xyz\n",
        ),
        leaves(
            "FROM node:22\nRUN wget -nv my.xyz && wget --no-verbose my.xyz && wget -qO- my.xyz | sh\n",
        ),
        leaves(
            "FROM node:22\nRUN wget -o /tmp/log my.xyz && wget --append-output=/tmp/log my.xyz\n",
        ),
        leaves("FROM node:22\nRUN wget --version && echo wget my.xyz\nCMD wget my.xyz\n"),
        leaves("FROM node:22\nARG OPTS=-q\nRUN wget $OPTS my.xyz\n"),
        leaves("FROM node:22\nRUN echo 'verbose = off' >> /etc/wgetrc\nRUN wget my.xyz\n"),
        leaves("FROM node:22\nCOPY wgetrc /root/.wgetrc\nRUN wget my.xyz\n"),
        // What the other image does to it, nobody knows.
        leaves("FROM node:22\nONBUILD RUN wget https://my.xyz/a\n")
            .that_says("whether `wget` tells its errors"),
        leaves("FROM node:22\nONBUILD RUN wget my.xyz\nRUN echo 'verbose = off' >> /etc/wgetrc\n"),
        // Which of the two it is.
        leaves("FROM alpine:3.22\nRUN apk add wget && apk del wget && wget https://my.xyz/a\n")
            .that_says("whether `wget` tells its errors"),
        leaves("FROM alpine:3.22\nRUN apk add wget || true\nRUN wget https://my.xyz/a\n")
            .that_says("whether `wget` tells its errors"),
        leaves("FROM alpine:3.22\nARG P\nRUN apk add --no-cache $P && wget https://my.xyz/a\n")
            .that_says("whether `wget` tells its errors"),
        leaves("FROM alpine:3.22\nRUN sh setup.sh && wget https://my.xyz/a\n")
            .that_says("whether `wget` tells its errors"),
        leaves("ARG BASE=debian:12\nFROM $BASE\nRUN wget https://my.xyz/a\n")
            .that_says("whether every build takes the image"),
        reports(
            "FROM node:22\nRUN { ls; wget my.xyz; } 2> /log\n",
            "reads what it writes",
        ),
        reports(
            "FROM node:22\nRUN exec 2> /log; wget my.xyz\n",
            "reads what it writes",
        ),
        reports(
            "FROM node:22\nRUN wget -S my.xyz 2>&1 | grep HTTP\n",
            "reads what it writes",
        ),
        reports("FROM node:22\nRUN wget -v my.xyz\n", "asks for them"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages() {
        let settings = OnceCell::new();
        let changes = OnceCell::new();
        let runs = stage.steps().filter(|it| it.is_run());
        let wgets = runs.flat_map(Step::commands).filter(|it| it.is("wget"));
        for wget in wgets.filter(|it| !is_quiet(stage, *it)) {
            // All that the stage does comes before what it leaves to another build.
            let is_later = wget.step().is_onbuild();
            let is_set = |step: &Step<'_>| is_later || step.range().start() <= wget.range().start();
            if settings
                .get_or_init(|| settings_of(stage))
                .is_some_and(|it| is_set(&it))
            {
                continue;
            }
            let Some(program) = wget.executable() else {
                continue;
            };
            let message = "`wget` draws its progress into the log";
            out.judge(program, Safety::Safe, message, |case| {
                if wget.has_option("-v") || wget.has_option("--verbose") {
                    return Err(remedy!("the command asks for them by `-v`: leave that out"));
                }
                if wget.may_have_errors_read() {
                    return Err(remedy!(
                        "something reads what it writes: see what of it is wanted"
                    ));
                }
                let before = |it: &&Change<'_>| {
                    is_later || it.command.range().start() < wget.range().start()
                };
                let changes = changes.get_or_init(|| changes_of(stage));
                let is_gnu = match changes.iter().rfind(before) {
                    _ if is_later => unknown(),
                    Some(change) if change.is_install => Ternary::Yes,
                    Some(_) => unknown(),
                    None => {
                        case.open(chosen_image(stage));
                        let known = is_gnu(stage);
                        if known.is_no() && may_be_brought(wget) {
                            unknown()
                        } else {
                            known
                        }
                    }
                };
                let option = if is_gnu.is_yes() { "-nv" } else { "-q" };
                case.evidence(if is_gnu.is_yes() {
                    "it is GNU's wget"
                } else {
                    "BusyBox and GNU's wget know `-q`"
                })
                .open(is_gnu.open())
                .declare(Effect::arguments_of(wget))
                .fix(|edit| edit.insert_word_after(program, option));
                Ok(())
            });
        }
    }
}

/// The first step that tells of settings of wget, or of where they are.
fn settings_of(stage: Stage<'_>) -> Option<Step<'_>> {
    let steps = stage.base_chain().flat_map(Stage::steps);
    let names = steps.filter(|it| it.mentions("wgetrc"));
    names.min_by_key(|it| it.index())
}

/// A command that installs wget, or that takes packages away.
struct Change<'m> {
    command: Command<'m>,
    /// Whether wget is there behind it for certain, which it installs.
    is_install: bool,
}

/// What the build does to wget, in order of place.
fn changes_of(stage: Stage<'_>) -> Vec<Change<'_>> {
    let mut stages: Vec<Stage<'_>> = stage.base_chain().collect();
    stages.reverse();
    let commands = stages.into_iter().flat_map(Stage::build_commands);
    let packages = commands.filter_map(PackageCommand::of);
    let of_system = packages.filter(|it| it.is_of_system() && it.names_packages());
    let named = of_system.filter_map(|package| {
        let is_install = package.is_install();
        let names_it = || package.packages().iter().any(|it| it.name == Some("wget"));
        (!is_install || names_it()).then(|| Change {
            command: package.command,
            is_install: is_install && package.command.stops_the_build(),
        })
    });
    // What is removed before anything is installed was of the image.
    let mut changes: Vec<Change<'_>> = named.collect();
    let is_of_wget = |it: &Change<'_>| it.is_install || it.command.has_arg("wget");
    let first = changes.iter().position(is_of_wget).unwrap_or(changes.len());
    changes.drain(..first);
    changes
}

/// Whether GNU's may have come before, to an image with BusyBox's: among packages that a variable names, or by what is not read.
fn may_be_brought(wget: Command<'_>) -> bool {
    let stages = wget.stage().into_iter().flat_map(Stage::base_chain);
    let mut commands = stages.flat_map(Stage::build_commands);
    commands.any(|it| {
        let package = PackageCommand::of(it).filter(PackageCommand::is_install);
        let is_open = package.is_some_and(|it| {
            it.is_of_system()
                && (it.may_take_more() || it.packages().iter().any(|it| it.name.is_none()))
        });
        it.range().start() < wget.range().start()
            && (is_open || it.may_call(PackageManager::Apk, &|_| false))
    })
}

/// Whether it is told to write less, to write into a file, or fetches nothing.
fn is_quiet<'m>(stage: Stage<'m>, wget: Command<'m>) -> bool {
    let options = ["-q", "-o", "-a", "-b", "-h", "-V"];
    let long = ["--progress", "--quiet", "--no-verbose"];
    let elsewhere = ["--output-file", "--append-output", "--background"];
    let fetches_nothing = ["--version", "--help"];
    let mut words = wget.args();
    let is_settled = || {
        let mut unknown = wget.args().filter(|it| !it.is_known());
        let says = |text: String| {
            text.starts_with('-')
                && (text.contains('q') || text.contains("-nv") || text.contains("progress"))
        };
        unknown.any(|it| it.may_split() && stage.expand_text(it, wget).is_none_or(says))
    };
    options
        .iter()
        .chain(&long)
        .chain(&elsewhere)
        .chain(&fetches_nothing)
        .any(|it| wget.has_option(it))
        || wget.args().len() == 0
        || words.any(|it| it.starts_with("-nv"))
        || is_settled()
}

/// Whether the image's is GNU's, or what follows it: it has that one, or is of a distribution that has no other, or the file
/// shows that it is.
fn is_gnu(stage: Stage<'_>) -> Ternary {
    let facts = stage.any_base_facts();
    match (facts.wget, facts.package_manager) {
        (Wget::Busybox, _) | (_, SystemPackageManager::Apk) => return Ternary::No,
        (Wget::Gnu, _) => return Ternary::Yes,
        (_, SystemPackageManager::Unknown | SystemPackageManager::None) => {}
        _ => return Ternary::Yes,
    }
    let mut commands = stage.build_commands();
    let mut calls = |names: &[&str]| commands.any(|it| it.is_certain() && it.is_one_of(names));
    if stage.package_commands(PackageManager::Apk).next().is_some() {
        return Ternary::No;
    }
    if calls(&["apt-get", "dnf", "dpkg", "rpm", "yum"]) {
        return Ternary::Yes;
    }
    unknown()
}

fn unknown() -> Ternary {
    Ternary::Unknown(OpenCondition::new(
        "whether `wget` tells its errors with `-q`, which GNU's does not",
        "where it is GNU's, `-nv` is better",
    ))
}
