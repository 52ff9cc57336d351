//! `npm cache clean`.

use dfix_engine::{Findings, Group, Phase, Rule, Severity, fixes, leaves, reports};
use dfix_model::{Model, PackageManager};

use crate::cleaning::Cleaning;

pub(crate) const RULE: Rule = Rule {
    id: "npm-cache-clean",
    aliases: &[],
    groups: &[Group::Size],
    severity: Severity::Advice,
    summary: "let each `RUN` that installs with npm end with `npm cache clean --force`",
    why: "npm keeps each package that it downloads. In an image nobody reads them again.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM node:22\nCOPY package*.json ./\nRUN npm ci\n",
            "FROM node:22\nCOPY package*.json ./\nRUN npm ci && npm cache clean --force\n",
        ),
        fixes(
            "FROM node:22\nRUN npm i -g pm2 \\\n && pm2 ping\n",
            "FROM node:22\nRUN npm i -g pm2 \\\n && npm cache clean --force \\\n && pm2 ping\n",
        ),
        leaves(
            "FROM node:22\nRUN npm ci && npm cache clean --force\nRUN npm i a && rm -rf /root/.npm\n",
        ),
        leaves("FROM node:22\nRUN --mount=type=cache,target=/root/.npm npm ci\n"),
        leaves("FROM node:22\nRUN npm ci --cache /tmp/npm && npm run build\n"),
        leaves("FROM node:22 AS build\nRUN npm ci\nFROM nginx:1.27\nCOPY --from=build /x /x\n"),
        reports(
            "FROM node:22\nRUN npm ci\nRUN npm install --offline a && rm -rf ~/.npm\n",
            "would fail",
        ),
    ],
};

const CACHE: Cleaning = Cleaning {
    family: (PackageManager::Npm, "npm"),
    programs: &["npm"],
    of: &[],
    words: "cache clean --force",
    cleans: |it| {
        it.subcommand_is_one_of(&["cache"]) && it.command.args().any(|word| word.is("clean"))
    },
    only_shipped: true,
    more: None,
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    CACHE.check(file, out);
}
