//! An image that is shipped holds no compilers.

use dfix_catalogue::is_build_tool;
use dfix_engine::{Findings, Group, Phase, Rule, Safety, Severity, leaves, remedy, reports};
use dfix_model::{Model, PackageCommand, Stage};

pub(crate) const RULE: Rule = Rule {
    id: "build-tools-in-final",
    aliases: &[],
    groups: &[Group::Security, Group::Size],
    severity: Severity::Advice,
    summary: "compile in a stage of its own, and ship no compilers",
    why: "Compilers and headers are hundreds of megabytes that a finished image needs no more, and a help for whoever \
          breaks into it.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        reports(
            "FROM debian:12\nRUN apt-get update && apt-get install -y build-essential\nCMD [\"/app\"]\n",
            "a stage of its own",
        ),
        reports(
            "FROM alpine:3.20\nRUN apk add gcc musl-dev\nCMD [\"/app\"]\n",
            "a stage of its own",
        ),
        leaves(
            "FROM debian:12 AS build\nRUN apt-get install -y gcc\nFROM debian:12\nCOPY --from=build /a /a\nCMD [\"/a\"]\n",
        ),
        leaves(
            "FROM debian:12\nRUN apt-get install -y gcc && make && apt-get purge -y gcc\nCMD [\"/app\"]\n",
        ),
        leaves(
            "FROM alpine:3.20\nRUN apk add --virtual .build gcc && make && apk del .build\nCMD [\"/app\"]\n",
        ),
        leaves("FROM debian:12\nRUN apt-get install -y curl\nCMD [\"/app\"]\n"),
        // What it is for may be to compile.
        leaves("FROM debian:12\nRUN apt-get install -y gcc\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    if file.is_for_development() {
        return;
    }
    for stage in file.targets().filter(|it| !it.runtime().is_silent()) {
        let mut packages = stage.system_packages();
        let tool = packages.find(|it| is_build_tool(it.name) && it.install.step().is_run());
        let Some(tool) = tool.filter(|it| !is_removed(stage, &it.install)) else {
            continue;
        };
        let message = format!("`{}` is part of the image", tool.name);
        out.judge(tool.word, Safety::Safe, message, |_| {
            Err(remedy!(
                "compile in a stage of its own, and copy the result (`COPY --from`); or remove it in the same `RUN`"
            ))
        });
    }
}

/// Whether a later command of the package manager removes something.
fn is_removed(stage: Stage<'_>, install: &PackageCommand<'_>) -> bool {
    let later = stage.commands().filter_map(PackageCommand::of);
    let mut later =
        later.filter(|it| it.is_of_system() && it.range().start() > install.range().start());
    later.any(|it| it.may_remove())
}
