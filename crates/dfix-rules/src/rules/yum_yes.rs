//! `-y` for yum.

use dfix_engine::{Findings, Group, Phase, Rule, Severity, fixes, leaves};
use dfix_model::{Model, PackageManager};

use crate::asking::Asking;
use crate::base::RPM;

pub(crate) const RULE: Rule = Rule {
    id: "yum-yes",
    aliases: &["DL3030"],
    groups: &[Group::Correctness],
    severity: Severity::Warning,
    summary: "pass `-y` to the yum commands that would ask",
    why: "Nobody can answer a question during a build: yum gives up and the build fails.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM centos:7\nRUN yum install httpd && yum clean all\n",
            "FROM centos:7\nRUN yum install -y httpd && yum clean all\n",
        ),
        fixes(
            "FROM centos:7\nRUN yum -q update && sudo yum groupinstall 'Development Tools' && yum erase gcc\n",
            "FROM centos:7\nRUN yum -q update -y && sudo yum groupinstall -y 'Development Tools' && yum erase -y gcc\n",
        ),
        leaves("FROM centos:7\nRUN yum update; make\n")
            .that_says("whether the image is to have what `yum update` does"),
        leaves(
            "FROM centos:7\nRUN yum -y install a && yum install b -y && yum install --assumeyes c\n",
        ),
        leaves("FROM centos:7\nRUN yum makecache && yum clean all && yum repolist\n"),
        leaves(
            "FROM centos:7\nRUN sed -i 's/^gpg/assumeyes=1\\ngpg/' /etc/yum.conf && yum install a\n",
        ),
        leaves("FROM centos:7\nCOPY yum.conf /etc/yum.conf\nRUN yum install a\n"),
        leaves("FROM alpine:3.22\nRUN yum install a\n"),
    ],
};

const YUM: Asking = Asking {
    family: (PackageManager::Dnf, "dnf"),
    programs: &["yum"],
    of: RPM,
    option: ("-y", false),
    setting: "assumeyes",
    files: &["/etc/dnf/", "/etc/yum.conf"],
    files_by: &["--config", "-c"],
    variable: None,
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    YUM.check(file, out);
}
