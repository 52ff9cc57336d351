//! `apt-get upgrade` in a build.

use dfix_catalogue::SystemPackageManager;
use dfix_engine::{Findings, Group, Phase, Rule, Safety, Severity, leaves, remedy, reports};
use dfix_model::{Model, PackageManager};

use crate::base::lacks;

pub(crate) const RULE: Rule = Rule {
    id: "apt-upgrade",
    aliases: &[],
    groups: &[Group::Size],
    severity: Severity::Advice,
    summary: "take a newer base in place of `apt-get upgrade`",
    why: "What is upgraded is in the image twice: below as it was, above as it is. A base that is made anew has it once, and \
          each build is as old as its cache in any case.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        reports(
            "FROM debian:12\nRUN apt-get update && apt-get upgrade -y\n",
            "a newer image",
        ),
        reports(
            "FROM debian:12\nRUN apt-get update && apt-get -y dist-upgrade\n",
            "a newer image",
        ),
        reports(
            "FROM ubuntu:24.04\nRUN apt full-upgrade -y\n",
            "a newer image",
        ),
        leaves("FROM debian:12\nRUN apt-get install --only-upgrade -y openssl\n"),
        leaves("FROM debian:12\nRUN pip install --upgrade a\nCMD apt-get upgrade\n"),
        leaves("FROM alpine:3.22\nRUN apt-get upgrade\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages() {
        if lacks(stage, SystemPackageManager::Apt) {
            continue;
        }
        for apt in stage.package_commands(PackageManager::Apt) {
            let upgrades = ["upgrade", "dist-upgrade", "full-upgrade", "safe-upgrade"];
            if !apt.subcommand_is_one_of(&upgrades) || !apt.step().is_run() {
                continue;
            }
            let message = format!(
                "`{} {}` in a build",
                apt.program_name(),
                apt.subcommand_text()
            );
            out.judge(apt.subcommand(), Safety::Checked, message, |_| {
                Err(remedy!(
                    "take a newer image of the base, and build with `--pull`; name what must be newer in an `apt-get install`"
                ))
            });
        }
    }
}
