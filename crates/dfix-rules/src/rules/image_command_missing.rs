//! Programs that an image of a language brings no more.

use dfix_catalogue::{ChangeSign, LanguageChange, language_changes, language_of_image, version_of};
use dfix_engine::{
    Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves, remedy, reports,
};
use dfix_model::catalogue::programs::Mark;
use dfix_model::{Command, HiddenCalls, ImagePath, Model, PackageCommand, Pair, Stage, Word};

use crate::base::chosen_image;

pub(crate) const RULE: Rule = Rule {
    id: "image-command-missing",
    aliases: &[],
    groups: &[Group::Broken],
    severity: Severity::Error,
    summary: "install the programs that the image of a language brings no more before they are called",
    why: "Node.js brings no `corepack` from 25 on, and its image no `yarn` from 26 on: the build stops with `not found`.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM node:25\nRUN corepack enable\n",
            "FROM node:25\nRUN npm install -g corepack && corepack enable\n",
        )
        .that_says("the build stops here"),
        fixes(
            "FROM node:26-alpine\nCOPY . .\nRUN yarn install && yarn build\n",
            "FROM node:26-alpine\nCOPY . .\nRUN npm install -g yarn@1.22.22 && yarn install && yarn build\n",
        ),
        reports(
            "FROM golang:1.20\nRUN go-wrapper install\n",
            "call `go` itself",
        ),
        reports("FROM node:25\nUSER node\nRUN corepack enable\n", "as root"),
        leaves("FROM node:24\nRUN corepack enable && yarn install\n"),
        leaves("FROM node:25\nRUN npm install -g corepack && corepack enable\n"),
        leaves("FROM node:26\nRUN npm i -g yarn\nRUN yarn install\n"),
        leaves("FROM node:26\nRUN npm i -g corepack && corepack enable\nRUN yarn install\n"),
        leaves("FROM node:25\nRUN command -v corepack && corepack enable\n"),
        leaves("FROM node:25\nRUN corepack enable || true\n"),
        leaves("FROM node:25\nRUN corepack enable || npm install -g yarn\n"),
        leaves("FROM node:25\nCOPY --from=node:22 /usr/local /usr/local\nRUN corepack enable\n"),
        leaves("FROM acme/node:25\nRUN corepack enable\n"),
        // What is not read may bring it.
        leaves("FROM node:25\nCOPY . .\nRUN ./set-up.sh && corepack enable\n"),
        leaves("FROM node:25\nRUN curl -fsSL https://acme.example/i | sh && corepack enable\n"),
        leaves("FROM node:25\nRUN npm install -g $TOOLS && corepack enable\n"),
        leaves("FROM node:26\nENV PATH=/app/node_modules/.bin:$PATH\nRUN npm ci && yarn build\n"),
        leaves("FROM node:26\nRUN n 22 && yarn build\n"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages() {
        let base = stage.base_image();
        let (Some(name), Some(tag)) = (base.name(), base.effective_tag()) else {
            continue;
        };
        // Maven's version is none of Java's.
        let Some((language, _)) = language_of_image(name).filter(|it| it.0 == name) else {
            continue;
        };
        for gone in language_changes(language) {
            if let ChangeSign::Command(program) = gone.sign
                && let Some(call) = first_call(stage, program)
                && version_of(name, tag).is_some_and(|it| is_from(gone.since, &it))
            {
                look_at(call, program, &gone, out);
            }
        }
    }
}

/// Whether a version is one from this one on.
fn is_from(since: &str, version: &str) -> bool {
    let numbers =
        |text: &str| -> Option<Vec<u32>> { text.split('.').map(|it| it.parse().ok()).collect() };
    matches!((numbers(since), numbers(version)), (Some(since), Some(it)) if it >= since)
}

/// Whether a command surely calls a program by its name.
fn calls(command: &Command<'_>, program: &str) -> bool {
    command.is(program)
        && command.executable().is_some_and(|word| word.is(program))
        && command.is_certain()
}

/// Where a stage first calls a program.
fn first_call<'m>(stage: Stage<'m>, program: &str) -> Option<Command<'m>> {
    stage.build_commands().find(|it| calls(it, program))
}

/// The first call in its stage of a program that its image no longer brings.
fn look_at(call: Command<'_>, program: &str, gone: &LanguageChange, out: &mut Findings<'_>) {
    let Some(stage) = call.stage() else {
        return;
    };
    let step = call.step();
    let is_before = |it: &Command<'_>| it.range().start() < call.range().start();
    let before = || {
        stage
            .base_chain()
            .flat_map(Stage::build_commands)
            .filter(is_before)
    };
    // What is based on a stage that fails is repaired with it.
    let is_told = before().any(|it| calls(&it, program));
    let is_brought = before().any(|it| may_bring(it, program));
    let is_path_set = stage.base_chain().flat_map(Stage::steps).any(|it| {
        let mut keys = it.pairs().filter_map(Pair::key_text);
        it.index() < step.index() && keys.any(|key| key == "PATH")
    });
    let is_of_programs = |word: Word<'_>| {
        let target = word.literal_prefix();
        let is_one =
            ImagePath::new(target).file_name().ends_with("bin") || target.starts_with("/usr");
        is_one || target == "/" || !word.is_known()
    };
    let is_put = stage.base_chain().flat_map(Stage::copies).any(|it| {
        let is_folder = it.target().is_none_or(is_of_programs);
        it.index() < step.index() && (is_folder || it.mentions(program))
    });
    let fails = call.stops_the_build();
    if is_told
        || is_brought
        || is_put
        || is_path_set
        || !fails
        || stage.base_facts().has_command(program) == Some(true)
    {
        return;
    }
    let message = format!("the image brings no `{program}`");
    out.judge(call, Safety::Checked, message, |case| {
        if gone.remedy.is_empty() {
            return Err(remedy!("{}", gone.note));
        }
        let is_root = stage.user_at(step).is_root();
        if is_root.is_no() {
            return Err(remedy!(
                "{}: as root, `{}` before it",
                gone.note,
                gone.remedy
            ));
        }
        case.evidence(format!("the build stops here: {}", gone.note))
            .open(is_root.open())
            .open(chosen_image(stage))
            .declare(Effect::commands_of(step))
            .fix(|edit| edit.add_command_before(call, gone.remedy));
        Ok(())
    });
}

/// Whether a command may bring the program, as far as its words tell: one that names it, or changes where programs are looked for,
/// one that gets or puts files, or of which it is not known what it calls.
fn may_bring(command: Command<'_>, program: &str) -> bool {
    let names = |text: &str| {
        text.contains(program)
            || program == "yarn" && text.contains("corepack")
            || text.contains("PATH=")
    };
    if command.words().any(|it| names(it.literal_prefix())) {
        return true;
    }
    if let Some(package) = PackageCommand::of(command) {
        return package.is_install() && !package.operands().all(Word::is_known);
    }
    let puts = [
        Mark::Fetches,
        Mark::InstallsSource,
        Mark::Puts,
        Mark::PutsPrograms,
    ];
    let is_seen = command.known().is_some() && matches!(command.hidden_calls(), HiddenCalls::None);
    !is_seen || command.given_sources().is_some() || puts.iter().any(|it| command.is_marked(*it))
}
