//! `yum clean all`.

use dfix_engine::{Findings, Group, Phase, Rule, Severity, fixes, leaves, reports};
use dfix_model::{Model, PackageManager};

use crate::base::RPM;
use crate::cleaning::Cleaning;

pub(crate) const RULE: Rule = Rule {
    id: "yum-clean",
    aliases: &["DL3032"],
    groups: &[Group::Size],
    severity: Severity::Warning,
    summary: "let each `RUN` that installs with yum end with `yum clean all`",
    why: "yum keeps the lists of packages and what it downloads. In an image nobody reads them again.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM centos:7\nRUN LANG=C yum install -y a\n",
            "FROM centos:7\nRUN LANG=C yum install -y a && LANG=C yum clean all\n",
        ),
        reports(
            "FROM centos:7\nRUN PYTHONPATH='' yum install -y a\n",
            "let what installs end with",
        ),
        fixes(
            "FROM centos:7\nRUN yum install -y httpd\n",
            "FROM centos:7\nRUN yum install -y httpd && yum clean all\n",
        ),
        fixes(
            "FROM centos:7\nRUN yum clean all && yum install -y a && yum -y install b && make\n",
            "FROM centos:7\nRUN yum clean all && yum install -y a && yum -y install b && yum clean all && make\n",
        ),
        // The build may go on where an installation failed, and asks how it ended.
        reports(
            "FROM centos:7\nRUN yum -y install x; [ $? -eq 0 ] || exit 1\n",
            "asks by `$?` whether the command succeeded",
        ),
        reports(
            "FROM centos:7\nRUN yum -y install x; RC=$?; ls; exit $RC\n",
            "asks by `$?` whether the command succeeded",
        ),
        // What is downloaded is what is wanted.
        leaves("FROM centos:7\nRUN yum install -y --downloadonly httpd\nRUN yum install -y a\n"),
        leaves("FROM centos:7\nRUN sed -i s/keepcache=0/keepcache=1/ /etc/yum.conf && yum install -y x\nRUN createrepo /var/cache/yum\n")
            .that_says("speaks of `keepcache`"),
        leaves("FROM centos:7\nRUN yum install -y a && yum clean all && rm -rf /var/cache/yum\n"),
        leaves("FROM centos:7\nRUN yum install -y a && rm -rf /var/cache/yum/*\n"),
        leaves("FROM centos:7\nRUN dnf install -y a; echo yum install a\n"),
        reports(
            "FROM centos:7\nRUN yum install -y a\nRUN yum -C install -y b && yum clean all\n",
            "would fail",
        ),
        reports(
            "FROM centos:7\nRUN yum install -y a && yumdownloader -C b\n",
            "would fail",
        ),
        reports(
            "FROM centos:7\nRUN yum install -y a\nRUN repoquery --cacheonly -a > /b\n",
            "would fail",
        ),
        leaves("FROM centos:7\nRUN yum install -y a && ./install.sh\n")
            .that_says("whether `./install.sh` needs the cache"),
    ],
};

const CACHE: Cleaning = Cleaning {
    family: (PackageManager::Dnf, "dnf"),
    programs: &["yum"],
    of: RPM,
    words: "clean all",
    cleans: |it| it.subcommand_is_one_of(&["clean"]) && it.operands().any(|word| word.is("all")),
    only_shipped: false,
    more: None,
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    CACHE.check(file, out);
}
