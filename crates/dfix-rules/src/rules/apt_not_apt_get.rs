//! `apt-get` instead of `apt`.

use dfix_catalogue::{PackageWord, SystemPackageManager, package_word_is};
use dfix_engine::{
    Effect, Findings, Group, Phase, Remedy, Rule, Safety, Severity, fixes, leaves, remedy, reports,
};
use dfix_model::{Command, Model, OpenCondition, PackageCommand, Stage, Step};

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
        reports(
            "FROM debian:12\nRUN apt update 2>&1 | grep -q 'can be upgraded'\n",
            "something reads what it writes",
        ),
        reports(
            "FROM debian:12\nRUN X=$(apt update)\n",
            "something reads what it writes",
        ),
        reports(
            "FROM debian:12\nRUN { ls; apt update; } > log\n",
            "something reads what it writes",
        ),
        fixes(
            "FROM debian:12\nRUN yes | apt install x > /dev/null 2>&1\n",
            "FROM debian:12\nRUN yes | apt-get install x > /dev/null 2>&1\n",
        ),
        // apt removes what it has installed, and apt-get leaves it there.
        leaves(
            "FROM debian:12\nRUN rm -f /etc/apt/apt.conf.d/docker-clean\nRUN apt install -y x\n",
        )
        .that_says("whether apt keeps what it downloads"),
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
                if is_read(apt.command) {
                    return Err(remedy!(
                        "something reads what it writes, and `{other}` says it otherwise: see what of it is wanted"
                    ));
                }
                case.open(kept(&apt));
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

/// Whether something reads, or keeps, what a command writes. Errors that go where the rest goes are read there or nowhere.
fn is_read(command: Command<'_>) -> bool {
    let mut redirects = command.redirects();
    let goes_along = redirects.any(|it| it.fd() == Some("2") && it.operator() == ">&");
    command.may_have_output_read() || (!goes_along && command.may_have_errors_read())
}

/// What is open where packages that are downloaded are kept: `apt-get` leaves them in the layer, `apt` removes what it has
/// installed (apt 1.2, `APT::Keep-Downloaded-Packages`).
fn kept(apt: &PackageCommand<'_>) -> Option<OpenCondition> {
    let stage = apt.command.stage()?;
    let settings = stage.settings();
    let is_emptied = settings.is_cache_emptied(apt) || settings.is_cache_settled(apt).is_yes();
    let downloads = apt.subcommand_is_one_of(&["install", "upgrade", "full-upgrade", "reinstall"]);
    let tells = |it: &Step<'_>| {
        let signs = [
            "docker-clean",
            "Keep-Downloaded",
            "Dir::Cache",
            "APT_CONFIG",
        ];
        it.index() <= apt.step().index()
            && (signs.iter().any(|sign| it.mentions(sign))
                || (it.is_copy_or_add() && it.mentions("apt.conf")))
    };
    let mut steps = stage.base_chain().flat_map(Stage::steps);
    let step = steps.find(|it| downloads && !is_emptied && tells(it))?;
    Some(OpenCondition::new(
        format!(
            "whether apt keeps what it downloads, as {} may say: `apt-get` leaves that in the layer, and `apt` does not",
            step.label()
        ),
        "let the `RUN` end with `apt-get clean`",
    ))
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
