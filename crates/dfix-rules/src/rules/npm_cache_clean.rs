//! `npm cache clean`.

use dfix_engine::{
    Findings, Group, OpenCondition, Phase, Rule, Severity, fixes, leaves, remedy, reports,
};
use dfix_model::context::Answer;
use dfix_model::{Model, PackageCommand, PackageManager, Stage, Step, StepKind, Word};

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
        leaves("FROM node:22\nRUN npm ci\nENV NPM_CONFIG_OFFLINE=true\nCMD npm install\n")
            .that_says("speaks of being offline"),
        leaves("FROM node:22\nCOPY . .\nRUN npm ci\n")
            .with_context(&[(".npmrc", "offline=true\n")])
            .that_says("speaks of being offline"),
        reports(
            "FROM node:22\nRUN npm ci\nRUN npm install --offline a && rm -rf ~/.npm\n",
            "would fail",
        ),
        reports(
            "FROM node:22\nUSER node\nRUN npm ci\nRUN cat /home/node/.npm/_cacache/x\n",
            "would fail",
        ),
        fixes(
            "FROM node:22\nRUN useradd -m -d /srv/a a\nUSER a\nRUN npm ci\n",
            "FROM node:22\nRUN useradd -m -d /srv/a a\nUSER a\nRUN npm ci && npm cache clean --force\n",
        ),
        reports(
            "FROM node:22\nRUN npm i -g pnpm && npm rm -g npm\n",
            "npm is removed there",
        ),
        // The new npm may refuse this Node.js.
        leaves("FROM node:12\nRUN npm install -g npm@latest\nCMD [\"node\", \"x.js\"]\n")
            .that_says("whether the npm that is put in there runs"),
        leaves("FROM node:12\nRUN npm i -g npm@9\n")
            .that_says("whether the npm that is put in there runs"),
        fixes(
            "FROM node:12\nRUN npm i -g npm@6\n",
            "FROM node:12\nRUN npm i -g npm@6 && npm cache clean --force\n",
        ),
        leaves("FROM acme/node:1\nRUN npm ci\n").that_says("whether nothing needs `~/.npm`"),
        // The folder is another one by then.
        fixes(
            "FROM node:22\nRUN npm ci\nENV HOME=/h\nRUN npm ci\nRUN cat /h/.npm/_cacache/x\n",
            "FROM node:22\nRUN npm ci && npm cache clean --force\nENV HOME=/h\nRUN npm ci\nRUN cat /h/.npm/_cacache/x\n",
        )
        .that_says("would fail"),
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
    more: Some(|package, case| {
        if package.step().package_commands().any(|it| removes_npm(&it)) {
            return Err(remedy!(
                "npm is removed there: call `npm cache clean --force` before that"
            ));
        }
        let stage = package.command.stage();
        case.open(offline(package))
            .open(stage.and_then(|it| it.unfit_npm(package)));
        Ok(())
    }),
};

/// Whether npm is told to remove itself.
fn removes_npm(package: &PackageCommand<'_>) -> bool {
    const REMOVES: [&str; 6] = ["uninstall", "unlink", "remove", "rm", "r", "un"];
    let is_global = package.command.args().any(|it| {
        it.is("-g") || it.is("--global") || it.is("--location=global") || it.is("global")
    });
    package.manager == PackageManager::Npm
        && package.subcommand_is_one_of(&REMOVES)
        && is_global
        && package
            .command
            .args()
            .any(|it| it.is("npm") || !it.is_known())
}

/// Settings of npm and Yarn beside the Dockerfile.
const SETTINGS: [&str; 2] = [".npmrc", ".yarnrc"];

/// What is open where something else than a command's own words tells npm or Yarn to fetch nothing, and so to live by what is in
/// the cache.
pub(super) fn offline(package: &PackageCommand<'_>) -> Option<OpenCondition> {
    let stage = package.command.stage()?;
    let is_option = |it: Word<'_>| it.starts_with("--");
    let says = |step: &Step<'_>| {
        let mut commands = step.commands();
        (step.mentions("offline") || step.mentions("OFFLINE"))
            && (step.is(StepKind::Env)
                || commands.any(|it| {
                    let mut words = it.words().filter(|it| !is_option(*it));
                    words.any(|it| it.mentions("offline"))
                        || it
                            .assignments()
                            .any(|it| it.name().to_ascii_lowercase().contains("offline"))
                }))
    };
    let stages = stage.base_chain().skip(1).chain(stage.with_descendants());
    let step = stages.flat_map(Stage::steps).find(says);
    let context = package.step().file().context();
    let in_file =
        |it: &str| matches!(context.read(it), Answer::Found(text) if text.contains("offline"));
    let place = match step {
        Some(step) => Some(step.label()),
        None => SETTINGS
            .into_iter()
            .find(|it| in_file(it))
            .map(str::to_owned),
    };
    place.map(|place| {
        OpenCondition::new(
            format!("whether a later install needs the cache: {place} speaks of being offline"),
            "look at what is installed later, and from where",
        )
    })
}

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    CACHE.check(file, out);
}
