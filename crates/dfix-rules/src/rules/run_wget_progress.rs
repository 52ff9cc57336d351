//! wget without its progress bar.

use dfix_catalogue::{SystemPackageManager, Wget};
use dfix_engine::{
    Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves, remedy, reports,
};
use dfix_model::{Command, Model, OpenCondition, PackageManager, Redirect, Stage, Ternary};

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
        reports(
            "FROM node:22\nRUN wget -S my.xyz 2>&1 | grep HTTP\n",
            "reads what it writes",
        ),
        reports("FROM node:22\nRUN wget -v my.xyz\n", "asks for them"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages() {
        let wgets = stage.build_commands().filter(|it| it.is("wget"));
        for wget in wgets.filter(|it| !is_quiet(stage, *it)) {
            let Some(program) = wget.executable() else {
                continue;
            };
            let message = "`wget` draws its progress into the log";
            out.judge(program, Safety::Safe, message, |case| {
                if wget.has_option("-v") || wget.has_option("--verbose") {
                    return Err(remedy!("the command asks for them by `-v`: leave that out"));
                }
                if is_read(wget) {
                    return Err(remedy!(
                        "something reads what it writes: see what of it is wanted"
                    ));
                }
                let is_gnu = is_gnu(stage, wget);
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
    let is_configured = || {
        let at = wget.range().start();
        let mut before = stage.base_chain().flat_map(Stage::build_commands);
        let names = |it: &Command<'_>| {
            it.words()
                .chain(it.redirects().filter_map(Redirect::target))
                .any(|it| it.mentions("wgetrc"))
        };
        before.any(|it| it.range().start() < at && names(&it))
            || stage.env_at(wget, "WGETRC").is_set()
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
        || is_configured()
}

/// Whether something reads what it writes to standard error.
fn is_read(wget: Command<'_>) -> bool {
    wget.redirects().any(|it| {
        let is_of_errors = it.fd() == Some("2") || it.operator().starts_with('&');
        is_of_errors && !it.target().is_some_and(|it| it.is("/dev/null"))
    })
}

/// Whether it is GNU's, or what follows it: the image has that one, or is of a distribution that has no other, or the file
/// installs it.
fn is_gnu<'m>(stage: Stage<'m>, wget: Command<'m>) -> Ternary {
    let facts = stage.any_base_facts();
    let at = wget.range().start();
    let mut installed = stage.system_packages();
    if installed.any(|it| it.name == "wget" && it.word.range().start() < at) {
        return Ternary::Yes;
    }
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
    Ternary::Unknown(OpenCondition::new(
        "whether `wget` tells its errors with `-q`, which GNU's does not",
        "where it is GNU's, `-nv` is better",
    ))
}
