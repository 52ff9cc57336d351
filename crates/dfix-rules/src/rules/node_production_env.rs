//! Settings for production in the image of a Node application.

mod descendants;
mod effects;
mod start;

use dfix_catalogue::{Ecosystem, PackageMark, package_is};
use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Rule, Safety, Severity, env_source, fixes,
    leaves,
};
use dfix_model::catalogue::Variant;
use dfix_model::project::{DependencyKind, NodeProject, PackageJson, SourcesName};
use dfix_model::{CallSite, EnvValue, Model, Stage};

use crate::base;
use descendants::may_build;
use start::{NODE_ENV, Start, asks};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    id: "node-production-env",
    aliases: &[],
    groups: &[Group::Practices, Group::Correctness],
    severity: Severity::Warning,
    summary: "set `NODE_ENV=production` in the image of a Node application",
    why: "Express and many other packages keep caches off, and tell callers of their errors, unless \
          `NODE_ENV` is `production`. The variable is set after the last step that may install or build \
          something, because npm and yarn leave out devDependencies where they see it. What starts a \
          development server, by its name or by its script in package.json, is left alone. What the \
          application itself asks `NODE_ENV` for is looked up in its sources.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM node:22\nWORKDIR /app\nCOPY package.json ./\nRUN npm install\nCOPY . .\nCMD [\"npm\", \"start\"]\n",
            "FROM node:22\nWORKDIR /app\nCOPY package.json ./\nRUN npm install\nENV NODE_ENV=production\nCOPY . .\nCMD [\"npm\", \"start\"]\n",
        )
        .with_context(&[
            ("package.json", "{\"scripts\": {\"start\": \"node server.js\"}}"),
            ("server.js", "require('http')\n"),
        ])
        .that_says("`npm start` runs `node server.js`"),
        // The build needs its tools: only what comes after it is told.
        fixes(
            "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci\nRUN npm run build\nRUN chown -R node /app\nUSER node\nCMD [\"node\", \"dist/main.js\"]\n",
            "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci\nRUN npm run build\nENV NODE_ENV=production\nRUN chown -R node /app\nUSER node\nCMD [\"node\", \"dist/main.js\"]\n",
        )
        .with_context(&[
            ("package.json", "{\"devDependencies\": {\"typescript\": \"5\"}}"),
            ("src/main.ts", "import http from 'http'\n"),
            ("webpack.config.js", "module.exports = { mode: process.env.NODE_ENV }\n"),
        ])
        .that_says("none of the 1 source files beside package.json asks for NODE_ENV"),
        // Nothing is installed or built in the stage that is shipped.
        fixes(
            "FROM node:22 AS build\nCOPY . .\nRUN npm ci && npm run build\n\nFROM node:22-slim\nWORKDIR /app\nCOPY package.json ./\nCOPY --from=build /dist ./dist\nCMD [\"node\", \"dist/main.js\"]\n",
            "FROM node:22 AS build\nCOPY . .\nRUN npm ci && npm run build\n\nFROM node:22-slim\nENV NODE_ENV=production\nWORKDIR /app\nCOPY package.json ./\nCOPY --from=build /dist ./dist\nCMD [\"node\", \"dist/main.js\"]\n",
        )
        .with_context(&[("package.json", "{}"), ("src/main.ts", "")]),
        fixes(
            "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN yarn\nCMD yarn start\n",
            "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN yarn\nENV NODE_ENV=production\nCMD yarn start\n",
        )
        .with_unsafe()
        .that_says("run dfix where the build context is"),
        // It stands in another folder than the container's.
        fixes(
            "FROM node:22\nWORKDIR /srv\nCOPY . .\nCMD cd web && exec node server.js\n",
            "FROM node:22\nENV NODE_ENV=production\nWORKDIR /srv\nCOPY . .\nCMD cd web && exec node server.js\n",
        )
        .with_context(&[("web/package.json", "{}"), ("web/server.js", "")]),
        fixes(
            "FROM node:22\nWORKDIR /app\nCOPY . .\nCMD [\"npm\", \"--prefix\", \"api\", \"start\"]\n",
            "FROM node:22\nENV NODE_ENV=production\nWORKDIR /app\nCOPY . .\nCMD [\"npm\", \"--prefix\", \"api\", \"start\"]\n",
        )
        .with_context(&[("api/package.json", "{}"), ("api/server.js", "")]),
        leaves("FROM node:22\nWORKDIR /app\nCOPY . .\nCMD [\"npm\", \"-w\", \"api\", \"start\"]\n")
            .with_context(&[("package.json", "{}")])
            .that_says("its folder is not known"),
        leaves("FROM node:22\nWORKDIR /app\nCOPY . .\nCMD [\"node\", \"server.js\"]\n")
            .with_context(&[("package.json", "{,}")])
            .that_says("package.json cannot be read"),
        // It is there, and the stage leaves it out.
        leaves("FROM node:22 AS build\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\nFROM node:22-slim\nWORKDIR /app\nCOPY --from=build /app/dist ./dist\nCMD [\"node\", \"dist/main.js\"]\n")
            .with_context(&[("package.json", "{}"), ("src/main.js", "")])
            .that_says("nothing puts a package.json beside it in this stage"),
        // Settings that are chosen by the variable may be missing.
        leaves("FROM node:22\nWORKDIR /app\nCOPY . .\nCMD [\"node\", \"server.js\"]\n")
            .with_context(&[("package.json", "{\"dependencies\": {\"config\": \"3\"}}")])
            .that_says("`config` chooses them by NODE_ENV"),
        leaves("FROM node:22\nWORKDIR /app\nCOPY . .\nCMD [\"node\", \"server.js\"]\n")
            .with_context(&[
                ("package.json", "{}"),
                ("server.js", "const c = require('./c')[process.env.NODE_ENV || 'development']\n"),
            ])
            .that_says("what server.js does otherwise in production"),
        // What its packages do otherwise is told.
        fixes(
            "FROM node:22\nWORKDIR /app\nCOPY . .\nCMD [\"node\", \"server.js\"]\n",
            "FROM node:22\nENV NODE_ENV=production\nWORKDIR /app\nCOPY . .\nCMD [\"node\", \"server.js\"]\n",
        )
        .with_context(&[
            ("package.json", "{\"dependencies\": {\"express\": \"4\"}}"),
            ("server.js", "const app = require('express')()\napp.get('/', (req, res) => res.send('a'))\n"),
        ])
        .that_says("express keeps compiled views, and no longer tells callers the text of errors"),
        fixes(
            "FROM node:22\nWORKDIR /app\nCOPY . .\nCMD [\"npm\", \"start\"]\n",
            "FROM node:22\nENV NODE_ENV=production\nWORKDIR /app\nCOPY . .\nCMD [\"npm\", \"start\"]\n",
        )
        .with_context(&[
            ("package.json", "{\"scripts\": {\"start\": \"next start\"}, \"dependencies\": {\"next\": \"15\", \"react\": \"19\"}}"),
            ("pages/index.js", "export default () => null\n"),
        ])
        .that_says("takes it for `production` by itself where it is not set"),
        fixes(
            "FROM node:22\nWORKDIR /app\nCOPY . .\nCMD [\"node\", \"main.js\"]\n",
            "FROM node:22\nENV NODE_ENV=production\nWORKDIR /app\nCOPY . .\nCMD [\"node\", \"main.js\"]\n",
        )
        .with_context(&[
            ("package.json", "{\"dependencies\": {\"@nestjs/core\": \"10\", \"@nestjs/platform-express\": \"10\"}}"),
            ("main.js", "require('@nestjs/core')\n"),
        ])
        .that_says("@nestjs/platform-express serves by Express"),
        // Who calls it is told errors by Express itself.
        leaves("FROM node:22\nWORKDIR /app\nCOPY . .\nCMD [\"node\", \"server.js\"]\n")
            .with_context(&[
                ("package.json", "{\"dependencies\": {\"express\": \"4\"}}"),
                ("server.js", "const app = require('express')()\napp.use((req, res, next) => next(new Error('no key')))\n"),
            ])
            .that_says("which express no longer sends them in production (`server.js` (line 2))"),
        fixes(
            "FROM node:22\nWORKDIR /app\nCOPY . .\nCMD [\"node\", \"server.js\"]\n",
            "FROM node:22\nENV NODE_ENV=production\nWORKDIR /app\nCOPY . .\nCMD [\"node\", \"server.js\"]\n",
        )
        .with_context(&[
            ("package.json", "{\"dependencies\": {\"express\": \"4\"}}"),
            ("server.js", "const app = require('express')()\napp.use((req, res, next) => next(new Error('no key')))\napp.use((err, req, res, next) => res.send(err.message))\n"),
        ]),
        // Also where another file than the one that is started asks for it.
        leaves("FROM node:22\nWORKDIR /app\nCOPY . .\nCMD [\"npm\", \"start\"]\n")
            .with_context(&[
                ("package.json", "{}"),
                ("server.js", "require('./lib/settings')\n"),
                ("lib/settings.js", "module.exports = require('./' + process.env.NODE_ENV)\n"),
            ])
            .that_says("what lib/settings.js does otherwise in production"),
        // The sources cannot be seen.
        leaves("FROM node:22\nWORKDIR /app\nCOPY . .\nCMD [\"node\", \"dist/main.js\"]\n")
            .with_context(&[("package.json", "{}")])
            .that_says("whether the application asks for NODE_ENV"),
        leaves("FROM node:22\nWORKDIR /app\nCOPY . .\nCMD [\"node\", \"-r\", \"@babel/register\", \"server.js\"]\n")
            .with_context(&[("package.json", "{}"), ("server.js", "")])
            .that_says("what @babel/register does otherwise in production"),
        // It installs at start, when the variable would be in force.
        leaves("FROM node:22\nWORKDIR /app\nCOPY . .\nCMD [\"npm\", \"start\"]\n")
            .with_context(&[("package.json", "{\"scripts\": {\"start\": \"npm ci && node server.js\"}}")])
            .that_says("needs devDependencies"),
        leaves("FROM node:22\nWORKDIR /app\nCOPY . .\nENTRYPOINT [\"./docker-entrypoint.sh\"]\nCMD [\"node\", \"x.js\"]\n")
            .with_context(&[
                ("package.json", "{}"),
                ("docker-entrypoint.sh", "#!/bin/sh\nnpm install\nexec \"$@\"\n"),
            ])
            .that_says("needs devDependencies"),
        leaves("FROM node:22\nWORKDIR /app\nCOPY . .\nCMD [\"npm\", \"start\"]\n")
            .with_context(&[("package.json", "{\"scripts\": {\"start\": \"node server.js\", \"prestart\": \"npm run build\"}}")])
            .that_says("needs devDependencies"),
        // The start sets it by itself.
        leaves("FROM node:22\nWORKDIR /app\nCOPY . .\nCMD [\"npm\", \"start\"]\n")
            .with_context(&[("package.json", "{\"scripts\": {\"start\": \"cross-env NODE_ENV=staging node server.js\"}}")])
            .with_unsafe(),
        leaves("FROM node:22\nWORKDIR /app\nCOPY . .\nCMD [\"npm\", \"start\"]\n")
            .with_context(&[
                ("package.json", "{\"scripts\": {\"start\": \"env-cmd -f stage.env node server.js\"}}"),
                ("stage.env", "NODE_ENV=staging\n"),
                ("server.js", ""),
            ])
            .with_unsafe(),
        leaves("FROM node:22\nWORKDIR /app\nCOPY . .\nCMD [\"npx\", \"dotenv\", \"-e\", \"prod.env\", \"--\", \"node\", \"server.js\"]\n")
            .with_context(&[("package.json", "{}"), ("server.js", "")])
            .that_says("whether prod.env, which dotenv reads, sets NODE_ENV"),
        leaves("FROM node:22\nWORKDIR /app\nCOPY . .\nCMD [\"node\", \"--env-file=stage.env\", \"server.js\"]\n")
            .with_context(&[("package.json", "{}"), ("stage.env", "NODE_ENV=staging\n"), ("server.js", "")])
            .with_unsafe(),
        leaves("FROM node:22\nWORKDIR /app\nCOPY . .\nCMD [\"pm2-runtime\", \"ecosystem.config.js\"]\n")
            .with_context(&[
                ("package.json", "{}"),
                ("ecosystem.config.js", "module.exports = { apps: [{ script: 'a.js', env: { NODE_ENV: 'staging' } }] }\n"),
                ("a.js", ""),
            ])
            .with_unsafe(),
        // Whoever builds on it chooses.
        leaves("FROM node:8-onbuild\nCMD [\"npm\", \"start\"]\n").with_unsafe(),
        leaves("FROM node:22\nWORKDIR /app\nCOPY server.js .\nONBUILD COPY . .\nONBUILD RUN npm ci && npm run build\nCMD [\"node\", \"server.js\"]\n").with_unsafe(),
        // The application is mounted where it is worked on.
        leaves("FROM node:22\nRUN npm install -g pm2\nVOLUME /app\nWORKDIR /app\nCMD [\"npm\", \"start\"]\n").with_unsafe(),
        leaves("FROM node:22\nWORKDIR /app\nCOPY package*.json ./\nRUN npm install\nCMD [\"npm\", \"start\"]\n").with_unsafe(),
        leaves("FROM node:22\nRUN npm install -g nodemon\nWORKDIR /app\nCOPY . .\nCMD [\"npm\", \"start\"]\n").with_unsafe(),
        // Development is meant.
        leaves("FROM node:22\nWORKDIR /app\nCOPY . .\nCMD [\"npm\", \"start\"]\n")
            .with_context(&[("package.json", "{\"scripts\": {\"start\": \"npm run serve\", \"serve\": \"vite --host\"}}")]),
        leaves("FROM node:22\nWORKDIR /app\nCOPY . .\nCMD [\"npm\", \"run\", \"start:dev\"]\n")
            .with_context(&[("package.json", "{\"scripts\": {\"start:dev\": \"cross-env-file -p ./dev.json webpack serve\"}}")])
            .with_unsafe(),
        leaves("FROM node:22\nWORKDIR /app\nCOPY . .\nCMD [\"npm\", \"run\", \"dev\"]\n").with_unsafe(),
        leaves("FROM node:22\nCMD [\"npx\", \"nodemon\", \"server.js\"]\n").with_unsafe(),
        leaves("FROM node:22\nCMD [\"node\", \"--watch\", \"server.js\"]\n").with_unsafe(),
        leaves("FROM node:22\nCMD [\"npm\", \"test\"]\n").with_unsafe(),
        // The file speaks of it.
        leaves("FROM node:22\nENV NODE_ENV=staging\nCMD [\"node\", \"server.js\"]\n").with_unsafe(),
        leaves("FROM node:22\nARG NODE_ENV\nCMD [\"node\", \"server.js\"]\n").with_unsafe(),
        leaves("FROM node:22\nRUN NODE_ENV=production npm ci\nCMD [\"node\", \"server.js\"]\n").with_unsafe(),
        leaves("FROM node:22 AS base\nENV NODE_ENV=production\nFROM base\nCMD [\"node\", \"server.js\"]\n").with_unsafe(),
        leaves("FROM node:22\nCMD [\"node\"]\n").with_unsafe(),
        leaves("FROM node:22\nCOPY . .\nCMD [\"node\", \"-e\", \"require('./x')\"]\n").with_unsafe(),
        leaves("FROM node:22 AS build\nRUN npm ci\nFROM nginx:1.27\nCOPY --from=build /x /x\n").with_unsafe(),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.first_targets() {
        check_target(file, stage, out);
    }
}

/// An example of a file of variables sets it to something else: a file that is made of it says so, and libraries that read such
/// files do not change what is there.
fn set_by_a_file(stage: Stage<'_>) -> Option<OpenCondition> {
    let (file, value) = stage.value_in_files_of_variables(NODE_ENV)?;
    (value != "production").then(|| {
        OpenCondition::new(
            format!(
                "whether `{NODE_ENV}` is to come from a file of variables: {file} says `{value}`"
            ),
            "say `production` there, or leave it to that file",
        )
    })
}

/// Looks at a stage that is built as an image.
fn check_target(file: &Model<'_>, stage: Stage<'_>, out: &mut Findings<'_>) {
    if !Start::may_be(stage)
        || !stage.is_undecided(NODE_ENV)
        || is_built_upon(stage)
        || file.is_for_development()
    {
        return;
    }
    let Some(start) = Start::of(stage) else {
        return;
    };
    let after = stage
        .steps()
        .rfind(|step| may_build(*step))
        .unwrap_or_else(|| stage.from_step());
    let message = format!("`{NODE_ENV}` is not set for a Node application");
    out.judge(stage.from_step(), Safety::Checked, message, |case| {
        case.declare(Effect::environment(stage.index(), [NODE_ENV]));
        case.evidence(start.because.clone());
        if after != stage.from_step() {
            case.evidence("nothing after that place installs or builds".to_owned());
        }
        case.open(set_by_the_base(stage));
        case.open(set_by_a_file(stage));
        let (open, evidence) = descendants::look(stage);
        case.open(open).evidence(evidence);
        case.open(start.open.clone());
        let by_itself = Start::is_production_by_itself(stage);
        match &start.project {
            NodeProject::Read(json) if by_itself.is_some() && chooser(json).is_none() => {}
            NodeProject::Read(json) => match chooser(json) {
                Some(name) => {
                    case.open(OpenCondition::new(
                        format!("which settings the application takes in production: `{name}` chooses them by {NODE_ENV}"),
                        "look whether it has settings for production",
                    ));
                }
                None => {
                    case.open(effects::told_by_express(json, stage));
                    for effect in effects::of_packages(json) {
                        case.evidence(effect);
                    }
                }
            },
            NodeProject::Absent => {
                case.open(not_there(stage));
            }
            NodeProject::Unread(why) => {
                case.open(unread(why));
            }
        }
        case.evidence(by_itself.map(|who| {
            format!(
                "{who} takes it for `production` by itself where it is not set: only what runs beside it sees a difference"
            )
        }));
        match start.sources() {
            None => {}
            Some(SourcesName::Nowhere(read)) => match stage.application_sources().asks_for(NODE_ENV) {
                // A framework reads it by another name: Express's `app.get("env")`.
                Some(place) => {
                    case.open(asks(&place));
                }
                None => {
                    case.evidence(format!(
                    "none of the {read} source files beside package.json asks for {NODE_ENV}"
                    ));
                }
            },
            Some(SourcesName::In(file)) => {
                case.open(asks(&file));
            }
            Some(SourcesName::Unread(why)) => {
                case.open(OpenCondition::new(
                    format!("whether the application asks for {NODE_ENV}: its sources are not read ({why})"),
                    "look for it in the sources, and set the variable by hand",
                ));
            }
        }
        case.fix(|edit| {
            edit.insert_instruction_after(after, &env_source([(NODE_ENV, "production")]));
        });
        Ok(())
    });
}

/// Whether images that are built on this one install for themselves: the variable would be in force then.
/// node's own `onbuild` images take it from an `ARG`.
fn is_built_upon(stage: Stage<'_>) -> bool {
    stage.steps().any(|step| step.is_onbuild() && step.is_run())
        || base::facts(stage).is_some_and(|facts| facts.variant == Variant::Onbuild)
}

/// The base image, of which that is not known, may set the variable for a purpose of its own.
fn set_by_the_base(stage: Stage<'_>) -> Option<OpenCondition> {
    (stage.final_env(NODE_ENV) == EnvValue::Unknown).then(|| {
        OpenCondition::new(
            format!("whether the base image sets {NODE_ENV} by itself"),
            "look at its settings (`docker image inspect`)",
        )
    })
}

/// No package.json is known to be where the application runs.
fn not_there(stage: Stage<'_>) -> OpenCondition {
    let mut of_steps = stage.file().stages().flat_map(Stage::steps);
    let is_in_context = stage
        .file()
        .context()
        .read("package.json")
        .found()
        .is_some()
        || of_steps.any(|step| {
            let site = CallSite::of_step(step);
            step.is_run() && site.read("package.json").found().is_some()
        });
    if is_in_context {
        return OpenCondition::new(
            "which packages the application uses: nothing puts a package.json beside it in this stage",
            "look into the package.json of the build context",
        );
    }
    unread("it is not in the build context that dfix sees")
}

fn unread(why: &str) -> OpenCondition {
    OpenCondition::new(
        format!("which packages the application uses: package.json is not read ({why})"),
        "run dfix where the build context is, or look into it",
    )
}

/// The package that an application's settings are chosen with.
fn chooser(json: &PackageJson) -> Option<&str> {
    json.dependencies()
        .filter(|it| it.kind == DependencyKind::Runtime)
        .map(|it| it.name)
        .find(|name| package_is(Ecosystem::Language, name, PackageMark::NodeEnv))
}
