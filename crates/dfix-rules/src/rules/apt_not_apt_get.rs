//! `apt-get` instead of `apt`.

use dfix_catalogue::{PackageWord, package_word_is};
use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, fixes, leaves};
use dfix_model::{Model, PackageManager};

pub(crate) const RULE: Rule = Rule {
    id: "apt-not-apt-get",
    aliases: &["DL3027"],
    group: Group::Build,
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
        leaves("FROM debian:12\nRUN apt list --installed\n").that_says("`apt list` has no equal"),
        leaves("FROM debian:12\nRUN apt-get update && echo apt install\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for step in file.steps().filter(|s| s.is_run()) {
        for apt in step.package_commands() {
            let Some(program) = apt.command.program() else {
                continue;
            };
            if apt.manager != PackageManager::Apt || !apt.command.is("apt") {
                continue;
            }
            let subcommand = apt.subcommand_text();
            let (other, new_subcommand) = match subcommand {
                name if package_word_is("apt", name, PackageWord::Same) => ("apt-get", None),
                "full-upgrade" => ("apt-get", Some("dist-upgrade")),
                "upgrade" => ("apt-get", None),
                "policy" | "depends" | "rdepends" => ("apt-cache", None),
                _ => {
                    if !subcommand.is_empty() {
                        out.report(program, format!("`apt {subcommand}` in a script"))
                            .remedy(format!(
                                "`apt {subcommand}` has no equal that prints the same: look for one of \
                                 `apt-get`, `apt-cache`, `apt-mark` or `dpkg-query`"
                            ));
                    }
                    continue;
                }
            };
            let path = program.value().unwrap_or("apt");
            let wanted = format!("{}{other}", path.strip_suffix("apt").unwrap_or(""));
            out.fix(
                program,
                Safety::Safe,
                format!("`apt {subcommand}` in a script"),
            )
            .effect(Effect::arguments_of(apt.command))
            .edit(|edit| {
                edit.replace_word(program, &wanted);
                if let Some(name) = new_subcommand {
                    edit.replace_word(apt.subcommand(), name);
                }
                if subcommand == "upgrade" && !apt.has_flag("--with-new-pkgs") {
                    edit.insert_word_after(apt.subcommand(), "--with-new-pkgs");
                }
            });
        }
    }
}
