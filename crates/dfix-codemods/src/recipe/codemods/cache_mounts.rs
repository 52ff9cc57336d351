//! Caches of package managers and build tools, kept by the builder instead of the layers.

mod apt;
mod compiled;
mod fill;
mod later;
mod others;
mod removal;
mod traps;

use dfix_catalogue::{tells_of_removal, wants_no_mounts};
use dfix_engine::{Case, Codemod, Effect, Findings, OpenCondition, Remedy, Safety, remedy};
use dfix_model::path::ImagePath;
use dfix_model::{CacheCall, Command, Frontend, Model, Os, Redirect, Word};

use self::fill::{Fill, Gone, family, of_program};

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
                let calls = CacheCall::all_of(step);
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

/// Whether the file's frontend knows cache mounts: from 1.2 on. A stage that is called `scratch` is what it begins an empty cache with
/// (BuildKit, `dockerfile2llb/convert_runmount.go`: `emptyImageName`).
fn frontend(file: &Model<'_>) -> Result<Option<OpenCondition>, Remedy> {
    let is_empty_image = |it: &str| it.eq_ignore_ascii_case("scratch");
    if file
        .stages()
        .any(|it| it.name().is_some_and(is_empty_image))
    {
        return Err(remedy!(
            "BuildKit would begin the cache with the stage that is called `scratch`: give that another name first"
        ));
    }
    match file.frontend() {
        Frontend::Builtin => Ok(None),
        Frontend::Other(name) => Ok(Some(OpenCondition::new(
            format!("whether `{name}` knows cache mounts"),
            "see its documentation",
        ))),
        it if it.is_since(2) => Ok(None),
        Frontend::Docker {
            is_experimental: true,
            ..
        } => Ok(None),
        Frontend::Docker { numbers, .. } => {
            let numbers: Vec<String> = numbers.iter().map(u32::to_string).collect();
            Err(remedy!(
                "`docker/dockerfile:{}` knows no cache mounts, 1.2 does: take a later one",
                numbers.join(".")
            ))
        }
    }
}

impl<'m> Fill<'m> {
    fn judge(&self, case: &mut Case<'_>) -> Result<(), Remedy> {
        let comments = self.step.comments();
        if wants_no_mounts(&comments) {
            return Err(remedy!(
                "a comment there says no to mounts: ask whoever wrote it, and take it away first"
            ));
        }
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
        case.open(plan.open.clone());
        self.traps(cache, &plan, case)?;
        let Gone {
            commands: gone,
            mut words,
        } = self.gone(cache, &plan)?;
        // Where the lists were removed here, what comes later never had them.
        let is_of_lists = |it: &Word<'m>| it.source_text().contains("apt/lists");
        let takes_lists = |it: &Command<'m>| it.words().any(|it| is_of_lists(&it));
        let had_no_lists = gone.iter().any(takes_lists) || words.iter().any(is_of_lists);
        if is_apt && !had_no_lists {
            case.open(self.lists_are_missed(cache));
        }
        let off: Vec<Word<'m>> = self.calls.iter().flat_map(CacheCall::off_words).collect();
        if cache.program() == "apk" {
            self.fetch_index(&off, case);
        } else {
            words.extend(&off);
        }
        let paths: Vec<&str> = plan.folders.paths.iter().map(ImagePath::as_str).collect();
        case.evidence(format!(
            "{} holds nothing but its cache, and {}",
            paths.join(", "),
            self.others_of_it(cache, &plan)
        ));
        if !off.is_empty() {
            case.evidence(format!(
                "`{}` goes: nothing of the cache is in the layer",
                off[0].source_text()
            ));
        }
        if !gone.is_empty() || words.len() > off.len() {
            case.evidence("what emptied the cache goes: what is fetched here is not in the layer");
            if is_apt {
                case.evidence(self.left_by_others());
            }
        }
        let goes = !gone.is_empty() || !words.is_empty();
        case.open((goes && tells_of_removal(&comments)).then(|| {
            OpenCondition::new(
                format!(
                    "whether the comments of line {} still tell what is done: what they speak of may be what goes",
                    self.step.line()
                ),
                "read them once more",
            )
        }));
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
        let id = self.own_id(cache, case);
        let own = id.map(|it| format!("id={it},")).unwrap_or_default();
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
            let (last, others): (Vec<Command<'m>>, Vec<Command<'m>>) = gone
                .into_iter()
                .partition(|it| removal::is_last_of_many(*it));
            if !others.is_empty() {
                edit.remove_commands(others);
            }
            for command in last {
                removal::remove_last(command, edit);
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

    /// Has apk fetch the index, which the image does not hold.
    fn fetch_index(&self, off: &[Word<'m>], case: &mut Case<'_>) {
        let fetches = |it: &Command<'m>| {
            it.is("apk")
                && (it.has_arg("update")
                    || ["-U", "--update", "--update-cache"]
                        .iter()
                        .any(|o| it.has_option(o)))
        };
        let updates = self
            .step
            .commands()
            .filter(|it| fetches(it) && it.has_arg("update"));
        let mut useless = updates
            .flat_map(Command::args)
            .filter(|it| it.is("--no-cache"))
            .peekable();
        if useless.peek().is_some() {
            case.fix(|edit| edit.remove_words(useless));
        }
        let mut given: Vec<Command<'m>> = Vec::new();
        for call in &self.calls {
            let own: Vec<Word<'m>> = off
                .iter()
                .copied()
                .filter(|it| call.command.range().contains_range(it.range()))
                .collect();
            // An index that is fetched before an archive is added has nothing of that.
            let names_archive = |it: &Command<'m>| {
                let mut words = it.args().map(Word::literal_prefix);
                words.any(|word| word == "-X" || word.starts_with("--repository"))
            };
            let adds_archive = |it: &Command<'m>| {
                let mut targets = it.redirects().filter_map(Redirect::target);
                targets.any(|word| word.mentions("apk/repositories"))
                    || it.args().any(|word| word.mentions("apk/repositories"))
            };
            let before = self
                .step
                .commands()
                .filter(|it| it.range().start() <= call.command.range().start());
            let mut is_there = false;
            for command in before {
                let is_fetched = fetches(&command) || given.contains(&command);
                is_there = (is_there && !adds_archive(&command)) || is_fetched;
            }
            is_there &= fetches(&call.command) || !names_archive(&call.command);
            let add = call.command.args().find(|it| it.is("add"));
            let is_given = !is_there && call.command.is_certain();
            given.extend(is_given.then_some(call.command));
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
}
