//! What a `RUN` sets for nobody.

use dfix_engine::{
    Effect, Findings, Group, Phase, Rule, Safety, Severity, env_source, fixes, leaves, remedy,
    reports,
};
use dfix_model::catalogue::programs::Mark;
use dfix_model::{Command, Model, OpenCondition, Stage, Step, StepKind, Word};

pub(crate) const RULE: Rule = Rule {
    id: "run-export-lost",
    aliases: &[],
    groups: &[Group::Broken],
    severity: Severity::Warning,
    summary: "set variables by `ENV` and folders by `WORKDIR`, not in a `RUN` of their own",
    why: "Each `RUN` has a shell of its own. A variable, a folder or an option that it sets is forgotten at its \
          end, and nothing else comes of it.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nRUN export JAVA_HOME=/opt/java\nRUN make\n",
            "FROM debian:12\nENV JAVA_HOME=/opt/java\nRUN make\n",
        )
        .with_unsafe()
        .that_says("whether the build and the container"),
        fixes(
            "FROM debian:12\nRUN export A=b PATH=\"$PATH:/opt/x\"\n",
            "FROM debian:12\nENV A=b \\\n    PATH=\"$PATH:/opt/x\"\n",
        )
        .with_unsafe(),
        fixes(
            "FROM debian:12\nRUN cd /srv\nRUN make\n",
            "FROM debian:12\nWORKDIR /srv\nRUN make\n",
        )
        .with_unsafe(),
        leaves("FROM debian:12\nRUN export A=b\nRUN cd /srv\n"),
        leaves("FROM debian:12\nRUN export A=b && make\nRUN cd /srv; make\n").with_unsafe(),
        leaves("FROM debian:12\nRUN echo $(export A=b)\nRUN export A=b > /a\n").with_unsafe(),
        reports("FROM debian:12\nRUN export A=$(date)\n", "`ENV`"),
        reports("FROM debian:12\nRUN export A=$HOME/b\n", "`ENV`"),
        reports(
            "FROM debian:12\nRUN . /opt/venv/bin/activate\n",
            "the commands that need it",
        ),
        reports(
            "FROM debian:12\nRUN cd /a && export A=b\n",
            "the commands that need it",
        ),
        reports(
            "FROM debian:12\nRUN umask 077\n",
            "the commands that need it",
        ),
    ],
};

/// They do more than to set something.
const DOES_MORE: [&str; 6] = ["eval", "exec", "exit", "read", "return", "trap"];

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for step in file
        .steps()
        .filter(|it| it.is(StepKind::Run) && !it.is_onbuild())
    {
        let Some(stage) = step.stage().filter(|_| is_lost(step)) else {
            continue;
        };
        let all = step.commands().filter(|it| it.outer().is_none());
        let commands: Vec<Command<'_>> = all.collect();
        let Some(first) = commands.first().copied() else {
            continue;
        };
        let message = format!(
            "what `{}` sets is forgotten at the end of its `RUN`",
            first.name()
        );
        out.judge(step, Safety::Safe, message, |case| {
            if commands.len() > 1 || step.flags().next().is_some() {
                return Err(remedy!(
                    "put it before the commands that need it, in their `RUN`"
                ));
            }
            let (source, effect, what) = match first.name() {
                "export" => {
                    let pairs = pairs(stage, first).ok_or(
                        "write an `ENV` with the value, or put it before the commands that need it",
                    )?;
                    let keys = pairs.iter().map(|(key, _)| key.clone());
                    let effect = Effect::environment(stage.index(), keys);
                    (env_source(pairs_of(&pairs)), effect, "to have the variable")
                }
                "cd" => {
                    let word = first.args().next().and_then(Word::value);
                    let folder = word
                        .filter(|it| first.args().len() == 1 && it.starts_with('/'))
                        .ok_or("write `WORKDIR` with the folder")?;
                    let effect = Effect::Inserted {
                        stage: stage.index(),
                        keyword: "WORKDIR",
                    };
                    (format!("WORKDIR {folder}"), effect, "to be in that folder")
                }
                _ => {
                    return Err(remedy!(
                        "put it before the commands that need it, in their `RUN`"
                    ));
                }
            };
            case.open(OpenCondition::new(
                format!("whether the build and the container are {what}: so far they are not"),
                "look at what it was meant for, or take it away",
            ))
            .declare([effect, Effect::removed(step)])
            .fix(|edit| edit.replace_instruction(step, &source));
            Ok(())
        });
    }
}

/// Whether all that the step does is to change its own shell.
fn is_lost(step: Step<'_>) -> bool {
    let is_setting = |it: Command<'_>| {
        it.is_marked(Mark::ChangesShell)
            && !it.is_one_of(&DOES_MORE)
            && it.outer().is_none()
            && it.redirects().next().is_none()
            && !it.around().substitution
            && (!it.is_one_of(&[".", "source"]) || only_prepares(it))
    };
    let has_text = !step.is_exec_form() && step.instruction().heredocs().next().is_none();
    has_text
        && !step.has_opaque_text()
        && step.commands().len() > 0
        && step
            .commands()
            .filter(|it| it.outer().is_none())
            .all(is_setting)
}

fn only_prepares(command: Command<'_>) -> bool {
    let file = command.args().next().map(Word::literal_prefix);
    file.is_some_and(dfix_model::catalogue::only_prepares_shell)
}

/// The variables and their values, as `ENV` has them: those that the builder knows stay variables.
fn pairs(stage: Stage<'_>, export: Command<'_>) -> Option<Vec<(String, String)>> {
    let pair = |word: Word<'_>| {
        let name = word.assigned_name()?;
        let value = word.source_text()[name.len() + 1..].trim_matches('"');
        let is_plain = !value.contains(['`', '\'', '"', '\\', '(', '*', '~', ' ', '\n']);
        let variables = word.variables();
        let is_known = |name: &String| {
            name == "PATH" || name == "LD_LIBRARY_PATH" || stage.env_set().any(|(it, _)| it == name)
        };
        (is_plain && variables.iter().all(is_known)).then(|| (name.to_owned(), value.to_owned()))
    };
    let pairs: Option<Vec<_>> = export.args().map(pair).collect();
    pairs.filter(|it| !it.is_empty())
}

fn pairs_of(pairs: &[(String, String)]) -> Vec<(&str, &str)> {
    pairs
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect()
}
