//! A backslash at the end of a script's line joins it to the next.

use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Rule, Safety, Severity, fixes, leaves,
};
use dfix_model::Model;

pub(crate) const RULE: Rule = Rule {
    id: "sh-trailing-space-after-backslash",
    aliases: &[],
    groups: &[Group::Broken],
    severity: Severity::Warning,
    summary: "leave no blanks behind the backslash that joins two lines of a script",
    why: "The builder passes over them in its own lines (`whitespace-trailing` takes them away there). In a here-document a shell reads \
          the lines: it gives the command a blank as its last word, and takes the next line for another command.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nRUN <<E\nmake \\ \n    --all\nE\n",
            "FROM debian:12\nRUN <<E\nmake \\\n    --all\nE\n",
        )
        .that_says("no command is called `--all`"),
        fixes(
            "FROM debian:12\nRUN <<E\napt-get install -y \\  \n    curl\nE\n",
            "FROM debian:12\nRUN <<E\napt-get install -y \\\n    curl\nE\n",
        )
        .with_unsafe()
        .that_says("whether `curl` goes on"),
        leaves("FROM debian:12\nRUN <<E\nmake \\\n    --all\necho a\\ \nls \\ b\ntrue # \\ \nE\n"),
        leaves("FROM debian:12\nRUN make \\ \n    --all\n"),
        leaves("FROM debian:12\nRUN cat <<E\na \\ \nb\nE\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for step in file.steps().filter(|it| it.is_run()) {
        for it in step.lone_backslashes() {
            let message = "blanks behind the backslash at the end of a line: it joins no lines";
            out.judge(it.blanks, Safety::Checked, message, |case| {
                if it.below.starts_with('-') {
                    case.evidence(format!("no command is called `{}`", it.below));
                } else {
                    case.open(OpenCondition::new(
                        format!("whether `{}` goes on the line above", it.below),
                        "look at the two lines",
                    ));
                }
                case.declare(Effect::changed(step))
                    .fix(|edit| edit.replace_part(it.blanks, ""));
                Ok(())
            });
        }
    }
}
