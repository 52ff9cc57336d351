//! A `PATH` that loses the folders of the system's programs.

use dfix_catalogue::programs::Kind;
use dfix_catalogue::{Family, Foundation, tool_in};
use dfix_engine::{
    Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves, remedy, reports,
};
use dfix_model::{
    Command, EnvFrom, ImagePath, Model, OpenCondition, PackageCommand, Pair, Stage, Step, StepKind,
    Word,
};

pub(crate) const RULE: Rule = Rule {
    id: "env-path-lost",
    aliases: &[],
    groups: &[Group::Broken],
    severity: Severity::Error,
    summary: "keep the folders of the system's programs on `PATH`",
    why: "`ENV PATH=/opt/x/bin` takes the place of what `PATH` was. The programs of the system, which later instructions call by \
          their names, are not found any more: exit code 127.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nENV PATH=/opt/x/bin\nRUN apt-get update\n",
            "FROM debian:12\nENV PATH=/opt/x/bin:$PATH\nRUN apt-get update\n",
        )
        .that_says("line 3 fails as it is"),
        fixes(
            "FROM alpine:3.22\nENV APP_HOME=/app\nENV LANG=C PATH=\"$APP_HOME/bin\"\nRUN mkdir -p $APP_HOME/bin && apk add --no-cache curl\n",
            "FROM alpine:3.22\nENV APP_HOME=/app\nENV LANG=C PATH=\"$APP_HOME/bin:$PATH\"\nRUN mkdir -p $APP_HOME/bin && apk add --no-cache curl\n",
        )
        .that_says("`mkdir`"),
        fixes(
            "FROM debian:12\nENV PATH /opt/x/bin\nCOPY x /opt/x\nENTRYPOINT [\"bash\", \"/opt/x/run.sh\"]\n",
            "FROM debian:12\nENV PATH /opt/x/bin:$PATH\nCOPY x /opt/x\nENTRYPOINT [\"bash\", \"/opt/x/run.sh\"]\n",
        )
        .with_unsafe()
        .that_says("whether `/opt/x/bin` has a `bash`"),
        fixes(
            "FROM python:3.12 AS base\nENV PATH=/venv/bin\nFROM base\nRUN apt-get update\n",
            "FROM python:3.12 AS base\nENV PATH=/venv/bin:$PATH\nFROM base\nRUN apt-get update\n",
        ),
        reports("FROM debian:12\nENV PATH='/opt/x/bin'\nRUN apt-get update\n", "`:$PATH`"),
        leaves("FROM debian:12\nARG X=/opt/x\nENV PATH=$X/bin\nRUN apt-get update\n")
            .that_says("whether every build has the default of `X`"),
        // An `ENV` does not see what it sets itself: this is `/bin`.
        leaves("FROM debian:12\nENV APP=/app PATH=$APP/bin:$PATH\nRUN apt-get update\n"),
        leaves("FROM debian:12\nENV PATH=/opt/x/bin:/usr/bin\nRUN apt-get update\n"),
        leaves("FROM debian:12\nENV PATH=/opt/x/bin\nRUN cd / && echo done\nRUN /usr/bin/apt-get update\n"),
        leaves("FROM debian:12\nENV PATH=/opt/x/bin\nRUN PATH=/usr/bin apt-get update\nRUN export PATH=/bin && ls\n"),
        leaves("FROM debian:12\nENV PATH=/opt/x/bin\nENV PATH=/usr/sbin:/usr/bin\nRUN apt-get update\n"),
        leaves("FROM debian:12\nENV PATH=/opt/x/bin\nRUN . /etc/profile && apt-get update\n"),
        leaves("FROM debian:12\nENV PATH=/opt/x/bin\nSHELL [\"/bin/bash\", \"-lc\"]\nRUN apt-get update\n"),
        leaves("FROM debian:12\nENV PATH=/opt/x/bin\nRUN apt-get update || true\n"),
        leaves("FROM debian:12\nENV PATH=/opt/x/bin:$OTHER\nRUN make\nCMD [\"x\"]\n"),
        // The programs may be there, too.
        leaves("FROM debian:12\nCOPY --from=busybox /bin /tools\nENV PATH=/tools\nRUN mkdir /x\n"),
        leaves("FROM python:3.12\nENV PATH=/usr/local/bin\nRUN python3 -V && mkdir /x\n"),
        leaves("FROM nixos/nix\nENV PATH=/nix/var/nix/profiles/default/bin\nRUN mkdir /x\n"),
    ],
};

/// Where the programs of every system stand.
const OF_THE_SYSTEM: [&str; 4] = ["/bin", "/sbin", "/usr/bin", "/usr/sbin"];

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages() {
        for step in stage.steps_of(StepKind::Env).filter(|it| !it.is_onbuild()) {
            let pair = step.pairs().rfind(|it| it.key_text() == Some("PATH"));
            if let Some((pair, value)) = pair.and_then(|it| Some((it, it.value()?))) {
                look_at(stage, step, pair, value, out);
            }
        }
    }
}

/// What is not found any more, and where it is called.
struct Missed<'m> {
    stage: Stage<'m>,
    step: Step<'m>,
    line: usize,
    program: &'m str,
}

fn look_at<'m>(
    stage: Stage<'m>,
    step: Step<'m>,
    pair: Pair<'m>,
    value: Word<'m>,
    out: &mut Findings<'_>,
) {
    let Some(folders) = stage.expand_text(value, step) else {
        return;
    };
    let is_lost = folders.split(':').all(|it| {
        it.starts_with('/')
            && !OF_THE_SYSTEM.contains(&ImagePath::new(it).as_str())
            && !it.contains("..")
    });
    if !is_lost {
        return;
    }
    let Some(foundation) = &stage.base_facts().foundation else {
        return;
    };
    let folders: Vec<ImagePath> = folders.split(':').map(ImagePath::new).collect();
    let mut stages = stage.with_descendants();
    let missed = stages.find_map(|it| missed_by(it, pair, foundation, &folders));
    let Some(missed) = missed else { return };
    let message = "this `PATH` loses the folders of the system's programs";
    out.judge(pair, Safety::Checked, message, |case| {
        if value.mentions("'") {
            return Err(remedy!("put `:$PATH` behind the value, in double quotes"));
        }
        let (line, program) = (missed.line, missed.program);
        case.evidence(format!(
            "line {line} fails as it is: `{program}` is in none of the folders of this `PATH`"
        ))
        .evidence("what is found on it is found as before: the folders that it was come behind")
        .open(chosen_value(stage, step, value))
        .open(own_program(&missed, &folders))
        .declare(Effect::environment(stage.index(), ["PATH"]))
        .fix(|edit| {
            let written = value.source_text();
            let source = match written.strip_suffix('"') {
                Some(start) if written.starts_with('"') => format!("{start}:$PATH\""),
                _ => format!("{written}:$PATH"),
            };
            edit.replace_node(value, &source);
        });
        Ok(())
    });
}

/// The first program of the system that a stage calls by its name while `PATH` is what the pair says.
fn missed_by<'m>(
    stage: Stage<'m>,
    pair: Pair<'m>,
    foundation: &Foundation,
    folders: &[ImagePath],
) -> Option<Missed<'m>> {
    let is_plain = stage.base_facts().family == Family::System;
    let missed = |step, line, program| Missed {
        stage,
        step,
        line,
        program,
    };
    for step in stage.runs().filter(|it| sees(stage, *it, pair)) {
        let is_filled = fills(stage, step, folders);
        for command in step.commands() {
            if command.is_one_of(&[".", "source", "eval"]) {
                break;
            }
            let Some(program) = fails_without(stage, command, foundation) else {
                continue;
            };
            let is_only_there = PackageCommand::of(command).is_some() || (is_plain && !is_filled);
            if is_only_there {
                let line = step.line_at(command.range().start());
                return Some(missed(step, line, program));
            }
        }
    }
    let step = stage.last_step();
    if !stage.is_final() || !is_plain || !is_value_of(stage, pair, step) {
        return None;
    }
    let entry = stage.entry();
    let program = *entry.argv()?.first()?;
    let first = entry.steps().next()?;
    is_of_system(program, foundation).then(|| missed(step, first.line(), program))
}

/// Whether a `RUN` has the `PATH` of the pair: no shell that sets it anew runs its text.
fn sees(stage: Stage<'_>, step: Step<'_>, pair: Pair<'_>) -> bool {
    let shell = stage.shell_at(step);
    let is_exec = step.is_exec_form();
    let is_plain = shell.is_posix() && !shell.is_login() && stage.first_file_at(step).is_none();
    let is_found = shell.argv.first().is_some_and(|it| {
        let program = it.as_deref().unwrap_or_default();
        program.starts_with('/')
    });
    !step.is_onbuild() && (is_exec || is_plain && is_found) && is_value_of(stage, pair, step)
}

fn is_value_of(stage: Stage<'_>, pair: Pair<'_>, step: Step<'_>) -> bool {
    let value = stage.env_at(step, "PATH");
    matches!(value, dfix_model::EnvValue::Set(it) if it.place == Some(pair.range()))
}

/// The program of a command that stops the build where its name is not found.
fn fails_without<'m>(
    stage: Stage<'m>,
    command: Command<'m>,
    foundation: &Foundation,
) -> Option<&'m str> {
    let is_by_itself = command.wrappers().next().is_none()
        && command.outer().is_none()
        && !command.around().substitution
        && command.stops_the_build();
    let own = stage.env_at(command, "PATH");
    let is_set_there = matches!(own, dfix_model::EnvValue::Set(it) if it.from == EnvFrom::Command);
    let program = command.executable()?.value()?;
    let is_looked_for = is_by_itself && !is_set_there;
    (is_looked_for && is_of_system(program, foundation)).then_some(program)
}

/// Whether a name is that of a program which the system has, and the shell does not do itself.
fn is_of_system(program: &str, foundation: &Foundation) -> bool {
    let known = dfix_catalogue::programs::find(program);
    !program.contains('/')
        && known.is_none_or(|it| it.kind() != Kind::Builtin)
        && tool_in(foundation, program) == Some(true)
}

/// Whether something before a step may have put programs into one of the folders.
fn fills(stage: Stage<'_>, step: Step<'_>, folders: &[ImagePath]) -> bool {
    let mut before = stage
        .base_chain()
        .flat_map(Stage::steps)
        .filter(|it| it.index() < step.index());
    before.any(|it| match it.kind() {
        StepKind::Run => {
            it.commands().len() == 0 || it.commands().any(|it| PackageCommand::of(it).is_none())
        }
        StepKind::Copy | StepKind::Add => puts_into(it, folders),
        _ => false,
    })
}

fn puts_into(step: Step<'_>, folders: &[ImagePath]) -> bool {
    let target = step.target().and_then(Word::value);
    target.filter(|it| it.starts_with('/')).is_none_or(|it| {
        let target = ImagePath::new(it);
        let is_related = |folder: &ImagePath| folder.is_below(&target) || target.is_below(folder);
        folders.iter().any(|it| *it == target || is_related(it))
    })
}

/// What is open where a folder is filled by what was not looked into.
fn own_program(missed: &Missed<'_>, folders: &[ImagePath]) -> Option<OpenCondition> {
    let is_installer = dfix_catalogue::programs::find(missed.program)
        .is_some_and(|it| it.kind() == Kind::Installer);
    let mut before = missed
        .stage
        .base_chain()
        .flat_map(Stage::steps)
        .filter(|it| it.index() < missed.step.index() && it.is_copy_or_add());
    let filled = if is_installer {
        before.any(|it| it.source().is_some() && puts_into(it, folders))
    } else {
        fills(missed.stage, missed.step, folders)
    };
    filled.then(|| {
        let names: Vec<String> = folders.iter().map(|it| format!("`{it}`")).collect();
        OpenCondition::new(
            format!("whether {} has a `{}`", names.join(" or "), missed.program),
            "look into it",
        )
    })
}

/// What is open where a build may choose the folders.
fn chosen_value(stage: Stage<'_>, step: Step<'_>, value: Word<'_>) -> Option<OpenCondition> {
    let variables = value.variables();
    let mut chosen = variables.iter().filter(|name| {
        let found = stage.env_at(step, name);
        matches!(found, dfix_model::EnvValue::Set(it) if matches!(it.from, EnvFrom::Arg(_)))
    });
    let name = chosen.next()?;
    Some(OpenCondition::new(
        format!("whether every build has the default of `{name}`"),
        "see what the builds are told (`--build-arg`)",
    ))
}
