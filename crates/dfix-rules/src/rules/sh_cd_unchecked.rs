//! What a `RUN` does where a `cd` in it fails.

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves};
use dfix_model::{
    Command, ImagePath, Model, OpenCondition, Operator, Redirect, Stage, Step, StepKind, Word,
    WordKind,
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
        .that_says("made before it"),
        fixes(
            "FROM debian:12\nWORKDIR /src\nRUN (cd /src; make); ls\n",
            "FROM debian:12\nWORKDIR /src\nRUN (cd /src || exit 1; make); ls\n",
        ),
        fixes(
            "FROM debian:12\nRUN git clone https://example.com/a.git; cd a; make\n",
            "FROM debian:12\nRUN git clone https://example.com/a.git; cd a || exit 1; make\n",
        ),
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
        let Some((stage, word)) = command.stage().zip(target(command)) else {
            continue;
        };
        let source = word.source_text();
        let message = format!("where `cd {source}` fails, the build goes on in another folder");
        out.judge(command, Safety::Checked, message, |case| {
            match there(stage, command, word) {
                Some(because) => case.evidence(because),
                None => case.open(OpenCondition::new(
                    "whether the folder is there: where it is not, the build goes on in another one today",
                    "look at what makes it",
                )),
            };
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

/// Why the folder is there.
fn there(stage: Stage<'_>, cd: Command<'_>, word: Word<'_>) -> Option<String> {
    let target = word.value().filter(|_| !word.is_pattern())?;
    let path_of = |from: Command<'_>, text: &str| {
        let folder = ImagePath::new(&from.working_directory()?);
        Some(folder.join(text))
    };
    let path = path_of(cd, target)?;
    let makes = |it: Command<'_>| {
        let is_it =
            |text: &str| path_of(it, text).is_some_and(|made| made == path || made.is_below(&path));
        let words = || {
            it.args()
                .filter_map(Word::value)
                .filter(|it| !it.starts_with('-'))
        };
        if it.is("git") && it.has_arg("clone") {
            let last = words().next_back().unwrap_or_default();
            let address = ImagePath::new(last);
            let name = address.file_name();
            let name = name.strip_suffix(".git").unwrap_or(name);
            return is_it(if last.contains("://") { name } else { last });
        }
        it.is("mkdir") && words().any(is_it)
    };
    let before = std::iter::successors(cd.previous(), |it| it.previous());
    if before.filter(|it| it.is_certain()).any(makes) {
        return Some(format!("`{target}` is made before it in the same `RUN`"));
    }
    let is_workdir = stage
        .workdir_at(cd)
        .is_some_and(|it| ImagePath::new(&it) == path);
    let is_there = is_workdir || stage.filesystem().at(cd).exists(&path).is_yes();
    is_there.then(|| format!("`{target}` is there before the `RUN`"))
}
