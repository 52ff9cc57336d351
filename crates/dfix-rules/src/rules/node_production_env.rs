//! Settings for production in the image of a Node application.

mod names;
mod sources;

use dfix_catalogue::programs::{self, Mark};
use dfix_catalogue::{Ecosystem, PackageMark, PackageWord, package_is, package_options};
use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Rule, Safety, env_source, fixes, leaves,
};
use dfix_model::catalogue::Variant;
use dfix_model::context::Answer;
use dfix_model::{Command, Model, PackageCommand, Stage, Step, Word};
use serde_json::Value;

use crate::base;
use crate::environment::{is_free, is_named_for_development};
use names::VALUED;
use sources::Sources;

/// The rule.
pub(crate) const RULE: Rule = Rule {
    id: "node-production-env",
    aliases: &[],
    group: Group::Runtime,
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
        leaves("FROM node:22\nWORKDIR /app\nCOPY . .\nCMD [\"npm\", \"--prefix\", \"api\", \"start\"]\n")
            .with_context(&[("package.json", "{}")])
            .that_says("in its own folder"),
        leaves("FROM node:22\nWORKDIR /app\nCOPY . .\nCMD [\"node\", \"server.js\"]\n")
            .with_context(&[("package.json", "{,}")])
            .that_says("that package.json is JSON"),
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

const NODE_ENV: &str = "NODE_ENV";

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let Some(stage) = file.final_stage() else {
        return;
    };
    if !is_free(stage, NODE_ENV) || is_built_upon(stage) || is_named_for_development(file) {
        return;
    }
    let Some(command) = stage.entry().workload() else {
        return;
    };
    let project = Project::of(stage, command);
    let Some(start) = start_of(stage, command, &project) else {
        return;
    };
    let after = stage
        .steps()
        .rfind(|step| may_build(*step))
        .unwrap_or_else(|| stage.from_step());
    let mut fix = out
        .fix(
            stage.from_step(),
            Safety::Checked,
            format!("`{NODE_ENV}` is not set for a Node application"),
        )
        .effect(Effect::environment(stage.index(), [NODE_ENV]))
        .evidence(start.evidence);
    if after != stage.from_step() {
        fix = fix.evidence("nothing after that place installs or builds");
    }
    let mut open = start.open;
    match &project {
        Project::Read(json) => match chooser(json) {
            Some(name) => open.push(OpenCondition {
                condition: format!(
                    "which settings the application takes in production: `{name}` chooses them by {NODE_ENV}"
                ),
                remedy: "look whether it has settings for production".to_owned(),
            }),
            None => fix = fix.evidence("package.json names nothing that chooses settings by it"),
        },
        Project::Unread(remedy) => open.push(OpenCondition {
            condition: "which packages the application uses: package.json is not read".to_owned(),
            remedy: (*remedy).to_owned(),
        }),
    }
    if let Project::Read(_) = project
        && !start.is_asking
    {
        match sources::beside(stage, &in_folder_of(command, "package.json")) {
            Sources::Silent(read) => {
                fix = fix.evidence(format!(
                    "none of the {read} source files beside package.json asks for {NODE_ENV}"
                ));
            }
            Sources::Ask(file) => open.push(asks(&file)),
            Sources::Unread(why) => open.push(OpenCondition {
                condition: format!(
                    "whether the application asks for {NODE_ENV}: its sources are not read ({why})"
                ),
                remedy: "look for it in the sources, and set the variable by hand".to_owned(),
            }),
        }
    }
    for condition in open {
        fix = fix.unproven(condition.condition, condition.remedy);
    }
    fix.edit(|edit| {
        edit.insert_instruction_after(after, &env_source([(NODE_ENV, "production")]));
    });
}

/// The application's package.json.
enum Project {
    Read(Value),
    /// It cannot be read; what a person could do.
    Unread(&'static str),
}

impl Project {
    /// That of the folder in which the command starts.
    fn of(stage: Stage<'_>, command: Command<'_>) -> Self {
        let is_elsewhere =
            package_options("npm", PackageWord::Elsewhere).any(|option| command.has_option(option));
        if is_elsewhere {
            return Project::Unread("start it in its own folder, by WORKDIR");
        }
        let Answer::Found(text) = stage.read_final(&in_folder_of(command, "package.json")) else {
            return Project::Unread("run dfix where the build context is");
        };
        match serde_json::from_str(&text) {
            Ok(json) => Project::Read(json),
            Err(_) => Project::Unread("see that package.json is JSON"),
        }
    }

    /// What a script runs. npm starts `server.js` where there is no script `start`
    /// (docs.npmjs.com/cli/commands/npm-start).
    fn script(json: &Value, name: &str) -> Option<String> {
        match json.get("scripts").and_then(|it| it.get(name)) {
            Some(text) => text.as_str().map(str::to_owned),
            None if name == "start" => Some("node server.js".to_owned()),
            None => None,
        }
    }
}

/// The path of a file that a command at the container's start names.
fn in_folder_of(command: Command<'_>, path: &str) -> String {
    match command.working_directory() {
        Some(folder) if !path.starts_with('/') => format!("{folder}/{path}"),
        _ => path.to_owned(),
    }
}

/// How the application starts.
struct Start {
    evidence: String,
    open: Vec<OpenCondition>,
    /// Whether the file that is started asks for the variable.
    is_asking: bool,
}

fn asks(file: &str) -> OpenCondition {
    OpenCondition {
        condition: format!("what {file} does otherwise in production"),
        remedy: format!("look where it asks for {NODE_ENV}, and set the variable by hand"),
    }
}

/// Whether images that are built on this one install for themselves: the variable would be in force then.
/// node's own `onbuild` images take it from an `ARG`.
fn is_built_upon(stage: Stage<'_>) -> bool {
    stage.steps().any(|step| step.is_onbuild() && step.is_run())
        || base::facts(stage).is_some_and(|facts| facts.variant == Variant::Onbuild)
}

/// Whether the file puts an application into the image, and not only what it is worked on with.
fn is_application(stage: Stage<'_>, runs_a_file: bool) -> bool {
    let is_copied = stage.base_chain().flat_map(Stage::steps).any(|step| {
        step.is_copy_or_add() && !step.sources().all(|it| is_manifest(it.source_text()))
    });
    is_copied
        || stage.base_chain().flat_map(Stage::build_commands).any(|c| {
            c.is_marked(Mark::Fetches)
                || c.is_one_of(&["cp", "mv"])
                || (runs_a_file && PackageCommand::of(c).is_some_and(|p| p.is_install()))
        })
        || stage
            .base_chain()
            .flat_map(Stage::steps)
            .any(Step::has_opaque_text)
}

/// Whether a file says only what is to be installed: where nothing else is copied, the rest is mounted.
fn is_manifest(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let starts = [
        "package",
        "npm-shrinkwrap",
        "yarn.lock",
        "pnpm-",
        ".npmrc",
        ".yarnrc",
    ];
    starts.iter().any(|start| name.starts_with(start))
}

/// Whether a development server is installed for what an unknown script starts.
fn has_server(stage: Stage<'_>) -> bool {
    stage
        .base_chain()
        .flat_map(Stage::build_commands)
        .filter_map(PackageCommand::of)
        .filter(PackageCommand::is_install)
        .flat_map(|install| install.packages())
        .any(|package| {
            package
                .name
                .is_some_and(|name| package_is(Ecosystem::Language, name, PackageMark::Development))
        })
}

/// The start of an application in Node that is meant to serve; none where it is something else, or where
/// development is meant.
fn start_of(stage: Stage<'_>, command: Command<'_>, project: &Project) -> Option<Start> {
    let entry = stage.entry();
    let words: Vec<&str> = command.args().filter_map(Word::value).collect();
    let mut open = Vec::new();
    let mut is_asking = false;
    let evidence = match command.name() {
        "node" | "nodejs" => {
            let (file, loaded) = file_of(&words)?;
            if !is_application(stage, true) {
                return None;
            }
            let text = stage.read_final(&in_folder_of(command, file)).found();
            if text.is_some_and(|text| text.contains(NODE_ENV)) {
                open.push(asks(file));
                is_asking = true;
            }
            open.extend(
                loaded
                    .into_iter()
                    .filter(|it| !it.starts_with("dotenv"))
                    .map(asks),
            );
            format!("the command runs {file} with node")
        }
        "pm2-runtime" => "the command starts pm2".to_owned(),
        "next" if words.first() == Some(&"start") => "the command is `next start`".to_owned(),
        _ => {
            let package = PackageCommand::of(command)?;
            let script = package.script()?;
            if !is_application(stage, false) {
                return None;
            }
            let said = format!("`{}`", spelled(command));
            let json = match project {
                Project::Read(json) => json,
                Project::Unread(remedy) => {
                    return (is_start(script) && !has_server(stage)).then(|| Start {
                        is_asking,
                        evidence: format!("the command is {said}"),
                        open: vec![OpenCondition {
                            condition: format!("what {said} runs"),
                            remedy: (*remedy).to_owned(),
                        }],
                    });
                }
            };
            let runs = Project::script(json, script)?;
            // npm runs these around it.
            let around = ["pre", "post"]
                .into_iter()
                .filter_map(|when| Project::script(json, &format!("{when}{script}")));
            let all = around.fold(runs.clone(), |all, text| format!("{all} && {text}"));
            if is_for_development(json, &all, 3) || all.contains(NODE_ENV) {
                return None;
            }
            if builds(&all) {
                open.push(needs_tools(&said));
            }
            format!("{said} runs `{runs}`")
        }
    };
    match entry.script_text() {
        Answer::Found(text) if builds(&text) => {
            open.push(needs_tools(entry.script().unwrap_or("the entry point")));
        }
        Answer::Found(_) | Answer::Absent => {}
        Answer::Unknown(_) => open.push(OpenCondition {
            condition: format!(
                "whether {} installs or builds anything at start",
                entry.script().unwrap_or("the entry point")
            ),
            remedy: "run dfix where the script is beside the Dockerfile".to_owned(),
        }),
    }
    Some(Start {
        evidence,
        open,
        is_asking,
    })
}

/// The file that node is given to run, and the modules that it loads before; none where it is given a text,
/// or watches its files.
fn file_of<'w>(words: &[&'w str]) -> Option<(&'w str, Vec<&'w str>)> {
    let mut loaded = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let (option, value) = word.split_once('=').unwrap_or((word, ""));
        match option {
            "-e" | "--eval" | "-p" | "--print" | "-pe" => return None,
            _ if option.starts_with("--watch") => return None,
            _ if VALUED.contains(&option) => {
                let value = if value.is_empty() {
                    words.next()?
                } else {
                    value
                };
                if matches!(option, "-r" | "--require" | "--import" | "--loader") {
                    loaded.push(value);
                }
            }
            _ if option.starts_with('-') => {}
            _ => return Some((word, loaded)),
        }
    }
    None
}

fn needs_tools(what: &str) -> OpenCondition {
    OpenCondition {
        condition: format!(
            "whether what {what} installs or builds at start needs devDependencies, which npm and yarn leave out in production"
        ),
        remedy: "install and build in a RUN".to_owned(),
    }
}

fn spelled(command: Command<'_>) -> String {
    let words: Vec<&str> = command.words().filter_map(Word::value).collect();
    words.join(" ")
}

/// Whether a script of this name is one that serves in production.
fn is_start(script: &str) -> bool {
    matches!(
        script,
        "start" | "serve" | "start:prod" | "start:production" | "prod" | "production"
    )
}

/// Whether a script's text, or that of one which it calls in turn, serves what is being worked on.
fn is_for_development(project: &Value, text: &str, depth: u8) -> bool {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || matches!(c, ';' | '&' | '|' | '"' | '\'' | '(' | ')'))
        .filter(|word| !word.is_empty())
        .collect();
    let is_told = |at: usize| {
        let word = words[at].rsplit('/').next().unwrap_or(words[at]);
        let next = words.get(at + 1).copied().unwrap_or("");
        word.starts_with("--watch")
            || word == "NODE_ENV=development"
            || programs::serves_development(word, next)
    };
    let calls = |at: usize| {
        let is_manager = matches!(words[at], "npm" | "yarn" | "pnpm");
        let name = match words.get(at + 1).copied() {
            Some("run" | "run-script") => words.get(at + 2).copied(),
            next => next,
        };
        let script = name.filter(|_| is_manager && depth > 0);
        script.and_then(|name| Project::script(project, name))
    };
    (0..words.len()).any(|at| {
        is_told(at) || calls(at).is_some_and(|text| is_for_development(project, &text, depth - 1))
    })
}

/// Whether a script's text installs or builds something.
fn builds(text: &str) -> bool {
    [
        "npm i",
        "npm ci",
        "npm install",
        "yarn install",
        "pnpm i",
        " build",
        "webpack",
        "tsc",
    ]
    .iter()
    .any(|word| text.contains(word))
}

/// The package that an application's settings are chosen with.
fn chooser(project: &Value) -> Option<&str> {
    let dependencies = project.get("dependencies")?.as_object()?;
    dependencies
        .keys()
        .map(String::as_str)
        .find(|name| package_is(Ecosystem::Language, name, PackageMark::NodeEnv))
}

/// Whether a step may install or build what looks at `NODE_ENV`.
fn may_build(step: Step<'_>) -> bool {
    step.is_run()
        && !step.is_onbuild()
        && (step.has_opaque_text()
            || step.commands().any(|command| {
                !command.has_inner()
                    && !command.name().is_empty()
                    && !command.is_marked(Mark::NoNodeEnv)
            }))
}
