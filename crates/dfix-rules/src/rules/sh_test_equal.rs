//! `=` in a test, not `==`.

use dfix_engine::{Effect, Findings, Group, OpenCondition, Phase, Rule, Severity, fixes, leaves};
use dfix_model::{Command, Model, ReadBy};

use crate::of_bash;

pub(crate) const RULE: Rule = Rule {
    id: "sh-test-equal",
    aliases: &["SC3014"],
    groups: &[Group::Correctness],
    severity: Severity::Warning,
    summary: "compare texts in `[ … ]` with `=`, not with `==`",
    why: "`==` is an operator of bash. To the `sh` of Debian and Ubuntu such a test fails, whatever it compares.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM alpine:3.20\nARG A\nRUN if [ \"$A\" == \"x\" ]; then make; fi; test $A == y || make\n",
            "FROM alpine:3.20\nARG A\nRUN if [ \"$A\" = \"x\" ]; then make; fi; test $A = y || make\n",
        ),
        fixes(
            "FROM debian:12\nARG A\nRUN [ \"$A\" == x ] && make\n",
            "FROM debian:12\nARG A\nRUN [ \"$A\" = x ] && make\n",
        )
        .that_says("fails as it stands"),
        leaves("FROM debian:12\nARG A\nRUN if [ \"$A\" == x ]; then make; fi\n")
            .that_says("whether what"),
        fixes(
            "FROM debian:12\nARG A\nRUN if [ \"$A\" == x ]; then make; fi\n",
            "FROM debian:12\nARG A\nRUN if [ \"$A\" = x ]; then make; fi\n",
        )
        .with_unsafe(),
        leaves("FROM acme/base:1\nARG A\nRUN if [ \"$A\" == x ]; then make; fi\n")
            .that_says("acme/base:1"),
        leaves("FROM debian:12\nSHELL [\"/bin/bash\", \"-c\"]\nRUN [ a == b ] || [[ a == b ]]\n")
            .with_unsafe(),
        leaves("FROM debian:12\nRUN [ a = b ] || bash -c '[ a == b ]' || echo == || [ \"==\" ]\n")
            .with_unsafe(),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for step in file.steps().filter(|it| it.is_run()) {
        if !step.mentions(" == ") {
            continue;
        }
        for command in step.commands().filter(|it| it.is_one_of(&["[", "test"])) {
            judge(command, out);
        }
    }
}

fn judge(command: Command<'_>, out: &mut Findings<'_>) {
    let operators = || command.args().skip(1).filter(|it| it.is("=="));
    let (Some(shell), Some(first)) = (of_bash::other_shell(command), operators().next()) else {
        return;
    };
    out.judge(first, of_bash::safety(shell), "`==` in a test is bash's", |case| {
        match shell {
            _ if of_bash::has_it(shell) => {}
            _ if command.stops_the_build() => {
                case.evidence("where `/bin/sh` does not know `==`, the test fails as it stands, and the build with it");
            }
            ReadBy::Dash => {
                case.open(OpenCondition::new(
                    "whether what depends on the test works: to dash it is never true today",
                    "look at both ways that the build may take",
                ));
            }
            _ => {
                let does = "knows `==`: to dash the test is never true";
                case.open(of_bash::unknown_shell(command, does));
            }
        }
        case.declare(Effect::arguments_of(command)).fix(|edit| {
            for word in operators() {
                edit.replace_word(word, "=");
            }
        });
        Ok(())
    });
}
