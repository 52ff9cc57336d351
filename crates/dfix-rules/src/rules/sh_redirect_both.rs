//! `>file 2>&1`, not `&>file`.

use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Rule, Safety, Severity, fixes, leaves,
};
use dfix_model::{Command, Model, ReadBy, Redirect, Word};

use crate::of_bash;

pub(crate) const RULE: Rule = Rule {
    id: "sh-redirect-both",
    aliases: &["SC3020"],
    groups: &[Group::Correctness],
    severity: Severity::Warning,
    summary: "send output and errors to a file with `>file 2>&1`, not with `&>file`",
    why: "`&>` is bash's. The `sh` of Debian and Ubuntu starts the command in the background, empties the file, and does not \
          wait.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM alpine:3.20\nRUN make &> /dev/null && make install &>>/log || cat /log\n",
            "FROM alpine:3.20\nRUN make > /dev/null 2>&1 && make install >>/log 2>&1 || cat /log\n",
        ),
        leaves("FROM debian:12\nRUN make &>/dev/null\n").that_says("in the background"),
        fixes(
            "FROM debian:12\nRUN make &>/dev/null && make install\n",
            "FROM debian:12\nRUN make >/dev/null 2>&1 && make install\n",
        )
        .with_unsafe(),
        leaves("FROM acme/base:1\nRUN make &>/dev/null\n").that_says("acme/base:1"),
        leaves("FROM debian:12\nSHELL [\"/bin/bash\", \"-c\"]\nRUN make &>/dev/null\n")
            .with_unsafe(),
        leaves(
            "FROM debian:12\nRUN make >/a 2>&1 && bash -c 'make &>/a' && echo '&>' && make & >/a\n",
        )
        .with_unsafe(),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for step in file.steps().filter(|it| it.is_run()) {
        if !step.mentions("&>") {
            continue;
        }
        for command in step.commands() {
            for redirect in command.redirects() {
                if let "&>" | "&>>" = redirect.operator() {
                    judge(command, redirect, out);
                }
            }
        }
    }
}

fn judge(command: Command<'_>, redirect: Redirect<'_>, out: &mut Findings<'_>) {
    let (Some(shell), Some(target)) = (of_bash::other_shell(command), redirect.target()) else {
        return;
    };
    out.judge(redirect, Safety::Safe, "`&>` is bash's", |case| {
        let name = command.program().map_or_else(|| "the command".to_owned(), Word::shortened);
        case.open(match shell {
            ReadBy::Dash => Some(OpenCondition::new(
                format!("whether the build is to wait for `{name}`, and to fail where it fails: dash runs it in the background today"),
                "see that the command ends well",
            )),
            ReadBy::Unknown => Some(of_bash::unknown_shell(
                command,
                &format!("knows `&>`: dash would run `{name}` in the background"),
            )),
            _ => None,
        });
        let file = file_source(command, redirect, target);
        case.declare(Effect::arguments_of(command))
            .fix(|edit| match file {
                Some(source) => edit.replace_part(redirect.range(), &source),
                None => edit.fail("the words before it would be read otherwise"),
            });
        Ok(())
    });
}

/// The two redirections in its place; none where a number stands right before it, which would be a descriptor.
fn file_source(command: Command<'_>, redirect: Redirect<'_>, target: Word<'_>) -> Option<String> {
    let text = command.step().file().text();
    let (start, end) = (
        redirect.range().start().into(),
        redirect.range().end().into(),
    );
    let before: &str = text.get(..start)?;
    let written: &str = text.get(start..end)?;
    let rest = written.strip_prefix('&')?;
    let is_apart = before.ends_with([' ', '\t', '\n']);
    (is_apart && !target.range().is_empty()).then(|| format!("{rest} 2>&1"))
}
