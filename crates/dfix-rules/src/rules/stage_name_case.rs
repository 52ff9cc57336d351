//! Names of stages in small letters.

use dfix_engine::{Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves, remedy, reports};
use dfix_model::{Model, OpenCondition, Stage};
use dfix_syntax::ast::Instruction;

use crate::renaming::rename;

pub(crate) const RULE: Rule = Rule {
    id: "stage-name-case",
    aliases: &["StageNameCasing"],
    groups: &[Group::Style],
    severity: Severity::Advice,
    summary: "write the names of stages in small letters",
    why: "The builder keeps them in small letters whatever is written, so capitals tell nothing apart; \
          and it warns of them.",
    phase: Phase::Equivalent,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM golang:1.24 AS Build\nRUN make\nFROM scratch\nCOPY --from=Build /app /app\n",
            "FROM golang:1.24 AS build\nRUN make\nFROM scratch\nCOPY --from=build /app /app\n",
        ),
        fixes(
            "FROM alpine:3.22 AS BASE\nFROM base AS Tests\nRUN --mount=type=bind,from=BASE,target=/b true\nFROM Tests\nCOPY --from=0 /a /a\n",
            "FROM alpine:3.22 AS base\nFROM base AS tests\nRUN --mount=type=bind,from=base,target=/b true\nFROM tests\nCOPY --from=0 /a /a\n",
        ),
        leaves("FROM golang:1.24 AS build-1\nFROM scratch\nCOPY --from=build-1 /app /app\n"),
        // No stage can copy from itself: that is an image.
        fixes(
            "FROM alpine:3.22 AS Build\nCOPY --from=Build /app /app\n",
            "FROM alpine:3.22 AS build\nCOPY --from=Build /app /app\n",
        ),
        reports(
            "FROM alpine:3.22 AS Build\nFROM alpine:3.22 AS build\nCOPY --from=build /app /app\n",
            "another name first",
        ),
        reports(
            "ARG FIRST=Build\nFROM alpine:3.22 AS Build\nFROM $FIRST\n",
            "a variable stands for it",
        ),
        leaves("FROM alpine:3.22 AS Build\nFROM alpine:3.22\nARG X=Build\nCOPY --from=$X /a /a\n")
            .that_says("whether `Build` is meant in the COPY of line 4"),
        leaves("FROM alpine:3.22 AS Build\nRUN true\n")
            .with_context(&[(
                "Makefile",
                "image:\n\tpodman build --target Build -t team/app .\n",
            )])
            .that_says("Makefile"),
        fixes(
            "FROM alpine:3.22 AS Build\nRUN true\n",
            "FROM alpine:3.22 AS build\nRUN true\n",
        )
        .with_context(&[(
            "Makefile",
            "image:\n\tdocker build --target Build -t team/app .\n",
        )]),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages() {
        let Instruction::From(from) = stage.from_step().instruction() else {
            continue;
        };
        let (Some(name), Some(place)) = (stage.name(), from.stage_name()) else {
            continue;
        };
        let small = name.to_ascii_lowercase();
        if small == name {
            continue;
        }
        let message = format!("the stage's name `{name}` has capitals");
        out.judge(&place, Safety::Safe, message, |case| {
            if let Some(other) = twin(stage, name) {
                let line = other.from_step().line();
                return Err(remedy!(
                    "the stage of line {line} has the same name, but for the letter case: give one of them another name first"
                ));
            }
            let (plain, others): (Vec<_>, Vec<_>) =
                stage.references().into_iter().partition(|it| it.is_plain);
            let is_based = |step| stage.children().any(|child| child.from_step() == step);
            if let Some(reference) = others.iter().find(|it| is_based(it.step)) {
                let label = reference.step.label();
                return Err(remedy!(
                    "a variable stands for it in {label}: write both in small letters"
                ));
            }
            let perhaps = others.iter().map(|it| {
                OpenCondition::new(
                    format!(
                        "whether `{name}` is meant in {}, for which Podman's capitals and small letters are not the same",
                        it.step.label()
                    ),
                    "write the name of the stage there",
                )
            });
            case.open(perhaps.collect::<Vec<_>>())
                .open(named_elsewhere(stage, name));
            rename(case, stage, &place, &small, &plain);
            Ok(())
        });
    }
}

/// Another stage that the builder takes to have the same name.
fn twin<'m>(stage: Stage<'m>, name: &str) -> Option<Stage<'m>> {
    let mut others = stage.file().stages().filter(|it| *it != stage);
    others.find(|it| it.is_called(name))
}

/// A build that names the stage by its capitals, by a builder that finds it only so.
fn named_elsewhere(stage: Stage<'_>, name: &str) -> Option<OpenCondition> {
    let launch = stage.built_by_name().find(|launch| {
        let build = launch.build.as_ref();
        build.is_some_and(|it| {
            it.is_case_sensitive != Some(false) && it.target.as_deref() == Some(name)
        })
    })?;
    Some(OpenCondition::new(
        format!(
            "whether {} finds the stage: for Podman, capitals and small letters are not the same",
            launch.said()
        ),
        format!("write `{}` there, too", name.to_ascii_lowercase()),
    ))
}
