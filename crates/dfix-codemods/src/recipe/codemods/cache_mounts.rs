//! Caches of package managers and build tools, kept by the builder instead of the layers.

mod calls;
mod others;

use dfix_catalogue::{Distribution, MountedCache};
use dfix_engine::{Case, Codemod, Effect, Findings, OpenCondition, Remedy, Safety, remedy};
use dfix_model::path::ImagePath;
use dfix_model::{Command, ImagePlace, Model, Os, Stage, Step, StepKind, Word};

use self::calls::{Call, Folders};
use self::others::{is_the_caches_alone, removed_words};

/// The codemod: each `RUN` that fills a cache gets a mount for it.
#[derive(Debug)]
pub(crate) struct CacheMounts {
    pub(crate) recipe: &'static str,
    /// The programs that it is for; all where there is none.
    pub(crate) only: Vec<String>,
}

impl Codemod for CacheMounts {
    fn name(&self) -> &'static str {
        self.recipe
    }

    fn check(&self, file: &Model<'_>, out: &mut Findings<'_>) {
        let frontend = frontend(file);
        for stage in file.stages().filter(|it| it.os() != Os::Windows) {
            for step in stage.steps() {
                let calls = Call::all_of(step);
                let mut seen: Vec<&'static str> = Vec::new();
                for call in &calls {
                    let program = call.cache.program();
                    let is_asked = self.only.is_empty() || self.only.iter().any(|it| it == program);
                    if !is_asked || seen.contains(&family(program)) {
                        continue;
                    }
                    seen.push(family(program));
                    let fill = Fill {
                        stage,
                        step,
                        calls: of_program(&calls, program),
                    };
                    if fill.is_mounted() {
                        continue;
                    }
                    let message =
                        format!("`{program}` fetches again what an earlier build has fetched");
                    out.judge(call.command, Safety::Checked, message, |case| {
                        case.open(frontend.clone()?);
                        fill.judge(case)
                    });
                }
            }
        }
    }
}

/// What two programs have in common: the cache.
fn family(program: &'static str) -> &'static str {
    match program {
        "apt-get" => "apt",
        "gradlew" => "gradle",
        "mvnw" => "mvn",
        other => other,
    }
}

fn of_program<'m>(calls: &[Call<'m>], program: &'static str) -> Vec<Call<'m>> {
    let same = |it: &&Call<'m>| family(it.cache.program()) == family(program);
    calls.iter().filter(same).copied().collect()
}

/// Whether the file's frontend knows cache mounts: from 1.2 on.
fn frontend(file: &Model<'_>) -> Result<Option<OpenCondition>, Remedy> {
    let positions = file.image_positions();
    let syntax = positions
        .iter()
        .find(|it| matches!(it.place, ImagePlace::Syntax(_)));
    let Some(image) = syntax.map(|it| &it.image) else {
        return Ok(None);
    };
    let tag = image.tag_text().unwrap_or("latest");
    if image.name() != Some("docker/dockerfile") {
        let name = image.text().unwrap_or("the frontend").to_owned();
        return Ok(Some(OpenCondition::new(
            format!("whether `{name}` knows cache mounts"),
            "see its documentation",
        )));
    }
    let mut numbers = tag.split(['.', '-']).map(str::parse::<u32>);
    let is_old = matches!(
        (numbers.next(), numbers.next()),
        (Some(Ok(1)), Some(Ok(0 | 1)))
    );
    if is_old && !tag.contains("experimental") {
        return Err(remedy!(
            "`docker/dockerfile:{tag}` knows no cache mounts, 1.2 does: take a later one"
        ));
    }
    Ok(None)
}

/// A `RUN` that fills the cache of a program.
struct Fill<'m> {
    stage: Stage<'m>,
    step: Step<'m>,
    /// The calls that do, in order of place.
    calls: Vec<Call<'m>>,
}

/// What is known of the cache.
struct Plan {
    folders: Folders,
    open: Vec<OpenCondition>,
}

impl<'m> Fill<'m> {
    fn cache(&self) -> Option<MountedCache> {
        self.calls.first().map(|it| it.cache)
    }

    /// Whether a mount is there already, as far as can be seen.
    fn is_mounted(&self) -> bool {
        let Some(call) = self.calls.first() else {
            return true;
        };
        let has_unknown = self.step.mounts().any(|it| {
            matches!(it.kind(), "cache" | "tmpfs" | "")
                && it.target().is_none_or(|it| !it.is_known())
        });
        let folders = call.folders(self.stage, &mut Vec::new());
        let covers = |it: &ImagePath| self.step.has_cache_mount(it.as_str());
        has_unknown || folders.is_ok_and(|all| all.paths.iter().any(covers))
    }

    fn plan(&self) -> Result<Plan, Remedy> {
        let mut open = Vec::new();
        let mut folders: Option<Folders> = None;
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
        use dfix_model::context::Answer;
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
        use dfix_model::context::Answer;
        let Some(known) = self
            .cache()
            .and_then(|it| dfix_catalogue::cache(it.program()))
        else {
            return Ok(None);
        };
        let steps = || self.stage.base_chain().flat_map(Stage::steps);
        let names = ["pip.conf", ".pip.conf", ".npmrc", ".yarnrc"];
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

    fn judge(&self, case: &mut Case<'_>) -> Result<(), Remedy> {
        let plan = self.plan()?;
        let Some(cache) = self.cache() else {
            return Err(remedy!("it is not known where the cache is"));
        };
        let is_apt = family(cache.program()) == "apt";
        if is_apt {
            self.updates_here()?;
        }
        if cache.is_needed_later() {
            self.later_have_it(cache, case)?;
        }
        case.open(plan.open);
        let of_step: Vec<Command<'m>> = self
            .step
            .commands()
            .filter(|it| !it.is_of_script())
            .collect();
        let emptying = |it: &&Command<'m>| empties(it, cache);
        let mut gone: Vec<Command<'m>> = of_step.iter().filter(emptying).copied().collect();
        let mut words: Vec<Word<'m>> = Vec::new();
        for command in &of_step {
            let mut removed = Vec::new();
            for folder in &plan.folders.paths {
                removed.extend(removed_words(*command, folder)?);
            }
            let all = command
                .args()
                .filter(|it| !it.source_text().starts_with('-'))
                .count();
            if removed.is_empty() {
                continue;
            }
            if removed.len() == all {
                gone.push(*command);
            } else {
                words.extend(removed);
            }
        }
        let off: Vec<Word<'m>> = self.calls.iter().flat_map(Call::off_words).collect();
        if cache.program() == "apk" {
            self.fetch_index(&off, case);
        } else {
            words.extend(&off);
        }
        let paths: Vec<&str> = plan.folders.paths.iter().map(ImagePath::as_str).collect();
        case.evidence(format!(
            "{} holds nothing but its cache, and nothing else of the file has to do with it",
            paths.join(", ")
        ));
        if !off.is_empty() {
            case.evidence(format!(
                "`{}` goes: nothing of the cache is in the layer",
                off[0].source_text()
            ));
        }
        if !gone.is_empty() || words.len() > off.len() {
            case.evidence("what emptied the cache goes: it is not in the layer");
        }
        case.evidence("a builder other than BuildKit may refuse the file: it must know `RUN --mount=type=cache`");
        case.declare(Effect::changed(self.step));
        let mut more = if cache.is_locked() {
            ",sharing=locked".to_owned()
        } else {
            String::new()
        };
        if let Some(uid) = plan.folders.uid {
            more = format!("{more},uid={uid},gid={uid}");
            case.open(OpenCondition::new(
                format!("whether somebody writes to {} later, in the container too: the mount leaves an empty folder of root's there", paths.join(", ")),
                "make the folder before, as the user's own",
            ));
        }
        let id = format!("id={}-alpine,", cache.program());
        let own = if cache.keeps_compiled() && self.is_alpine() {
            case.evidence(
                "what is compiled here runs on Alpine only, so it has a cache of its own",
            );
            id.as_str()
        } else {
            ""
        };
        let mounts: Vec<String> = plan
            .folders
            .paths
            .iter()
            .map(|it| format!("type=cache,{own}target={}{more}", it.as_str()))
            .collect();
        case.fix(|edit| {
            if self.is_long(&mounts) {
                edit.add_flags_on_lines(self.step, "mount", &mounts);
            } else {
                for mount in &mounts {
                    edit.add_flag(self.step, "mount", mount);
                }
            }
            edit.remove_words(words);
            if !gone.is_empty() {
                edit.remove_commands(gone);
            }
        });
        if is_apt {
            self.keep_packages(case);
        }
        Ok(())
    }

    /// Whether the mounts stand on lines of their own: the first line would be too long otherwise.
    fn is_long(&self, mounts: &[String]) -> bool {
        const LONGEST: usize = 100;
        let written = mounts.iter().map(|it| it.len() + " --mount=".len());
        let first = self.step.source_text().lines().next().unwrap_or_default();
        mounts.len() > 1
            || self.step.is_of_several_lines()
            || written.sum::<usize>() + first.len() > LONGEST
    }

    /// That the lists are fetched here, and by everybody who installs something later.
    fn updates_here(&self) -> Result<(), Remedy> {
        if !updates(self.step) {
            return Err(remedy!(
                "`apt-get update` runs in another instruction: put both into one, with `&&`"
            ));
        }
        let installs = |it: &Step<'m>| {
            let mut calls = Call::all_of(*it).into_iter();
            *it != self.step && calls.any(|it| family(it.cache.program()) == "apt") && !updates(*it)
        };
        let later = self.stage.with_descendants().flat_map(Stage::steps);
        let mut later = later
            .filter(|it| it.index() > self.step.index())
            .filter(installs);
        match later.next() {
            Some(it) => Err(remedy!(
                "line {} installs from the lists of this layer, which would be empty: let it update them, too",
                it.line()
            )),
            None => Ok(()),
        }
    }

    /// That later calls of the program get the mount, too, and none is left to the container.
    fn later_have_it(&self, cache: MountedCache, case: &mut Case<'_>) -> Result<(), Remedy> {
        let own = self.plan()?.folders;
        let stages = || self.stage.with_descendants();
        for stage in stages() {
            for step in stage.steps() {
                let line = step.line();
                let fits = |it: &Command<'m>| {
                    dfix_catalogue::mounted_cache(it.name())
                        .is_some_and(|it| family(it.program()) == family(cache.program()))
                };
                if matches!(step.kind(), StepKind::Cmd | StepKind::Entrypoint) {
                    if let Some(command) = step.commands().find(fits) {
                        return Err(remedy!(
                            "`{}` of line {line} runs in the container, which has no mount: what it needs would be missing",
                            command.name()
                        ));
                    }
                    continue;
                }
                if step.index() <= self.step.index() || !step.is_run() {
                    continue;
                }
                let calls = of_program(&Call::all_of(step), cache.program());
                if calls.is_empty() {
                    case.open(may_need(step, cache));
                    continue;
                }
                let other = Fill { stage, step, calls };
                if other.is_mounted() {
                    continue;
                }
                if step.is_onbuild() {
                    return Err(remedy!(
                        "line {line} needs what is fetched here, in other builds"
                    ));
                }
                let plan = other.plan().map_err(|it| {
                    remedy!("line {line} needs what is fetched here, and gets no mount: {it}")
                })?;
                if plan.folders != own {
                    return Err(remedy!("line {line} has the cache in another folder"));
                }
            }
        }
        Ok(())
    }

    /// Has apk fetch the index, which the image does not hold.
    fn fetch_index(&self, off: &[Word<'m>], case: &mut Case<'_>) {
        let fetches = |it: &Command<'m>| {
            it.is("apk")
                && (it.has_arg("update")
                    || ["-U", "--update", "--update-cache"]
                        .iter()
                        .any(|o| it.has_option(o)))
        };
        for call in &self.calls {
            let own: Vec<Word<'m>> = off
                .iter()
                .copied()
                .filter(|it| call.command.range().contains_range(it.range()))
                .collect();
            let mut before = self
                .step
                .commands()
                .filter(|it| it.range().start() <= call.command.range().start());
            let is_there = before.any(|it| fetches(&it));
            let add = call.command.args().find(|it| it.is("add"));
            case.fix(|edit| match (own.as_slice(), add) {
                (words, _) if is_there => edit.remove_words(words.iter().copied()),
                ([first, more @ ..], _) => {
                    edit.replace_word(*first, "--update-cache");
                    edit.remove_words(more.iter().copied());
                }
                ([], Some(add)) => edit.insert_word_after(add, "--update-cache"),
                ([], None) => {}
            });
        }
    }

    fn is_alpine(&self) -> bool {
        let base = self.stage.base_image();
        let (Some(name), Some(tag)) = (base.name(), base.effective_tag()) else {
            return false;
        };
        let foundation = dfix_catalogue::image(name, tag).foundation;
        foundation.is_some_and(|it| it.distribution == Distribution::Alpine)
    }

    /// Has apt keep what it fetches: Debian's and Ubuntu's images tell it not to, and `apt` itself does not.
    fn keep_packages(&self, case: &mut Case<'_>) {
        const CLEAN: &str = "rm -f /etc/apt/apt.conf.d/docker-clean";
        const KEEP: &str = "echo 'Binary::apt::APT::Keep-Downloaded-Packages \"true\";' > /etc/apt/apt.conf.d/keep-cache";
        let of_chain = self.stage.base_chain().flat_map(Stage::steps);
        let before: Vec<Step<'m>> = of_chain
            .filter(|it| it.index() <= self.step.index())
            .collect();
        let says = |name: &str| before.iter().any(|it| it.mentions(name));
        // An earlier instruction that gets the mounts says it for this one.
        let others = || {
            let earlier = before.iter().filter(|it| **it != self.step);
            earlier
                .filter_map(|it| Fill::of_apt(*it))
                .filter(Fill::is_ready)
        };
        let calls_apt = |it: &Fill<'_>| it.calls.iter().any(|it| it.command.is("apt"));
        let mut sources = Vec::new();
        if !says("docker-clean") && others().next().is_none() {
            case.evidence("docker-clean goes, which has apt delete what it fetched; later installations without a mount keep it in their layers");
            sources.push(CLEAN);
        }
        if calls_apt(self)
            && !says("Keep-Downloaded-Packages")
            && !others().any(|it| calls_apt(&it))
        {
            sources.push(KEEP);
        }
        let is_apt = |it: &Command<'m>| it.is_one_of(&["apt", "apt-get"]);
        let Some(first) = self
            .step
            .commands()
            .find(is_apt)
            .filter(|_| !sources.is_empty())
        else {
            return;
        };
        let source = sources.join(" && ");
        case.fix(|edit| {
            if !first.is_wrapped_by("sudo") {
                edit.add_command_before(first, &source);
            } else if sources.contains(&KEEP) {
                edit.fail(
                    "`apt` keeps nothing of itself: write `apt-get` (the rule `apt-not-apt-get`)",
                );
            } else {
                edit.add_command_before(first, &format!("sudo {source}"));
            }
        });
    }

    /// The step's calls of apt, if it has any.
    fn of_apt(step: Step<'m>) -> Option<Self> {
        let calls = of_program(&Call::all_of(step), "apt");
        let stage = step.stage()?;
        (!calls.is_empty()).then_some(Fill { stage, step, calls })
    }

    /// Whether nothing speaks against its mounts.
    fn is_ready(&self) -> bool {
        !self.is_mounted() && self.plan().is_ok() && self.updates_here().is_ok()
    }
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

/// Whether the step fetches apt's lists before it installs.
fn updates(step: Step<'_>) -> bool {
    let mut commands = step
        .commands()
        .filter(|it| it.is_one_of(&["apt", "apt-get"]));
    commands.any(|it| it.has_arg("update") && !it.is_failure_ignored())
}

/// Whether a step may call the program through another one.
fn may_need(step: Step<'_>, cache: MountedCache) -> Option<OpenCondition> {
    let calls_others = |it: &Command<'_>| {
        it.is_one_of(&["make", "mage", "task", "just", "cmake", "ninja", "bazel"])
            || it
                .program()
                .is_some_and(|it| it.starts_with("./") || has_script_ending(it))
    };
    let command = step.commands().find(calls_others)?;
    Some(OpenCondition::new(
        format!(
            "whether `{}` of line {} calls `{}`, and has to fetch again what is in the mount",
            command.name(),
            step.line(),
            cache.program()
        ),
        "give it the mount, too, if it does",
    ))
}

fn has_script_ending(word: Word<'_>) -> bool {
    word.value()
        .is_some_and(|it| dfix_model::path::has_ending(it, ".sh"))
}
