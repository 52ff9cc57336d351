//! Lines end in `\n`.

use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Rule, Safety, Severity, fixes, leaves,
};
use dfix_model::Model;

pub(crate) const RULE: Rule = Rule {
    id: "crlf",
    aliases: &[],
    groups: &[Group::Style],
    severity: Severity::Advice,
    summary: "end lines by a line feed alone",
    why: "The builder takes a carriage return off the lines of instructions, and leaves it in here-documents: a shell takes it for \
          a part of the last word, and a file that is written so has it. The file's other tools see a change in every line when \
          somebody saves it on another system.",
    phase: Phase::Layout,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM alpine:3.22\r\n# note\r\nRUN apk add \\\r\n    curl\r\n",
            "FROM alpine:3.22\n# note\nRUN apk add \\\n    curl\n",
        ),
        fixes(
            "FROM alpine:3.22\r\nRUN true\n",
            "FROM alpine:3.22\nRUN true\n",
        ),
        leaves("FROM alpine:3.22\nRUN true\n"),
        leaves("FROM alpine:3.22\r\nRUN <<E\r\ntrue\r\nE\r\n").that_says("here-document"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let (removed, kept) = file.carriage_returns();
    let all = removed.iter().chain(&kept);
    let Some(first) = all.clone().min_by_key(|it| it.start()) else {
        return;
    };
    out.judge(*first, Safety::Safe, "lines end in a carriage return", |case| {
        case.open((!kept.is_empty()).then(|| {
            OpenCondition::new(
                "whether what reads a here-document wants the carriage returns that its text has now",
                "see what each here-document is for: a shell does not want them",
            )
        }))
        .declare(Effect::Layout)
        .fix(|edit| {
            for place in all.clone() {
                edit.replace_token(*place, "");
            }
        });
        Ok(())
    });
}
