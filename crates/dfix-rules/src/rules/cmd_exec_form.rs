//! `CMD` and `ENTRYPOINT` in exec form; where a shell is needed, the array names it.

mod replaced_shell;

use dfix_catalogue::programs::{self, Mark};
use dfix_catalogue::{ImageMark, image_is};
use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Remedy, Rule, Safety, Severity, fixes, leaves,
    remedy, reports,
};
use dfix_model::{Command, Model, Stage, StartCommand, Step, StepKind, Ternary, Word};
use dfix_syntax::SyntaxKind;
use dfix_syntax::ast::AstNode;

use crate::base::{chosen_name, own_shell};

pub(crate) const RULE: Rule = Rule {
    id: "cmd-exec-form",
    aliases: &["DL3025", "JSONArgsRecommended"],
    groups: &[Group::Correctness],
    severity: Severity::Warning,
    summary: "write `CMD`, `ENTRYPOINT` and `HEALTHCHECK` as JSON arrays, with `exec` where they need a shell",
    why: "In shell form a shell stands between the container and the process, and the signal to stop may \
          never reach it: the container is killed ten seconds later.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM python:3.12\nCMD python app.py --port 8000\n",
            "FROM python:3.12\nCMD [\"python\", \"app.py\", \"--port\", \"8000\"]\n",
        )
        .that_says("the command needs no shell"),
        fixes(
            "FROM node:22\nCMD npm run 'start it'\n",
            "FROM node:22\nCMD [\"npm\", \"run\", \"start it\"]\n",
        ),
        fixes(
            "FROM node:22\nENTRYPOINT npm start\n",
            "FROM node:22\nENTRYPOINT [\"/bin/sh\", \"-c\", \"exec npm start\"]\n",
        )
        .that_says("arguments would reach the program"),
        leaves("FROM acme/base:1\nENTRYPOINT npm start\n")
            .that_says("whether a container is given arguments"),
        fixes(
            "FROM acme/base:1\nENTRYPOINT npm start\n",
            "FROM acme/base:1\nENTRYPOINT [\"npm\", \"start\"]\n",
        )
        .with_unsafe(),
        fixes(
            "FROM debian:12\nCOPY . /usr/bin/\nCMD /usr/bin/start\n",
            "FROM debian:12\nCOPY . /usr/bin/\nCMD [\"/bin/sh\", \"-c\", \"exec /usr/bin/start\"]\n",
        ),
        fixes(
            "FROM debian:12\nCOPY run.sh /run.sh\nCMD exec /run.sh\n",
            "FROM debian:12\nCOPY run.sh /run.sh\nCMD [\"/run.sh\"]\n",
        )
        .with_context(&[("run.sh", "#!/bin/sh\nexec sleep 1\n")]),
        leaves("FROM python:3.12\nCMD [\"python\", \"app.py\"]\n"),
        leaves("FROM cimg/base:2023.01\nCMD ./run.sh\n").that_says("has a `SHELL` of its own"),
        leaves("ARG B=python:3.12\nFROM $B\nCMD python app.py\n")
            .that_says("whether every build takes the image"),
        leaves("FROM node:22\nCOPY server.js .\nCMD node server.js\n")
            .with_context(&[("server.js", "console.log(process.env.PWD)\n")])
            .that_says("reads `PWD`"),
        leaves("FROM node:22\nCOPY server.js .\nCMD node server.js\n").that_says("reads `PWD`"),
        // A shell is needed: it gives its place to the process.
        fixes(
            "FROM python:3.12\nCMD python app.py --port $PORT\n",
            "FROM python:3.12\nCMD [\"/bin/sh\", \"-c\", \"exec python app.py --port $PORT\"]\n",
        )
        .that_says("gets the signals then"),
        fixes(
            "FROM python:3.12\nCMD cd /app && python app.py \"a b\" > log\n",
            "FROM python:3.12\nCMD [\"/bin/sh\", \"-c\", \"cd /app && exec python app.py \\\"a b\\\" > log\"]\n",
        ),
        fixes(
            "FROM python:3.12\nCMD ls ~/x *.py\n",
            "FROM python:3.12\nCMD [\"/bin/sh\", \"-c\", \"exec ls ~/x *.py\"]\n",
        ),
        fixes(
            "FROM python:3.12\nENTRYPOINT java $OPTS -jar a.jar\n",
            "FROM python:3.12\nENTRYPOINT [\"/bin/sh\", \"-c\", \"exec java $OPTS -jar a.jar\"]\n",
        ),
        leaves("FROM python:3.12\nENTRYPOINT java $OPTS -jar a.jar\nCMD [\"--help\"]\n")
            .that_says("decide which is meant"),
        fixes(
            "FROM python:3.12\nSHELL [\"/bin/bash\", \"-c\"]\nCMD python app.py $X\n",
            "FROM python:3.12\nSHELL [\"/bin/bash\", \"-c\"]\nCMD [\"/bin/bash\", \"-c\", \"exec python app.py $X\"]\n",
        ),
        fixes(
            "FROM debian:12\nENV HOME_DIR=/srv/a\nCMD $HOME_DIR/bin/run --fast\n",
            "FROM debian:12\nENV HOME_DIR=/srv/a\nCMD [\"/bin/sh\", \"-c\", \"exec $HOME_DIR/bin/run --fast\"]\n",
        ),
        leaves("FROM debian:12\nCMD $HOME_DIR/bin/run\n")
            .that_says("whether `$HOME_DIR` holds one word"),
        leaves("FROM debian:12\nENV RUN=/srv/run\nCMD $RUN --fast\n")
            .that_says("the program is a variable"),
        leaves("FROM debian:12\nCMD ${RUN:-/bin/a} --fast\n")
            .that_says("the program is a variable"),
        // What it calls may be a function, or a word of the shell's own, and `exec` starts programs.
        leaves("FROM python:3.12\nSHELL [\"/bin/bash\", \"-lc\"]\nCMD python app.py\n")
            .that_says("a shell is needed"),
        leaves("FROM node:22\nCMD . /root/.nvm/nvm.sh && nvm run a.js\n")
            .that_says("a shell is needed"),
        leaves("FROM node:22\nSHELL [\"/bin/bash\", \"-c\"]\nCMD mapfile $X\n")
            .that_says("a shell is needed"),
        leaves(
            "FROM node:22\nSHELL [\"/bin/bash\", \"-c\"]\nCMD node $X\nENV BASH_ENV=/root/.env\n",
        )
        .that_says("a shell is needed"),
        leaves("FROM python:3.12\nCMD service cron start && python app.py\n")
            .that_says("whether `service` leaves processes behind"),
        leaves("FROM acme/base:1\nCMD python $X\n").that_says("`SHELL` of its own"),
        leaves("FROM python:3.12\nCMD X=1 python app.py\n"),
        leaves("FROM python:3.12\nCMD ulimit -n\n"),
        leaves("FROM python:3.12\nCMD a & b && c\n"),
        leaves("FROM python:3.12\nCMD a && b &\n"),
        leaves("FROM python:3.12\nCMD a $X; (b)\n"),
        leaves("FROM python:3.12\nCMD a | b\n"),
        leaves("FROM python:3.12\nCMD a || b\n"),
        leaves("FROM python:3.12\nCMD ! a $X\n"),
        leaves("FROM python:3.12\nCMD trap 'echo' EXIT; a\n"),
        leaves("FROM python:3.12\nCMD if a; then b; fi\n"),
        leaves("FROM python:3.12\nCMD a $X && \\\n  b\n"),
        leaves("FROM python:3.12\nCMD f() { a; }; f $X\n"),
        leaves("FROM python:3.12\nCMD a $X && $Y\n"),
        leaves("FROM python:3.12\nCMD a $X; wait\n"),
        leaves("FROM python:3.12\nCMD nohup a $X # why\n"),
        leaves("FROM python:3.12\nENTRYPOINT [\"/e.sh\"]\nCMD a $X\n"),
        // Only a shell starts a script that names no interpreter.
        fixes(
            "FROM debian:12\nCOPY run.sh /run.sh\nCMD /run.sh\n",
            "FROM debian:12\nCOPY run.sh /run.sh\nCMD [\"/bin/sh\", \"-c\", \"exec /run.sh\"]\n",
        )
        .that_says("may begin with no `#!`"),
        leaves("FROM acme/base:1\nCOPY run.sh /run.sh\nCMD /run.sh\n")
            .that_says("whether `/run.sh` begins with `#!`"),
        fixes(
            "FROM debian:12\nCOPY run.sh /run.sh\nCMD /run.sh\n",
            "FROM debian:12\nCOPY run.sh /run.sh\nCMD [\"/bin/sh\", \"-c\", \"exec /run.sh\"]\n",
        )
        .with_context(&[("run.sh", "sleep 1\n")])
        .that_says("begins with no `#!`"),
        // The CMD is ignored now, and would be given to the entry point then.
        leaves("FROM python:3.12\nENTRYPOINT python app.py\nCMD [\"--help\"]\n"),
        // What an entry point makes of `/bin/sh -c …` is its own affair.
        leaves("FROM python:3.12\nENTRYPOINT [\"/entry.sh\"]\nCMD python app.py\n"),
        fixes(
            "FROM debian:12\nENTRYPOINT [\"/usr/bin/tini\", \"--\"]\nCMD sleep 1\n",
            "FROM debian:12\nENTRYPOINT [\"/usr/bin/tini\", \"--\"]\nCMD [\"sleep\", \"1\"]\n",
        ),
        fixes(
            "FROM debian:12\nENTRYPOINT [\"dumb-init\"]\nCMD sleep $TIME\n",
            "FROM debian:12\nENTRYPOINT [\"dumb-init\"]\nCMD [\"/bin/sh\", \"-c\", \"exec sleep $TIME\"]\n",
        ),
        leaves("FROM debian:12\nENTRYPOINT [\"tini\", \"--\", \"/entry.sh\"]\nCMD sleep 1\n"),
        leaves("FROM postgres:16\nCMD postgres -c log_statement=all\n")
            .that_says("entry point of the base image"),
        // The shell that is needed is no longer there when signals come.
        leaves("FROM node:22\nENTRYPOINT exec node x.js $OPTS\n"),
        leaves("FROM node:22\nCMD cd /app && exec node x.js\n"),
        leaves("FROM node:22\nCMD exec node x.js > /log\n"),
        reports(
            "FROM node:22\nCMD exec node x.js $X || node y.js\n",
            "a shell is needed",
        ),
        // Meant as a JSON array, and none: another rule's.
        leaves("FROM node:22\nCMD ['node', 'app.js']\n"),
        // A shell takes a comment away, and a builder takes it for a part of the array.
        fixes(
            "FROM node:22\n# a\nCMD node app.js # start\n",
            "FROM node:22\n# a\n# start\nCMD [\"node\", \"app.js\"]\n",
        ),
        fixes(
            "FROM node:22\nCMD node \\\n  app.js # start\n",
            "FROM node:22\n# start\nCMD [\"node\", \"app.js\"]\n",
        ),
        fixes(
            "FROM nginx:1.27\nHEALTHCHECK CMD curl -f http://localhost/ # live\n",
            "FROM nginx:1.27\n# live\nHEALTHCHECK CMD [\"curl\", \"-f\", \"http://localhost/\"]\n",
        ),
        leaves("FROM debian:12\nCMD [ -x /run ] && /run\n").that_says("it is more than"),
        leaves("FROM node:22\nCMD\n").that_says("`CMD` is empty"),
        leaves("FROM node:22\nENTRYPOINT\n").that_says("`ENTRYPOINT []` says so"),
        leaves("FROM mcr.microsoft.com/windows/servercore:ltsc2022\nCMD app.exe\n")
            .that_says("the shell of Windows"),
        leaves(
            "FROM mcr.microsoft.com/powershell\nSHELL [\"pwsh\", \"-c\"]\nCMD Start-Thing -A b\n",
        )
        .that_says("`SHELL` names a shell that dfix does not read"),
        fixes(
            "FROM nginx:1.27\nHEALTHCHECK --interval=5m CMD curl -f http://localhost/\n",
            "FROM nginx:1.27\nHEALTHCHECK --interval=5m CMD [\"curl\", \"-f\", \"http://localhost/\"]\n",
        ),
        leaves("FROM nginx:1.27\nHEALTHCHECK CMD curl -f http://localhost/ || exit 1\n"),
        leaves("FROM nginx:1.27\nHEALTHCHECK NONE\n"),
        leaves("FROM nginx:1.27\nHEALTHCHECK CMD curl -f http://localhost:$PORT/\n"),
        leaves(
            "FROM nginx:1.27\nSHELL [\"/bin/bash\", \"-lc\"]\nHEALTHCHECK CMD curl -f http://localhost/\n",
        ),
        leaves("FROM debian:12\nCMD foo a@(b|c)\n").that_says("means something else to each shell"),
        leaves("FROM debian:12\nCMD foo +(x)\n").that_says("means something else to each shell"),
        leaves("FROM debian:12\nCMD foo !(*.txt)\n"),
        leaves("FROM debian:12\nCMD foo $[1+2] ~+\n"),
        leaves("FROM debian:12\nCMD time foo\n"),
        leaves("FROM debian:12\nCMD foo &> /tmp/log\n"),
        leaves("FROM debian:12\nCMD foo <<< a\n"),
        leaves("FROM debian:12\nCMD foo <(bar)\n"),
        leaves("FROM debian:12\nCMD a+=1 foo\n"),
        fixes(
            "FROM debian:12\nCMD foo 'a(b)' \"c)\"\n",
            "FROM debian:12\nCMD [\"foo\", \"a(b)\", \"c)\"]\n",
        ),
        leaves("FROM debian:12\nCMD foo $'c d'\n").that_says("means something else to each shell"),
        leaves("FROM debian:12\nENTRYPOINT foo --name=$'x' \"a b\"\n")
            .that_says("means something else to each shell"),
        leaves("FROM debian:12\nCMD exec foo $\"c d\"\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.shipped_stages() {
        let entry = stage.entry();
        for launch in [entry.entrypoint, entry.cmd] {
            let Some(step) = launch.step().filter(|s| s.stage() == Some(stage)) else {
                continue;
            };
            if !is_shell_form(step) {
                continue;
            }
            if !is_replaced_by_the_process(stage, step) {
                look_at(stage, step, out);
            }
        }
        for step in stage.steps_of(StepKind::Healthcheck) {
            health_check(stage, step, out);
        }
    }
}

/// Whether a shell is meant: `cmd-invalid-json` tells of arrays that are none.
fn is_shell_form(step: Step<'_>) -> bool {
    let instruction = step.instruction();
    !step.is_exec_form()
        && instruction.heredocs().next().is_none()
        && step.broken_exec_form().is_none()
}

/// Whether a shell is needed, and gives its place to the process at the end: `cd /app && exec node $X`. Signals reach that.
fn is_replaced_by_the_process(stage: Stage<'_>, step: Step<'_>) -> bool {
    let mut of_list = step.commands().filter(|it| it.outer().is_none());
    let last = of_list.next_back();
    let is_exec = |it: Command<'_>| {
        it.words().next().is_some_and(|word| word.is("exec"))
            && it.words().len() > 1
            && it.is_in_list()
    };
    last.is_some_and(is_exec)
        && (plain_words(step).is_err() || has_shell_of_its_own(stage, step))
        && stage.os() != dfix_model::Os::Windows
}

/// A check of the container's health: most need a shell (`|| exit 1`), and of those nothing is said.
fn health_check(stage: Stage<'_>, step: Step<'_>, out: &mut Findings<'_>) {
    if !is_shell_form(step) {
        return;
    }
    let (Ok(words), false) = (plain_words(step), has_shell_of_its_own(stage, step)) else {
        return;
    };
    out.judge(step, Safety::Checked, "`HEALTHCHECK CMD` runs in a shell", |case| {
        let open = match stage.starts_without_shell(words[0]) {
            Ternary::No => {
                return Err(remedy!(
                    "`{}` begins with no `#!` line, and only a shell starts such a script: add one",
                    words[0]
                ));
            }
            other => other.open(),
        };
        case.declare(Effect::changed(step))
            .evidence("the command needs no shell: no variable, no operator, no pattern, no word of the shell's own")
            .open(open)
            .open(own_shell(stage))
            .open(chosen_name(stage))
            .fix(|edit| edit.set_exec_form(step, &words));
        Ok(())
    });
}

fn look_at(stage: Stage<'_>, step: Step<'_>, out: &mut Findings<'_>) {
    let name = step.name();
    let message = if step.is_empty_shell_form() {
        format!("`{name}` is empty, so that a shell runs nothing")
    } else {
        format!("`{name}` runs in a shell")
    };
    out.judge(step, Safety::Checked, message, |case| {
        is_one_for_a_shell(stage, step)?;
        is_free_of_others(stage, step)?;
        let words = match plain_words(step) {
            Ok(words) if !has_shell_of_its_own(stage, step) => words,
            Ok(_) => {
                let why = "`SHELL` names one, which may set what the command needs";
                return replaced_shell::judge(stage, step, why, case);
            }
            Err(why) => return replaced_shell::judge(stage, step, why, case),
        };
        let starts = stage.starts_without_shell(words[0]);
        if let Some(why) = why_shell_stays(stage, step, words[0], &starts) {
            return replaced_shell::judge(stage, step, &why, case);
        }
        let open = starts.open().or_else(|| arguments(stage, step));
        case.declare(Effect::changed(step))
            .evidence("the command needs no shell: no variable, no operator, no pattern, no word of the shell's own")
            .open(open)
            .open(own_shell(stage))
            .open(chosen_name(stage))
            .open(names_folder(stage))
            .fix(|edit| edit.set_exec_form(step, &words));
        Ok(())
    });
}

/// A shell exports `PWD`, and nobody sets it where there is none: a source that asks for it gets nothing then.
fn names_folder(stage: Stage<'_>) -> Option<OpenCondition> {
    let sources = stage.application_sources();
    let context = stage.file().context();
    let asks = |path: &str| {
        let text = context.read(path).found();
        text.is_some_and(|text| {
            let mut words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            words.any(|word| word == "PWD")
        })
    };
    let all = sources.files.iter().map(|it| it.context_path.as_str());
    let mut all = all.chain(sources.unread_files.iter().map(String::as_str));
    let named = all.find(|path| asks(path)).map(|path| format!("`{path}`"));
    // Sources in JavaScript ask for it now and then.
    let is_of_node = |it: Command<'_>| it.is_one_of(&["node", "nodejs"]);
    let starts_node = || stage.runtime().processes().any(|it| is_of_node(it.command));
    let unread = || sources.unread.first().filter(|_| starts_node()).cloned();
    let what = named.or_else(unread)?;
    Some(OpenCondition::new(
        format!("whether the application reads `PWD`, which the shell sets: {what}"),
        "look for `PWD` in its sources",
    ))
}

/// Why a plain command is left to its shell, where that is known: it may be a script that only a shell starts, or be given what
/// it is not given now.
fn why_shell_stays(
    stage: Stage<'_>,
    step: Step<'_>,
    program: &str,
    starts: &Ternary,
) -> Option<String> {
    let is_known = replaced_shell::is_known(stage, step);
    match starts {
        Ternary::No => Some(format!("`{program}` begins with no `#!` line, and only a shell starts such a script")),
        Ternary::Unknown(_) if is_known => {
            Some(format!("`{program}` may begin with no `#!` line, and only a shell starts such a script"))
        }
        Ternary::Yes if step.is(StepKind::Entrypoint) && is_known => Some(
            "without it a container's arguments would reach the program, and a shell form ignores them".to_owned(),
        ),
        _ => None,
    }
}

/// Whether it is a command for a shell that dfix reads.
fn is_one_for_a_shell(stage: Stage<'_>, step: Step<'_>) -> Result<(), Remedy> {
    let name = step.name();
    if step.is_empty_shell_form() {
        return Err(remedy!(
            "name the program that the container is for; where none is meant, `{name} []` says so"
        ));
    }
    if stage.os() == dfix_model::Os::Windows {
        return Err(remedy!(
            "the shell of Windows reads this line, and dfix does not: name the program and its arguments in a \
             JSON array, with each backslash doubled"
        ));
    }
    if step.has_opaque_text() && has_shell_of_its_own(stage, step) {
        return Err(remedy!(
            "`SHELL` names a shell that dfix does not read: name that shell, or the program without it, in a JSON \
             array"
        ));
    }
    Ok(())
}

/// Whether nothing else in the file counts on the shell.
fn is_free_of_others(stage: Stage<'_>, step: Step<'_>) -> Result<(), Remedy> {
    let entry = stage.entry();
    if step.is(StepKind::Entrypoint) && matches!(entry.cmd, StartCommand::Step(_)) {
        return Err(remedy!(
            "the `CMD` is ignored now, and would become arguments of the entry point: decide which is meant"
        ));
    }
    if let Some(file) = step
        .is(StepKind::Entrypoint)
        .then(|| given_by_others(stage))
        .flatten()
    {
        return Err(remedy!(
            "the `CMD` of {file}, which is based on this, is ignored now, and would become arguments of the entry point: \
             decide which is meant"
        ));
    }
    let is_given = matches!(entry.entrypoint, StartCommand::Step(_)) && !entry.runs_its_arguments();
    if step.is(StepKind::Cmd) && is_given {
        return Err(remedy!(
            "the entry point is given `/bin/sh -c …` as its arguments: decide what it should be given"
        ));
    }
    Ok(())
}

/// The stage that is based on this one, in this file or another of the repository, and gives its entry point a `CMD`.
fn given_by_others(stage: Stage<'_>) -> Option<String> {
    let mut own = stage.with_descendants().filter(|it| *it != stage);
    let child = own.find(|it| gives_arguments(it.base_chain().take_while(|it| *it != stage)));
    let mut found = child.map(|it| match it.name() {
        Some(name) => format!("the stage `{name}`"),
        None => format!("the stage of line {}", it.from_step().line()),
    });
    stage.each_based_elsewhere(&mut |child, of| {
        let is_it = |it: Stage<'_>| gives_arguments(it.base_chain());
        if found.is_none() && of.is_known && child.with_descendants().any(is_it) {
            found = Some(format!("`{}`", of.file));
        }
    });
    found
}

/// Whether stages set a `CMD` and no entry point of their own.
fn gives_arguments<'m>(stages: impl Iterator<Item = Stage<'m>>) -> bool {
    let mut gives = false;
    for stage in stages {
        if stage.steps_of(StepKind::Entrypoint).next().is_some() {
            return false;
        }
        gives |= stage.steps_of(StepKind::Cmd).next().is_some();
    }
    gives
}

/// What is open about who gives arguments to whom.
fn arguments(stage: Stage<'_>, step: Step<'_>) -> Option<OpenCondition> {
    if step.is(StepKind::Entrypoint) {
        return Some(OpenCondition::new(
            "whether a container is given arguments, which a shell form ignores",
            "see how containers of this image are started",
        ));
    }
    (step.is(StepKind::Cmd) && !has_plain_entrypoint(stage)).then(|| {
        OpenCondition::new(
            "what the entry point of the base image makes of its arguments",
            "see what `docker image inspect` says of the base image's Entrypoint",
        )
    })
}

/// The words of the one simple command, or why it is more than that.
fn plain_words(step: Step<'_>) -> Result<Vec<&str>, &'static str> {
    let mut commands = step.commands();
    let (Some(command), None) = (commands.next(), commands.next()) else {
        return Err("it is more than one command");
    };
    if step.has_opaque_text() {
        return Err("it is more than a simple command");
    }
    let script = step
        .instruction()
        .script()
        .ok_or("it is more than a simple command")?;
    let mut parts = script.syntax().children();
    let is_simple = parts
        .next()
        .is_some_and(|n| n.kind() == SyntaxKind::COMMAND)
        && parts.next().is_none()
        && command.assignments().next().is_none()
        && command.redirects().next().is_none();
    let is_ended = script
        .syntax()
        .children_with_tokens()
        .filter_map(dfix_syntax::NodeOrToken::into_token)
        .any(|t| !t.kind().is_trivia());
    if !is_simple || is_ended {
        return Err("it is more than a simple command");
    }
    let mut words: Vec<Word<'_>> = command.words().collect();
    if words.first().is_some_and(|w| w.is("exec"))
        && words.get(1).is_some_and(|w| !w.starts_with("-"))
    {
        words.remove(0);
    }
    let program = words
        .first()
        .and_then(|w| w.value())
        .ok_or("the program is a variable")?;
    if programs::is(program, Mark::ShellOnly) || program.contains('=') {
        return Err("the command is one of the shell's own");
    }
    words.into_iter().map(plain).collect()
}

/// The word's value, if the shell makes nothing else of it.
fn plain(word: Word<'_>) -> Result<&str, &'static str> {
    if word.has_dollar_quote() {
        return Err("`$` before a quote means something else to each shell");
    }
    if word.has_open_bracket() {
        return Err("a bracket outside of quotes means something else to each shell");
    }
    let value = word.value().ok_or("a variable is put in")?;
    if word.is_pattern() {
        return Err("a pattern is put in");
    }
    if value.chars().any(char::is_control) {
        return Err("a word holds a control character");
    }
    Ok(value)
}

fn has_shell_of_its_own(stage: Stage<'_>, step: Step<'_>) -> bool {
    stage
        .base_chain()
        .flat_map(Stage::steps)
        .any(|s| s.is(StepKind::Shell) && s.index() < step.index())
        || stage.os() == dfix_model::Os::Windows
}

fn has_plain_entrypoint(stage: Stage<'_>) -> bool {
    let entry = stage.entry();
    matches!(entry.entrypoint, StartCommand::Nothing)
        || entry.runs_its_arguments()
        || stage
            .base_image()
            .name()
            .is_some_and(|name| image_is(name, ImageMark::HandsOn))
}
