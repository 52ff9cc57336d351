//! Names of packages that the release of the base has.

use dfix_engine::{
    Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves, remedy, reports,
};
use dfix_model::catalogue::Foundation;
use dfix_model::{LackedPackage, Model, PackageCommand, Stage};

use crate::base::chosen_image;

pub(crate) const RULE: Rule = Rule {
    id: "package-missing",
    aliases: &[],
    groups: &[Group::Broken],
    severity: Severity::Error,
    summary: "install packages by the names that the release of the base has",
    why: "A release renames packages and drops others: with one name that it lacks, `apt-get install` and `apk add` install nothing, and \
          the build stops.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM python:3.14-slim-trixie\nRUN apt-get update && apt-get install -y curl libgl1-mesa-glx\n",
            "FROM python:3.14-slim-trixie\nRUN apt-get update && apt-get install -y curl libgl1\n",
        )
        .that_says("on Debian trixie this command fails as it is"),
        fixes(
            "FROM debian:trixie\nRUN apt-get update && apt-get install -y curl software-properties-common\n",
            "FROM debian:trixie\nRUN apt-get update && apt-get install -y curl\n",
        )
        .with_unsafe()
        .that_says("nothing of it is called"),
        fixes(
            "FROM debian:13\nRUN apt-get update && apt-get install -y libgdk-pixbuf2.0-0 && apt-get purge -y libgdk-pixbuf2.0-0\n",
            "FROM debian:13\nRUN apt-get update && apt-get install -y libgdk-pixbuf-2.0-0 && apt-get purge -y libgdk-pixbuf-2.0-0\n",
        ),
        reports(
            "FROM debian:13\nRUN apt-get update && apt-get install -y libpcre3-dev\n",
            "libpcre2-dev",
        ),
        reports(
            "FROM debian:13\nRUN apt-get update && apt-get install -y software-properties-common\nRUN add-apt-repository contrib\n",
            "line 3 needs it",
        ),
        // A digest is of the day on which it was written: the release is not today's.
        leaves("FROM ubuntu:latest@sha256:1111111111111111111111111111111111111111111111111111111111111111\nRUN apt-get update && apt-get install -y nodejs-legacy\n"),
        leaves("ARG REL=trixie\nFROM debian:${REL}\nRUN apt-get update && apt-get install -y libgl1-mesa-glx\n")
            .that_says("whether every build takes the image"),
        // Another archive may have it.
        leaves("FROM debian:13\nCOPY x.list /etc/apt/sources.list.d/\nRUN apt-get update && apt-get install -y libgl1-mesa-glx\n"),
        leaves("FROM debian:13\nRUN sed -i s/trixie/bookworm/ /etc/apt/sources.list.d/debian.sources && apt-get update && apt-get install -y libgl1-mesa-glx\n"),
        leaves("FROM debian:13\nRUN sed -i \"s/$(. /etc/os-release; echo $VERSION_CODENAME)/bookworm/\" /etc/apt/sources.list.d/*\nRUN apt-get update && apt-get install -y libgl1-mesa-glx\n"),
        leaves("FROM debian:13\nRUN cat my.list > /etc/apt/sources.list\nRUN apt-get update && apt-get install -y libgl1-mesa-glx\n"),
        leaves("FROM debian:13\nRUN cat my.list | tee /etc/apt/sources.list\nRUN apt-get update && apt-get install -y libgl1-mesa-glx\n"),
        leaves("FROM debian:13\nRUN cd /etc/apt && sed -i s/trixie/bookworm/ sources.list.d/debian.sources\nRUN apt-get update && apt-get install -y libgl1-mesa-glx\n"),
        leaves("FROM debian:13\nRUN sed -i s/trixie/bookworm/ /etc/apt/sources*\nRUN apt-get update && apt-get install -y libgl1-mesa-glx\n"),
        leaves("FROM debian:13\nRUN find /etc/apt -name '*.sources' -exec sed -i s/trixie/bookworm/ {} +\nRUN apt-get update && apt-get install -y libgl1-mesa-glx\n"),
        leaves("FROM alpine:3.22\nRUN sed -i s/v3.22/v3.12/ /etc/apk/repositories\nRUN apk add --no-cache python2\n"),
        // Another host has the same.
        fixes(
            "FROM debian:13\nRUN sed -i 's/deb.debian.org/mirror.acme.example/' /etc/apt/sources.list.d/debian.sources\nRUN apt-get update && apt-get install -y libgl1-mesa-glx\n",
            "FROM debian:13\nRUN sed -i 's/deb.debian.org/mirror.acme.example/' /etc/apt/sources.list.d/debian.sources\nRUN apt-get update && apt-get install -y libgl1\n",
        ),
        leaves("FROM debian:13\nCOPY apt/ /etc/apt/\nRUN apt-get update && apt-get install -y libgl1-mesa-glx\n"),
        leaves("FROM debian:13\nCOPY rootfs /\nRUN apt-get update && apt-get install -y libgl1-mesa-glx\n"),
        leaves("FROM debian:13\nCOPY setup.sh /\nRUN /setup.sh && apt-get update && apt-get install -y libgl1-mesa-glx\n"),
        leaves("FROM debian:13\nRUN curl -fsSL https://acme.example/setup | bash -\nRUN apt-get update && apt-get install -y libgl1-mesa-glx\n"),
        leaves("FROM debian:13\nRUN --mount=type=bind,target=/s /s/prepare\nRUN apt-get update && apt-get install -y libgl1-mesa-glx\n"),
        leaves("FROM debian:13\nRUN apt-get update && apt-get install -y libgl1 acme-tool\n"),
        leaves("FROM debian:12\nRUN apt-get update && apt-get install -y libgl1-mesa-glx\n"),
        leaves("FROM acme/debian:13\nRUN apt-get update && apt-get install -y libgl1-mesa-glx\n"),
        leaves("FROM debian:13\nRUN apt-get update && (apt-get install -y libgl1-mesa-glx || apt-get install -y libgl1)\n"),
        leaves("FROM debian:13\nRUN apt-get purge -y libgl1-mesa-glx\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages() {
        let Some(release) = stage.base_facts().foundation else {
            continue;
        };
        for command in stage.build_commands().filter_map(PackageCommand::of) {
            if !command.is_install() || command.command.stops_the_build() {
                look_at(stage, &command, &release, out);
            }
        }
    }
}

fn look_at(
    stage: Stage<'_>,
    command: &PackageCommand<'_>,
    release: &Foundation,
    out: &mut Findings<'_>,
) {
    for lacked in stage.lacked_packages(command, release, false) {
        // Another archive may have it: nothing is known then.
        if !lacked.may_be_elsewhere() {
            tell(command, &lacked, out);
        }
    }
}

fn tell(command: &PackageCommand<'_>, lacked: &LackedPackage<'_>, out: &mut Findings<'_>) {
    let word = lacked.package.word;
    out.judge(word.range(), Safety::Checked, lacked.message(), |case| {
        let change = lacked.change().map_err(|why| remedy!("{why}"))?;
        case.evidence(lacked.because())
            .evidence(change.because)
            .open(change.open)
            .open(change.archive)
            .open(command.step().stage().and_then(chosen_image))
            .declare(Effect::arguments_of(command))
            .fix(|edit| edit.replace_word_by(word, &change.names));
        Ok(())
    });
}
