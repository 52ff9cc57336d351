//! What a mount changes beside the layers: a command without a network finds the cache empty, and what is in it may come from another
//! build or platform.

use dfix_catalogue::MountedCache;
use dfix_engine::{Case, OpenCondition, Remedy, remedy};
use dfix_model::context::Answer;
use dfix_model::{Command, EnvValue, NamedPlatform, Stage, Step, Word};

use super::fill::{Fill, Plan, family, has_no_network};
use crate::recipe::codemods::lines::line_of;

impl Fill<'_> {
    /// # Errors
    /// What a mount would break.
    pub(super) fn traps(
        &self,
        cache: MountedCache,
        plan: &Plan,
        case: &mut Case<'_>,
    ) -> Result<(), Remedy> {
        if !cache.is_needed_later() {
            self.without_a_network(cache, plan)?;
        }
        let open = match cache.program() {
            "apk" => self.of_several_platforms(),
            "composer" => self.home_of_composer(plan)?,
            "uv" => {
                self.runs_from_the_cache()?;
                self.wheel_of_an_earlier_build()
            }
            _ => None,
        };
        case.open(open);
        Ok(())
    }

    /// Whether a later command fetches nothing, and so needs what is fetched here.
    fn without_a_network(&self, cache: MountedCache, plan: &Plan) -> Result<(), Remedy> {
        let program = family(cache.program());
        let is_own = |it: &Command<'_>| {
            matches!(
                (program, it.name()),
                ("npm", "npx") | ("uv", "uvx") | ("yarn", "yarnpkg")
            ) || dfix_catalogue::mounted_cache(it.name())
                .is_some_and(|it| family(it.program()) == program)
        };
        let names: Vec<&str> = cache
            .moving_variables()
            .chain(cache.off_variables())
            .filter(|it| it.contains("OFFLINE"))
            .collect();
        for stage in self.stage.with_descendants() {
            let is_off = |it: &Command<'_>| {
                let is_told = |name: &&str| stage.env_at(*it, name).is_set();
                has_no_network(it.step())
                    || it.args().any(|word| word.is("--offline"))
                    || names.iter().any(is_told)
            };
            let later = stage.steps().filter(|it| it.index() > self.step.index());
            for step in later {
                let mut commands = step.commands();
                let Some(command) = commands.find(|it| is_own(it) && is_off(it)) else {
                    continue;
                };
                let mut paths = plan.folders.paths.iter();
                if paths.any(|it| step.has_cache_mount(it.as_str())) {
                    continue;
                }
                return Err(remedy!(
                    "`{}` of line {} fetches nothing, and needs what is fetched here: give both the mount, or none",
                    command.name(),
                    line_of(command)
                ));
            }
        }
        Ok(())
    }

    /// apk names its index by the archive's address alone, so platforms that share a mount take each other's.
    ///
    /// Source: github.com/moby/buildkit/issues/2598.
    fn of_several_platforms(&self) -> Option<OpenCondition> {
        let mut all: Vec<NamedPlatform> = self.stage.platforms();
        all.extend(self.stage.built_platforms());
        let first = all.first()?.platform.clone();
        let other = all
            .iter()
            .find(|it| it.platform.is_none() || it.platform != first)?;
        Some(OpenCondition::new(
            format!(
                "whether it is built for one platform only: {} names others, all share the mount, and apk's index there is that of one",
                other.by
            ),
            "add `ARG TARGETARCH`, and `id=apk-$TARGETARCH` to the mount",
        ))
    }

    /// Where composer has its home: of `~/.config/composer` and `~/.composer` the first that is there, and the mount makes the second.
    ///
    /// Source: github.com/composer/composer, Factory::getHomeDir.
    ///
    /// # Errors
    /// Where the first is named.
    fn home_of_composer(&self, plan: &Plan) -> Result<Option<OpenCondition>, Remedy> {
        const OTHER: &str = ".config/composer";
        let mut paths = plan.folders.paths.iter();
        if !paths.any(|it| it.as_str().ends_with("/.composer/cache")) {
            return Ok(None);
        }
        let steps = || {
            let own = self.stage.base_chain();
            let stages = own.chain(self.stage.with_descendants().skip(1));
            stages.flat_map(Stage::steps)
        };
        if let Some(step) = steps().find(|it| it.mentions(OTHER)) {
            return Err(remedy!(
                "line {} says that composer has its home in ~/{OTHER}, and the mount would make ~/.composer, which it takes then: set COMPOSER_CACHE_DIR, and mount that",
                step.line()
            ));
        }
        let is_global = |it: &Command<'_>| {
            let words = ["global", "-g", "--global"];
            it.is("composer") && words.iter().any(|word| it.has_arg(word))
        };
        let mut commands = steps().flat_map(Step::commands);
        Ok(commands.find(is_global).map(|command| {
            OpenCondition::new(
                format!(
                    "whether composer has its home in ~/.composer, as line {} needs it: where /etc/xdg is there it is ~/{OTHER}, unless there is ~/.composer, which the mount makes",
                    line_of(command)
                ),
                "set COMPOSER_CACHE_DIR, and mount that",
            )
        }))
    }

    /// That nothing runs in an environment that uv keeps in its cache: of scripts, of `--with`, of tools.
    fn runs_from_the_cache(&self) -> Result<(), Remedy> {
        let stage = self.stage;
        let commands = self.step.commands();
        for command in commands.filter(|it| it.is_one_of(&["uv", "uvx"])) {
            let words: Vec<&str> = command.args().filter_map(Word::value).collect();
            let is_tool = command.is("uvx") || words.starts_with(&["tool", "run"]);
            let is_script = |it: &&str| {
                dfix_model::path::has_ending(it, ".py")
                    && matches!(stage.read_at(it, command), Answer::Found(text) if text.contains("# /// script"))
            };
            let is_of_script = words.first() == Some(&"run") && words.iter().any(is_script);
            if is_tool || is_of_script || words.contains(&"--script") || words.contains(&"--with") {
                return Err(remedy!(
                    "uv keeps the environment of what line {} runs in its cache: it would not be in the image",
                    line_of(command)
                ));
            }
        }
        Ok(())
    }

    /// Projects whose wheel uv builds anew only where their `pyproject.toml` is another file: not where the sources alone are.
    ///
    /// Source: docs.astral.sh/uv/concepts/cache, dynamic metadata; tried with uv 0.13.9.
    fn wheel_of_an_earlier_build(&self) -> Option<OpenCondition> {
        let stage = self.stage;
        let condition = |project: &str| {
            OpenCondition::new(
                format!(
                    "whether uv builds {project} anew where its sources alone have changed: an earlier instruction copies its pyproject.toml, which is then that of the last build, and so is the wheel in the cache"
                ),
                "add `--reinstall-package NAME`, or copy pyproject.toml with the sources",
            )
        };
        let before: Vec<Step<'_>> = stage
            .base_chain()
            .flat_map(Stage::steps)
            .filter(|it| it.index() < self.step.index() && it.is_copy_or_add())
            .filter(|it| it.flag("from").is_none())
            .collect();
        // Whether a file is copied by name, and something after it without it.
        let is_kept = |path: &str| {
            let brings = |it: &Step<'_>| {
                it.sources()
                    .filter_map(Word::value)
                    .any(|it| it.trim_start_matches("./") == path)
            };
            before.iter().position(brings).is_some_and(|first| {
                let rest = &before[first + 1..];
                let brings_all = |it: &Step<'_>| {
                    let sources: Vec<&str> = it.sources().filter_map(Word::value).collect();
                    let is_around = |source: &&str| {
                        let source = source.trim_start_matches("./").trim_end_matches('/');
                        matches!(source, "" | ".")
                            || path
                                .strip_prefix(source)
                                .is_some_and(|it| it.starts_with('/'))
                    };
                    brings(it) || sources.iter().any(is_around)
                };
                rest.last().is_some() && !rest.iter().any(brings_all)
            })
        };
        for call in &self.calls {
            let words: Vec<&str> = call.command.args().filter_map(Word::value).collect();
            let is_told = |name: &str| matches!(stage.env_at(call.command, name), EnvValue::Set(it) if it.value != Some("0"));
            let is_synced = matches!(words.first(), Some(&("sync" | "run")));
            let is_reinstalled = words.iter().any(|it| it.starts_with("--reinstall"));
            if is_reinstalled {
                continue;
            }
            let is_editable = !words.contains(&"--no-editable") && !is_told("UV_NO_EDITABLE");
            let is_left = words
                .iter()
                .any(|it| matches!(*it, "--no-install-project" | "--no-install-workspace"))
                || is_told("UV_NO_INSTALL_PROJECT");
            if is_synced && !is_editable && !is_left && is_kept("pyproject.toml") {
                return Some(condition("the project"));
            }
            if let Some(folder) = self.local_folders(call.command).into_iter().find(|it| {
                let names = ["pyproject.toml", "setup.py", "setup.cfg"];
                names.iter().any(|name| is_kept(&format!("{it}/{name}")))
            }) {
                return Some(condition(&format!("`{folder}`")));
            }
        }
        None
    }

    /// The folders that a call installs from, as its files name them: `[tool.uv.sources]`, and files of requirements.
    fn local_folders(&self, command: Command<'_>) -> Vec<String> {
        let mut folders = Vec::new();
        let own = |path: &str| {
            path.trim_start_matches("./")
                .trim_end_matches('/')
                .to_owned()
        };
        if let Answer::Found(text) = self.stage.read_at("pyproject.toml", command)
            && let Ok(table) = text.parse::<toml::Table>()
        {
            let sources = table
                .get("tool")
                .and_then(|it| it.get("uv")?.get("sources")?.as_table());
            for source in sources.into_iter().flat_map(|it| it.values()) {
                let path = source.get("path").and_then(toml::Value::as_str);
                let is_editable = source.get("editable").and_then(toml::Value::as_bool);
                folders.extend(path.filter(|_| is_editable != Some(true)).map(own));
            }
        }
        let files = command.args().skip_while(|it| !it.is("-r")).nth(1);
        if let Some(Answer::Found(text)) = files
            .and_then(Word::value)
            .map(|it| self.stage.read_at(it, command))
        {
            let lines = text.lines().map(str::trim);
            folders.extend(lines.filter(|it| it.starts_with("./")).map(own));
        }
        folders
    }
}
