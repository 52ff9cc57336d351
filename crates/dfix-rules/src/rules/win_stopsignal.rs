//! No `STOPSIGNAL` where there are no signals.

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves};
use dfix_model::{Model, Os, Step, StepKind};

pub(crate) const RULE: Rule = Rule {
    id: "win-stopsignal",
    aliases: &[],
    groups: &[Group::Broken],
    severity: Severity::Warning,
    summary: "leave `STOPSIGNAL` out in an image of Windows",
    why: "Windows has no signals: Docker's own builder stops there, and of what others write into the image nothing is done when \
          the container stops.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM mcr.microsoft.com/windows/servercore:ltsc2022\nCOPY a.exe C:/a.exe\nSTOPSIGNAL SIGTERM\nCMD [\"C:/a.exe\"]\n",
            "FROM mcr.microsoft.com/windows/servercore:ltsc2022\nCOPY a.exe C:/a.exe\nCMD [\"C:/a.exe\"]\n",
        ),
        fixes(
            "FROM mcr.microsoft.com/windows/nanoserver:ltsc2022\n# Ends at once.\nSTOPSIGNAL 9\n",
            "FROM mcr.microsoft.com/windows/nanoserver:ltsc2022\n# Ends at once.\n",
        ),
        leaves("FROM nginx:1.29\nSTOPSIGNAL SIGQUIT\n"),
        leaves("FROM --platform=linux/amd64 acme/base:nanoserver\nSTOPSIGNAL SIGQUIT\n"),
        leaves(
            "FROM mcr.microsoft.com/windows/servercore:ltsc2022 AS build\nFROM alpine:3.22\nSTOPSIGNAL SIGQUIT\n",
        ),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let is_of_windows = |it: &Step<'_>| {
        it.is(StepKind::Stopsignal) && it.stage().is_some_and(|stage| stage.os() == Os::Windows)
    };
    for step in file.steps().filter(is_of_windows) {
        let message = "Windows sends no signals";
        out.judge(step, Safety::Checked, message, |case| {
            case.evidence("no container of Windows is stopped by a signal")
                .declare(Effect::removed(step))
                .fix(|edit| edit.remove_instruction_lifting_comments(step));
            Ok(())
        });
    }
}
