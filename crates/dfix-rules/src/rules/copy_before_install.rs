//! What dependencies are installed from is copied before the rest.

use dfix_engine::{Findings, Group, Phase, Rule, Safety, Severity, leaves, remedy, reports};
use dfix_model::{Command, Model, PackageCommand, PackageManager};

pub(crate) const RULE: Rule = Rule {
    id: "copy-before-install",
    aliases: &[],
    groups: &[Group::Speed],
    severity: Severity::Advice,
    summary: "copy what dependencies are installed from, install them, and copy the sources then",
    why: "Where all sources are copied first, each change of one of them has all dependencies installed again.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        reports(
            "FROM python:3.14\nWORKDIR /app\nCOPY . .\nRUN pip install --no-cache-dir -r requirements.txt\n",
            "`COPY requirements.txt`",
        ),
        reports(
            "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\n",
            "`COPY package.json`",
        ),
        leaves("FROM node:22\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\nRUN npm run build\n"),
        leaves(
            "FROM python:3.14\nCOPY . .\nRUN pip install . && pip install -e src && pip install flask\n",
        ),
        leaves("FROM node:22\nCOPY --from=build . .\nRUN npm ci\n"),
        leaves("FROM node:22\nCOPY . .\nRUN --mount=type=cache,target=/root/.npm npm ci\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages() {
        let mut installs = stage
            .build_commands()
            .filter_map(|it| Some((it, manifest(it)?)));
        let Some((command, manifest)) = installs.next() else {
            continue;
        };
        let step = command.step();
        let copy = stage
            .copies()
            .find(|it| it.copies_whole_context() && it.index() < step.index());
        let has_cache = step.mounts().any(|it| it.kind() == "cache");
        let Some(copy) = copy.filter(|_| !has_cache && !step.is_onbuild()) else {
            continue;
        };
        let message = format!(
            "all sources are copied before `{}` installs dependencies",
            command.name()
        );
        out.judge(copy, Safety::Safe, message, |_| {
            Err(remedy!(
                "`COPY {manifest}` before it, with its lock file and what its scripts need, install then, and copy the rest \
                 after that"
            ))
        });
    }
}

/// The file that a command installs dependencies from, and nothing else.
fn manifest(command: Command<'_>) -> Option<&str> {
    let install = PackageCommand::of(command).filter(|it| it.step().is_run())?;
    if !install.is_install() || !install.packages().is_empty() || command.is_of_script() {
        return None;
    }
    if install.installs_node_project() {
        return Some("package.json");
    }
    match install.manager {
        PackageManager::Pip | PackageManager::Uv => {
            let is_local =
                install.editables().next().is_some() || !install.local_projects().is_empty();
            let file = install.requirement_files().next()?;
            file.text().filter(|_| !is_local)
        }
        PackageManager::Bundler => Some("Gemfile"),
        _ => None,
    }
}
