//! `zypper clean`.

use dfix_catalogue::SystemPackageManager;
use dfix_engine::{Findings, Group, OpenCondition, Phase, Rule, Severity, fixes, leaves, reports};
use dfix_model::{Model, PackageCommand, PackageManager};

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
        // Lists that are not signed would be fetched anew.
        leaves("FROM opensuse/leap:15.6\nRUN zypper ar http://x/ foo && zypper --no-gpg-checks refresh\nRUN zypper -n install git\nRUN zypper -n install make && zypper clean -a\n")
            .that_says("fetches lists anew that are not signed"),
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
    more: Some(|package, case| {
        case.open(unsigned(package));
        Ok(())
    }),
};

/// What is open where lists are fetched without a look at their signatures: whoever fetches them anew does look.
fn unsigned(package: &PackageCommand<'_>) -> Option<OpenCondition> {
    const FREE: &str = "--no-gpg-checks";
    let stage = package.command.stage()?;
    let stages = stage.base_chain().skip(1).chain(stage.with_descendants());
    let all: Vec<PackageCommand<'_>> = stages
        .flat_map(|it| it.package_commands(PackageManager::Zypper))
        .collect();
    all.iter().find(|it| it.command.has_arg(FREE))?;
    let is_later = |it: &&PackageCommand<'_>| it.step().index() > package.step().index();
    let later = all
        .iter()
        .filter(is_later)
        .find(|it| !it.command.has_arg(FREE))?;
    Some(OpenCondition::new(
        format!(
            "whether {} fetches lists anew that are not signed: they were fetched with `{FREE}`",
            later.step().label()
        ),
        format!("give it `{FREE}`, or import the keys"),
    ))
}

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    CACHE.check(file, out);
}
