//! `zypper dist-upgrade` in a build.

use dfix_catalogue::SystemPackageManager;
use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Rule, Safety, Severity, fixes, leaves, remedy,
    reports,
};
use dfix_model::{Model, PackageManager};

use crate::base::lacks;

pub(crate) const RULE: Rule = Rule {
    id: "zypper-dist-upgrade",
    aliases: &["DL3035"],
    groups: &[Group::Correctness],
    severity: Severity::Advice,
    summary: "leave out `zypper dist-upgrade`",
    why: "It may take packages of another release, and whatever it does is another thing with each build: what the image \
          is based on is better taken anew.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM opensuse/leap:15.6\nRUN zypper -n dup && zypper -n in curl\n",
            "FROM opensuse/leap:15.6\nRUN zypper -n in curl\n",
        )
        .with_unsafe(),
        fixes(
            "FROM opensuse/leap:15.6\nRUN zypper -n dist-upgrade\nRUN zypper -n in curl\n",
            "FROM opensuse/leap:15.6\nRUN zypper -n in curl\n",
        )
        .with_unsafe(),
        leaves("FROM opensuse/leap:15.6\nRUN zypper -n dup && zypper -n in curl\n")
            .that_says("whether a newer image of the base has these packages"),
        leaves("FROM opensuse/leap:15.6\nRUN zypper -n up && zypper -n patch\n"),
        reports(
            "FROM opensuse/leap:15.6\nRUN if true; then zypper -n dup; fi\n",
            "by hand",
        ),
        leaves("FROM debian:12\nRUN zypper -n dup\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages() {
        if lacks(stage, SystemPackageManager::Zypper) {
            continue;
        }
        for zypper in stage.package_commands(PackageManager::Zypper) {
            let step = zypper.step();
            if !zypper.subcommand_is_one_of(&["dist-upgrade", "dup"]) || !step.is_run() {
                continue;
            }
            let message = "`zypper dist-upgrade` in a build";
            out.judge(zypper.subcommand(), Safety::Checked, message, |case| {
                let is_all = step.commands().len() == 1;
                if !is_all && !zypper.command.is_in_list() {
                    return Err(remedy!("take it out by hand"));
                }
                case.open(OpenCondition::new(
                    "whether a newer image of the base has these packages",
                    "build with `--pull`, and see that the base is made anew often",
                ))
                .declare(if is_all {
                    Effect::removed(step)
                } else {
                    Effect::commands_of(step)
                })
                .fix(|edit| {
                    if is_all {
                        edit.remove_instruction(step);
                    } else {
                        edit.remove_command(zypper.command);
                    }
                });
                Ok(())
            });
        }
    }
}
