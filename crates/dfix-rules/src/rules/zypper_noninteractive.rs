//! `-n` for zypper.

use dfix_catalogue::SystemPackageManager;
use dfix_engine::{Findings, Group, Phase, Rule, Severity, fixes, leaves};
use dfix_model::{Model, PackageManager};

use crate::asking::Asking;

pub(crate) const RULE: Rule = Rule {
    id: "zypper-noninteractive",
    aliases: &["DL3034"],
    groups: &[Group::Correctness],
    severity: Severity::Warning,
    summary: "pass `-n` to the zypper commands that would ask",
    why: "Nobody can answer a question during a build: zypper gives up and the build fails.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM opensuse/leap:15.6\nRUN zypper install httpd && zypper clean\n",
            "FROM opensuse/leap:15.6\nRUN zypper -n install httpd && zypper clean\n",
        ),
        fixes(
            "FROM opensuse/leap:15.6\nRUN sudo zypper --quiet in a && zypper rm b && zypper up\n",
            "FROM opensuse/leap:15.6\nRUN sudo zypper -n --quiet in a && zypper -n rm b && zypper -n up\n",
        ),
        leaves("FROM opensuse/leap:15.6\nRUN zypper update; make\n")
            .that_says("whether the image is to have what `zypper update` does"),
        leaves(
            "FROM opensuse/leap:15.6\nRUN zypper -n in a && zypper in -y b && zypper install --no-confirm c\n",
        ),
        leaves(
            "FROM opensuse/leap:15.6\nRUN zypper --non-interactive rm a && zypper clean && zypper in --dry-run b\n",
        ),
        leaves("FROM opensuse/leap:15.6\nARG Z=-n\nRUN zypper $Z in a\n"),
        leaves("FROM fedora:42\nRUN zypper in a\n"),
    ],
};

const ZYPPER: Asking = Asking {
    family: (PackageManager::Zypper, "zypper"),
    programs: &["zypper"],
    of: &[SystemPackageManager::Zypper],
    option: ("-n", true),
    setting: "non-interactive",
    files: &["/etc/zypp/"],
    files_by: &["--config", "-c"],
    variable: Some("ZYPP_CONF"),
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    ZYPPER.check(file, out);
}
