//! `apt-get update` before what installs.

use std::cell::OnceCell;

use dfix_catalogue::SystemPackageManager;
use dfix_engine::{
    Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves, remedy, reports,
};
use dfix_model::packages::SpecKind;
use dfix_model::{Command, Model, PackageCommand, PackageManager, Stage, Step};

use crate::base::lacks;

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
        .that_says("no command of the file fetches lists before"),
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
        let fetched = OnceCell::new();
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
                let before = fetched.get_or_init(|| first_fetch(stage));
                let before = before.filter(|it| it.range().start() < first.range().start());
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
                    None => "no command of the file fetches lists before".to_owned(),
                })
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

fn fetches(apt: &PackageCommand<'_>) -> bool {
    apt.manager == PackageManager::Apt && apt.subcommand_is_one_of(&["update"])
}

fn first_fetch(stage: Stage<'_>) -> Option<Command<'_>> {
    let commands = stage.base_chain().flat_map(Stage::build_commands);
    let fetching = commands.filter(|it| PackageCommand::of(*it).is_some_and(|it| fetches(&it)));
    fetching.min_by_key(|it| it.range().start())
}

/// Whether a `RUN` before it only updates: another rule puts that one before what installs next.
fn is_put_in_by_another(stage: Stage<'_>, first: &PackageCommand<'_>) -> bool {
    let is_work = |it: &Step<'_>| !it.is_metadata() && !it.is_run_time();
    let mut before = stage.steps().filter(|it| it.index() < first.step().index());
    let last = before.rfind(is_work);
    last.is_some_and(|it| it.package_commands().last().is_some_and(|it| fetches(&it)))
}
