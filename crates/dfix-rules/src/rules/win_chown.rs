//! No `--chown` where Windows knows no owner by number.

use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Rule, Safety, Severity, fixes, leaves,
};
use dfix_model::{Model, Os, Step, Word};

pub(crate) const RULE: Rule = Rule {
    id: "win-chown",
    aliases: &[],
    groups: &[Group::Broken],
    severity: Severity::Warning,
    summary: "leave `--chown` out in an image of Windows",
    why: "Docker does not support it for Windows containers and stops there. BuildKit gives the files to ContainerAdministrator \
          where the owner is a number, as it does without the flag.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM mcr.microsoft.com/windows/servercore:ltsc2022\nCOPY --chown=1000:1000 a.exe C:/a.exe\n",
            "FROM mcr.microsoft.com/windows/servercore:ltsc2022\nCOPY a.exe C:/a.exe\n",
        ),
        fixes(
            "FROM mcr.microsoft.com/windows/nanoserver:ltsc2022 AS base\nFROM base\nADD --chown=ContainerAdministrator --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d https://example.org/a C:/a\n",
            "FROM mcr.microsoft.com/windows/nanoserver:ltsc2022 AS base\nFROM base\nADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d https://example.org/a C:/a\n",
        ),
        // BuildKit knows users by their names.
        leaves("FROM mcr.microsoft.com/windows/servercore:ltsc2022\nCOPY --chown=ContainerUser a C:/a\n")
            .that_says("whether BuildKit builds it"),
        leaves("FROM mcr.microsoft.com/windows/servercore:ltsc2022\nARG WHO\nCOPY --chown=$WHO a C:/a\n")
            .that_says("whether BuildKit builds it"),
        fixes(
            "FROM mcr.microsoft.com/windows/servercore:ltsc2022\nONBUILD COPY --chown=app a C:/a\n",
            "FROM mcr.microsoft.com/windows/servercore:ltsc2022\nONBUILD COPY a C:/a\n",
        )
        .with_unsafe(),
        leaves("FROM debian:12\nCOPY --chown=1000 a /a\n"),
        leaves("FROM --platform=linux/amd64 acme/base:nanoserver\nCOPY --chown=1000 a /a\n"),
        leaves("FROM mcr.microsoft.com/windows/servercore:ltsc2022\nCOPY a C:/a\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let is_of_windows = |it: &Step<'_>| {
        it.is_copy_or_add() && it.stage().is_some_and(|stage| stage.os() == Os::Windows)
    };
    for step in file.steps().filter(is_of_windows) {
        let Some(flag) = step.flag("chown") else {
            continue;
        };
        let message = "Windows containers have no `--chown`";
        out.judge(flag, Safety::Checked, message, |case| {
            let open = flag.value().and_then(given_to);
            case.evidence(
                open.is_none()
                    .then_some("BuildKit gives the files to ContainerAdministrator with it, too"),
            )
            .open(open)
            .declare(Effect::changed(step))
            .fix(|edit| edit.remove_flag(flag));
            Ok(())
        });
    }
}

/// What is open where the owner is a name: BuildKit looks that up.
fn given_to(owner: Word<'_>) -> Option<OpenCondition> {
    let user = owner.value().and_then(|it| it.split(':').next());
    let is_known = user.is_some_and(|it| {
        !it.is_empty() && it.bytes().all(|b| b.is_ascii_digit())
            || it.eq_ignore_ascii_case("ContainerAdministrator")
    });
    (!is_known).then(|| {
        OpenCondition::new(
            format!(
                "whether BuildKit builds it, and `{}` is a user who needs the files",
                owner.shortened()
            ),
            "give the rights with `icacls` in a `RUN` where somebody else needs them",
        )
    })
}
