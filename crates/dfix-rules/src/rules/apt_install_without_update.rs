//! `apt-get update` before what installs.

use dfix_catalogue::{PackageWord, SystemPackageManager, package_word_is};
use dfix_engine::{
    Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves, remedy, reports,
};
use dfix_model::packages::SpecKind;
use dfix_model::{
    Command, Model, OpenCondition, PackageCommand, PackageManager, Redirect, Stage, Step,
};

use crate::base::{facts, lacks};

pub(crate) const RULE: Rule = Rule {
    id: "apt-install-without-update",
    aliases: &[],
    groups: &[Group::Correctness],
    severity: Severity::Warning,
    summary: "call `apt-get update` in the `RUN` that installs",
    why: "Lists that another `RUN` fetched come out of the build cache, however old they are: the versions that they name \
          are gone from the mirrors one day, and the build fails.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nRUN apt-get update && apt-get install -y a\nRUN apt-get install -y curl\n",
            "FROM debian:12\nRUN apt-get update && apt-get install -y a\nRUN apt-get update && apt-get install -y curl\n",
        ),
        fixes(
            "FROM debian:12\nRUN sudo apt-get install -y curl && echo\n",
            "FROM debian:12\nRUN sudo apt-get update && sudo apt-get install -y curl && echo\n",
        )
        .that_says("no command that was read fetches lists before"),
        leaves("FROM debian:12\nRUN apt-get update && apt-get install -y wget\nRUN apt-get install -y ./repo.deb\nRUN apt-get install -y jq\n")
            .that_says("may change the sources"),
        leaves("FROM debian:12\nRUN apt-get update && apt-get install -y wget\nCOPY setup.sh /tmp/\nRUN /tmp/setup.sh\nRUN apt-get install -y jq\n")
            .that_says("may change the sources"),
        leaves("FROM debian:12\nRUN apt-get update || true\nRUN apt-get upgrade -y\nRUN apt-get install -y curl\n")
            .that_says("whether all lists can be fetched"),
        leaves("FROM debian:12\nRUN apt-get update; exit 0\nRUN apt-get upgrade -y\nRUN apt-get install -y curl\n")
            .that_says("whether all lists can be fetched"),
        leaves("FROM debian:12\nCOPY lists /var/lib/apt/lists\nRUN apt-get install -y curl\n")
            .that_says("whether all lists can be fetched"),
        leaves(
            "FROM debian:12\nRUN apt-get update && apt-get install -y a\nRUN echo deb https://acme.example ./ > /etc/apt/sources.list.d/a.list\nRUN apt-get install -y curl\n",
        )
        .that_says("whether all lists can be fetched there"),
        leaves(
            "FROM debian:12\nCOPY a.list /etc/apt/sources.list.d/\nRUN apt-get install -y curl\n",
        )
        .that_says("can be fetched there"),
        leaves(
            "FROM debian:12\nRUN apt-get -o Acquire::Check-Valid-Until=false update && apt-get install -y a\nRUN apt-get install -y curl\n",
        )
        .that_says("without the options of"),
        leaves("FROM acme/base:3\nRUN apt-get install -y curl\n")
            .that_says("nothing is known of the sources"),
        // The rule about the lists puts that one in.
        leaves("FROM debian:12\nRUN apt-get update\nRUN apt-get install -y curl\n"),
        leaves(
            "FROM debian:12\nRUN apt-get update && apt-get install -y a && apt-get install -y b\n",
        ),
        leaves(
            "FROM debian:12\nCOPY a.deb /\nRUN apt-get install -y /a.deb && apt-get autoremove -y\n",
        ),
        leaves("FROM debian:12\nRUN ./update.sh && apt-get install -y a\n"),
        leaves("FROM debian:12\nRUN --mount=type=cache,target=/var/lib/apt apt-get install -y a\n"),
        leaves("FROM alpine:3.22\nRUN apt-get install -y a\n"),
        reports(
            "FROM debian:12\nRUN if true; then apt-get install -y a; fi\n",
            "call `apt-get update` before it",
        ),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages() {
        if lacks(stage, SystemPackageManager::Apt) {
            continue;
        }
        for step in stage.runs().filter(|it| !it.is_exec_form()) {
            let apts = step.package_commands();
            let apts: Vec<PackageCommand<'_>> = apts
                .filter(|it| it.manager == PackageManager::Apt)
                .collect();
            let Some(first) = apts.iter().find(|it| installs(it)) else {
                continue;
            };
            let may_fetch = |it: &Command<'_>| {
                it.range().start() < first.range().start()
                    && (it.is("add-apt-repository") || it.may_call(PackageManager::Apt, &|_| false))
            };
            let is_fetched = apts.iter().any(fetches)
                || step.commands().any(|it| may_fetch(&it))
                || stage.settings().is_cache_settled(first).is_yes()
                || is_put_in_by_another(stage, first);
            if is_fetched {
                continue;
            }
            let (command, name) = (first.command, first.program_name());
            let message = format!("`{name} install` in a `RUN` that fetches no lists");
            out.judge(first.subcommand(), Safety::Checked, message, |case| {
                if !command.is_in_list() {
                    return Err(remedy!("call `apt-get update` before it in the same `RUN`"));
                }
                let before = updates(stage, first).max_by_key(|it| it.range().start());
                let sudo = if command.is_wrapped_by("sudo") {
                    "sudo "
                } else {
                    ""
                };
                case.evidence(match before {
                    Some(before) => format!(
                        "lists were fetched in {}, which an older layer may hold",
                        before.step().label()
                    ),
                    None => "no command that was read fetches lists before".to_owned(),
                })
                .open(unknown_image(stage))
                .open(changed_sources(stage, first))
                .open(may_fail(stage, first))
                .open(options_told(stage, first))
                .declare(Effect::commands_of(step))
                .fix(|edit| edit.add_command_before(command, &format!("{sudo}{name} update")));
                Ok(())
            });
        }
    }
}

/// Whether it takes packages from an archive.
fn installs(apt: &PackageCommand<'_>) -> bool {
    let packages = apt.packages();
    apt.is_install()
        && apt.command.is_one_of(&["apt-get", "apt"])
        && (packages.is_empty() || packages.iter().any(|it| it.kind != SpecKind::Path))
}

/// Whether it installs packages from files, which may add archives of their own.
fn installs_files(apt: &PackageCommand<'_>) -> bool {
    let packages = apt.packages();
    apt.is_of_system() && apt.is_install() && packages.iter().any(|it| it.kind != SpecKind::Index)
}

fn fetches(apt: &PackageCommand<'_>) -> bool {
    apt.manager == PackageManager::Apt && apt.subcommand_is_one_of(&["update"])
}

/// The commands before it, in this stage and those that it is based on.
fn before<'m>(stage: Stage<'m>, install: &PackageCommand<'m>) -> impl Iterator<Item = Command<'m>> {
    let end = install.range().start();
    let commands = stage.base_chain().flat_map(Stage::build_commands);
    commands.filter(move |it| it.range().start() < end)
}

fn updates<'m>(
    stage: Stage<'m>,
    install: &PackageCommand<'m>,
) -> impl Iterator<Item = PackageCommand<'m>> {
    let packages = before(stage, install).filter_map(PackageCommand::of);
    packages.filter(fetches)
}

fn unknown_image(stage: Stage<'_>) -> Option<OpenCondition> {
    let image = stage.base_image().text().unwrap_or("the base image");
    facts(stage).is_none().then(|| {
        OpenCondition::new(
            format!(
                "whether lists can be fetched there: nothing is known of the sources of {image}"
            ),
            "try `apt-get update` there",
        )
    })
}

/// Sources that were added since lists were last fetched: they may not be there any more, or want a key.
fn changed_sources<'m>(stage: Stage<'m>, install: &PackageCommand<'m>) -> Option<OpenCondition> {
    let last = updates(stage, install).map(|it| it.range().start()).max();
    let is_since = |at| last.is_none_or(|last| at > last) && at < install.range().start();
    let names_sources = |text: &str| text.contains("etc/apt");
    let by_command = before(stage, install).find(|it| {
        let targets = it.redirects().filter_map(Redirect::target);
        is_since(it.range().start())
            && (it.is_one_of(&["add-apt-repository", "apt-add-repository"])
                || (it.is("dpkg") && (it.has_option("-i") || it.has_option("--install")))
                || PackageCommand::of(*it).is_some_and(|it| installs_files(&it))
                || it
                    .words()
                    .chain(targets)
                    .any(|word| names_sources(word.source_text())))
    });
    let mut steps = stage.base_chain().flat_map(Stage::steps);
    let by_copy = steps.find(|it| {
        it.is_copy_or_add() && is_since(it.range().start()) && names_sources(it.source_text())
    });
    let by_script = || stage.may_add_archives(last.unwrap_or_default(), install.range().start());
    let step = by_command
        .map(Command::step)
        .or(by_copy)
        .or_else(by_script)?;
    Some(OpenCondition::new(
        format!(
            "whether all lists can be fetched there: {} may change the sources",
            step.label()
        ),
        "try `apt-get update` there",
    ))
}

/// What is open where the build goes on as lists cannot be fetched, or gets them otherwise: nobody knows then that all can be.
fn may_fail<'m>(stage: Stage<'m>, install: &PackageCommand<'m>) -> Option<OpenCondition> {
    let goes_on = |it: &PackageCommand<'_>| {
        it.command.is_failure_ignored() || !it.command.with_outer().all(Command::stops_the_build)
    };
    let is_before = |it: &Step<'_>| it.index() < install.step().index();
    let mut steps = stage.base_chain().flat_map(Stage::steps).filter(is_before);
    let step = updates(stage, install).find(goes_on).map(|it| it.step());
    let step = step.or_else(|| steps.find(|it| it.is_copy_or_add() && it.mentions("lib/apt")))?;
    Some(OpenCondition::new(
        format!(
            "whether all lists can be fetched: in {} nothing stops the build where they cannot",
            step.label()
        ),
        "try `apt-get update` there",
    ))
}

/// Options without which lists may not be fetched: those of an update before, or settings that the install is given.
fn options_told<'m>(stage: Stage<'m>, install: &PackageCommand<'m>) -> Option<OpenCondition> {
    let is_harmless = |name: &str| {
        ["-q", "--quiet"].contains(&name) || package_word_is("apt", name, PackageWord::SaysYes)
    };
    let is_told = |it: &PackageCommand<'_>| {
        it.options().any(|option| !is_harmless(option.name)) || it.may_take_more()
    };
    let has_settings = install.has_flag("-o") || install.has_flag("-c");
    let update = updates(stage, install).find(is_told);
    let teller = update.or(has_settings.then_some(*install))?;
    Some(OpenCondition::new(
        format!(
            "whether lists can be fetched without the options of {}",
            teller.step().label()
        ),
        "give `update` the same options where it needs them",
    ))
}

/// Whether a `RUN` before it only updates: another rule puts that one before what installs next.
fn is_put_in_by_another(stage: Stage<'_>, first: &PackageCommand<'_>) -> bool {
    let is_work = |it: &Step<'_>| !it.is_metadata() && !it.is_run_time();
    let mut before = stage.steps().filter(|it| it.index() < first.step().index());
    let last = before.rfind(is_work);
    last.is_some_and(|it| it.package_commands().last().is_some_and(|it| fetches(&it)))
}
