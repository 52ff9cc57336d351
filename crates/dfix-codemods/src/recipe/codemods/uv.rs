//! pip's installations, done by uv.

mod build;
mod held;
mod install;
mod pip_settings;
mod python;
mod upgrade;
mod uv_settings;

use dfix_engine::{
    Case, Codemod, Effect, Findings, IgnoreComment, OpenCondition, Remedy, Rule, Safety,
};
use dfix_model::{
    Command, Model, NamedPlatform, PackageCommand, PackageManager, Stage, Step, StepKind, Word,
};

use self::install::Install;
use self::upgrade::OWN;
use super::platforms::{self, Replaced};

/// The codemod.
#[derive(Debug)]
pub(crate) struct Uv {
    pub(crate) recipe: &'static str,
    /// The version of uv whose image the program is taken from.
    pub(crate) version: String,
    /// The rules that there are: those about pip alone have nothing to say of uv.
    pub(crate) rules: &'static [&'static Rule],
}

/// The rule that is about pip alone, whose comments go where pip does.
const OF_PIP: &str = "pip-no-cache-dir";

impl Codemod for Uv {
    fn name(&self) -> &'static str {
        self.recipe
    }

    fn check(&self, file: &Model<'_>, out: &mut Findings<'_>) {
        let mut with_uv = Vec::new();
        for stage in file.stages() {
            if self.check_stage(stage, &with_uv, out) {
                with_uv.push(stage.index());
            }
        }
    }
}

impl Uv {
    /// Whether the stage gets uv. `with_uv` are those that did before.
    fn check_stage(&self, stage: Stage<'_>, with_uv: &[usize], out: &mut Findings<'_>) -> bool {
        let mut installs = Vec::new();
        let mut left = None;
        let mut left_in = Vec::new();
        for command in stage.commands().filter_map(PackageCommand::of) {
            if !is_for_uv(&command) {
                continue;
            }
            match Install::of(stage, command) {
                Ok(install) => installs.push(install),
                Err(why) => {
                    left = left.or(Some(command.step().line()));
                    left_in.push(command.step());
                    out.judge(command.range(), Safety::Checked, "pip installs", |_| {
                        Err(why)
                    });
                }
            }
        }
        let Some(first) = installs.first() else {
            return false;
        };
        let place = first.command.range();
        let mut gets_it = false;
        let idle = self.idle_comments(&installs, &left_in, out);
        out.judge(
            place,
            Safety::Checked,
            "pip installs what uv could",
            |case| {
                say_once(&installs, case);
                for install in &installs {
                    install.say(case);
                }
                self.bring(stage, &installs, with_uv, case)?;
                empty_cache(stage, &installs, left, case);
                pip_settings::look(stage, &installs, case);
                build::look(stage, &installs, case);
                for comment in &idle {
                    case.declare(Effect::comment(comment.range));
                    case.fix(|edit| match &comment.without {
                        Some(text) => edit.replace_comment(comment.range, [text]),
                        None => edit.remove_comment(comment.range),
                    });
                }
                case.evidence(
                    (!idle.is_empty())
                        .then_some("the comment that kept a rule about pip quiet goes"),
                );
                gets_it = true;
                Ok(())
            },
        );
        gets_it
            && out
                .ignores_of(first.command.step(), &[self.recipe])
                .is_empty()
    }

    /// The comments that keep a rule about pip quiet where no pip is left.
    fn idle_comments(
        &self,
        installs: &[Install<'_>],
        left_in: &[Step<'_>],
        out: &Findings<'_>,
    ) -> Vec<IgnoreComment> {
        let Some(rule) = self.rules.iter().find(|it| it.id == OF_PIP) else {
            return Vec::new();
        };
        let names: Vec<&str> = std::iter::once(rule.id)
            .chain(rule.aliases.iter().copied())
            .collect();
        let mut steps: Vec<Step<'_>> = installs.iter().map(|it| it.command.step()).collect();
        steps.dedup();
        let is_pip = |it: &PackageCommand<'_>| {
            it.manager == PackageManager::Pip && it.is_install() && !is_for_uv(it)
        };
        steps.retain(|step| {
            let mut others = step.commands().filter_map(PackageCommand::of);
            !left_in.contains(step) && !others.any(|it| is_pip(&it))
        });
        let all = steps
            .into_iter()
            .flat_map(|it| out.ignores_of(it.range(), &names));
        all.collect()
    }

    /// Puts uv into the stage, and the settings that it needs there.
    fn bring(
        &self,
        stage: Stage<'_>,
        installs: &[Install<'_>],
        with_uv: &[usize],
        case: &mut Case<'_>,
    ) -> Result<(), Remedy> {
        let Some(step) = installs.first().map(|it| it.command.step()) else {
            return Ok(());
        };
        let mut settings: Vec<(&str, &str)> = Vec::new();
        let is_set = |name: &str| stage.env_at(step, name).is_set();
        // What the stages that this one is based on get in this run.
        let below: Vec<Install<'_>> = stage
            .base_chain()
            .skip(1)
            .filter(|it| with_uv.contains(&it.index()))
            .flat_map(|stage| self::installs(stage).filter_map(Result::ok))
            .collect();
        let all = |is_it: fn(&Install<'_>) -> bool| {
            installs.iter().any(is_it) && !below.iter().any(is_it)
        };
        if all(|it| it.compiles) && !is_set("UV_COMPILE_BYTECODE") {
            settings.push(("UV_COMPILE_BYTECODE", "1"));
            case.evidence("pip compiles what it installs, and so does uv where it is told");
            let mut not_compiled = installs.iter().filter(|it| !it.compiles);
            case.open(not_compiled.next().map(|it| {
                OpenCondition::new(
                    format!(
                        "whether line {} may compile what it installs, which it tells pip not to",
                        it.command.step().line()
                    ),
                    "set UV_COMPILE_BYTECODE=0 there",
                )
            }));
        }
        if all(|it| it.is_cached) && !is_set("UV_LINK_MODE") {
            settings.push(("UV_LINK_MODE", "copy"));
            case.evidence("its cache is a mount, which it cannot link files out of");
        }
        let environment = installs.iter().find_map(|it| it.environment.as_deref());
        if let Some(folder) = environment.filter(|_| !is_set("UV_PROJECT_ENVIRONMENT")) {
            settings.push(("UV_PROJECT_ENVIRONMENT", folder));
        }
        let mut lines = Vec::new();
        let index = stage.index();
        if !below.is_empty() || has_uv(stage, step) {
            case.evidence("uv is there");
        } else {
            let image = "ghcr.io/astral-sh/uv";
            let replaced = Replaced {
                old: None,
                new: (image, &self.version),
            };
            let (own, built) = (stage.platforms(), stage.built_platforms());
            let is_elsewhere = own.is_empty() && !built.is_empty();
            case.open(is_elsewhere.then(|| {
                OpenCondition::new(
                    "whether uv runs in a stage on the builder's own platform: `COPY --from` takes it for the one that is built for",
                    format!("copy it out of a stage `FROM --platform=$BUILDPLATFORM {image}:{} AS uv`", self.version),
                )
            }));
            let named: Vec<NamedPlatform> = own.into_iter().chain(built).collect();
            platforms::look(&named, &replaced, case)?;
            lines.push(format!(
                "COPY --from={image}:{} /uv /uvx /bin/",
                self.version
            ));
            if stage.with_descendants().any(Stage::is_shipped) {
                case.evidence("`uv` and `uvx` stay in the image that is shipped");
            }
            case.declare(Effect::Inserted {
                stage: index,
                keyword: "COPY",
            });
        }
        if !settings.is_empty() {
            lines.push(dfix_engine::env_source(settings.iter().copied()));
            case.declare(Effect::Inserted {
                stage: index,
                keyword: "ENV",
            });
            case.declare(Effect::environment(
                index,
                settings.iter().map(|(name, _)| *name),
            ));
        }
        if !lines.is_empty() {
            case.fix(|edit| edit.insert_instructions_before(step, lines));
        }
        Ok(())
    }
}

/// What empties pip's cache empties uv's, which is made in its place; `rm` without `-f` fails where there is none.
fn empty_cache(
    stage: Stage<'_>,
    installs: &[Install<'_>],
    left: Option<usize>,
    case: &mut Case<'_>,
) {
    const CACHE: &str = ".cache/pip";
    let first = installs.iter().map(|it| it.command.step().index()).min();
    let steps = stage.steps().filter(|it| Some(it.index()) >= first);
    let removals = steps
        .flat_map(Step::commands)
        .filter(|it| it.is("rm") && !it.is_of_script());
    let words = removals.flat_map(|it| it.args().map(move |word| (it, word)));
    let stays = |it: &PackageCommand<'_>| {
        it.manager == PackageManager::Pip && it.is_install() && !is_for_uv(it)
    };
    let goes_on = left.is_some()
        || stage
            .commands()
            .filter_map(PackageCommand::of)
            .any(|it| stays(&it));
    let mut is_emptied = false;
    for (command, word) in words.filter(|(_, word)| word.source_text().contains(CACHE)) {
        let step = command.step();
        let is_forced = command.args().filter_map(Word::value).any(|it| {
            it == "--force" || it.starts_with('-') && !it.starts_with("--") && it.contains('f')
        });
        if goes_on && !is_forced {
            let line = left.unwrap_or_else(|| step.line());
            case.open(OpenCondition::new(
                format!(
                    "whether line {} empties what it should: line {line} goes on to fill pip's cache, and uv has one of its own",
                    step.line()
                ),
                "empty /root/.cache/uv, too",
            ));
            continue;
        }
        let text = word.source_text().replace(CACHE, ".cache/uv");
        case.declare(Effect::changed(step));
        is_emptied = true;
        case.fix(|edit| {
            if goes_on {
                edit.replace_node(word.range(), &format!("{} {text}", word.source_text()));
            } else {
                edit.replace_node(word.range(), &text);
            }
        });
    }
    case.evidence(is_emptied.then_some(if goes_on {
        "what empties pip's cache empties uv's, too"
    } else {
        "what empties pip's cache empties uv's"
    }));
}

/// What several installations have in common is said once.
fn say_once(installs: &[Install<'_>], case: &mut Case<'_>) {
    let mut evidence: Vec<&String> = installs.iter().flat_map(|it| &it.evidence).collect();
    evidence.sort_unstable();
    evidence.dedup();
    case.evidence(evidence.into_iter().cloned());
    let mut said: Vec<&OpenCondition> = Vec::new();
    for open in installs.iter().flat_map(|it| &it.open) {
        if !said.contains(&open) {
            said.push(open);
        }
    }
    case.open(said.into_iter().cloned());
}

/// The installations by pip of a stage, those with a reason that uv cannot do.
fn installs(
    stage: Stage<'_>,
) -> impl Iterator<Item = Result<Install<'_>, (PackageCommand<'_>, Remedy)>> {
    let commands = stage.commands().filter_map(PackageCommand::of);
    commands
        .filter(is_for_uv)
        .map(move |it| Install::of(stage, it).map_err(|why| (it, why)))
}

/// Whether it is an installation by pip that a RUN of the file has, and more than pip's own.
fn is_for_uv(pip: &PackageCommand<'_>) -> bool {
    let is_own = |text: &str| {
        let end = text.find(|it: char| !(it.is_ascii_alphanumeric() || it == '-'));
        OWN.contains(&&text[..end.unwrap_or(text.len())])
    };
    let brings_files = pip.requirement_files().next().is_some() || pip.editables().next().is_some();
    let mut operands = pip.operands();
    let has_more = operands.any(|it| !is_own(it.literal_prefix()));
    pip.manager == PackageManager::Pip
        && pip.subcommand_is_one_of(&["install"])
        && pip.step().is_run()
        && !pip.command.is_of_script()
        && (has_more || brings_files || pip.has_flag("--group"))
}

/// Whether uv is in the stage before a step.
fn has_uv(stage: Stage<'_>, before: Step<'_>) -> bool {
    let is_uv = |command: Command<'_>| command.is_one_of(&["uv", "uvx"]);
    let brings = |step: Step<'_>| {
        let text = step.source_text();
        let installs = |it: PackageCommand<'_>| {
            it.is_install() && it.packages().iter().any(|it| it.name == Some("uv"))
        };
        (step.is_copy_or_add() && text.contains("astral-sh/uv"))
            || text.contains("astral.sh/uv")
            || step.commands().any(is_uv)
            || step.commands().filter_map(PackageCommand::of).any(installs)
    };
    let of_image = stage
        .base_image()
        .name()
        .is_some_and(|it| it.ends_with("astral-sh/uv"));
    let steps = stage.base_chain().flat_map(Stage::steps);
    let mut earlier = steps.filter(|it| it.index() < before.index() && !it.is(StepKind::From));
    of_image || earlier.any(brings)
}
