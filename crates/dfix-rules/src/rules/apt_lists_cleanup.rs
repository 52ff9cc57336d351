//! The lists of packages go with the layer that fetched them.

use dfix_catalogue::programs::{self, Mark};
use dfix_catalogue::{PackageWord, package_word_is};
use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, fixes, leaves};
use dfix_model::context::Answer;
use dfix_model::{Command, Model, Operator, PackageCommand, PackageManager, Stage, Step, Word};

pub(crate) const RULE: Rule = Rule {
    id: "apt-lists-cleanup",
    aliases: &["DL3009"],
    group: Group::Size,
    summary: "remove apt's lists in the `RUN` that fetched them",
    why: "The lists are tens of megabytes that are out of date a day later. What a later `RUN` removes \
          is still in the layer below.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nRUN apt-get update && apt-get install -y curl\nCMD [\"curl\"]\n",
            "FROM debian:12\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\nCMD [\"curl\"]\n",
        )
        .that_says("no later command needs the lists"),
        fixes(
            "FROM debian:12\nRUN apt-get update && \\\n    apt-get install -y \\\n        curl \\\n        git && \\\n    git clone https://example.com/x\n",
            "FROM debian:12\nRUN apt-get update && \\\n    apt-get install -y \\\n        curl \\\n        git && \\\n    rm -rf /var/lib/apt/lists/* && \\\n    git clone https://example.com/x\n",
        ),
        fixes(
            "FROM debian:12\nRUN sudo apt-get update && sudo apt-get install -y curl\n",
            "FROM debian:12\nRUN sudo apt-get update && sudo apt-get install -y curl && sudo rm -rf /var/lib/apt/lists/*\n",
        ),
        fixes(
            "FROM debian:12\nRUN apt-get update && apt-get install -y a\nRUN apt-get update && apt-get install -y b\n",
            "FROM debian:12\nRUN apt-get update && apt-get install -y a && rm -rf /var/lib/apt/lists/*\nRUN apt-get update && apt-get install -y b && rm -rf /var/lib/apt/lists/*\n",
        ),
        fixes(
            "FROM debian:12\nRUN <<EOF\napt-get update\napt-get install -y curl\nEOF\n",
            "FROM debian:12\nRUN <<EOF\napt-get update\napt-get install -y curl && rm -rf /var/lib/apt/lists/*\nEOF\n",
        ),
        leaves("FROM debian:12\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n"),
        leaves("FROM debian:12\nRUN --mount=type=cache,target=/var/lib/apt apt-get update && apt-get install -y curl\n"),
        // The second RUN lives on the first one's lists.
        leaves("FROM debian:12\nRUN apt-get update && apt-get install -y a\nRUN apt-get install -y b\n")
            .that_says("a later command installs packages without fetching the lists"),
        leaves("FROM debian:12 AS base\nRUN apt-get update && apt-get install -y a\nFROM base\nRUN apt-get install -y b\n"),
        leaves("FROM debian:12\nRUN apt-get update\nRUN apt-get install -y b\n"),
        // Who knows what the script does?
        leaves("FROM debian:12\nRUN apt-get update && apt-get install -y curl\nRUN ./setup.sh\n")
            .that_says("whether `setup.sh` needs apt's lists"),
        fixes(
            "FROM debian:12\nCOPY setup.sh .\nRUN apt-get update && apt-get install -y curl\nRUN ./setup.sh\n",
            "FROM debian:12\nCOPY setup.sh .\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\nRUN ./setup.sh\n",
        )
        .with_context(&[("setup.sh", "#!/bin/sh\nmkdir /srv/x\n")]),
        leaves("FROM debian:12\nRUN if true; then apt-get update && apt-get install -y curl; fi\n"),
        // What is only built is thrown away.
        leaves("FROM debian:12 AS build\nRUN apt-get update && apt-get install -y gcc\nFROM scratch\nCOPY --from=build /x /x\n"),
    ],
};

const LISTS: &str = "/var/lib/apt/lists";

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.shipped_stages() {
        for step in stage.runs() {
            look_at(stage, step, out);
        }
    }
}

fn is_apt(command: &PackageCommand<'_>) -> bool {
    command.manager == PackageManager::Apt && command.command.is_one_of(&["apt-get", "apt"])
}

/// What needs the lists: what may take packages from the archive.
fn needs_lists(apt: &PackageCommand<'_>) -> bool {
    apt.manager == PackageManager::Apt
        && !apt.subcommand_text().is_empty()
        && !package_word_is("apt", apt.subcommand_text(), PackageWord::WithoutLists)
}

fn look_at(stage: Stage<'_>, step: Step<'_>, out: &mut Findings<'_>) {
    let apts: Vec<PackageCommand<'_>> = step.package_commands().filter(is_apt).collect();
    let fetches = apts
        .iter()
        .position(|apt| apt.subcommand_is_one_of(&["update"]));
    let (Some(fetches), Some(last)) = (fetches, apts.last()) else {
        return;
    };
    let installs = apts[fetches..].iter().any(needs_lists);
    let is_kept_elsewhere = step.has_cache_mount(LISTS)
        || step
            .mounts()
            .any(|m| m.target().is_none_or(|target| !target.is_known()));
    // Whoever names the folder has thought of it.
    let is_thought_of = step.mentions("/var/lib/apt");
    if !installs || is_kept_elsewhere || is_thought_of || step.is_exec_form() {
        return;
    }
    let message = "apt's lists stay in the layer";
    let last = last.command;
    if !is_plain(last) || apts.iter().any(|apt| !is_plain(apt.command)) {
        return;
    }
    let later = after(stage, last);
    if later
        .iter()
        .any(|command| installs_without_update(*command))
    {
        out.report(last, message).remedy(
            "a later command installs packages without fetching the lists: install all of them in one \
             `RUN` that begins with `apt-get update` and ends with `rm -rf /var/lib/apt/lists/*`",
        );
        return;
    }
    let mut unknown: Vec<String> = later
        .iter()
        .filter(|command| !is_known_not_to_need_lists(**command))
        .map(|command| {
            let name = command.name();
            if name.is_empty() { "a command" } else { name }.to_owned()
        })
        .collect();
    if stage
        .steps()
        .any(|s| s.index() >= step.index() && s.has_opaque_text())
    {
        unknown.push("text that is not understood".to_owned());
    }
    unknown.sort();
    unknown.dedup();
    let mut fix = out
        .fix(last, Safety::Checked, message)
        .effect(Effect::changed(step))
        .evidence("the same RUN fetches the lists");
    if unknown.is_empty() {
        fix = fix.evidence("no later command needs the lists");
    } else {
        fix = fix.unproven(
            format!("whether `{}` needs apt's lists", unknown.join("`, `")),
            "see that it calls `apt-get update` before it installs anything",
        );
    }
    let sudo = if last.is_wrapped_by("sudo") {
        "sudo "
    } else {
        ""
    };
    fix.edit(|edit| edit.add_command_after(last, &format!("{sudo}rm -rf {LISTS}/*")));
}

/// Whether a command stands in a plain list of its step, so that another can follow it.
fn is_plain(command: Command<'_>) -> bool {
    let around = command.around();
    let joins = |operator| {
        matches!(
            operator,
            Operator::And | Operator::Semicolon | Operator::Newline
        )
    };
    command.outer().is_none()
        && command.is_certain()
        && !(around.tested
            || around.negated
            || around.subshell
            || around.looped
            || around.substitution
            || around.piped)
        && command.after().is_none_or(|c| joins(c.operator))
        && command.before().is_none_or(|c| joins(c.operator))
}

/// The commands that run after this one, in its step, its stage and the stages that stand on it.
fn after<'m>(stage: Stage<'m>, last: Command<'m>) -> Vec<Command<'m>> {
    let mut found: Vec<Command<'m>> = stage
        .commands()
        .filter(|c| c.range().start() > last.range().start())
        .collect();
    let mut open: Vec<Stage<'m>> = stage.children().collect();
    while let Some(child) = open.pop() {
        found.extend(child.commands());
        open.extend(child.children());
    }
    found
}

fn installs_without_update(command: Command<'_>) -> bool {
    if !PackageCommand::of(command).is_some_and(|apt| needs_lists(&apt)) {
        return false;
    }
    !command
        .step()
        .package_commands()
        .take_while(|c| c.range().start() < command.range().start())
        .any(|c| c.manager == PackageManager::Apt && c.subcommand_is_one_of(&["update"]))
}

fn is_known_not_to_need_lists(command: Command<'_>) -> bool {
    // With an update of its own it needs nobody else's; those without were looked for before.
    if PackageCommand::of(command).is_some() {
        return true;
    }
    let name = command.name();
    if name.is_empty() && command.program().is_none() {
        return true;
    }
    if command.has_inner() && matches!(name, "sh" | "bash" | "dash" | "eval" | "su") {
        return true;
    }
    if name == "make" {
        // `make install-deps` may well call apt.
        let told = ["apt", "dep", "setup", "require", "bootstrap"];
        return command
            .args()
            .all(|w| w.is_known() && !told.iter().any(|t| w.literal_prefix().contains(t)));
    }
    if programs::is(name, Mark::NoApt) || crate::programs::is_pythons(name) {
        return true;
    }
    let script = match name {
        "sh" | "bash" | "dash" | "." | "source" => command.args().find(|w| !w.starts_with("-")),
        _ => command.program(),
    };
    let text = script
        .and_then(Word::value)
        .zip(command.stage())
        .map(|(path, stage)| stage.read_at(path, command));
    matches!(text, Some(Answer::Found(text)) if !text.contains("apt"))
}
