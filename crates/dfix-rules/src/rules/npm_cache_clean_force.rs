//! `--force` for `npm cache clean`.

use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Rule, Safety, Severity, fixes, leaves,
};
use dfix_model::context::Answer;
use dfix_model::{Command, Model, PackageManager, Stage};

pub(crate) const RULE: Rule = Rule {
    id: "npm-cache-clean-force",
    aliases: &[],
    groups: &[Group::Broken],
    severity: Severity::Error,
    summary: "pass `--force` to `npm cache clean`",
    why: "Since npm 5 the command cleans nothing without it, and ends with an error.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM node:22\nRUN npm ci && npm cache clean\n",
            "FROM node:22\nRUN npm ci && npm cache clean --force\n",
        ),
        fixes(
            "FROM node:22\nRUN npm install -g a; sudo npm cache clear\n",
            "FROM node:22\nRUN npm install -g a; sudo npm cache clear --force\n",
        ),
        fixes(
            "FROM acme/app:3\nRUN npm i -g a && npm cache clean\n",
            "FROM acme/app:3\nRUN npm i -g a && npm cache clean --force\n",
        ),
        leaves(
            "FROM node:22\nRUN npm cache clean --force; npm cache clean -f; npm --force cache clean\n",
        ),
        leaves("FROM node:6\nRUN npm cache clean\n"),
        leaves("FROM node:22\nRUN npm cache clean && npm run build || true\n")
            .that_says("nobody has seen"),
        leaves("FROM node:22\nRUN npm cache clean; npm run build\n").that_says("nobody has seen"),
        leaves("FROM node:22\nRUN npm config set force true && npm cache clean\n").with_unsafe(),
        leaves("FROM node:22\nCOPY . .\nRUN npm cache clean\n")
            .with_context(&[(".npmrc", "force=true\n")])
            .with_unsafe(),
        leaves("FROM node:22\nRUN npm cache verify && npm clean && yarn cache clean\n"),
        leaves("FROM node:22\nENV NPM_CONFIG_FORCE=true\nRUN npm cache clean\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages() {
        for npm in stage.package_commands(PackageManager::Npm) {
            let mut cleans = npm.operands().filter(|it| it.is("clean") || it.is("clear"));
            let clean = cleans
                .next()
                .filter(|_| npm.subcommand_is_one_of(&["cache"]));
            let Some(clean) = clean.filter(|_| npm.step().is_run()) else {
                continue;
            };
            let is_forced = npm.has_flag("--force")
                || npm.has_flag("-f")
                || npm.may_take_more()
                || ["NPM_CONFIG_FORCE", "npm_config_force"]
                    .iter()
                    .any(|it| stage.env_at(&npm, it).is_set());
            // Before npm 5 it cleans without.
            let is_forced = is_forced || is_forced_by_settings(stage, npm.command);
            if is_forced || stage.npm_version(&npm).is_some_and(|it| it < 5) {
                continue;
            }
            let message = "`npm cache clean` cleans nothing without `--force`";
            out.judge(npm.subcommand(), Safety::Safe, message, |case| {
                case.evidence("it fails since npm 5, and before that the option changes nothing")
                    .open((!npm.command.stops_the_build()).then(|| {
                        OpenCondition::new(
                            "whether it, and what follows, may run: as the command fails today, and nothing stops the build, \
                             nobody has seen what they do",
                            "see what the rest of the `RUN` does",
                        )
                    }))
                    .declare(Effect::arguments_of(npm.command))
                    .fix(|edit| edit.insert_word_after(clean, "--force"));
                Ok(())
            });
        }
    }
}

/// Whether the settings that are beside the Dockerfile, or that a command before makes, force it already.
fn is_forced_by_settings(stage: Stage<'_>, clean: Command<'_>) -> bool {
    let settings = stage.file().context().read(".npmrc");
    let in_file = matches!(settings, Answer::Found(text) if text.contains("force"));
    let mut before = stage.base_chain().flat_map(Stage::build_commands);
    in_file
        || before.any(|it| {
            let is_setting = it.is("npm") && it.has_arg("config");
            it.range().start() < clean.range().start()
                && (is_setting || it.redirects().next().is_some())
                && it.words().any(|word| word.mentions("force"))
        })
}
