//! `zypper clean`.

use dfix_catalogue::SystemPackageManager;
use dfix_engine::{Findings, Group, Phase, Rule, Severity, fixes, leaves, reports};
use dfix_model::{Model, PackageManager};

use crate::cleaning::Cleaning;

pub(crate) const RULE: Rule = Rule {
    id: "zypper-clean",
    aliases: &["DL3036"],
    groups: &[Group::Size],
    severity: Severity::Warning,
    summary: "let each `RUN` that installs with zypper end with `zypper clean -a`",
    why: "zypper keeps the lists of packages and what it downloads. In an image nobody reads them again.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM opensuse/leap:15.6\nRUN zypper -n install httpd\n",
            "FROM opensuse/leap:15.6\nRUN zypper -n install httpd && zypper clean -a\n",
        ),
        leaves(
            "FROM opensuse/leap:15.6\nRUN zypper -n in a && zypper clean\nRUN zypper -n in b && zypper cc -a\n",
        ),
        leaves("FROM opensuse/leap:15.6\nRUN zypper -n in a && rm -rf /var/cache/zypp/*\n"),
        leaves(
            "FROM opensuse/leap:15.6\nRUN --mount=type=cache,target=/var/cache/zypp zypper -n in a\n",
        ),
        reports(
            "FROM opensuse/leap:15.6\nRUN zypper -n in a\nRUN zypper --no-refresh -n in b && zypper clean\n",
            "would fail",
        ),
    ],
};

const CACHE: Cleaning = Cleaning {
    family: (PackageManager::Zypper, "zypper"),
    programs: &["zypper"],
    of: &[SystemPackageManager::Zypper],
    words: "clean -a",
    cleans: |it| it.subcommand_is_one_of(&["clean", "cc"]),
    only_shipped: false,
    more: None,
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    CACHE.check(file, out);
}
