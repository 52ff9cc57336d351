//! `yarn cache clean`.

use dfix_engine::{
    Case, Findings, Group, OpenCondition, Phase, Remedy, Rule, Severity, fixes, leaves, remedy,
    reports,
};
use dfix_model::context::Answer;
use dfix_model::path::has_ending;
use dfix_model::{Command, Model, Mount, PackageCommand, PackageManager, Stage, Step, Word};

use crate::cleaning::Cleaning;

pub(crate) const RULE: Rule = Rule {
    id: "yarn-cache-clean",
    aliases: &["DL3060"],
    groups: &[Group::Size],
    severity: Severity::Advice,
    summary: "let each `RUN` that installs with Yarn 1 end with `yarn cache clean`",
    why: "Yarn keeps each package that it downloads. In an image nobody reads them again.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM node:22\nCOPY package.json yarn.lock ./\nRUN yarn install\n",
            "FROM node:22\nCOPY package.json yarn.lock ./\nRUN yarn install && yarn cache clean\n",
        )
        .that_says("it is Yarn 1"),
        fixes(
            "FROM node:22\nCOPY . .\nRUN yarn --frozen-lockfile && yarn build\n",
            "FROM node:22\nCOPY . .\nRUN yarn --frozen-lockfile && yarn build && yarn cache clean\n",
        )
        .with_context(&[("package.json", "{}")]),
        // Later versions may keep there what the application runs by.
        leaves("FROM node:22\nRUN yarn -v && yarn --help\n"),
        leaves("FROM node:22\nCOPY . .\nRUN yarn\n").that_says("whether it is Yarn 1"),
        // Where not even package.json lies, the build context is another folder.
        leaves("FROM node:22\nCOPY . .\nRUN yarn install\n")
            .with_context(&[("README.md", "")])
            .that_says("whether it is Yarn 1"),
        leaves("FROM node:22\nCOPY package.json yarn.lock ./\nRUN corepack enable && yarn install\n"),
        leaves("FROM node:22\nCOPY package.json yarn.lock ./\nRUN npm i -g yarn@4 && yarn install\n")
            .that_says("whether it is Yarn 1"),
        leaves("FROM node:22\nCOPY package.json yarn.lock ./\nRUN yarn set version stable && yarn install\n")
            .that_says("whether it is Yarn 1"),
        leaves("FROM node:22\nCOPY package.json yarn.lock ./\nRUN --mount=type=bind,target=/app yarn install\n")
            .that_says("whether it is Yarn 1"),
        leaves("FROM node:22\nCOPY . .\nRUN yarn install\n")
            .with_context(&[("package.json", "{\"packageManager\": \"yarn@3.6.0\"}")])
            .that_says("whether it is Yarn 1"),
        reports("FROM node:22\nCOPY . .\nRUN yarn install\n", "later Yarn")
            .with_context(&[("package.json", "{}"), (".yarnrc.yml", "nodeLinker: pnp\n")]),
        leaves("FROM node:20\nRUN git clone https://github.com/x/y . && yarn install\n")
            .with_context(&[("README.md", "")])
            .that_says("whether it is Yarn 1"),
        leaves("FROM node:20\nADD https://example.com/x.tgz /x\nRUN tar xf /x && yarn install\n")
            .with_context(&[("README.md", "")])
            .that_says("whether it is Yarn 1"),
        leaves("FROM node:22\nRUN yarn add a && yarn cache clean\nRUN yarn add b && rm -rf /usr/local/share/.cache\n"),
        leaves("FROM node:22\nRUN --mount=type=cache,target=/root/.cache/yarn yarn add a\n"),
        leaves("FROM node:22 AS build\nRUN yarn add a\nFROM nginx:1.27\nCOPY --from=build /x /x\n"),
    ],
};

const CACHE: Cleaning = Cleaning {
    family: (PackageManager::Yarn, "yarn"),
    programs: &["yarn", "yarnpkg"],
    of: &[],
    words: "cache clean",
    cleans: |it| {
        it.subcommand_is_one_of(&["cache"]) && it.command.args().any(|word| word.is("clean"))
    },
    only_shipped: true,
    more: Some(is_the_first),
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    CACHE.check(file, out);
}

/// That it is Yarn 1: later ones keep other things in their caches, and perhaps in the project, where the application runs by them.
fn is_the_first(yarn: &PackageCommand<'_>, case: &mut Case<'_>) -> Result<(), Remedy> {
    case.open(super::npm_cache_clean::offline(yarn));
    let stage = yarn.command.stage();
    let steps = || {
        stage
            .into_iter()
            .flat_map(Stage::base_chain)
            .flat_map(Stage::steps)
    };
    let names = steps().any(|step| {
        let later = [
            ".yarn/",
            ".yarnrc.yml",
            "corepack",
            "berry",
            "set version",
            "set-version",
        ];
        let is_other = |it: Word<'_>| it.mentions("yarn@") && !it.mentions("yarn@1");
        later.iter().any(|it| step.mentions(it))
            || (step.is_run() && step.commands().flat_map(Command::args).any(is_other))
    });
    let is_unknown = |it: Mount<'_>| it.kind() == "bind" && !it.target().is_some_and(is_list);
    let own = yarn.step().mounts().any(is_unknown);
    let project = || yarn.step().file().context().read("package.json");
    let asks = || matches!(project(), Answer::Found(text) if text.contains("\"yarn@") && !text.contains("\"yarn@1"));
    let names = names || own || asks();
    let settings = yarn.step().file().context().read(".yarnrc.yml");
    if let Answer::Found(_) = settings {
        return Err(remedy!(
            "`.yarnrc.yml` is of a later Yarn, which may keep in its cache what the application runs by"
        ));
    }
    let before = |it: &Step<'_>| it.index() <= yarn.step().index();
    let in_context = matches!(settings, Answer::Absent);
    let is_read = in_context && matches!(project(), Answer::Found(_));
    let is_known = steps().filter(before).all(|step| {
        brings_no_settings(step) || (is_read && !(step.is_run() && step.commands().any(clones)))
    });
    if names || !is_known {
        case.open(OpenCondition::new(
            "whether it is Yarn 1: later ones may keep in their cache what the application runs by",
            "see `yarn --version` in the project",
        ));
    } else {
        case.evidence("it is Yarn 1: nothing of the project says otherwise");
    }
    Ok(())
}

/// Whether a command fetches the sources of a project.
fn clones(command: Command<'_>) -> bool {
    command.is_one_of(&["git", "hg", "svn"])
}

/// Whether a step puts no settings of Yarn beside the project, as far as its words tell.
fn brings_no_settings(step: Step<'_>) -> bool {
    if step.is_run() {
        let fetches =
            |it: Command<'_>| clones(it) || it.is_one_of(&["curl", "tar", "unzip", "wget"]);
        return !step.commands().any(fetches) && step.mounts().next().is_none();
    }
    !step.is_copy_or_add() || step.sources().all(is_list)
}

/// Whether a word names a list of packages alone.
fn is_list(word: Word<'_>) -> bool {
    let name = word.value();
    name.is_some_and(|it| [".json", ".lock"].iter().any(|end| has_ending(it, end)))
}
