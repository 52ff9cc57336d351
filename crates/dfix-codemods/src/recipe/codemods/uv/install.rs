//! One installation: how uv is told the same.

use dfix_catalogue::{ForUv, pip_for_uv};
use dfix_engine::{Case, Edit, Effect, OpenCondition, Remedy, remedy};
use dfix_model::context::Answer;
use dfix_model::packages::OptionValue;
use dfix_model::{Mount, PackageCommand, Stage, Ternary, Word};

use super::python::{Into, into};
use super::upgrade::{self, Upgrade};
use super::{held, uv_settings};

/// A change of words.
#[derive(Debug)]
enum Change<'m> {
    Replace(Word<'m>, String),
    Remove(Vec<Word<'m>>),
    After(Word<'m>, String),
}

/// An installation by pip that uv can do.
#[derive(Debug)]
pub(crate) struct Install<'m> {
    pub(crate) command: PackageCommand<'m>,
    /// Whether pip compiles what it installs.
    pub(crate) compiles: bool,
    /// Whether a mount keeps the cache.
    pub(crate) is_cached: bool,
    /// The folder of the environment that `uv sync` is told.
    pub(crate) environment: Option<String>,
    changes: Vec<Change<'m>>,
    mounts: Vec<Word<'m>>,
    /// What was established of it.
    pub(crate) evidence: Vec<String>,
    /// What was not.
    pub(crate) open: Vec<OpenCondition>,
}

impl<'m> Install<'m> {
    /// # Errors
    /// Why uv cannot do it.
    pub(crate) fn of(stage: Stage<'m>, pip: PackageCommand<'m>) -> Result<Self, Remedy> {
        let mut install = Install {
            command: pip,
            compiles: true,
            is_cached: false,
            environment: None,
            changes: Vec::new(),
            mounts: Vec::new(),
            evidence: Vec::new(),
            open: Vec::new(),
        };
        let target = into(stage, &pip, &mut install.open)?;
        match stage.user_at(pip.command).is_root() {
            Ternary::Yes => {}
            Ternary::No if matches!(target, Into::System | Into::Named(_)) => {
                return Err(remedy!(
                    "the user there may not write into the system, and uv does not install into a home: make an environment"
                ));
            }
            Ternary::No => {}
            Ternary::Unknown(open) => install.open.push(open),
        }
        install.options(stage)?;
        held::look(stage, &pip, &mut install.open)?;
        install.requirements(stage)?;
        install.open.extend(uv_settings::look(stage, &pip)?);
        install.cache_by_variable(stage);
        let is_synced = install.by_lock(stage, &target);
        install.program(&target, is_synced)?;
        install.mounts = cache_mounts(&pip);
        install.is_cached = !install.mounts.is_empty();
        Ok(install)
    }

    /// Each option becomes uv's, goes, or cannot.
    fn options(&mut self, stage: Stage<'m>) -> Result<(), Remedy> {
        let pip = self.command;
        let upgrade = upgrade::of(stage, &pip);
        if let Upgrade::Open(open) = &upgrade {
            self.open.push(open.clone());
        }
        let mut told: Vec<&str> = Vec::new();
        for option in pip.options() {
            let name = option.name;
            let value = option.value.filter(|it| it.word != option.word);
            let is_attached = option.value.is_some() && value.is_none();
            if name == "--no-compile" {
                self.compiles = false;
            }
            let is_cluster = !name.starts_with("--") && name.len() > 2;
            if is_cluster {
                if name.contains('U') {
                    told.push("--upgrade");
                    let rest = name.replace('U', "");
                    self.upgrade(&upgrade, option.word, Some(rest).filter(|it| it != "-"));
                }
                for letter in name[1..].chars() {
                    match pip_for_uv(&format!("-{letter}")) {
                        Some(ForUv::Same(_)) => {}
                        _ => return Err(remedy!("`{name}` is not the same with uv")),
                    }
                }
                continue;
            }
            if name.starts_with("--upgrade-") && upgrade::is_known_strategy(option.value) {
                let words = std::iter::once(option.word).chain(value.map(|it| it.word));
                self.changes.push(Change::Remove(words.collect()));
                continue;
            }
            let change = pip_for_uv(name);
            if let Some(once) = told_once(name, change) {
                if told.contains(&once) {
                    if option.value.is_some() {
                        return Err(remedy!("`{name}` is told twice, and uv takes it once"));
                    }
                    self.changes.push(Change::Remove(vec![option.word]));
                    continue;
                }
                told.push(once);
            }
            if upgrade::is_told(name) {
                self.upgrade(&upgrade, option.word, None);
                continue;
            }
            let note = match change {
                Some(ForUv::Same(note)) => note,
                Some(ForUv::As(new)) if is_attached => {
                    let value = option.value.and_then(OptionValue::text);
                    let Some(value) = value else {
                        return Err(remedy!(
                            "`{name}` is `{new}` with uv, and its value is a variable"
                        ));
                    };
                    self.changes
                        .push(Change::Replace(option.word, format!("{new}={value}")));
                    ""
                }
                Some(ForUv::As(new)) => {
                    self.changes
                        .push(Change::Replace(option.word, new.to_owned()));
                    ""
                }
                Some(ForUv::Drop(note)) => {
                    let words = std::iter::once(option.word).chain(value.map(|it| it.word));
                    self.changes.push(Change::Remove(words.collect()));
                    note
                }
                Some(ForUv::ByHand(why)) => return Err(remedy!("uv has no `{name}`: {why}")),
                None => return Err(remedy!("it is not known what `{name}` is for uv")),
            };
            if !note.is_empty() {
                let condition = format!("whether it matters that `{name}` is another thing to uv");
                self.open.push(OpenCondition::new(condition, note));
            }
        }
        Ok(())
    }

    /// Tells uv what pip upgrades, in the place of the word; `rest` is what the word says beside.
    fn upgrade(&mut self, upgrade: &Upgrade<'m>, word: Word<'m>, rest: Option<String>) {
        let words: Vec<&str> = match upgrade {
            Upgrade::Same | Upgrade::Open(_) => return,
            Upgrade::Idle => {
                self.evidence.push(
                    "nothing is installed there before: there is nothing to upgrade".to_owned(),
                );
                Vec::new()
            }
            Upgrade::Named(names) => {
                self.evidence.push(
                    "pip upgrades what is named alone, and so does uv by `--upgrade-package`"
                        .to_owned(),
                );
                let each = names.iter().flat_map(|it| ["--upgrade-package", it]);
                each.collect()
            }
        };
        let mut words = rest.into_iter().chain(words.into_iter().map(str::to_owned));
        match words.next() {
            Some(first) => self.changes.push(Change::Replace(word, first)),
            None => self.changes.push(Change::Remove(vec![word])),
        }
        self.changes.extend(words.map(|it| Change::After(word, it)));
    }

    /// Where a variable of pip's switches its cache off, uv is told so.
    fn cache_by_variable(&mut self, stage: Stage<'m>) {
        let told = stage.env_at(self.command.command, "PIP_NO_CACHE_DIR");
        let is_off = matches!(told.value(), Some("0" | "false" | "no" | "off" | ""));
        let is_said = self
            .command
            .options()
            .any(|it| it.name.starts_with("--no-cache"));
        if told.is_set() && !is_off && !is_said {
            let word = self.command.subcommand();
            self.changes
                .push(Change::After(word, "--no-cache".to_owned()));
            self.evidence
                .push("PIP_NO_CACHE_DIR switches the cache off".to_owned());
        }
    }

    /// What the files of requirements, and editable ones, ask for that uv does not do.
    fn requirements(&mut self, stage: Stage<'m>) -> Result<(), Remedy> {
        let pip = self.command;
        let is_repository = |text: &str| text.starts_with("git+") || text.contains("://");
        if pip.editables().any(|it| is_repository(it.literal_prefix)) {
            return Err(remedy!(
                "uv installs no repository as an editable: leave `-e` out"
            ));
        }
        let constraints = pip
            .options()
            .filter(|it| matches!(it.name, "-c" | "--constraint"));
        let constraints = constraints.filter_map(|it| it.value);
        let files: Vec<OptionValue<'m>> = pip.requirement_files().chain(constraints).collect();
        for file in &files {
            if file.text().is_none() {
                self.open.push(OpenCondition::new(
                    format!(
                        "whether uv takes all that `{}` says: which file it is only the build knows",
                        file.word.source_text()
                    ),
                    "see that it has no editable repositories and no options but those of indexes",
                ));
            }
        }
        for file in files.into_iter().filter_map(OptionValue::text) {
            let Answer::Found(text) = stage.read_at(file, pip.command) else {
                self.open.push(OpenCondition::new(
                    format!("whether uv takes all that `{file}` says, which was not read"),
                    "see that it has no editable repositories and no options but those of indexes",
                ));
                continue;
            };
            for line in text.lines().map(str::trim) {
                let rest = line
                    .strip_prefix("-e")
                    .or_else(|| line.strip_prefix("--editable"));
                if rest.is_some_and(|it| is_repository(it.trim_start_matches(['=', ' ']))) {
                    return Err(remedy!(
                        "`{file}` has an editable repository, which uv does not install: leave `-e` out there"
                    ));
                }
                // Behind a requirement pip reads options, and uv none but hashes.
                let is_requirement = !line.starts_with(['-', '#']);
                let mut words = line
                    .split_whitespace()
                    .take_while(|it| !it.starts_with('#'));
                let is_read_by_pip = |it: &&str| it.starts_with("--") && !it.starts_with("--hash");
                if let Some(option) = words.find(|it| is_requirement && is_read_by_pip(it)) {
                    return Err(remedy!(
                        "`{file}` has `{option}` behind a requirement, which uv does not read there: give it a line of its own"
                    ));
                }
                let ignored = [
                    "--trusted-host",
                    "--prefer-binary",
                    "--pre",
                    "--use-feature",
                ];
                if let Some(option) = ignored.iter().find(|it| line.starts_with(**it)) {
                    self.open.push(OpenCondition::new(
                        format!(
                            "whether it works without `{option}` of `{file}`, which uv passes over"
                        ),
                        "give it to the command",
                    ));
                }
                if line.starts_with("--extra-index-url") {
                    self.open.push(OpenCondition::new(
                        format!("whether it matters that uv takes a package from the first index of `{file}` that has it"),
                        "see whether an index has more than its own packages, or add --index-strategy unsafe-best-match",
                    ));
                }
            }
        }
        Ok(())
    }

    /// A project whose lock file is there is installed as the lock says: `pip install .` becomes `uv sync`.
    fn by_lock(&mut self, stage: Stage<'m>, target: &Into) -> bool {
        let pip = self.command;
        let here = |text: &str| matches!(text.trim_end_matches('/'), "." | "./.");
        let (operands, editables) = (pip.operands(), pip.editables());
        let named: Vec<&str> = operands
            .map(Word::literal_prefix)
            .chain(editables.map(|it| it.literal_prefix))
            .collect();
        let has_lock = || matches!(stage.read_at("uv.lock", pip.command), Answer::Found(_));
        let is_alone = pip.requirement_files().next().is_none() && named.len() == 1;
        let harmless = [
            "--no-cache-dir",
            "--disable-pip-version-check",
            "-e",
            "--editable",
            "-q",
        ];
        let is_plain = pip.options().all(|it| harmless.contains(&it.name));
        let folder = match target {
            Into::System => "/usr/local".to_owned(),
            Into::Environment(folder) => folder.clone(),
            Into::Named(_) | Into::Activated | Into::Folder => return false,
        };
        if !has_lock() {
            return false;
        }
        let is_image = stage.base_image().name() == Some("python");
        if !(is_alone && here(named[0]) && is_plain && is_image) {
            self.evidence
                .push("uv.lock is there: `uv sync --locked` would install what it says".to_owned());
            return false;
        }
        let subcommand = pip.subcommand();
        let is_editable = pip.editables().next().is_some();
        let option = pip
            .options()
            .find(|it| matches!(it.name, "-e" | "--editable"));
        let operand: Vec<Word<'m>> = match option {
            Some(option) => {
                let value = option
                    .value
                    .map(|it| it.word)
                    .filter(|it| *it != option.word);
                std::iter::once(option.word).chain(value).collect()
            }
            None => pip.operands().collect(),
        };
        self.changes.push(Change::Remove(operand));
        let editable = if is_editable { "" } else { " --no-editable" };
        self.changes
            .push(Change::Replace(subcommand, "sync".to_owned()));
        let words = format!("--locked --inexact --no-dev{editable}");
        for word in words.split(' ') {
            self.changes
                .push(Change::After(subcommand, word.to_owned()));
        }
        self.evidence
            .push("uv.lock is there, and says which versions are installed".to_owned());
        self.environment = Some(folder);
        true
    }

    /// `pip`, `python -m pip` and their like become `uv pip`.
    fn program(&mut self, target: &Into, is_synced: bool) -> Result<(), Remedy> {
        let command = self.command.command;
        let unclear = || remedy!("it is not clear which words call pip");
        let (Some(first), Some(program)) = (command.executable(), command.program()) else {
            return Err(unclear());
        };
        let words: Vec<Word<'m>> = command.words().collect();
        let at = |word: Word<'m>| words.iter().position(|it| *it == word);
        let (Some(start), Some(end)) = (at(first), at(program)) else {
            return Err(unclear());
        };
        let between = &words[start + usize::from(start != end)..end];
        if !(between.is_empty() || (between.len() == 1 && between[0].is("-m"))) {
            return Err(remedy!(
                "Python is told more before `-m pip`: see that uv needs it not"
            ));
        }
        self.changes.push(Change::Replace(first, "uv".to_owned()));
        if start == end {
            if !is_synced {
                self.changes.push(Change::After(first, "pip".to_owned()));
            }
        } else {
            self.changes.push(Change::Remove(between.to_vec()));
            if is_synced {
                self.changes.push(Change::Remove(vec![program]));
            } else if !program.is("pip") {
                self.changes
                    .push(Change::Replace(program, "pip".to_owned()));
            }
        }
        let told = match target {
            _ if is_synced => return Ok(()),
            Into::System => {
                // Where the Python is not known, nobody says that it is pip's.
                let is_known = !self
                    .open
                    .iter()
                    .any(|it| it.condition.starts_with("which Python"));
                self.evidence.extend(
                    is_known.then(|| "`--system` is the Python that pip installs into".to_owned()),
                );
                vec!["--system".to_owned()]
            }
            Into::Named(program) => {
                self.evidence
                    .push(format!("`{program}` is the Python that pip installs into"));
                vec![
                    "--system".to_owned(),
                    "--python".to_owned(),
                    program.clone(),
                ]
            }
            Into::Environment(folder) => {
                self.evidence.push(format!("pip installs into {folder}"));
                vec!["--python".to_owned(), folder.clone()]
            }
            Into::Activated => {
                self.evidence
                    .push("uv installs into the environment that is active".to_owned());
                Vec::new()
            }
            Into::Folder => Vec::new(),
        };
        for word in told {
            self.changes
                .push(Change::After(self.command.subcommand(), word));
        }
        Ok(())
    }

    /// Says the change.
    pub(crate) fn say(&self, case: &mut Case<'_>) {
        case.declare(Effect::changed(self.command.step()));
        case.fix(|edit| {
            for change in &self.changes {
                change.say(edit);
            }
            for target in &self.mounts {
                edit.replace_node(*target, "/root/.cache/uv");
            }
        });
    }
}

impl Change<'_> {
    fn say(&self, edit: &mut Edit<'_>) {
        match self {
            Change::Replace(word, text) => edit.replace_word(*word, text),
            Change::Remove(words) => edit.remove_words(words.iter().copied()),
            Change::After(word, text) => edit.insert_word_after(*word, text),
        }
    }
}

/// The name of an option that uv takes once only; none of one that may be told several times, or goes.
fn told_once(name: &str, change: Option<ForUv>) -> Option<&str> {
    const SEVERAL: [&str; 21] = [
        "--allow-insecure-host",
        "--config-setting",
        "--config-settings",
        "--constraint",
        "--editable",
        "--extra-index-url",
        "--find-links",
        "--group",
        "--no-binary",
        "--only-binary",
        "--quiet",
        "--requirement",
        "--trusted-host",
        "--verbose",
        "-C",
        "-c",
        "-e",
        "-f",
        "-q",
        "-r",
        "-v",
    ];
    let name = match change {
        Some(ForUv::As(new)) => new,
        Some(ForUv::Same(_)) => name,
        _ => return None,
    };
    let long = match name {
        "-U" => "--upgrade",
        "-i" => "--index-url",
        "-t" => "--target",
        other => other,
    };
    (!SEVERAL.contains(&name)).then_some(long)
}

/// The targets of the mounts that keep pip's cache.
fn cache_mounts<'m>(pip: &PackageCommand<'m>) -> Vec<Word<'m>> {
    let mounts = pip.step().mounts().filter(|it| it.kind() == "cache");
    let targets = mounts.filter_map(Mount::target);
    targets
        .filter(|it| it.value() == Some("/root/.cache/pip"))
        .collect()
}
