//! Commands that do nothing for an image.

use dfix_engine::{
    Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves, remedy, reports,
};
use dfix_model::{Command, Model, OpenCondition, Step, StepKind, Word};

pub(crate) const RULE: Rule = Rule {
    id: "run-pointless-command",
    aliases: &["DL3001"],
    groups: &[Group::Correctness],
    severity: Severity::Advice,
    summary: "leave away what a build has no use for: services that are started, mounts, editors",
    why: "What a `RUN` starts, mounts or looks at is gone when it ends: nothing of it is in the image, and the \
          container starts nothing of it.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nRUN service ssh start\nRUN make\n",
            "FROM debian:12\nRUN make\n",
        )
        .with_unsafe()
        .that_says("whether its start leaves files"),
        leaves("FROM debian:12\nRUN service ssh start\n"),
        reports(
            "FROM debian:12\nRUN service mysql start && mysql < /a.sql\n",
            "the container",
        ),
        reports("FROM debian:12\nRUN mount -a\n", "nothing of it"),
        reports("FROM debian:12\nRUN ps aux && free -m\n", "nothing of it"),
        leaves("FROM debian:12\nRUN apt-get install -y ssh vim\nRUN kill $(cat /a.pid)\n")
            .with_unsafe(),
    ],
};

/// What hadolint finds fault with (`DL3001.hs`), but for `kill`: who kills knows what was started.
const CHANGES_THE_CONTAINER: [&str; 3] = ["mount", "service", "shutdown"];
const IS_FOR_PEOPLE: [&str; 5] = ["free", "ps", "ssh", "top", "vim"];

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for step in file.steps().filter(|it| it.is(StepKind::Run)) {
        let mut commands = step.commands().filter(|it| !it.is_of_a_string());
        let Some(command) = commands
            .find(|it| it.is_one_of(&CHANGES_THE_CONTAINER) || it.is_one_of(&IS_FOR_PEOPLE))
        else {
            continue;
        };
        let name = command.name();
        out.judge(command, Safety::Safe, format!("`{name}` in a build"), |case| {
            if !is_start_alone(step, command) {
                return Err(if command.is("service") {
                    remedy!("what it starts ends with the `RUN`: start it in the container, with what needs it")
                } else {
                    remedy!("nothing of it is in the image: leave it away")
                });
            }
            case.open(OpenCondition::new(
                "whether its start leaves files that are wanted",
                "see what the service writes when it starts for the first time",
            ))
            .declare(Effect::removed(step))
            .fix(|edit| edit.remove_instruction(step));
            Ok(())
        });
    }
}

/// Whether all that the `RUN` does is to start a service.
fn is_start_alone(step: Step<'_>, command: Command<'_>) -> bool {
    let mut words = command.args().map(Word::literal_prefix);
    step.commands().len() == 1
        && !step.is_onbuild()
        && command.is("service")
        && command.is_in_list()
        && words
            .nth(1)
            .is_some_and(|it| ["start", "restart", "reload"].contains(&it))
}
