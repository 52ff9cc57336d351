//! Releases of distributions that the mirrors have no more.

use dfix_catalogue::{Distribution, Family, Foundation, ImageMark, image_is};
use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Remedy, Rule, Safety, Severity, fixes, leaves,
    remedy, reports,
};
use dfix_model::{Model, PackageCommand, Stage};

use crate::base::chosen_image;

pub(crate) const RULE: Rule = Rule {
    id: "release-archived",
    aliases: &[],
    groups: &[Group::Broken],
    severity: Severity::Error,
    summary: "install the packages of a release that has ended from its archive",
    why: "When the support of a release is over, its packages leave the mirrors for an archive: `apt-get update` ends with 404 errors. \
          A release that is still maintained is better; see the recipe `end-of-life`.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:buster\nRUN apt-get update && apt-get install -y curl\n",
            "FROM debian:buster\nRUN sed -i -E -e 's#(deb|httpredir)\\.debian\\.org#archive.debian.org#' -e 's#security\\.debian\\.org(/debian-security)?#archive.debian.org/debian-security#' -e '/-updates/d' /etc/apt/sources.list\nRUN apt-get update && apt-get install -y curl\n",
        )
        .that_says("line 2 fails as it is"),
        fixes(
            "FROM ubuntu:19.10\nWORKDIR /app\nRUN apt-get update\n",
            "FROM ubuntu:19.10\nWORKDIR /app\nRUN sed -i -E 's#(archive|security)\\.ubuntu\\.com#old-releases.ubuntu.com#' /etc/apt/sources.list\nRUN apt-get update\n",
        ),
        fixes(
            "FROM centos:7\nRUN yum install -y gcc\n",
            "FROM centos:7\nRUN sed -i -e 's/^mirrorlist=/#mirrorlist=/' -e 's|^#baseurl=http://mirror.centos.org|baseurl=http://vault.centos.org|' /etc/yum.repos.d/CentOS-*.repo\nRUN yum install -y gcc\n",
        ),
        leaves("FROM python:3.6-stretch\nRUN apt-get update\n").that_says("whether the keys"),
        leaves("FROM mono:6\nRUN apt-get update\n").that_says("lists of its own"),
        fixes(
            "FROM centos:7\nRUN yum -y distro-sync\nRUN yum -y update\n",
            "FROM centos:7\nRUN sed -i -e 's/^mirrorlist=/#mirrorlist=/' -e 's|^#baseurl=http://mirror.centos.org|baseurl=http://vault.centos.org|' /etc/yum.repos.d/CentOS-*.repo\nRUN yum -y distro-sync\nRUN yum -y update\n",
        ),
        leaves("FROM postgres:9.6-buster\nRUN apt-get update\n").that_says("lists of its own"),
        reports("FROM --platform=linux/arm64 ubuntu:19.10\nRUN apt-get update\n", "ports.ubuntu.com"),
        reports("FROM debian:jessie\nRUN apt-get update\n", "a later release"),
        leaves("ARG REL=buster\nFROM debian:${REL}\nRUN apt-get update\n")
            .that_says("whether every build takes the image"),
        leaves("FROM debian:bookworm\nRUN apt-get update\n"),
        leaves("FROM debian:buster\nRUN echo hello\n"),
        leaves("FROM debian:buster\nRUN apt-get update || true\n"),
        leaves("FROM debian:buster\nRUN sed -i s/deb.debian.org/archive.debian.org/ /etc/apt/sources.list && apt-get update\n"),
        leaves("FROM debian:buster\nCOPY sources.list /etc/apt/sources.list\nRUN apt-get update\n"),
        leaves("FROM debian:buster\nRUN find /etc/apt -type f -exec sed -i s/deb.debian/archive.debian/ {} +\nRUN apt-get update\n"),
        leaves("FROM debian:buster\nWORKDIR /etc\nCOPY apt apt\nRUN apt-get update\n"),
        leaves("FROM debian:buster\nRUN cp -r /tmp/apt /etc/ && apt-get update\n"),
        leaves("FROM debian:buster\nRUN apt-get update -o Dir::Etc::sourcelist=/x.list\n"),
        leaves("FROM centos:7\nRUN yum --disablerepo=* --enablerepo=corp -c /x.conf install -y gcc\n"),
        leaves("FROM debian:buster\nRUN apt-get install -y /tmp/x.deb\n"),
        leaves("FROM acme/debian:buster\nRUN apt-get update\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages() {
        let foundation = stage.base_facts().foundation;
        if let (Some(foundation), Some((first, host))) = (foundation, stage.asks_of_the_archived())
        {
            tell(stage, first, &foundation, host, out);
        }
    }
}

fn tell(
    stage: Stage<'_>,
    first: PackageCommand<'_>,
    foundation: &Foundation,
    host: &str,
    out: &mut Findings<'_>,
) {
    let release = foundation.release.unwrap_or_default();
    let name = foundation.told();
    let message = format!("the mirrors have no packages of {name} any more");
    let step = first.step();
    out.judge(first.range(), Safety::Checked, message, |case| {
        let change = change_of(foundation)?;
        let is_main = |it: &str| matches!(it, "amd64" | "linux/386" | "linux/amd64");
        let platform = stage.platform().filter(|it| !is_main(it));
        if let Some(platform) = platform.filter(|_| foundation.distribution == Distribution::Ubuntu)
        {
            return Err(remedy!(
                "for {platform} its lists may name `ports.ubuntu.com`: take the packages from {host}, or move to a later release"
            ));
        }
        let is_root = stage.user_at(step).is_root();
        if is_root.is_no() {
            return Err(remedy!(
                "as root, take the packages from {host}, or move to a later release"
            ));
        }
        case.evidence(format!(
            "line {} fails as it is",
            step.line_at(first.range().start())
        ))
        .evidence(format!("{host} has the packages of {name}"))
        .open(is_root.open())
        .open(chosen_image(stage))
        .open(doubt(stage, release))
        .declare(Effect::Inserted {
            stage: stage.index(),
            keyword: "RUN",
        })
        .fix(|edit| edit.insert_instruction_before(step, &format!("RUN {change}")));
        Ok(())
    });
}

/// The command that has packages come from the archive.
fn change_of(foundation: &Foundation) -> Result<&'static str, Remedy> {
    let release = foundation.release.unwrap_or_default();
    let by_hand =
        remedy!("its archive is signed with keys that have expired: move to a later release");
    match foundation.distribution {
        Distribution::Debian if matches!(release, "stretch" | "buster") => Ok(
            "sed -i -E -e 's#(deb|httpredir)\\.debian\\.org#archive.debian.org#' -e 's#security\\.debian\\.org(/debian-security)?#archive.debian.org/debian-security#' -e '/-updates/d' /etc/apt/sources.list",
        ),
        Distribution::Ubuntu => Ok(
            "sed -i -E 's#(archive|security)\\.ubuntu\\.com#old-releases.ubuntu.com#' /etc/apt/sources.list",
        ),
        Distribution::CentOs if !release.starts_with('6') => Ok(
            "sed -i -e 's/^mirrorlist=/#mirrorlist=/' -e 's|^#baseurl=http://mirror.centos.org|baseurl=http://vault.centos.org|' /etc/yum.repos.d/CentOS-*.repo",
        ),
        Distribution::CentOs => Err(remedy!(
            "move to a later release: vault.centos.org keeps the last one of each"
        )),
        _ => Err(by_hand),
    }
}

/// What is not known of the archive.
fn doubt(stage: Stage<'_>, release: &str) -> Option<OpenCondition> {
    let family = stage.base_facts().family;
    if release == "stretch" {
        return Some(OpenCondition::new(
            "whether the keys of the release are still valid",
            "build it once, or move to a later release (the recipe `end-of-life`)",
        ));
    }
    if release == "mantic" {
        return Some(OpenCondition::new(
            "whether its list is `/etc/apt/sources.list`",
            "build it once, or move to a later release (the recipe `end-of-life`)",
        ));
    }
    let has_own = stage
        .base_image()
        .name()
        .is_some_and(|it| image_is(it, ImageMark::OwnLists));
    let is_plain = family == Family::System
        || family.is_of_a_language()
        || matches!(family, Family::Golang | Family::Rust | Family::Gcc);
    (!is_plain || has_own).then(|| {
        OpenCondition::new(
            "whether the image has lists of its own, whose packages are gone, too",
            "build it once, or move to a later release (the recipe `end-of-life`)",
        )
    })
}
