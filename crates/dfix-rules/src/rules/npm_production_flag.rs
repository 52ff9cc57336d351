//! `--omit=dev` for what npm calls deprecated.

use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Rule, Safety, Severity, fixes, leaves, remedy,
    reports,
};
use dfix_model::packages::{OptionUse, OptionValue};
use dfix_model::{Model, PackageManager};

use crate::base::chosen_image;

pub(crate) const RULE: Rule = Rule {
    id: "npm-production-flag",
    aliases: &[],
    groups: &[Group::Deprecated],
    severity: Severity::Advice,
    summary: "say `--omit=dev` to npm, and not `--production` or `--only=prod`",
    why: "Since npm 7 these are deprecated, and each use of them ends in a warning.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM node:22\nRUN npm ci --production && npm install -g a\n",
            "FROM node:22\nRUN npm ci --omit=dev && npm install -g a\n",
        ),
        fixes(
            "FROM node:22\nRUN npm i --only=prod --no-audit && npm prune --production=true\n",
            "FROM node:22\nRUN npm i --omit=dev --no-audit && npm prune --omit=dev\n",
        ),
        fixes(
            "FROM node:22\nRUN npm ci --only production\n",
            "FROM node:22\nRUN npm ci --omit=dev\n",
        ),
        leaves(
            "FROM node:22\nRUN npm ci --production=false && npm i --only=dev && npm ci --omit=dev\n",
        ),
        // The next word is its value.
        reports(
            "FROM node:22\nRUN npm ci --production true\n",
            "takes the next word for its value",
        ),
        reports(
            "FROM node:22\nRUN npm install --production false --no-audit\n",
            "takes the next word for its value",
        ),
        leaves("FROM node:22\nRUN npm ci --production --omit=dev\n"),
        leaves("FROM node:12\nRUN npm ci --production\n"),
        leaves("FROM acme/base:3\nRUN npm ci --production\n")
            .that_says("whether the npm of this image is 7"),
        leaves("FROM node:22\nRUN npm ci --production --include=dev\n"),
        leaves("FROM node:22\nRUN . /nvm.sh && nvm install 12 && npm ci --production\n")
            .that_says("whether the npm of this image is 7"),
        leaves("FROM node:22\nRUN npm i -g n && n 12 && npm ci --production\n")
            .that_says("whether the npm of this image is 7"),
        leaves("ARG V=22\nFROM node:$V\nRUN npm ci --production\n")
            .that_says("whether every build takes the image"),
        leaves("FROM node:22\nRUN yarn install --production && npm run build --production\n"),
        leaves("FROM node:22\nCMD npm ci --production\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages() {
        for npm in stage.package_commands(PackageManager::Npm) {
            let is_one = npm.is_install() || npm.subcommand_is_one_of(&["prune"]);
            if !is_one
                || !npm.step().is_run()
                || npm.has_flag("--omit")
                || npm.has_flag("--include")
            {
                continue;
            }
            let mut options = npm.options().filter(says_production);
            let (Some(option), None) = (options.next(), options.next()) else {
                continue;
            };
            let version = stage.npm_version(&npm);
            if version.is_some_and(|it| it < 7) {
                continue;
            }
            let message = format!("`{}` is deprecated", option.name);
            let mut words = npm.command.args();
            words.find(|it| it.range() == option.word.range());
            let next = words.next().filter(|_| option.value.is_none());
            out.judge(option.word, Safety::Safe, message, |case| {
                if next.is_some_and(|it| it.is("true") || it.is("false")) {
                    return Err(remedy!(
                        "npm takes the next word for its value: say `--omit=dev` for `true`, `--include=dev` for `false`"
                    ));
                }
                case.open(chosen_image(stage))
                    .open(version.is_none().then(|| {
                        OpenCondition::new(
                            "whether the npm of this image is 7 or later, and knows `--omit`",
                            "look with `npm --version` there",
                        )
                    }))
                    .evidence(
                        version.map(|_| "npm is 7 or later, where both do the same".to_owned()),
                    )
                    .declare(Effect::arguments_of(npm.command))
                    .fix(|edit| {
                        edit.replace_word(option.word, "--omit=dev");
                        let value = option.value.map(|it| it.word);
                        if let Some(value) = value.filter(|it| it.range() != option.word.range()) {
                            edit.remove_word(value);
                        }
                    });
                Ok(())
            });
        }
    }
}

/// Whether an option says that what is only for development is not installed, in the old way.
fn says_production(option: &OptionUse<'_>) -> bool {
    let value = option.value.map(OptionValue::text);
    match (option.name, value) {
        ("--production" | "--prod", None) => option.word.is_known(),
        ("--production" | "--prod", Some(value)) => value == Some("true"),
        ("--only", Some(Some(value))) => matches!(value, "prod" | "production"),
        _ => false,
    }
}
