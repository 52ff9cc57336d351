//! An image holds what the application runs with, not what it is developed with.

use dfix_catalogue::{PackageWord, is_named_for_development, package_options};
use dfix_engine::{Findings, Group, Phase, Rule, Safety, Severity, leaves, reports};
use dfix_model::{Model, PackageCommand, PackageManager, Stage};

pub(crate) const RULE: Rule = Rule {
    id: "dev-dependencies-in-final",
    aliases: &[],
    groups: &[Group::Size],
    severity: Severity::Advice,
    summary: "ship what the application runs with, without what it is developed with",
    why: "Test tools, compilers and type definitions are often most of the packages: more to pull, and more that has faults.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        reports(
            "FROM node:22\nCOPY . .\nRUN npm ci\nCMD [\"node\", \"a.js\"]\n",
            "`--omit=dev`",
        ),
        reports(
            "FROM python:3.14\nRUN pip install -r requirements-dev.txt\nCMD [\"python\", \"a.py\"]\n",
            "`requirements-dev.txt`",
        ),
        leaves("FROM node:22\nCOPY . .\nRUN npm ci --omit=dev\nCMD [\"node\", \"a.js\"]\n"),
        leaves(
            "FROM node:22\nENV NODE_ENV=production\nCOPY . .\nRUN npm ci\nCMD [\"node\", \"a.js\"]\n",
        ),
        leaves(
            "FROM node:22\nCOPY . .\nRUN npm ci && npm run build && npm prune --omit=dev\nCMD [\"node\", \"a.js\"]\n",
        ),
        leaves("FROM node:22 AS build\nRUN npm ci\nFROM nginx:1.29\nCOPY --from=build /a /a\n"),
        leaves("FROM node:22\nCOPY . .\nRUN npm ci\nCMD [\"npm\", \"test\"]\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    if file.is_for_development() {
        return;
    }
    for stage in file.targets().filter(|it| !works_with_them(*it)) {
        for install in stage.commands().filter_map(PackageCommand::of) {
            if !install.step().is_run() || install.step().is_onbuild() {
                continue;
            }
            let Some((what, way_out)) = developing(stage, &install) else {
                continue;
            };
            let message = format!("{what} installs what the application is developed with");
            out.judge(install.command, Safety::Safe, message, |_| {
                Err(way_out.into())
            });
        }
    }
}

/// What a command installs for developers, and what to do.
fn developing(stage: Stage<'_>, install: &PackageCommand<'_>) -> Option<(String, String)> {
    if install.is_install() && install.manager == PackageManager::Pip {
        let mut files = install.requirement_files();
        let file = files.find_map(|it| it.text().filter(|it| is_named_for_development(it)))?;
        return Some((
            format!("`{file}`"),
            format!(
                "install what the application runs with alone, and `{file}` in a stage for the tests"
            ),
        ));
    }
    if !install.installs_node_project() {
        return None;
    }
    let mut says = ["npm", "yarn", "pnpm"]
        .into_iter()
        .flat_map(|it| package_options(it, PackageWord::SaysKinds));
    let is_set = |name: &str| stage.env_at(install.command, name).is_set();
    if says.any(|it| install.has_flag(it)) || is_set("NODE_ENV") || is_set("NPM_CONFIG_PRODUCTION")
    {
        return None;
    }
    let prunes = |it: PackageCommand<'_>| it.subcommand_is_one_of(&["prune", "autoclean", "focus"]);
    let leaves_them = !stage.commands().filter_map(PackageCommand::of).any(prunes);
    leaves_them.then(|| {
        (
            format!("`{} {}`", install.program_name(), install.subcommand_text()),
            "pass `--omit=dev` (`--prod` with pnpm, `--production` with yarn 1); where a build needs them, build in a stage \
             of its own and copy the result"
                .to_owned(),
        )
    })
}

/// Whether what is started may be what they are for: tests, a development server, a script that is not known.
fn works_with_them(stage: Stage<'_>) -> bool {
    let runtime = stage.runtime();
    let mut processes = runtime.processes();
    runtime.is_silent()
        || processes.any(|it| {
            let name = it.command.name();
            let is_script = matches!(name, "npm" | "yarn" | "pnpm" | "npx");
            is_script || dfix_catalogue::programs::serves_development(name, &it.known_args())
        })
}
