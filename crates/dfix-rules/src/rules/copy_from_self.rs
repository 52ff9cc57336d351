//! `COPY --from` names another stage than its own.

use dfix_engine::{Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves, remedy, reports};
use dfix_model::{Flag, Model, Stage, Word};

use super::copy_from_missing;

pub(crate) const RULE: Rule = Rule {
    id: "copy-from-self",
    aliases: &["DL3023"],
    groups: &[Group::Broken],
    severity: Severity::Error,
    summary: "copy from another stage than the one that copies",
    why: "A stage is not there before it is built: the builder calls that a circular dependency, and the build fails.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM golang:1.25 AS build\nFROM alpine:3.22\nCOPY --from=1 /app /app\n",
            "FROM golang:1.25 AS build\nFROM alpine:3.22\nCOPY --from=build /app /app\n",
        )
        .that_says("stages are counted from 0"),
        reports(
            "FROM alpine AS a\nFROM alpine AS b\nFROM alpine\nCOPY --from=2 /app /app\n",
            "name the stage",
        ),
        reports("FROM node:22 AS foo\nCOPY --from=foo bar .\n", "`RUN cp`"),
        reports("FROM node:22 AS foo\nCOPY --from=0 bar .\n", "`RUN cp`"),
        leaves("FROM scratch AS build\nFROM node:22 AS run\nCOPY --from=build foo .\n"),
        // An earlier stage has the name, too.
        leaves("FROM node:22 AS foo\nFROM node:22 AS foo\nCOPY --from=foo bar .\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for step in file
        .steps()
        .filter(|it| it.is_copy_or_add() && !it.is_onbuild())
    {
        let name = step
            .flag("from")
            .and_then(Flag::value)
            .and_then(Word::value);
        let (Some(name), Some(stage)) = (name, step.stage()) else {
            continue;
        };
        let is_named = |it: Stage<'_>| it.is_called(name);
        let is_earlier = file.stages().take(stage.index()).any(is_named);
        let is_own = is_named(stage) || name.parse() == Ok(stage.index());
        if is_own && !is_earlier {
            out.judge(step, Safety::Checked, "the stage copies from itself", |case| {
                // Who counts from 1 means the one above, where that is the only one.
                let only = file.stage(0).filter(|_| stage.index() == 1 && !is_named(stage));
                let Some(above) = only else {
                    return Err(remedy!(
                        "name the stage that has the files; within the stage, `RUN cp` copies what is there"
                    ));
                };
                case.evidence("the build stops here: stages are counted from 0");
                copy_from_missing::name_the_only_one(case, step, above);
                Ok(())
            });
        }
    }
}
