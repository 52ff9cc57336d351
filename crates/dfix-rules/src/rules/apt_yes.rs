//! `-y` for apt.

use dfix_catalogue::SystemPackageManager;
use dfix_engine::{Findings, Group, Phase, Rule, Severity, fixes, leaves};
use dfix_model::{Model, PackageManager};

use crate::asking::Asking;

pub(crate) const RULE: Rule = Rule {
    id: "apt-yes",
    aliases: &["DL3014"],
    groups: &[Group::Correctness],
    severity: Severity::Warning,
    summary: "pass `-y` to the apt commands that would ask",
    why: "Nobody can answer a question during a build: apt gives up and the build fails.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nRUN apt-get update && apt-get install curl\n",
            "FROM debian:12\nRUN apt-get update && apt-get install -y curl\n",
        ),
        fixes(
            "FROM debian:12\nRUN apt-get -q upgrade && apt-get purge gcc && sudo apt autoremove\n",
            "FROM debian:12\nRUN apt-get -q upgrade -y && apt-get purge -y gcc && sudo apt autoremove -y\n",
        ),
        // Where the build passes over it, the image would have what it had not before.
        leaves("FROM ubuntu:20.04\nRUN apt-get update; apt-get upgrade; apt-get install -y x\n")
            .that_says("whether the image is to have what `apt-get upgrade` does"),
        leaves("FROM debian:12\nRUN apt-get remove gcc || true\nRUN apt-get autoremove; exit 0\n")
            .that_says("whether the image is to have"),
        leaves("FROM debian:12\nRUN if ! apt-get install x; then echo; fi\nRUN apt-get install y | tee /log\n")
            .that_says("whether the image is to have"),
        leaves("FROM debian:12\nRUN sh -c \"apt-get install x\" || true\nRUN (apt-get install y); make\n")
            .that_says("whether the image is to have"),
        fixes(
            "FROM debian:12\nRUN set -e; apt-get update; apt-get upgrade; make\n",
            "FROM debian:12\nRUN set -e; apt-get update; apt-get upgrade -y; make\n",
        ),
        leaves("FROM debian:12\nRUN apt-get install -y curl && apt-get -y install git\n"),
        leaves("FROM debian:12\nRUN apt-get install git curl \\\n    bash -y\n"),
        leaves("FROM debian:12\nRUN apt-get install -qq curl && apt-get install -qqy git\n"),
        leaves("FROM debian:12\nRUN apt-get install --yes a && apt-get install --assume-yes b\n"),
        leaves("FROM debian:12\nRUN apt-get install -o APT::Get::Assume-Yes=true a\n"),
        leaves("FROM debian:12\nRUN yes | apt-get install a\n"),
        leaves("FROM debian:12\nRUN apt-get install a < answers\n"),
        leaves(
            "FROM debian:12\nRUN apt-get install --dry-run a && apt-get update && apt-get clean\n",
        ),
        leaves(
            "FROM debian:12\nRUN echo 'APT::Get::Assume-Yes \"true\";' > /etc/apt/apt.conf.d/90yes\nRUN apt-get install a\n",
        ),
        leaves("FROM debian:12\nCOPY 90yes /etc/apt/apt.conf.d/\nRUN apt-get install a\n"),
        leaves("FROM debian:12\nARG OPTS=\"-y -q\"\nRUN apt-get install $OPTS a\n"),
        leaves("FROM debian:12\nRUN apt-get --just-print install a\n"),
        // There is no apt there.
        leaves("FROM alpine:3.22\nRUN apk add curl || apt-get install curl\n"),
    ],
};

/// How apt is told not to ask.
const APT: Asking = Asking {
    family: (PackageManager::Apt, "apt"),
    programs: &["apt-get", "apt"],
    of: &[SystemPackageManager::Apt],
    option: ("-y", false),
    setting: "apt::get::assume-yes",
    files: &["/etc/apt/apt.conf"],
    files_by: &["--config-file", "-c"],
    variable: Some("APT_CONFIG"),
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    APT.check(file, out);
}
