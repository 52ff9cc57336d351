//! `npm ci` where the lock file is there.

use dfix_catalogue::programs::{self, Mark};
use dfix_catalogue::{PackageWord, package_options};
use dfix_engine::{
    Effect, Findings, Group, OpenCondition, Phase, Remedy, Rule, Safety, Severity, fixes, leaves,
    remedy, reports,
};
use dfix_model::path::has_ending;
use dfix_model::{
    Command, ImagePath, Model, Mount, PackageCommand, PackageManager, Redirect, Stage, Step, Word,
};

pub(crate) const RULE: Rule = Rule {
    id: "npm-ci",
    aliases: &[],
    groups: &[Group::Correctness, Group::Speed],
    severity: Severity::Warning,
    summary: "install with `npm ci` where the lock file was copied before",
    why: "`npm ci` installs exactly what the lock file names, and fails where `package.json` asks \
          for something else; `npm install` may install and write another.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM node:22\nCOPY package*.json ./\nRUN npm install --omit=dev && npm run build\n",
            "FROM node:22\nCOPY package*.json ./\nRUN npm ci --omit=dev && npm run build\n",
        )
        .with_context(LOCKED)
        .that_says("`package-lock.json` names what `package.json` asks for"),
        leaves("FROM node:22\nCOPY package.json ./\nRUN npm install\n").with_context(LOCKED),
        leaves("FROM node:22\nCOPY . .\nRUN npm install -g pm2 && npm i a\n").with_context(LOCKED),
        leaves("FROM node:8\nCOPY . .\nRUN npm install\n").with_context(LOCKED),
        leaves("FROM node:22\nCOPY . .\nRUN npm ci || npm install\n").with_context(LOCKED),
        leaves(
            "FROM node:22\nCOPY . .\nRUN if [ -f package-lock.json ]; then npm ci; else npm install; fi\n",
        )
        .with_context(LOCKED),
        reports("FROM node:22\nCOPY . .\nRUN npm install\n", "is older")
            .with_context(&[PACKAGE, ("package-lock.json", r#"{"packages":{"":{}}}"#)]),
        reports("FROM node:22\nCOPY . .\nRUN npm i a && npm i\n", "`a`").with_context(LOCKED),
        reports(
            "FROM node:22\nCOPY . .\nRUN rm -f package-lock.json && npm install\n",
            "takes `package-lock.json` away before",
        )
        .with_context(LOCKED),
        reports(
            "FROM node:22\nRUN npm install -g npm@6\nCOPY . .\nRUN npm install\n",
            "the npm that is there cannot read a lock file of version 3",
        )
        .with_context(&[
            PACKAGE,
            (
                "package-lock.json",
                r#"{"lockfileVersion":3,"packages":{"":{"dependencies":{"a":"1"}},"node_modules/a":{"version":"1.0.0"}}}"#,
            ),
        ]),
        fixes(
            "FROM node:22\nRUN npm install -g npm@11\nCOPY . .\nRUN npm install\n",
            "FROM node:22\nRUN npm install -g npm@11\nCOPY . .\nRUN npm ci\n",
        )
        .with_context(LOCKED),
        reports(
            "FROM node:22\nCOPY . .\nRUN npm install\n",
            "`package.json` wants `a@1`, which it does not have",
        )
        .with_context(&[
            PACKAGE,
            (
                "package-lock.json",
                r#"{"packages":{"":{"dependencies":{"a":"1"}}}}"#,
            ),
        ]),
    ],
};

const PACKAGE: (&str, &str) = ("package.json", r#"{"dependencies":{"a":"1"}}"#);
const LOCK: &str =
    r#"{"packages":{"":{"dependencies":{"a":"1"}},"node_modules/a":{"version":"1.0.0"}}}"#;
const LOCKED: &[(&str, &str)] = &[PACKAGE, ("package-lock.json", LOCK)];

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    for stage in file.stages() {
        // A package that `npm ci` would take away again.
        let mut added = None;
        for npm in stage.package_commands(PackageManager::Npm) {
            if !npm.command.step().is_run() || !installs_here(&npm) {
                continue;
            }
            if let Some(package) = npm.operands().next() {
                added = Some(package.source_text());
                continue;
            }
            let Some(lock) = stage.npm_lock_at(&npm) else {
                continue;
            };
            // npm knows `ci` since 5.7, which came with Node.js 10.
            if stage.npm_version(&npm).is_some_and(|it| it < 6) {
                continue;
            }
            // `npm ci` fails loudly where the lock file has drifted: nobody would hear it behind `|| true`.
            if is_alternative(&npm) || npm.command.is_failure_ignored() {
                continue;
            }
            let (place, name) = (npm.subcommand(), lock.name);
            let message = format!("`npm install` beside `{name}`");
            out.judge(place, Safety::Checked, message, |case| {
                if let Some(earlier) = installed_before(stage, &npm) {
                    return Err(remedy!(
                        "{earlier} leaves packages there already, and `npm ci` would write all of them again into \
                         another layer: copy `{name}` before that, and let one of the two go"
                    ));
                }
                if let Some(it) = added {
                    return Err(remedy!(
                        "put `{it}` into `package.json`: `npm ci` takes it away"
                    ));
                }
                if let Some(reason) = refused(stage, &npm, lock.version) {
                    return Err(reason);
                }
                if let Some(command) = removed_before(stage, &npm, name) {
                    return Err(remedy!(
                        "`rm` in {} takes `{name}` away before, and `npm ci` fails without it",
                        command.step().label()
                    ));
                }
                if lock.agrees.is_no() {
                    return Err(remedy!(
                        "`{name}` is older than `package.json`: commit a new one"
                    ));
                }
                if let Some(unmet) = lock.unmet {
                    return Err(remedy!(
                        "`npm ci` refuses `{name}`: {unmet}; run `npm install` and commit the lock file"
                    ));
                }
                let agrees = || format!("`{name}` names what `package.json` asks for");
                let is_whole = lock.agrees.is_yes() && lock.is_whole.is_yes();
                let whole = || format!("each package in `{name}` has there what it wants");
                case.evidence(lock.agrees.is_yes().then(agrees))
                    .evidence(is_whole.then(whole))
                    .open(lock.agrees.open())
                    .open(unknown_npm(stage, &npm, lock.version))
                    .open(changed_before(stage, &npm, name))
                    .open(told_by_a_comment(&npm))
                    .open(lock.is_whole.open())
                    .open(lock.is_left_out_of_git.then(|| left_out_of_git(name)))
                    .declare(Effect::arguments_of(npm.command))
                    .fix(|edit| edit.replace_word(place, "ci"));
                Ok(())
            });
        }
    }
}

/// What its author says beside it: "install in place of ci, for the lock file …".
fn told_by_a_comment(npm: &PackageCommand<'_>) -> Option<OpenCondition> {
    let step = npm.command.step();
    dfix_catalogue::tells_of_locked_packages(&step.comments()).then(|| {
        OpenCondition::new(
            format!(
                "whether `npm install` is meant: a comment beside {} speaks of the lock file or of `npm ci`",
                step.label()
            ),
            "read the comment, and change it with the command",
        )
    })
}

fn left_out_of_git(name: &str) -> OpenCondition {
    OpenCondition::new(
        format!("whether `{name}` is there where the image is built: `.gitignore` leaves it out"),
        "take it out of `.gitignore`, and commit it",
    )
}

/// Whether it is what is done where `npm ci` cannot be: `npm ci || npm install`, or the other branch.
fn is_alternative(npm: &PackageCommand<'_>) -> bool {
    let is_ci = |it: PackageCommand<'_>| {
        it.manager == PackageManager::Npm && it.subcommand_is_one_of(&["ci", "clean-install"])
    };
    let mut commands = npm.command.step().commands();
    npm.command.around().conditional && commands.any(|it| PackageCommand::of(it).is_some_and(is_ci))
}

/// The instruction before it that leaves packages in the folder that it runs in.
fn installed_before(stage: Stage<'_>, npm: &PackageCommand<'_>) -> Option<String> {
    let here = npm.command.working_directory()?;
    let own = npm.command.step();
    let mut earlier = stage
        .base_chain()
        .flat_map(|it| it.package_commands(PackageManager::Npm))
        .filter(|it| it.command.step().range().start() < own.range().start())
        .filter(|it| it.command.step().is_run() && !it.command.step().is_onbuild());
    let found = earlier.find(|it| {
        it.subcommand_is_one_of(&["install", "i", "ci"])
            && !it.has_flag("-g")
            && !it.has_flag("--global")
            && it.operands().next().is_none()
            && it.command.working_directory().as_deref() == Some(&*here)
    })?;
    Some(found.command.step().label())
}

/// Why `npm ci` does not do what `npm install` does here: it knows no such lock file, or takes away what is there.
fn refused<'m>(stage: Stage<'m>, npm: &PackageCommand<'m>, version: Option<u64>) -> Option<Remedy> {
    // What npm 6 does not find in it, it does without: measured with 6.14.
    if version >= Some(3) && stage.npm_version(npm).is_some_and(|it| it < 7) {
        return Some(remedy!(
            "the npm that is there cannot read a lock file of version 3 for `npm ci`: take a newer one, or let \
             `npm install --lockfile-version 2` write it anew"
        ));
    }
    let is_modules = |path: &str| ImagePath::root().join(path).file_name() == "node_modules";
    let mut mounts = npm.command.step().mounts();
    let is_cached = |mount: Mount<'m>| {
        let target = mount.target().map(Word::literal_prefix);
        mount.kind() == "cache" && target.is_some_and(is_modules)
    };
    if mounts.any(is_cached) {
        return Some(remedy!(
            "`npm ci` empties node_modules first, so that the cache that is mounted there keeps nothing: mount npm's \
             own cache (`--mount=type=cache,target=/root/.npm`) instead"
        ));
    }
    let before = |step: &Step<'m>| step.index() < npm.command.step().index();
    let is_there = |step: Step<'m>| {
        let place = |folder: Option<String>, path: &str| {
            folder.map(|folder| ImagePath::new(&folder).join(path))
        };
        let target = step.target().and_then(|it| stage.expand_text(it, step));
        let target = target.and_then(|it| place(stage.workdir_at(step), &it));
        let modules = place(npm.command.working_directory(), "node_modules");
        let names = step.sources().all(|it| is_modules(it.literal_prefix()));
        names && target.is_some() && target == modules
    };
    let copied = stage.copies().filter(before).find(|step| is_there(*step))?;
    Some(remedy!(
        "`npm ci` takes away what {} copies: leave that out first",
        copied.label()
    ))
}

/// A command before it that takes the lock file away for certain.
fn removed_before<'m>(
    stage: Stage<'m>,
    npm: &PackageCommand<'m>,
    lock: &str,
) -> Option<Command<'m>> {
    let start = npm.command.range().start();
    let folder = npm.command.working_directory()?;
    let place = |folder: &str, path: &str| ImagePath::new(folder).join(path);
    let wanted = place(&folder, lock);
    let removes = |it: &Command<'m>| {
        let here = it.working_directory();
        let names = |word: Word<'m>| {
            let path = word.value().zip(here.as_deref());
            path.is_some_and(|(path, here)| place(here, path) == wanted)
        };
        it.is("rm") && it.is_certain() && it.range().start() < start && it.args().any(names)
    };
    let mut commands = stage.base_chain().flat_map(Stage::build_commands);
    commands.find(removes)
}

/// What a command before it may do to the files that it goes by: `npm ci` fails where they differ.
fn changed_before<'m>(
    stage: Stage<'m>,
    npm: &PackageCommand<'m>,
    lock: &str,
) -> Option<OpenCondition> {
    let names = [lock, "package.json"];
    let is_one = |word: Word<'m>| names.iter().any(|name| word.mentions(name));
    let changes = |command: &Command<'m>| {
        if command.is("npm") {
            let mut words = command.args();
            let first = words.next().and_then(Word::value);
            let mut second = || words.next().and_then(Word::value);
            // A script of the project may do anything.
            return match first {
                Some("run" | "run-script" | "version") => true,
                Some("pkg") => matches!(second(), Some("set" | "delete")),
                _ => false,
            };
        }
        let program = command.program().and_then(Word::value).unwrap_or_default();
        let runs_script = has_ending(program, ".sh")
            || (programs::is_shell(command.name()) && !command.has_inner());
        let deletes = command.is("find") && command.has_arg("-delete");
        if runs_script || deletes || command.is_one_of(&["ncu", "npm-check-updates"]) {
            return true;
        }
        let is_written = command.redirects().filter_map(Redirect::target).any(is_one);
        let reads = (command.is_marked(Mark::NamesFiles) && !command.is("rm"))
            || command.is_one_of(&["cat", "chown", "grep"]);
        is_written || (!reads && command.args().any(is_one))
    };
    let is_before = |command: &Command<'m>| command.range().start() < npm.command.range().start();
    let mut commands = stage.base_chain().flat_map(Stage::build_commands);
    let command = commands.find(|it| is_before(it) && changes(it))?;
    Some(OpenCondition::new(
        format!(
            "whether `{}` in {} leaves `{lock}` and package.json as they fit together: `npm ci` fails where they do not",
            command.name(),
            command.step().label()
        ),
        "run `npm ci` once, or change package.json and its lock file in the repository",
    ))
}

/// Which npm it is, where a lock file of version 3 asks for one that is known to read it.
fn unknown_npm(
    stage: Stage<'_>,
    npm: &PackageCommand<'_>,
    version: Option<u64>,
) -> Option<OpenCondition> {
    let is_unknown = version >= Some(3) && stage.npm_version(npm).is_none();
    is_unknown.then(|| {
        OpenCondition::new(
            "whether the npm of this image is 7 or later: before that `npm ci` cannot read a lock file of version 3",
            "look with `npm --version` there",
        )
    })
}

/// Whether it installs into the folder that it runs in, as the lock file there says.
fn installs_here(npm: &PackageCommand<'_>) -> bool {
    let mut others = package_options("npm", PackageWord::BesideLock);
    npm.subcommand_is_one_of(&["install", "i"]) && !others.any(|flag| npm.has_flag(flag))
}
