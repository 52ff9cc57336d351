//! Packages are installed in a version that the file says.

use dfix_catalogue::{PackageWord, package_options};
use dfix_engine::{Findings, Group, Phase, Rule, Safety, Severity, leaves, remedy, reports};
use dfix_model::{Model, PackageCommand, PackageManager, PackageSpec, SpecKind, Step, StepKind};

pub(crate) const RULE: Rule = Rule {
    id: "package-unpinned",
    aliases: &[
        "DL3008", "DL3013", "DL3016", "DL3018", "DL3028", "DL3033", "DL3037", "DL3041", "DL3062",
    ],
    groups: &[Group::Correctness],
    severity: Severity::Advice,
    summary: "say the version of each package that is installed",
    why: "Without it the same file builds another image tomorrow, and nobody can go back to what worked. As for hadolint a \
          condition (`>=2`), a constraints file or a tag of npm is a version. Groups, patterns of zypper, what a variable \
          holds and what `go` takes from the module of the project are left alone.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        reports(
            "FROM debian:12\nRUN apt-get update && apt-get install -y -t stable curl git=1:2.39.*\n",
            "`curl` is installed in whatever version there is",
        ),
        reports(
            "FROM python:3.12\nRUN python -m pip install -U flask six==1 'b>=2'\n",
            "`flask==…`",
        ),
        reports(
            "FROM python:3.12\nRUN pip install git+https://git@example.org/a/b && pipx install black\n",
            "a/b@REF`",
        ),
        reports(
            "FROM node:22\nRUN npm i -g @acme/cli yarn@1 acme/b#v1\n",
            "`@acme/cli@…`",
        ),
        reports(
            "FROM alpine:3.22\nRUN apk add -t .deps jq~=1.7 curl tool@edge\n",
            "`curl` and `tool@edge`",
        ),
        reports(
            "FROM ruby:3.4\nRUN gem install --no-document rails\n",
            "`rails:…`",
        ),
        reports(
            "FROM fedora:42\nRUN dnf install -y gcc-c++ git-2.49.0\n",
            "`gcc-c++-…`",
        ),
        reports(
            "FROM fedora:42\nRUN dnf module install -y nodejs\n",
            "`nodejs:…`",
        ),
        reports(
            "FROM opensuse/leap:15.6\nRUN zypper in -y git 'vim>9'\n",
            "`git=…`",
        ),
        reports(
            "FROM golang:1.24\nRUN go install example.org/a@latest\n",
            "`example.org/a@…`",
        ),
        leaves(
            "FROM debian:12\nARG V\nRUN apt-get install -y a=$V b/stable ./c.deb $PACKAGES d- e^\n",
        ),
        leaves(
            "FROM python:3.12\nRUN pip install -r r.txt six && pip install -c c.txt six && pip install . six\n",
        ),
        leaves(
            "FROM python:3.12\nRUN pip install a/b c.whl git+https://example.org/a@v1 \"a @ https://example.org/a\"\n",
        ),
        leaves("FROM python:3.12\nENV PIP_CONSTRAINT=/c.txt\nRUN pip install six\n"),
        leaves(
            "FROM node:22\nRUN npm install && npm ci && npm i ./a b.tgz git+https://example.org/a#v1 c@latest\n",
        ),
        leaves(
            "FROM ruby:3.4\nRUN gem install rails -v 8 && gem install a.gem rake:13 && gem update\n",
        ),
        leaves(
            "FROM fedora:42\nRUN dnf group install -y tools && dnf install -y @a a-1.2*.fc42 java-21-openjdk https://a.org/b.rpm\n",
        ),
        leaves(
            "FROM golang:1.24\nCOPY . .\nRUN go install example.org/a && go get ./... && go run . && go install cmd/vet\n",
        ),
        leaves("FROM golang:1.24\nRUN wget https://example.org/main.go && go run main.go\n"),
        leaves("FROM debian:12\nRUN apt-get install -y --dry-run curl && apt-get remove curl\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for command in file.commands().filter_map(PackageCommand::of) {
        let unpinned: Vec<PackageSpec<'_>> = named(&command)
            .into_iter()
            .filter(|it| is_unpinned(&command, it))
            .collect();
        let Some(first) = unpinned.first() else {
            continue;
        };
        let texts: Vec<String> = unpinned
            .iter()
            .map(|it| format!("`{}`", it.word.literal_prefix()))
            .collect();
        let (all, is) = match texts.as_slice() {
            [one] => (one.clone(), "is"),
            [one, other] => (format!("{one} and {other}"), "are"),
            [one, rest @ ..] => (format!("{one} and {} more", rest.len()), "are"),
            [] => continue,
        };
        let message = format!("{all} {is} installed in whatever version there is");
        out.judge(command, Safety::Safe, message, |_| {
            Err(remedy!("write `{}`", pinned(&command, first)))
        });
    }
}

/// The packages that a command installs from an index, where nothing else says their versions.
fn named<'m>(command: &PackageCommand<'m>) -> Vec<PackageSpec<'m>> {
    use PackageManager::{Apk, Apt, Dnf, Gem, Go, Npm, Pip, Pipx, Uv, Zypper};
    let is_run = command.manager == Go && command.subcommand_is_one_of(&["run"]);
    if !command.is_install() && !is_run {
        return Vec::new();
    }
    let has = |option: &str| command.has_flag(option);
    let is_said = match command.manager {
        Pip | Uv => {
            let variables = ["PIP_CONSTRAINT", "UV_CONSTRAINT", "PIP_NO_INDEX"];
            let stage = command.command.stage();
            command.requirement_files().next().is_some()
                || command.constraint_files().next().is_some()
                || command.operands().any(|it| it.is("."))
                || has("--no-index")
                || variables
                    .iter()
                    .any(|it| stage.is_some_and(|stage| stage.env_at(command, it).is_set()))
        }
        Pipx => !command.subcommand_is_one_of(&["install"]) || has("--spec"),
        Gem => has("--version") || has("-v"),
        Dnf => {
            !command.subcommand_is_one_of(&["install", "in"])
                || command
                    .command
                    .args()
                    .any(|it| ["group", "groups"].iter().any(|name| it.is(name)))
        }
        Zypper => command
            .values_of(&["-t", "--type"])
            .any(|it| it.literal_prefix != "package"),
        Go => !command.subcommand_is_one_of(&["get"]) && may_have_module(command),
        Apt | Apk | Npm => false,
        _ => true,
    };
    let family = match command.manager {
        Apt => "apt",
        Apk => "apk",
        Dnf => "dnf",
        Npm => "npm",
        Zypper => "zypper",
        _ => "",
    };
    if is_said || package_options(family, PackageWord::DoesNothing).any(has) {
        return Vec::new();
    }
    let mut packages = command.packages();
    if is_run {
        packages.truncate(1);
    }
    packages
}

/// Whether there may be a module of Go, whose `go.mod` says the versions of what is named without one.
fn may_have_module(command: &PackageCommand<'_>) -> bool {
    let Some(stage) = command.command.stage() else {
        return true;
    };
    let is_before = |it: &Step<'_>| it.index() <= command.step().index();
    let mut steps = stage
        .base_chain()
        .flat_map(dfix_model::Stage::steps)
        .filter(is_before);
    steps.any(|it| match it.kind() {
        StepKind::Copy | StepKind::Add => true,
        StepKind::Run => {
            it.mounts().next().is_some()
                || ["go.mod", "go mod", "git clone"]
                    .iter()
                    .any(|text| it.mentions(text))
        }
        _ => false,
    })
}

/// Whether a package's version is left open.
fn is_unpinned(command: &PackageCommand<'_>, package: &PackageSpec<'_>) -> bool {
    use PackageManager::{Apk, Apt, Dnf, Gem, Go, Npm, Pip, Pipx, Uv, Zypper};
    let Some(text) = package.word.value() else {
        return false;
    };
    match (command.manager, package.kind) {
        // What stands before the host is a user.
        (Pip | Pipx | Uv, SpecKind::Vcs) => {
            let rest = text.split_once("://").map_or(text, |it| it.1);
            !rest
                .rsplit_once('@')
                .is_some_and(|(before, _)| before.contains('/'))
        }
        (Npm, SpecKind::Vcs) => !text.contains('#'),
        (_, SpecKind::Path | SpecKind::Url | SpecKind::Vcs | SpecKind::Unknown) => false,
        // `a-` is removed, and `a^` is a task.
        (Apt, _) => !package.has_version() && !text.ends_with(['-', '^']),
        (Apk, _) => !text.starts_with('!') && !text.contains(['=', '~', '<', '>']),
        (Dnf | Zypper, _) => {
            !text.starts_with(['@', '-', '!', '+']) && !says_version(command, text)
        }
        (Gem, _) => !text.contains(':'),
        (Go, _) => match text.split_once('@') {
            Some((_, version)) => ["latest", "none", "patch", "upgrade"].contains(&version),
            // What has no point before its first slash is the project's own, or Go's.
            None => text
                .find('/')
                .is_some_and(|slash| text[..slash].contains('.')),
        },
        _ => !package.has_version(),
    }
}

/// Whether the name of an RPM says a version: `git-2.49.0-1`, `git = 2`; of a module its stream.
fn says_version(command: &PackageCommand<'_>, text: &str) -> bool {
    if is_module(command) {
        return text.contains(':');
    }
    let mut parts = text.split('-').skip(1);
    text.contains(['=', '<', '>', '(', ':'])
        || parts.any(|it| it.starts_with(|sign: char| sign.is_ascii_digit()))
}

fn is_module(command: &PackageCommand<'_>) -> bool {
    command.manager == PackageManager::Dnf && command.command.args().any(|it| it.is("module"))
}

/// How the package is written with a version.
fn pinned(command: &PackageCommand<'_>, package: &PackageSpec<'_>) -> String {
    use PackageManager::{Dnf, Gem, Go, Npm, Pip, Pipx, Uv};
    let text = package.word.literal_prefix();
    match (command.manager, package.kind) {
        (Pip | Pipx | Uv, SpecKind::Vcs) => {
            format!("{}@REF", text.split('#').next().unwrap_or(text))
        }
        (Npm, SpecKind::Vcs) => format!("{text}#REF"),
        (Pip | Pipx | Uv, _) => format!("{text}==…"),
        (Npm, _) => format!("{text}@…"),
        (Go, _) => format!("{}@…", text.split('@').next().unwrap_or(text)),
        (Gem, _) => format!("{text}:…"),
        (Dnf, _) if is_module(command) => format!("{text}:…"),
        (Dnf, _) => format!("{text}-…"),
        _ => format!("{text}=…"),
    }
}
