//! What `rm -r` does where a variable is empty.

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves};
use dfix_model::catalogue::{FolderMark, folder_is};
use dfix_model::{
    Command, EnvFrom, EnvValue, Model, OpenCondition, Segment, SegmentKind, ShellValue, Stage,
    Step, StepKind, Word, WordKind,
};
use dfix_syntax::TextRange;

pub(crate) const RULE: Rule = Rule {
    id: "sh-rm-empty-var",
    aliases: &["SC2115"],
    groups: &[Group::Correctness],
    severity: Severity::Warning,
    summary: "write `${X:?}` where `rm -r` would take a folder of the system if `X` were empty",
    why: "Where the variable is empty, `rm -rf \"$X/\"*` removes all that there is. `${X:?}` stops the build instead.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nARG DEST=/srv\nRUN rm -rf \"$DEST/usr\"\n",
            "FROM debian:12\nARG DEST=/srv\nRUN rm -rf \"${DEST:?}/usr\"\n",
        )
        .that_says("is set in the file"),
        fixes(
            "FROM debian:12\nRUN d=$(mktemp -d) && make -C \"$d\" && rm -fr \"$d\"/*\n",
            "FROM debian:12\nRUN d=$(mktemp -d) && make -C \"$d\" && rm -fr \"${d:?}\"/*\n",
        ),
        fixes(
            "FROM debian:12\nRUN rm -r ${X}/bin/ a\n",
            "FROM debian:12\nRUN rm -r ${X:?}/bin/ a\n",
        )
        .with_unsafe(),
        leaves("FROM debian:12\nRUN rm -r ${X}/bin/\n").that_says("whether `X` may be empty"),
        leaves("FROM debian:12\nENV X=/srv\nRUN rm -rf $X/* && A=/a && rm -rf \"$A/lib\"\n").with_unsafe(),
        leaves("FROM debian:12\nRUN rm -rf $X/cache ${X:?}/* ${X:-/a}/* $X && rm -f $X/* && ls -r $X/*\n")
            .with_unsafe(),
        leaves("FROM debian:12\n# hadolint ignore=SC2115\nRUN rm -rf $X/*\n").with_unsafe(),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let runs = file
        .steps()
        .filter(|it| it.is(StepKind::Run) && !it.is_onbuild() && it.mentions("rm"));
    for command in runs.flat_map(Step::commands).filter(|it| it.is("rm")) {
        let is_recursive = ["-r", "-R", "--recursive"]
            .iter()
            .any(|it| command.has_option(it));
        let Some(stage) = command
            .stage()
            .filter(|_| is_recursive && !command.is_of_script())
        else {
            continue;
        };
        for word in command.args().filter(|it| !it.is_known()) {
            let Some((name, place)) = variable(word) else {
                continue;
            };
            let state = state(stage, command, &name);
            if matches!(state, State::Filled) {
                continue;
            }
            let source = word.source_text();
            let message = format!(
                "`rm` of `{source}` removes a folder of the system where `{name}` is empty"
            );
            out.judge(word, Safety::Checked, message, |case| {
                match state {
                    State::Set => case.evidence(format!("`{name}` is set in the file")),
                    _ => case.open(OpenCondition::new(
                        format!("whether `{name}` may be empty, and the build is to go on then"),
                        "look at what sets it",
                    )),
                };
                let around = command.with_outer().map(Effect::arguments_of);
                case.declare(around.collect::<Vec<_>>())
                    .fix(|edit| edit.replace_part(place, &format!("${{{name}:?}}")));
                Ok(())
            });
        }
    }
}

/// The variable that a word begins with, and its place, where the word is a folder of the system without it.
fn variable(word: Word<'_>) -> Option<(String, TextRange)> {
    let segments = word.segments();
    let is_expansion = |it: &Segment| it.kind == SegmentKind::Expansion;
    let first = segments.first().filter(|it| is_expansion(it))?;
    let mut named = segments.iter().filter(|it| is_expansion(it));
    if word.kind() != WordKind::Shell || named.any(|it| it.variable().is_none()) {
        return None;
    }
    let rest: String = segments
        .iter()
        .filter(|it| !is_expansion(it))
        .map(|it| it.text.as_str())
        .collect();
    let folder = rest.trim_end_matches(['/', '*']);
    let is_of_system =
        rest.starts_with('/') && (folder.is_empty() || folder_is(folder, FolderMark::System));
    Some((first.variable()?.to_owned(), first.range)).filter(|_| is_of_system)
}

enum State {
    /// It is known not to be empty.
    Filled,
    /// The file sets it to something.
    Set,
    Unknown,
}

fn state(stage: Stage<'_>, command: Command<'_>, name: &str) -> State {
    let given = command.shell_values(name);
    if !given.values.is_empty() {
        let is_text =
            |it: &ShellValue<'_>| matches!(it, ShellValue::Text(text) if !text.is_empty());
        let is_output = |it: &ShellValue<'_>| matches!(it, ShellValue::Output { .. });
        let mut values = given.values.iter();
        return if !given.is_set || !values.all(|it| is_text(it) || is_output(it)) {
            State::Unknown
        } else if given.values.iter().all(is_text) {
            State::Filled
        } else {
            State::Set
        };
    }
    let setting = match stage.env_at(command, name) {
        EnvValue::Set(setting) => setting,
        EnvValue::Unset if name == "HOME" => return State::Filled,
        _ => return State::Unknown,
    };
    match (setting.value, setting.from) {
        (None | Some(""), _) => State::Unknown,
        (_, EnvFrom::Arg(_)) => State::Set,
        _ => State::Filled,
    }
}
