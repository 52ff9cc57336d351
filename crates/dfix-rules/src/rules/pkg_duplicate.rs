//! Packages that one command names twice.

use std::collections::BTreeSet;

use dfix_engine::{Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves};
use dfix_model::{Model, PackageCommand, PackageSpec, Word};

pub(crate) const RULE: Rule = Rule {
    id: "pkg-duplicate",
    aliases: &[],
    groups: &[Group::Correctness],
    severity: Severity::Advice,
    summary: "name each package once in a command",
    why: "The second one does nothing: it is a leftover, or another package was meant.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nRUN apt-get install -y curl git curl\n",
            "FROM debian:12\nRUN apt-get install -y curl git\n",
        ),
        fixes(
            "FROM alpine:3.22\nRUN apk add --no-cache \\\n    curl \\\n    git \\\n    curl \\\n    make\n",
            "FROM alpine:3.22\nRUN apk add --no-cache \\\n    curl \\\n    git \\\n    make\n",
        ),
        fixes(
            "FROM fedora:42\nRUN dnf install -y a b a && zypper in -n c c c\n",
            "FROM fedora:42\nRUN dnf install -y a b && zypper in -n c\n",
        ),
        leaves("FROM debian:12\nRUN apt-get install -y curl git && apt-get install -y curl\n"),
        leaves("FROM debian:12\nRUN apt-get install -y curl curl- curl\n"),
        leaves("FROM debian:12\nRUN apt-get install -y a=1 a libc6:i386 libc6\n"),
        leaves("FROM debian:12\nRUN apt-get install -y $A $A && pip install a a\n"),
        leaves("FROM debian:12\nRUN apt-get install -y a/sid -t a a && apk add -t x x\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for step in file.steps().filter(|it| it.is_run()) {
        let installs = step
            .package_commands()
            .filter(|it| it.is_of_system() && it.is_install());
        for install in installs {
            let again = named_again(&install);
            let Some(first) = again.first() else { continue };
            let mut names: Vec<String> = again.iter().map(|it| it.word.shortened()).collect();
            names.sort();
            names.dedup();
            let (names, verb) = (
                names.join("`, `"),
                if names.len() == 1 { "is" } else { "are" },
            );
            let message = format!("`{names}` {verb} named more than once");
            out.judge(first.word, Safety::Safe, message, |case| {
                case.declare(Effect::arguments_of(install.command))
                    .fix(|edit| edit.remove_words(again.iter().map(|it| it.word)));
                Ok(())
            });
        }
    }
}

/// What the command names again, each with all that it says.
fn named_again<'m>(install: &PackageCommand<'m>) -> Vec<PackageSpec<'m>> {
    let mut seen = BTreeSet::new();
    let packages = install.packages();
    // apt takes `curl-` away, and zypper `-curl`: what such words do hangs on their order.
    let takes_away = |it: Word<'_>| {
        let text = it.literal_prefix();
        text.ends_with('-') || text.starts_with(['-', '!', '~'])
    };
    if install.operands().any(takes_away) {
        return Vec::new();
    }
    let again = packages
        .into_iter()
        .filter(|it| it.word.value().is_some_and(|text| !seen.insert(text)));
    again.collect()
}
