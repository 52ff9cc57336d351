//! `SHELL` where another shell is put in the place of `/bin/sh`.

use dfix_engine::{
    Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves, remedy, reports,
};
use dfix_model::{Command, Model, OpenCondition, StepKind, Word};

pub(crate) const RULE: Rule = Rule {
    id: "run-change-shell-ln",
    aliases: &["DL4005"],
    groups: &[Group::Correctness],
    severity: Severity::Warning,
    summary: "choose the shell of a build with `SHELL`, and leave `/bin/sh` as it is",
    why: "`/bin/sh` is the system's: its packages' scripts are written for it, and an update puts it back. `SHELL` \
          says which shell the file's own commands are for.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nRUN ln -sf /bin/bash /bin/sh\nRUN source /x\n",
            "FROM debian:12\nSHELL [\"/bin/bash\", \"-c\"]\nRUN source /x\n",
        )
        .with_unsafe()
        .that_says("whether only the commands of this file"),
        fixes(
            "FROM debian:12\nRUN rm /bin/sh && ln -s bash /bin/sh\n",
            "FROM debian:12\nSHELL [\"/bin/bash\", \"-c\"]\n",
        )
        .with_unsafe(),
        leaves("FROM debian:12\nRUN ln -sf /bin/bash /bin/sh\n"),
        reports(
            "FROM debian:12\nRUN apt-get update && ln -sf /bin/bash /bin/sh\n",
            "write `SHELL",
        ),
        reports("FROM debian:12\nRUN ln -s $X /bin/sh\n", "write `SHELL"),
        leaves("FROM debian:12\nRUN ln -s /bin/true /sbin/initctl && x /bin/sh\n").with_unsafe(),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let runs = file.steps().filter(|it| it.is(StepKind::Run));
    for command in runs.flat_map(|it| it.commands().collect::<Vec<_>>()) {
        if !command.is("ln") || !command.has_arg("/bin/sh") {
            continue;
        }
        let step = command.step();
        out.judge(command, Safety::Safe, "`/bin/sh` is made another shell", |case| {
            let shell = shell(command);
            let is_alone = step.commands().all(|it| {
                it == command || (it.is("rm") && it.has_arg("/bin/sh") && it.is_in_list())
                    || (it.is("mv") && it.args().next().is_some_and(|it| it.is("/bin/sh")))
            });
            let stage = command.stage().filter(|_| {
                is_alone && command.is_in_list() && !step.is_onbuild() && step.flags().next().is_none()
            });
            let (Some(stage), Some(shell)) = (stage, shell) else {
                return Err(remedy!(
                    "write `SHELL [\"/bin/bash\", \"-c\"]` before the commands that need it, and leave `/bin/sh` as it is"
                ));
            };
            case.open(OpenCondition::new(
                "whether only the commands of this file need it: scripts that say `#!/bin/sh`, and programs that start a shell, get the system's own",
                "give such scripts `#!/bin/bash`",
            ))
            .declare([
                Effect::removed(step),
                Effect::Inserted {
                    stage: stage.index(),
                    keyword: "SHELL",
                },
            ])
            .fix(|edit| edit.replace_instruction(step, &format!("SHELL [\"{shell}\", \"-c\"]")));
            Ok(())
        });
    }
}

/// The shell that the link leads to.
fn shell(link: Command<'_>) -> Option<&'static str> {
    let mut words = link
        .args()
        .filter(|it| !it.starts_with("-"))
        .map(Word::value);
    let (target, name, more) = (words.next()??, words.next()??, words.next());
    let is_bash = ["bash", "/bin/bash", "/usr/bin/bash"].contains(&target);
    (is_bash && name == "/bin/sh" && more.is_none()).then_some("/bin/bash")
}
