//! No `--platform` that asks for what the builder takes anyway.

use dfix_engine::{
    Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves, remedy, reports,
};
use dfix_model::Model;

pub(crate) const RULE: Rule = Rule {
    id: "base-platform-redundant",
    aliases: &["RedundantTargetPlatform", "DL3065"],
    groups: &[Group::Correctness],
    severity: Severity::Advice,
    summary: "leave `--platform=$TARGETPLATFORM` out",
    why: "The builder takes each base image for the platform that it builds for. To say so looks as if it meant something.",
    phase: Phase::Equivalent,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM --platform=$TARGETPLATFORM alpine:3.22 AS app\nRUN true\n",
            "FROM alpine:3.22 AS app\nRUN true\n",
        ),
        fixes(
            "FROM --platform=$BUILDPLATFORM golang:1.24 AS build\nFROM --platform=${TARGETPLATFORM} alpine:3.22\n",
            "FROM --platform=$BUILDPLATFORM golang:1.24 AS build\nFROM alpine:3.22\n",
        ),
        fixes(
            "ARG TARGETPLATFORM\nFROM --platform=$TARGETPLATFORM alpine:3.22\n",
            "ARG TARGETPLATFORM\nFROM alpine:3.22\n",
        ),
        reports(
            "ARG TARGETPLATFORM=linux/amd64\nFROM --platform=$TARGETPLATFORM alpine:3.22\n",
            "sets another platform",
        ),
        leaves(
            "FROM --platform=linux/amd64 alpine:3.22\nFROM --platform=${TARGETPLATFORM:-linux/amd64} alpine:3.22\n",
        ),
    ],
};

const VARIABLE: &str = "TARGETPLATFORM";

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages() {
        let step = stage.from_step();
        let Some(flag) = step.flag("platform") else {
            continue;
        };
        if !flag
            .value()
            .is_some_and(|value| value.is_variable(VARIABLE))
        {
            continue;
        }
        out.judge(
            flag,
            Safety::Safe,
            "`--platform` asks for what the builder takes anyway",
            |case| {
                let mut globals = file.global_args();
                if let Some(arg) =
                    globals.find(|it| it.name() == VARIABLE && it.value_range().is_some())
                {
                    let label = arg.step().label();
                    return Err(remedy!(
                        "{label} sets another platform by it: take its default away"
                    ));
                }
                case.declare(Effect::changed(step))
                    .fix(|edit| edit.remove_flag(flag));
                Ok(())
            },
        );
    }
}
