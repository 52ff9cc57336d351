//! `apt-get clean` where the image does it by itself.

use dfix_catalogue::SystemPackageManager;
use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Rule, Safety, Severity, fixes, leaves,
};
use dfix_model::{
    Command, HiddenCalls, ImagePath, Model, PackageCommand, PackageManager, Stage, Step,
};

use crate::base::{chosen_image, lacks};

pub(crate) const RULE: Rule = Rule {
    id: "apt-clean-redundant",
    aliases: &[],
    groups: &[Group::Style],
    severity: Severity::Advice,
    summary: "leave out `apt-get clean` in official images",
    why: "Docker's official images of Debian and Ubuntu, and those that are based on them, have apt remove each package \
          that it downloads (`/etc/apt/apt.conf.d/docker-clean`): nothing is left to clean.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nRUN apt-get update && apt-get install -y a && apt-get clean && rm -rf /var/lib/apt/lists/*\n",
            "FROM debian:12\nRUN apt-get update && apt-get install -y a && rm -rf /var/lib/apt/lists/*\n",
        ),
        fixes(
            "FROM node:22\nRUN apt-get install -y a \\\n    && apt-get -y clean\nRUN apt clean\n",
            "FROM node:22\nRUN apt-get install -y a\n",
        ),
        leaves("FROM acme/base:3\nRUN apt-get install -y a && apt-get clean\n"),
        leaves(
            "FROM debian:12\nRUN rm /etc/apt/apt.conf.d/docker-clean\nRUN apt-get install -y a && apt-get clean\n",
        ),
        leaves(
            "FROM debian:12\nRUN --mount=type=cache,target=/var/cache/apt apt-get install -y a && apt-get clean\n",
        ),
        leaves("FROM debian:12\nRUN apt-get install -d a && apt-get clean\n"),
        leaves("FROM debian:12\nRUN apt-get install --download-only a && apt-get clean\n"),
        leaves("FROM debian:12\nCOPY etc /etc\nRUN apt-get install a && apt-get clean\n")
            .that_says("whether the COPY of line 2"),
        leaves("FROM debian:12\nRUN ./set-up && apt-get install a && apt-get clean\n")
            .that_says("whether `set-up`"),
        leaves("ARG BASE=debian:12\nFROM $BASE\nRUN apt-get install a && apt-get clean\n")
            .that_says("`--build-arg`"),
        leaves("FROM debian:12\nRUN if true; then apt-get clean; fi\nRUN apt-get autoclean\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages() {
        if lacks(stage, SystemPackageManager::Apt) || !is_official(stage) || keeps(stage) {
            continue;
        }
        for step in stage.runs() {
            let clean: Vec<PackageCommand<'_>> =
                step.package_commands().filter(|it| is_clean(it)).collect();
            let Some(first) = clean.first() else { continue };
            let is_all = step.commands().len() == clean.len();
            if !is_all && !clean.iter().all(|it| it.command.is_in_list()) {
                continue;
            }
            let message = format!("`{} clean` finds nothing to clean", first.program_name());
            out.judge(first.subcommand(), Safety::Safe, message, |case| {
                case.evidence("apt removes in this image what it downloads")
                    .open(chosen_image(stage))
                    .open(may_change(stage, step))
                    .declare(if is_all {
                        Effect::removed(step)
                    } else {
                        Effect::commands_of(step)
                    })
                    .fix(|edit| {
                        if is_all {
                            edit.remove_instruction(step);
                        } else {
                            edit.remove_commands(clean.iter().map(|it| it.command));
                        }
                    });
                Ok(())
            });
        }
    }
}

fn is_clean(apt: &PackageCommand<'_>) -> bool {
    apt.manager == PackageManager::Apt
        && apt.command.is_one_of(&["apt-get", "apt"])
        && apt.subcommand_is_one_of(&["clean"])
        && apt.command.redirects().next().is_none()
        && ["-o", "-c"].iter().all(|it| !apt.has_flag(it))
}

fn is_official(stage: Stage<'_>) -> bool {
    let name = stage.base_image().name();
    let parts = |name| ImagePath::root().join(name).parts().count();
    stage.base_facts().is_known() && name.is_some_and(|it| parts(it) == 1)
}

/// Whether something says that what is downloaded is kept, or has it kept.
fn keeps(stage: Stage<'_>) -> bool {
    let says = |step: Step<'_>| tells_of_it(|it| step.mentions(it));
    let mut steps = stage.base_chain().flat_map(Stage::steps);
    let mut apts = stage.package_commands(PackageManager::Apt);
    let downloads = |it: PackageCommand<'_>| {
        it.has_flag("-d")
            || it.has_flag("--download-only")
            || it.subcommand_is_one_of(&["download"])
    };
    steps.any(says) || apts.any(downloads)
}

/// Whether a text speaks of what apt keeps, and where.
fn tells_of_it(mentions: impl Fn(&str) -> bool) -> bool {
    let signs = [
        "docker-clean",
        "Keep-Downloaded",
        "apt.conf",
        "Dir::Cache",
        "/var/cache/apt",
        "APT_CONFIG",
    ];
    signs.iter().any(|it| mentions(it))
}

/// What is open where something up to the step is not read, and may have apt keep what it downloads.
fn may_change(stage: Stage<'_>, step: Step<'_>) -> Option<OpenCondition> {
    let may = |it: &Command<'_>| {
        let is_own = it.is_of_script() || PackageCommand::of(*it).is_some();
        !is_own
            && match it.hidden_calls() {
                HiddenCalls::None => it.given_sources().is_some(),
                HiddenCalls::Script(script) => {
                    script.has_opaque_text() || tells_of_it(|it| script.mentions(it))
                }
                HiddenCalls::Text(text) => tells_of_it(|it| text.contains(it)),
                HiddenCalls::Unknown => true,
            }
    };
    let settings = ImagePath::new("/etc/apt");
    let mut copies = stage.base_chain().flat_map(Stage::copies);
    let copy = copies.find(|it| it.index() < step.index() && it.may_land_at(&settings));
    if let Some(copy) = copy {
        return Some(OpenCondition::new(
            format!("whether {} puts settings of apt there", copy.label()),
            "look what it copies",
        ));
    }
    let commands = stage.base_chain().flat_map(Stage::build_commands);
    let mut before = commands.filter(|it| it.step().index() <= step.index());
    let call = before.find(may)?;
    Some(OpenCondition::new(
        format!("whether `{}` has apt keep what it downloads", call.name()),
        "look into it",
    ))
}
