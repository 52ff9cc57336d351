//! `.`, which every shell has, not `source`.

use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Rule, Severity, fixes, leaves, remedy, reports,
};
use dfix_model::{Command, Model, ReadBy};

use crate::of_bash;

pub(crate) const RULE: Rule = Rule {
    id: "sh-source",
    aliases: &["SC3046"],
    groups: &[Group::Correctness],
    severity: Severity::Warning,
    summary: "read a file into the shell with `.`, not with `source`",
    why: "`source` is bash's name for it. The `sh` of Debian and Ubuntu has no such command, and every shell has `.`.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nRUN python3 -m venv /v && source /v/bin/activate && pip install x\n",
            "FROM debian:12\nRUN python3 -m venv /v && . /v/bin/activate && pip install x\n",
        )
        .that_says("has no `source`"),
        fixes(
            "FROM fedora:42\nRUN source ./env.sh a; make\n",
            "FROM fedora:42\nRUN . ./env.sh a; make\n",
        ),
        fixes(
            "FROM alpine:3.20\nRUN source ~/.profile && make\n",
            "FROM alpine:3.20\nRUN . ~/.profile && make\n",
        ),
        fixes(
            "FROM acme/base:1\nRUN source /env && make\n",
            "FROM acme/base:1\nRUN . /env && make\n",
        )
        .that_says("either"),
        leaves("FROM debian:12\nRUN source /env; make\n").that_says("goes on without it"),
        leaves("FROM acme/base:1\nRUN source /env || true\n").that_says("goes on without it"),
        leaves("FROM debian:12\nSHELL [\"/bin/bash\", \"-c\"]\nRUN source /env\n").with_unsafe(),
        leaves("FROM debian:12\nRUN bash -c 'source /env' && . /env\nRUN bash <<EOF\nsource /env\nEOF\n").with_unsafe(),
        reports("FROM debian:12\nRUN source activate && make\n", "`./`"),
        reports("FROM debian:12\nRUN source /opt/conda/bin/activate base && make\n", "`SHELL`"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for step in file.steps().filter(|it| it.is_run()) {
        if !step.mentions("source") {
            continue;
        }
        for command in step.commands().filter(|it| it.is("source")) {
            judge(command, out);
        }
    }
}

fn judge(command: Command<'_>, out: &mut Findings<'_>) {
    let (Some(shell), Some(program)) = (of_bash::other_shell(command), command.program()) else {
        return;
    };
    let Some(file) = command
        .arg(0)
        .filter(|_| command.wrappers().next().is_none())
    else {
        return;
    };
    let safety = of_bash::safety(shell);
    out.judge(command, safety, "`source` is a command of bash", |case| {
        if !of_bash::has_it(shell) {
            if command.args().len() > 1 {
                return Err(remedy!(
                    "`.` of dash hands no words to the file: choose bash by a `SHELL`"
                ));
            }
            if !file.mentions("/") {
                return Err(remedy!(
                    "write `.`, and the file's folder with it (`./`): `.` looks for a bare name in `PATH` alone"
                ));
            }
            if !command.stops_the_build() {
                case.open(OpenCondition::new(
                    "whether what follows works with what the file sets: where there is no `source`, the build goes on without it today",
                    "look at what the file is for",
                ));
            } else if shell == ReadBy::Dash {
                case.evidence("`/bin/sh` is dash here and has no `source`: the line fails as it stands");
            } else {
                case.evidence("either `/bin/sh` knows `source`, which is the same, or the line fails as it stands");
            }
        }
        case.declare(Effect::arguments_of(command))
            .fix(|edit| edit.replace_word(program, "."));
        Ok(())
    });
}
