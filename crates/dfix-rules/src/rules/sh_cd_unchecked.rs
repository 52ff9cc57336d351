//! What a `RUN` does where a `cd` in it fails.

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves};
use dfix_model::{
    Command, Model, OpenCondition, Operator, Redirect, Step, StepKind, Word, WordKind,
};

pub(crate) const RULE: Rule = Rule {
    id: "sh-cd-unchecked",
    aliases: &["SC2164"],
    groups: &[Group::Correctness],
    severity: Severity::Warning,
    summary: "stop a `RUN` whose `cd` fails",
    why: "Behind a `;` the commands run whether the `cd` led anywhere or not: where the folder is not there, they \
          work on another one.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nRUN mkdir -p /src/a; cd /src; make\n",
            "FROM debian:12\nRUN mkdir -p /src/a; cd /src || exit 1; make\n",
        )
        .with_unsafe(),
        fixes(
            "FROM debian:12\nWORKDIR /src\nRUN (cd /src; make); ls\n",
            "FROM debian:12\nWORKDIR /src\nRUN (cd /src || exit 1; make); ls\n",
        )
        .with_unsafe(),
        fixes(
            "FROM debian:12\nRUN cd $A; make\n",
            "FROM debian:12\nRUN cd $A || exit 1; make\n",
        )
        .with_unsafe(),
        leaves("FROM debian:12\nRUN cd /nowhere; make\n").that_says("whether the folder is there"),
        leaves("FROM debian:12\nRUN cd /a && make; ls\nRUN set -e; cd /a; make\nRUN make; cd /a\n")
            .with_unsafe(),
        leaves("FROM debian:12\nRUN cd ..; make\nRUN cd; make\nRUN cd /a || true; make\nRUN if cd /a; then make; fi\n")
            .with_unsafe(),
        leaves("FROM debian:12\nSHELL [\"/bin/sh\", \"-ec\"]\nRUN cd /a; make\n").with_unsafe(),
        leaves("FROM debian:12\nRUN make && cd /a; make\nRUN sh -c 'cd /a; make'\n").with_unsafe(),
        leaves("FROM debian:12\n# hadolint ignore=SC2164\nRUN cd /a; make\n").with_unsafe(),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let runs = file
        .steps()
        .filter(|it| it.is(StepKind::Run) && !it.is_onbuild() && it.mentions("cd"));
    for command in runs.flat_map(Step::commands).filter(|it| it.is("cd")) {
        let Some(word) = target(command) else {
            continue;
        };
        let source = word.source_text();
        let message = format!("where `cd {source}` fails, the build goes on in another folder");
        out.judge(command, Safety::Checked, message, |case| {
            case.open(OpenCondition::new(
                "whether the folder is there: where it is not, the build goes on in another one today",
                "look at what makes it",
            ));
            // Behind what it is told, and where it writes to.
            let last = command.redirects().last().map(Redirect::range);
            let last = last.filter(|it| it.end() > word.range().end());
            let last = last.unwrap_or(word.range());
            let written = format!("{} || exit 1", &file.text()[last]);
            case.declare(Effect::changed(command.step()))
                .fix(|edit| edit.replace_part(last, &written));
            Ok(())
        });
    }
}

/// Where it leads, if other commands run whether it gets there or not.
fn target(cd: Command<'_>) -> Option<Word<'_>> {
    let is_break = |it: Operator| matches!(it, Operator::Semicolon | Operator::Newline);
    let around = cd.around();
    let goes_on = cd.after().is_some_and(|it| is_break(it.operator)) && cd.next().is_some();
    let is_alone = cd.before().is_none_or(|it| is_break(it.operator));
    let is_tested = around.tested || around.negated || around.piped;
    if !goes_on || !is_alone || is_tested || cd.is_of_script() || cd.kind() != WordKind::Shell {
        return None;
    }
    let mut words = cd.args();
    let word = words.next().filter(|_| words.next().is_none())?;
    let is_known_to_work = word
        .value()
        .is_some_and(|it| matches!(it, "/" | "." | ".." | ""));
    let is_plain = !is_known_to_work && !word.starts_with("-");
    (is_plain && cd.wrappers().next().is_none() && !cd.is_under_errexit()).then_some(word)
}
