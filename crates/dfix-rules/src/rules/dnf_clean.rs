//! `dnf clean all`.

use dfix_engine::{Findings, Group, Phase, Rule, Severity, fixes, leaves, reports};
use dfix_model::{Model, PackageManager};

use crate::base::RPM;
use crate::cleaning::Cleaning;

pub(crate) const RULE: Rule = Rule {
    id: "dnf-clean",
    aliases: &["DL3040"],
    groups: &[Group::Size],
    severity: Severity::Warning,
    summary: "let each `RUN` that installs with dnf end with `dnf clean all`",
    why: "dnf keeps the lists of packages and what it downloads. In an image nobody reads them again.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM fedora:42\nRUN dnf install -y httpd\n",
            "FROM fedora:42\nRUN dnf install -y httpd && dnf clean all\n",
        ),
        fixes(
            "FROM rockylinux:9-minimal\nRUN microdnf upgrade \\\n    && microdnf install -y httpd \\\n    && rm -rf /tmp/*\n",
            "FROM rockylinux:9-minimal\nRUN microdnf upgrade \\\n    && microdnf install -y httpd \\\n    && microdnf clean all \\\n    && rm -rf /tmp/*\n",
        ),
        fixes(
            "FROM acme/base:3\nRUN sudo dnf clean all; sudo dnf -y update; echo\n",
            "FROM acme/base:3\nRUN sudo dnf clean all; sudo dnf -y update; sudo dnf clean all; echo\n",
        ),
        leaves(
            "FROM fedora:42\nRUN dnf install -y a && dnf clean all\nRUN dnf in -y b && rm -rf /var/cache/dnf\n",
        ),
        leaves(
            "FROM fedora:42\nRUN --mount=type=cache,target=/var/cache/libdnf5 dnf install -y a\n",
        ),
        leaves("FROM fedora:42\nRUN dnf install -y a && yum clean all\n"),
        fixes(
            "FROM fedora:40\nRUN dnf install -y a && microdnf clean all\n",
            "FROM fedora:40\nRUN dnf install -y a && dnf clean all && microdnf clean all\n",
        )
        .with_unsafe(),
        leaves("FROM fedora:42\nRUN dnf makecache && dnf repolist && dnf remove -y a\n"),
        leaves("FROM fedora:42\nCMD dnf install -y a\n"),
        reports(
            "FROM fedora:42\nRUN dnf install -y a\nRUN dnf -C install -y b && dnf clean all\n",
            "would fail",
        ),
        leaves("FROM fedora:42\nRUN dnf install -y a && ./install.sh\n")
            .that_says("whether `./install.sh` needs the cache"),
        reports(
            "FROM fedora:42\nRUN if true; then dnf install -y a; fi\n",
            "end with `dnf clean all`",
        ),
        leaves("FROM fedora:42\nONBUILD RUN dnf install -y a\n")
            .that_says("whether the build that this is for needs the cache later"),
        leaves("FROM fedora:42\nONBUILD RUN dnf install -y a && dnf clean all\n"),
        // Nothing runs after it.
        reports(
            "FROM fedora:42\nRUN exec dnf install -y a\n",
            "end with `dnf clean all`",
        ),
        // There is no dnf there.
        leaves("FROM debian:12\nRUN dnf install -y a\n"),
    ],
};

pub(super) const CACHE: Cleaning = Cleaning {
    family: (PackageManager::Dnf, "dnf"),
    programs: &["dnf", "dnf-3", "dnf5", "microdnf", "tdnf"],
    of: RPM,
    words: "clean all",
    cleans: |it| it.subcommand_is_one_of(&["clean"]) && it.operands().any(|word| word.is("all")),
    only_shipped: false,
    more: None,
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    CACHE.check(file, out);
}
