//! A `RUN` that fills the cache of a program, and what is known of the cache.

use dfix_catalogue::MountedCache;
use dfix_engine::{OpenCondition, Remedy, remedy};
use dfix_model::context::Answer;
use dfix_model::path::ImagePath;
use dfix_model::{CacheCall, CacheFolders, Command, Flag, Stage, Step, Word, lines};

use super::others::{is_the_caches_alone, removed_words};
use crate::recipe::codemods::lines::verb;

/// A `RUN` that fills the cache of a program.
pub(super) struct Fill<'m> {
    pub(super) stage: Stage<'m>,
    pub(super) step: Step<'m>,
    /// The calls that do, in order of place.
    pub(super) calls: Vec<CacheCall<'m>>,
}

/// What goes where a cache is kept.
pub(super) struct Gone<'m> {
    pub(super) commands: Vec<Command<'m>>,
    pub(super) words: Vec<Word<'m>>,
}

/// What is known of the cache.
pub(super) struct Plan {
    pub(super) folders: CacheFolders,
    pub(super) open: Vec<OpenCondition>,
}

impl<'m> Fill<'m> {
    pub(super) fn cache(&self) -> Option<MountedCache> {
        self.calls.first().map(|it| it.cache)
    }

    /// Whether a mount is there already, as far as can be seen.
    pub(super) fn is_mounted(&self) -> bool {
        let call = self.calls.first();
        call.is_none_or(|it| it.is_mounted(self.stage))
    }

    pub(super) fn plan(&self) -> Result<Plan, Remedy> {
        if has_no_network(self.step) {
            return Err(remedy!(
                "`--network` keeps line {} from fetching anything: it takes what is in the layers",
                self.step.line()
            ));
        }
        let mut open = Vec::new();
        let mut folders: Option<CacheFolders> = None;
        for call in &self.calls {
            let own = call.folders(self.stage, &mut open)?;
            if folders.as_ref().is_some_and(|it| *it != own) {
                return Err(remedy!(
                    "two calls have their caches in different folders: add the mounts by hand"
                ));
            }
            folders = Some(own);
        }
        let folders = folders.ok_or_else(|| remedy!("it is not known where the cache is"))?;
        let is_needed = self.cache().is_some_and(MountedCache::is_needed_later);
        for folder in &folders.paths {
            is_the_caches_alone(self.stage, self.step, folder, is_needed)?;
        }
        self.is_the_yarn_that_is_known(&mut open)?;
        open.extend(self.settings_files()?);
        Ok(Plan { folders, open })
    }

    /// That `yarn` is the first, whose cache is known: later ones have theirs elsewhere.
    fn is_the_yarn_that_is_known(&self, open: &mut Vec<OpenCondition>) -> Result<(), Remedy> {
        if self.cache().is_none_or(|it| it.program() != "yarn") {
            return Ok(());
        }
        let mut steps = self.stage.base_chain().flat_map(Stage::steps);
        let names = steps.any(|it| {
            [".yarn/", ".yarnrc.yml", "corepack", "berry"]
                .iter()
                .any(|name| it.mentions(name))
        });
        match self.stage.file().context().read(".yarnrc.yml") {
            Answer::Found(_) => Err(remedy!(
                "the project uses a yarn after 1, whose cache is elsewhere: add the mount by hand"
            )),
            Answer::Absent if !names => Ok(()),
            _ => {
                open.push(OpenCondition::new(
                    "whether it is yarn 1, whose cache is there",
                    "see `yarn --version`: later ones have `~/.yarn/berry/cache`",
                ));
                Ok(())
            }
        }
    }

    /// What files of settings say of the cache.
    fn settings_files(&self) -> Result<Option<OpenCondition>, Remedy> {
        let steps = || self.stage.base_chain().flat_map(Stage::steps);
        let program = self.cache().map_or("", MountedCache::program);
        let sets = |it: &Command<'_>| {
            let is_it = dfix_catalogue::mounted_cache(it.name())
                .is_some_and(|it| family(it.program()) == family(program));
            let says = |word: &str| it.has_arg(word);
            is_it && (says("config") && says("set") || says("env") && says("-w"))
        };
        if let Some(command) = steps().flat_map(Step::commands).find(sets) {
            return Ok(Some(OpenCondition::new(
                format!(
                    "whether `{}` of line {} says where the cache is",
                    command.name(),
                    command.step().line()
                ),
                "mount what it says",
            )));
        }
        let names = [
            "pip.conf",
            ".pip.conf",
            ".npmrc",
            ".yarnrc",
            "pnpm-workspace.yaml",
        ];
        let Some(known) = dfix_catalogue::cache(program) else {
            return Ok(None);
        };
        for name in names.into_iter().filter(|it| known.is_settings_file(it)) {
            let text = match self.stage.file().context().read(name) {
                Answer::Found(text) => Some(text),
                _ => None,
            };
            let says = |text: &str| known.keys().any(|key| text.contains(key));
            let is_copied = steps().any(Step::is_copy_or_add);
            if is_copied && text.as_deref().is_some_and(says) {
                return Err(remedy!(
                    "`{name}` says what becomes of the cache: see to it, and add the mount by hand"
                ));
            }
            let mut naming = steps().filter(|it| it.mentions(name));
            if let Some(step) = naming.next().filter(|_| text.is_none()) {
                return Ok(Some(OpenCondition::new(
                    format!(
                        "whether `{name}` of line {} says where the cache is",
                        step.line()
                    ),
                    "look into it",
                )));
            }
        }
        Ok(None)
    }

    /// What else of the file has to do with the folders, for people: other instructions may remove what is in them.
    pub(super) fn others_of_it(&self, cache: MountedCache, plan: &Plan) -> String {
        let stages = self.stage.base_chain();
        let stages = stages.chain(self.stage.with_descendants().skip(1));
        let is_other = |it: &Step<'m>| {
            let fills =
                |it: Step<'m>| !of_program(&CacheCall::all_of(it), cache.program()).is_empty();
            *it != self.step && !fills(*it)
        };
        let removes = |it: Command<'m>| {
            let mut folders = plan.folders.paths.iter();
            folders.any(|folder| removed_words(it, folder).is_ok_and(|it| !it.is_empty()))
        };
        let steps = stages.flat_map(Stage::steps).filter(is_other);
        let removing = steps.filter(|it| it.commands().any(removes));
        let places = lines(removing.map(Step::line).collect());
        if places.is_empty() {
            return "nothing else of the file has to do with it".to_owned();
        }
        let removes = verb(&places, "removes", "remove");
        format!("{removes} what is not there any more")
    }

    /// What empties the cache in the same instruction.
    pub(super) fn gone(&self, cache: MountedCache, plan: &Plan) -> Result<Gone<'m>, Remedy> {
        let of_step: Vec<Command<'m>> = self
            .step
            .commands()
            .filter(|it| !it.is_of_script())
            .collect();
        let emptying = |it: &&Command<'m>| empties(it, cache);
        let mut gone = Gone {
            commands: of_step.iter().filter(emptying).copied().collect(),
            words: Vec::new(),
        };
        for command in &of_step {
            let mut removed = Vec::new();
            // Where apk has its folder, nothing is in the one that it has without.
            let unused = (cache.program() == "apk").then(|| ImagePath::new("/var/cache/apk"));
            for folder in plan.folders.paths.iter().chain(&unused) {
                removed.extend(removed_words(*command, folder)?);
            }
            let is_operand = |it: &Word<'m>| !it.source_text().starts_with('-');
            if removed.is_empty() {
                continue;
            }
            if removed.len() == command.args().filter(is_operand).count() {
                gone.commands.push(*command);
            } else {
                gone.words.extend(removed);
            }
        }
        Ok(gone)
    }
}

/// What two programs have in common: the cache.
pub(super) fn family(program: &'static str) -> &'static str {
    match program {
        "apt-get" => "apt",
        "gradlew" => "gradle",
        "mvnw" => "mvn",
        other => other,
    }
}

pub(super) fn of_program<'m>(calls: &[CacheCall<'m>], program: &'static str) -> Vec<CacheCall<'m>> {
    let same = |it: &&CacheCall<'m>| family(it.cache.program()) == family(program);
    calls.iter().filter(same).copied().collect()
}

/// Whether the command does nothing but empty the cache.
fn empties(command: &Command<'_>, cache: MountedCache) -> bool {
    let is_same = dfix_catalogue::mounted_cache(command.name())
        .is_some_and(|it| family(it.program()) == family(cache.program()));
    let words: Vec<&str> = command.args().map(|it| it.value().unwrap_or("$")).collect();
    let (options, operands): (Vec<&str>, Vec<&str>) =
        words.into_iter().partition(|it| it.starts_with('-'));
    let is_one = |word: &str| cache.emptying_words().any(|it| it == word);
    is_same
        && match operands.as_slice() {
            [word] if cache.program() == "go" => {
                is_one(word) && !options.is_empty() && options.iter().all(|it| it.contains("cache"))
            }
            [word] => is_one(word) && !matches!(*word, "cache" | "store"),
            [word, "clean" | "clear" | "purge" | "prune"] => is_one(word),
            _ => false,
        }
}

/// Whether a `RUN` has no network, or only the build knows: it takes what is in the layers.
pub(super) fn has_no_network(step: Step<'_>) -> bool {
    let value = step.flag("network").and_then(Flag::value);
    value.is_some_and(|it| !matches!(it.value(), Some("default" | "host")))
}
