//! `apt-key` where apt brings it no more.

use dfix_catalogue::{AptFeature, apt_has};
use dfix_engine::{Findings, Group, Phase, Rule, Safety, Severity, leaves, remedy, reports};
use dfix_model::Model;

pub(crate) const RULE: Rule = Rule {
    id: "apt-key-missing",
    aliases: &[],
    groups: &[Group::Broken],
    severity: Severity::Error,
    summary: "keep the keys of package archives in files, where apt brings no `apt-key`",
    why: "From Debian 13 and Ubuntu 25.04 on there is no `apt-key`: the build stops with `not found`. A key lies in a file of its own \
          there, which the line of its archive names.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        reports(
            "FROM debian:13\nRUN curl -fsSL https://example.com/key.asc | apt-key add -\n",
            "dfix migrate apt-key-to-keyrings",
        ),
        reports(
            "FROM python:3.13-trixie\nRUN apt-key adv --recv-keys 0123\n",
            "signed-by",
        ),
        leaves("FROM debian:12\nRUN curl -fsSL https://example.com/key.asc | apt-key add -\n"),
        leaves("FROM ubuntu:24.04\nRUN curl -fsSL https://example.com/key.asc | apt-key add -\n"),
        leaves("FROM debian:13\nRUN if command -v apt-key; then apt-key add x; fi\n"),
        leaves("FROM debian:13\nRUN apt-key add x || true\n"),
        leaves("FROM debian:13\nRUN apt-key add x && apt-get update || gpg --import x\n"),
        leaves("FROM acme/debian:13\nRUN apt-key add x\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages() {
        let Some(call) = stage
            .build_commands()
            .find(|it| it.is("apt-key") && it.stops_the_build())
        else {
            continue;
        };
        let foundation = stage.base_facts().foundation;
        if foundation.and_then(|it| apt_has(&it, AptFeature::NoAptKey)) != Some(true) {
            continue;
        }
        let release = foundation.map(|it| it.told()).unwrap_or_default();
        out.judge(call, Safety::Checked, format!("{release} has no `apt-key`"), |_| {
            Err(remedy!(
                "put the key into a file of `/etc/apt/keyrings`, and name it in the archive's line (`signed-by=`): \
                 `dfix migrate apt-key-to-keyrings` does"
            ))
        });
    }
}
