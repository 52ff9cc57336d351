//! A line of its own for each package of a long list.

use dfix_engine::{
    Effect, Findings, Group, OptionKind, Phase, Rule, RuleOption, Safety, Setting, Severity, fixes,
    leaves,
};
use dfix_model::Model;

pub(crate) const RULE: Rule = Rule {
    id: "pkg-one-per-line",
    aliases: &[],
    groups: &[Group::Style],
    severity: Severity::Advice,
    summary: "write each package of a long list on a line of its own",
    why: "One package a line is read at a glance, and a change of one shows as a change of one line. `pkg-sort` puts them in order.",
    phase: Phase::Layout,
    check,
    options: &[RuleOption {
        name: "most",
        kind: OptionKind::Number,
        summary: "how many packages a line may hold (3)",
    }],
    examples: &[
        fixes(
            "FROM debian:12\nRUN apt-get update && apt-get install -y curl git gcc make && rm -rf /var/lib/apt/lists/*\n",
            "FROM debian:12\nRUN apt-get update && apt-get install -y \\\n        curl \\\n        git \\\n        gcc \\\n        make \\\n    && rm -rf /var/lib/apt/lists/*\n",
        ),
        fixes(
            "FROM alpine:3.22\nRUN a && \\\n  apk add --no-cache a b \\\n    c d e f && \\\n  b\n",
            "FROM alpine:3.22\nRUN a && \\\n  apk add --no-cache \\\n    a \\\n    b \\\n    c \\\n    d \\\n    e \\\n    f && \\\n  b\n",
        ),
        fixes(
            "FROM debian:12\nRUN a \\\n  && apt-get install -y a b 'c>1' d; x\n",
            "FROM debian:12\nRUN a \\\n  && apt-get install -y \\\n      a \\\n      b \\\n      'c>1' \\\n      d; x\n",
        ),
        leaves(
            "FROM debian:12\nRUN apt-get install -y a b c && apt-get install -y a \\\n  b \\\n  c d e\n",
        ),
        leaves("FROM debian:12\nRUN sh -c 'apt-get install -y a b c d' && pip install a b c d\n"),
        leaves(
            "FROM debian:12\nRUN apt-get install -y a b -t sid c d\nRUN <<E\napt-get install -y a b c d\nE\n",
        ),
        leaves("FROM debian:12\nRUN apt-get install -y a b \\\n  # why\n  c d e f\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let most = out.option("most").and_then(Setting::as_number);
    let most = most.and_then(|it| usize::try_from(it).ok()).unwrap_or(3);
    for step in file.steps().filter(|it| it.is_run()) {
        let lists = step
            .package_commands()
            .filter(|it| it.is_of_system() && it.is_install());
        for list in lists {
            let Some(lines) = list.crowded_lines(most) else {
                continue;
            };
            let Some(first) = lines.on_a_line.first() else {
                continue;
            };
            let message = "several packages on one line";
            out.judge(*first, Safety::Safe, message, |case| {
                case.declare(Effect::Layout).fix(|edit| {
                    for word in &lines.on_a_line {
                        edit.begin_line(*word, &lines.indent);
                    }
                    if let Some((join, indent)) = &lines.then {
                        edit.begin_line(*join, indent);
                    }
                });
                Ok(())
            });
        }
    }
}
