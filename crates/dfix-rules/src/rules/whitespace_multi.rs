//! One blank between words.

use dfix_engine::{
    Effect, Findings, Group, OptionKind, Phase, Rule, RuleOption, Safety, Setting, Severity, fixes,
    leaves,
};
use dfix_model::{BlankRun, Model};

pub(crate) const RULE: Rule = Rule {
    id: "whitespace-multi",
    aliases: &[],
    groups: &[Group::Style],
    severity: Severity::Advice,
    summary: "leave one blank between words",
    why: "More than one says nothing to the builder and to a shell. Blanks that put words below one another in neighbouring lines are \
          left, and with tabs, which are as wide as an editor shows them, all are.",
    phase: Phase::Layout,
    check,
    options: &[RuleOption {
        name: "align",
        kind: OptionKind::Flag,
        summary: "whether words may stand below one another in neighbouring lines (true)",
    }],
    examples: &[
        fixes(
            "FROM  alpine:3.22\nRUN  apk add  --no-cache   curl  \\\n    git\nENV A=1   B=\"2  3\"\nCMD [ \"sh\",   \"-c\" ]\n",
            "FROM alpine:3.22\nRUN apk add --no-cache curl \\\n    git\nENV A=1 B=\"2  3\"\nCMD [ \"sh\", \"-c\" ]\n",
        ),
        leaves(
            "FROM alpine:3.22\nENV A      1\nENV LONGER 2\n\nRUN a      && \\\n    longer && \\\n    b\n",
        ),
        leaves("FROM alpine:3.22\nRUN     apk add a \\\n        b\n"),
        leaves("FROM alpine:3.22\nRUN echo 'a  b' \"c  d\" e\\  f \\\n    g  \n"),
        leaves("FROM alpine:3.22\nENV A b  c\nRUN <<E\necho a  b\nE\nRUN a\t\tb\n# c  d\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let align = out.option("align").and_then(Setting::as_flag);
    let is_wanted = |it: &BlankRun| !(it.is_aligned && align.unwrap_or(true));
    let runs: Vec<BlankRun> = file.blank_runs().into_iter().filter(is_wanted).collect();
    let Some(first) = runs.first() else { return };
    let message = "several blanks between words";
    out.judge(first.range, Safety::Safe, message, |case| {
        case.declare(Effect::Layout).fix(|edit| {
            for run in &runs {
                edit.replace_token(run.range, " ");
            }
        });
        Ok(())
    });
}
