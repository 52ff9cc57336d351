//! Lines of one kind are set in alike.

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves};
use dfix_model::Model;

pub(crate) const RULE: Rule = Rule {
    id: "indentation",
    aliases: &[],
    groups: &[Group::Style],
    severity: Severity::Advice,
    summary: "set lines of one kind in alike, by the same blanks",
    why: "A line that is one blank off, or set in by a tab where the others are by spaces, stands elsewhere in each editor. Told are lines \
          that begin with the commands of a list, the pairs of an `ENV` or `LABEL`, or the packages of a command, where more than half of \
          them agree. A line that stands deeper by more than that may be meant to, and is left.",
    phase: Phase::Layout,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nRUN a \\\n    && b \\\n   # why\n   && c \\\n    && d\n",
            "FROM debian:12\nRUN a \\\n    && b \\\n    # why\n    && c \\\n    && d\n",
        ),
        fixes(
            "FROM debian:12\nRUN a && \\\n    b && \\\n\tc && \\\n    d\nENV A=1 \\\n    B=2 \\\n    C=3 \\\n   D=4\n",
            "FROM debian:12\nRUN a && \\\n    b && \\\n    c && \\\n    d\nENV A=1 \\\n    B=2 \\\n    C=3 \\\n    D=4\n",
        ),
        fixes(
            "FROM debian:12\nRUN apt-get install -y \\\n        curl \\\n        git \\\n       make \\\n    && a\n",
            "FROM debian:12\nRUN apt-get install -y \\\n        curl \\\n        git \\\n        make \\\n    && a\n",
        ),
        // What goes on below would have to come along; half of them are no more than the others.
        leaves("FROM debian:12\nRUN a \\\n    && b \\\n   && c \\\n     --d \\\n    && e\n"),
        leaves("FROM debian:12\nRUN a \\\n    && b \\\n   && c\nENV A=1 \\\n  B=2\n"),
        leaves(
            "FROM debian:12\nRUN make \\\n    --a \\\n      b \\\n    --c\nRUN <<E\na &&\n  b\n    c\nE\n",
        ),
        leaves("FROM debian:12\nENV A=1 \\\n    B=\"2 \\\n  C=3\" \\\n    D=4\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for step in file.steps() {
        let odd = step.odd_indents();
        let Some(first) = odd.first() else { continue };
        let message = format!(
            "lines of {} are set in otherwise than their like",
            step.label()
        );
        out.judge(first.range, Safety::Safe, message, |case| {
            case.declare(Effect::Layout).fix(|edit| {
                for line in &odd {
                    edit.replace_token(line.range, line.usual);
                }
            });
            Ok(())
        });
    }
}
