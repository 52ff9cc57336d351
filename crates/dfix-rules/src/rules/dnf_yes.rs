//! `-y` for dnf.

use dfix_engine::{Findings, Group, Phase, Rule, Severity, fixes, leaves};
use dfix_model::{Model, PackageManager};

use crate::asking::Asking;
use crate::base::RPM;

use super::dnf_clean::CACHE;

pub(crate) const RULE: Rule = Rule {
    id: "dnf-yes",
    aliases: &["DL3038"],
    groups: &[Group::Correctness],
    severity: Severity::Warning,
    summary: "pass `-y` to the dnf commands that would ask",
    why: "Nobody can answer a question during a build: dnf gives up and the build fails.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM fedora:42\nRUN dnf install httpd && dnf clean all\n",
            "FROM fedora:42\nRUN dnf install -y httpd && dnf clean all\n",
        ),
        fixes(
            "FROM rockylinux:9\nRUN dnf -q update && sudo dnf module install nodejs:20 && microdnf remove a\n",
            "FROM rockylinux:9\nRUN dnf -q update -y && sudo dnf module install -y nodejs:20 && microdnf remove -y a\n",
        ),
        leaves("FROM fedora:42\nRUN dnf update; make\n")
            .that_says("whether the image is to have what `dnf update` does"),
        leaves(
            "FROM fedora:42\nRUN dnf -y install a && dnf install --assumeyes b && dnf in -qy c\n",
        ),
        leaves("FROM fedora:42\nRUN dnf makecache && dnf check-update; dnf --assumeno install a\n"),
        leaves("FROM fedora:42\nRUN dnf install --setopt=assumeyes=1 a\n"),
        leaves("FROM fedora:42\nRUN echo assumeyes=True >> /etc/dnf/dnf.conf\nRUN dnf install a\n"),
        leaves("FROM fedora:42\nCOPY dnf.conf /etc/dnf/\nRUN dnf install a\n"),
        leaves("FROM fedora:42\nRUN yes | dnf install a\n"),
        // There is no dnf there.
        leaves("FROM debian:12\nRUN dnf install a || apt-get install -y a\n"),
    ],
};

const ASKING: Asking = Asking {
    family: (PackageManager::Dnf, "dnf"),
    programs: CACHE.programs,
    of: RPM,
    option: ("-y", false),
    setting: "assumeyes",
    files: &["/etc/dnf/", "/etc/yum.conf", "/etc/tdnf/"],
    files_by: &["--config", "-c"],
    variable: None,
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    ASKING.check(file, out);
}
