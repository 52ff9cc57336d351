//! `X=$(…) && export X`, so that a failure is heard.

use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Rule, Safety, Severity, fixes, leaves, remedy,
    reports,
};
use dfix_model::{Command, Model, ReadBy, Word, WordKind};
use dfix_syntax::{TextRange, TextSize};

use crate::quoting;

pub(crate) const RULE: Rule = Rule {
    id: "sh-declare-assign",
    aliases: &["SC2155"],
    groups: &[Group::Correctness],
    severity: Severity::Warning,
    summary: "set a variable to what a command prints before it is exported",
    why: "`export X=$(command)` ends well where the command fails: the build goes on with an empty variable.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nRUN export ON=\"$(date +%F)\" && make\n",
            "FROM debian:12\nRUN ON=\"$(date +%F)\" && export ON && make\n",
        ),
        fixes(
            "FROM debian:12\nRUN set -x && export ON=\"`date +%F`\" && make\n",
            "FROM debian:12\nRUN set -x && ON=\"`date +%F`\" && export ON && make\n",
        ),
        // Nobody hears it where the list goes on, before and after.
        fixes(
            "FROM debian:12\nRUN export V=\"$(get v)\"; make $V\n",
            "FROM debian:12\nRUN V=\"$(get v)\"; export V; make $V\n",
        ),
        leaves("FROM debian:12\nRUN export V=\"$(grep -o x /a)\" && make\n").that_says("whether `grep` may fail"),
        leaves("FROM debian:12\nRUN export V=\"$(lsb_release -cs)\" && make\n").that_says("whether `lsb_release` may fail"),
        leaves("FROM debian:12\nRUN set -e; export V=\"$(curl -fsSL https://example.com/v)\"; make $V\n").that_says("`curl`"),
        fixes(
            "FROM debian:12\nRUN export V=\"$(cat /a | grep x)\" && make\n",
            "FROM debian:12\nRUN V=\"$(cat /a | grep x)\" && export V && make\n",
        )
        .with_unsafe(),
        leaves("FROM debian:12\nRUN export ARCH=$(cat /a) && make\n").that_says("one word"),
        fixes(
            "FROM alpine:3.20\nRUN export ARCH=$(cat /a) && make\n",
            "FROM alpine:3.20\nRUN ARCH=$(cat /a) && export ARCH && make\n",
        )
        .with_unsafe(),
        leaves("FROM debian:12\nRUN export A=b && X=$(date) && export N=$((1 + 2)) && sh -c 'export X=$(y)'\n").with_unsafe(),
        reports("FROM debian:12\nRUN export A=\"$(a)\" B=\"$(b)\" && make\n", "`A` and `B`"),
        reports("FROM debian:12\nRUN export A=\"$(a)\" || true\n", "before it"),
        reports("FROM debian:12\nRUN f() { local a=\"$(b)\"; }; f\n", "`local a`"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for step in file.steps().filter(|it| it.is_run()) {
        let text = step.source_text();
        if !text.contains("=\"$(") && !text.contains("=$(") && !text.contains('`') {
            continue;
        }
        for command in step.commands().filter(|it| it.declares_variables()) {
            if command.kind() == WordKind::Shell && command.wrappers().next().is_none() {
                judge(command, out);
            }
        }
    }
}

/// The variable that a word sets to what a command prints.
fn variable(word: Word<'_>) -> Option<&str> {
    let name = word.assigned_name()?;
    let value = &word.source_text()[name.len() + 1..];
    let mut opened = value.split("$(").skip(1);
    let substitutes = opened.any(|it| !it.starts_with('(')) || value.contains('`');
    substitutes.then_some(name)
}

fn judge(command: Command<'_>, out: &mut Findings<'_>) {
    let names: Vec<&str> = command.args().filter_map(variable).collect();
    let Some(name) = names.first().copied() else {
        return;
    };
    let what = command.name();
    let message = format!("`{what}` succeeds even where the command that `{name}` is set by fails");
    let is_heard = !command.is_failure_passed_over();
    let safety = if is_heard {
        Safety::Checked
    } else {
        Safety::Safe
    };
    out.judge(command, safety, message, |case| {
        if !["export", "readonly"].contains(&what) {
            return Err(remedy!("write `{what} {name}` first, and set it behind that"));
        }
        if names.len() > 1 {
            let names = names.join("` and `");
            return Err(remedy!("set `{names}` each for itself, then write one `{what}`"));
        }
        let mut args = command.args();
        let (Some(word), None) = (args.next(), args.next()) else {
            return Err(remedy!("set `{name}` before it, in a command of its own"));
        };
        let Some(program) = command.program().filter(|_| command.is_in_list() && command.redirects().next().is_none()) else {
            return Err(remedy!("set `{name}` before it, in a command of its own"));
        };
        // What is not in quotes is split by an old dash, where it stands behind `export`, and never in an assignment.
        let is_split = word.may_split() && !matches!(command.read_by(), Some(ReadBy::Bash | ReadBy::BashAsSh | ReadBy::Busybox));
        case.open(is_split.then(|| OpenCondition::new(
            "whether it always is one word: a `sh` that is old takes the others for names of variables",
            "put quotes around it, if it may be several",
        )));
        if is_heard {
            match failing(command) {
                None => {
                    case.evidence("every image has the command, and it prints something: only where it fails after all, the build stops from now on");
                }
                Some(program) => {
                    case.open(OpenCondition::new(
                        format!("whether `{program}` may fail: the build would stop there, and goes on today"),
                        "add `|| true` inside of the `$(…)` if it may",
                    ));
                }
            }
        } else {
            case.evidence("the build goes on where it fails, before and after");
        }
        let source = format!("{what} {name}");
        let name_end = word.range().start() + TextSize::of(name) + TextSize::of('=');
        let declared = TextRange::new(program.range().start(), name_end);
        case.declare(Effect::changed(command.step())).fix(|edit| {
            edit.replace_part(declared, &format!("{name}="));
            edit.add_command_after(command, &source);
        });
        Ok(())
    });
}

/// What may fail in the substitution; none where it is one command that every image has and that does not fail.
fn failing(command: Command<'_>) -> Option<String> {
    let inner: Vec<Command<'_>> = command.inner().collect();
    match inner.as_slice() {
        [it] if quoting::prints_always(*it) => None,
        [] => Some("the command".to_owned()),
        [.., last] => Some(last.called()),
    }
}
