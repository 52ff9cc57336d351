//! `apt-get` instead of `apt`.

use dfix_catalogue::{PackageWord, SystemPackageManager, package_word_is};
use dfix_engine::{
    Effect, Findings, Group, Phase, Remedy, Rule, Safety, Severity, fixes, leaves, remedy, reports,
};
use dfix_model::Model;

use crate::base::lacks;

pub(crate) const RULE: Rule = Rule {
    id: "apt-not-apt-get",
    aliases: &["DL3027"],
    groups: &[Group::Correctness],
    severity: Severity::Warning,
    summary: "call `apt-get` and `apt-cache`, not `apt`",
    why: "`apt` is for people: it warns that its command line may change from one release to the \
          next, and it draws progress bars into the build's log.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nRUN apt update && apt install -y bash nginx git gcc\\\n    && true\n",
            "FROM debian:12\nRUN apt-get update && apt-get install -y bash nginx git gcc\\\n    && true\n",
        ),
        fixes(
            "FROM debian:12\nRUN sudo /usr/bin/apt -y full-upgrade && apt policy bash\n",
            "FROM debian:12\nRUN sudo /usr/bin/apt-get -y dist-upgrade && apt-cache policy bash\n",
        ),
        // `apt upgrade` installs new packages where an upgrade needs them; `apt-get upgrade` does not.
        fixes(
            "FROM debian:12\nRUN apt upgrade -y\n",
            "FROM debian:12\nRUN apt-get upgrade --with-new-pkgs -y\n",
        ),
        reports(
            "FROM debian:12\nRUN apt list --installed\n",
            "`apt list` has no equal",
        ),
        leaves("FROM debian:12\nRUN apt-get update && echo apt install\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let lacks_apt = |stage| lacks(stage, SystemPackageManager::Apt);
    for step in file.steps().filter(|s| s.is_run()) {
        if step.stage().is_some_and(lacks_apt) {
            continue;
        }
        for apt in step.package_commands() {
            let subcommand = apt.subcommand_text();
            let Some(program) = apt.command.program() else {
                continue;
            };
            if !apt.command.is("apt") || subcommand.is_empty() {
                continue;
            }
            let message = format!("`apt {subcommand}` in a script");
            out.judge(program, Safety::Safe, message, |case| {
                let (other, new_subcommand) = equal_of(subcommand)?;
                case.declare(Effect::arguments_of(apt.command)).fix(|edit| {
                    edit.rename_program(program, other);
                    if let Some(name) = new_subcommand {
                        edit.replace_word(apt.subcommand(), name);
                    }
                    if subcommand == "upgrade" && !apt.has_flag("--with-new-pkgs") {
                        edit.insert_word_after(apt.subcommand(), "--with-new-pkgs");
                    }
                });
                Ok(())
            });
        }
    }
}

/// The program that does the same, and the subcommand's name there where it has another.
fn equal_of(subcommand: &str) -> Result<(&'static str, Option<&'static str>), Remedy> {
    match subcommand {
        name if package_word_is("apt", name, PackageWord::Same) => Ok(("apt-get", None)),
        "full-upgrade" => Ok(("apt-get", Some("dist-upgrade"))),
        "upgrade" => Ok(("apt-get", None)),
        "policy" | "depends" | "rdepends" => Ok(("apt-cache", None)),
        _ => Err(remedy!(
            "`apt {subcommand}` has no equal that prints the same: look for one of `apt-get`, \
             `apt-cache`, `apt-mark` or `dpkg-query`"
        )),
    }
}
