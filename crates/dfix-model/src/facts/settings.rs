//! What somebody said of a package manager's behaviour: by a word, a variable, a settings file or a mount.

use std::collections::BTreeMap;

use dfix_catalogue::{Cache, cache};

use crate::context::Answer;
use crate::facts::accounts::Accounts;
use crate::facts::needs::absence::Absence;
use crate::facts::setting::{EnvFrom, EnvValue};
use crate::facts::{clearing, user, variables};
use crate::handles::{Command, Mount, Stage, Step, Word};
use crate::packages::{PackageCommand, PackageManager};
use crate::path::{self, ImagePath};
use crate::ternary::Ternary;

/// The first step of a stage that writes a settings file of this manager which says what becomes of its cache.
struct Configured(BTreeMap<&'static str, usize>);

/// The settings of package managers in a stage.
#[derive(Clone, Copy)]
pub struct Settings<'m> {
    stage: Stage<'m>,
}

/// The commands of a step that may empty a cache, by their places among its commands.
struct MayEmpty(Vec<usize>);

impl MayEmpty {
    fn of(step: Step<'_>) -> Self {
        let may = |it: &Command<'_>| it.is("rm") || it.args().any(|word| word.is("cache"));
        let all = step.commands().enumerate();
        MayEmpty(
            all.filter(|(_, it)| may(it))
                .map(|(index, _)| index)
                .collect(),
        )
    }
}

impl<'m> Settings<'m> {
    /// The settings in this stage.
    pub fn of(stage: Stage<'m>) -> Self {
        Settings { stage }
    }

    /// Whether somebody said what becomes of the cache that a command fills: that it keeps none, or where; an option,
    /// a variable that stands for one, the environment, a settings file, a cache mount. No where the manager's cache is not known.
    pub fn is_cache_settled(self, command: &PackageCommand<'m>) -> Ternary {
        let Some(cache) = cache_of(command) else {
            return Ternary::No;
        };
        let says = cache.options().any(|option| command.has_flag(option))
            || self.is_in_variable(cache, command)
            || cache
                .off_variables()
                .chain(cache.folder_variables())
                .any(|name| self.is_set(command, name))
            || self.is_configured(cache, command.command.step());
        if says {
            return Ternary::Yes;
        }
        self.is_mounted(cache, command)
    }

    /// The folder that the command's cache is in; `None` where that depends on a home that is not known.
    pub fn cache_folder(self, command: &PackageCommand<'m>) -> Option<ImagePath> {
        let cache = cache_of(command)?;
        let value = |name: &str| match variables::env_at(self.stage, command, name) {
            EnvValue::Set(setting) => setting.value.filter(|value| !value.is_empty()),
            EnvValue::Unset | EnvValue::Unknown => None,
        };
        if let Some(folder) = cache.folder_variables().find_map(value) {
            return Some(ImagePath::new(folder));
        }
        let folder = cache.folders().next()?;
        if let Some(around) = cache.parent_variable().and_then(value) {
            return Some(ImagePath::new(around).join(path::file_name(folder)));
        }
        match folder.strip_prefix("~/") {
            Some(rest) => Some(self.home(command.command)?.join(rest)),
            None => Some(ImagePath::new(folder)),
        }
    }

    /// What is not there where the command keeps no cache. A cache of the system has its folder all the same; one in a home is
    /// made with the folder around it.
    pub fn absent_cache(self, command: &PackageCommand<'m>) -> Option<Absence> {
        let folder = cache_of(command)?.folders().next()?;
        let Some(at_home) = folder.strip_prefix("~/") else {
            return Some(Absence::unfilled(&ImagePath::new(folder)));
        };
        let around = |path: ImagePath| {
            path.parent()
                .filter(|parent| !parent.is_root())
                .unwrap_or(path)
        };
        let of_home = around(ImagePath::new(at_home));
        let known = self
            .cache_folder(command)
            .map_or_else(|| of_home.clone(), around);
        Some(Absence::unmade(&known).or_at_home(&of_home.as_str()[1..]))
    }

    /// Whether the same step empties the command's cache afterwards, so that none of it is in the layer: the manager's own
    /// `cache purge`, or an `rm` of the whole.
    pub fn is_cache_emptied(self, command: &PackageCommand<'m>) -> bool {
        let Some(cache) = cache_of(command) else {
            return false;
        };
        let step = command.command.step();
        let found = step.cached(|| MayEmpty::of(step));
        let later = |it: &Command<'m>| it.range().start() > command.range().start();
        if found.0.is_empty() {
            return false;
        }
        let folder = self.cache_folder(command);
        let empties = |it: Command<'m>| {
            let own = PackageCommand::of(it).filter(|own| own.manager == command.manager);
            let is_purge = own.is_some_and(|own| {
                let mut words = it.args().filter_map(Word::value);
                own.subcommand_text() == "cache"
                    && words.any(|word| cache.emptying_words().any(|known| known == word))
            });
            let removes = |folder| clearing::empties(it, folder, self.home(it).as_ref());
            (is_purge && it.is_certain()) || folder.as_ref().is_some_and(removes)
        };
        let mut may_empty = found
            .0
            .iter()
            .filter_map(|index| step.commands().nth(*index));
        may_empty.any(|it| later(&it) && empties(it))
    }

    /// The home of whoever runs the command, where it is known.
    pub(crate) fn home(self, command: Command<'m>) -> Option<ImagePath> {
        if let EnvValue::Set(home) = variables::env_at(self.stage, command, "HOME") {
            return home.value.map(ImagePath::new);
        }
        if command.wrappers().any(|it| it.user.is_some()) {
            return None;
        }
        let user = user::user_at(self.stage, command);
        if user.is_root().is_yes() {
            return Some(ImagePath::new("/root"));
        }
        let accounts = Accounts::of(self.stage).at(command);
        let account = accounts.account(user.name.as_deref()?)?;
        account.home.as_deref().map(ImagePath::new)
    }

    /// Whether a variable is set to something: an empty one counts for nothing.
    fn is_set(self, command: &PackageCommand<'m>, name: &str) -> bool {
        match variables::env_at(self.stage, command, name) {
            EnvValue::Set(setting) => match setting.value {
                Some(value) => !value.is_empty(),
                None => setting.from != EnvFrom::BaseImage,
            },
            EnvValue::Unset | EnvValue::Unknown => false,
        }
    }

    /// Whether a variable among the words stands for an option of the cache.
    fn is_in_variable(self, cache: Cache, command: &PackageCommand<'m>) -> bool {
        let unknown = command.command.args().filter(|word| !word.is_known());
        let mut texts =
            unknown.filter_map(|word| variables::expand_text(self.stage, word, command));
        texts.any(|text| {
            let is_option = |word: &str| {
                cache
                    .options()
                    .any(|option| word.split('=').next() == Some(option))
            };
            text.split_whitespace().any(is_option)
        })
    }

    /// Whether a mount lies on the cache.
    fn is_mounted(self, cache: Cache, command: &PackageCommand<'m>) -> Ternary {
        let step = command.command.step();
        let is_cache = |mount: &Mount<'_>| matches!(mount.kind(), "cache" | "tmpfs" | "");
        let mut mounts = step.mounts().filter(is_cache).peekable();
        if mounts.peek().is_none() {
            return Ternary::No;
        }
        let known = self.cache_folder(command);
        let mut answer = Ternary::No;
        for mount in mounts {
            let target = mount
                .target()
                .and_then(|word| variables::expand_text(self.stage, word, step));
            let Some(target) = target.filter(|_| !mount.kind().is_empty()) else {
                answer = answer.or(|| unknown_mount(cache, mount));
                continue;
            };
            let target = ImagePath::new(&target);
            let covers = match &known {
                Some(folder) => folder.is_below(&target),
                None => false,
            };
            let is_one_of = cache
                .folders()
                .any(|folder| match folder.strip_prefix("~/") {
                    // Whoever's home it is.
                    Some(rest) => known.is_none() && lies_on(&target, rest),
                    None => ImagePath::new(folder).is_below(&target),
                });
            if covers || is_one_of {
                return Ternary::Yes;
            }
            if target.parts().any(|part| part.contains(cache.manager())) {
                answer = answer.or(|| unknown_mount(cache, mount));
            }
        }
        answer
    }

    fn is_configured(self, cache: Cache, step: Step<'m>) -> bool {
        let first = cache.has_settings_files().then(|| {
            let configured = self.stage.cached(|| Configured(self.find_configured()));
            configured.0.get(cache.manager())
        });
        first.flatten().is_some_and(|first| *first <= step.index())
    }

    /// The first step of the stage, and of those that it is based on, that writes each manager's settings.
    fn find_configured(self) -> BTreeMap<&'static str, usize> {
        let mut first = BTreeMap::new();
        let with_files = ["npm", "pip", "yarn"].into_iter().filter_map(cache);
        let with_files: Vec<Cache> = with_files.collect();
        for step in self.stage.base_chain().flat_map(Stage::steps) {
            for cache in with_files.iter().copied() {
                if configures(self.stage, step, cache) {
                    let at = first.entry(cache.manager()).or_insert(step.index());
                    *at = (*at).min(step.index());
                }
            }
        }
        first
    }
}

fn cache_of(command: &PackageCommand<'_>) -> Option<Cache> {
    cache(match command.manager {
        PackageManager::Apk => "apk",
        PackageManager::Apt => "apt",
        PackageManager::Conda => "conda",
        PackageManager::Dnf => "dnf",
        PackageManager::Npm => "npm",
        PackageManager::Pip => "pip",
        PackageManager::Yarn => "yarn",
        PackageManager::Zypper => "zypper",
        _ => return None,
    })
}

/// Whether a mount at `target` covers the folder `rest` of somebody's home.
fn lies_on(target: &ImagePath, rest: &str) -> bool {
    let mut parts: Vec<&str> = rest.split('/').collect();
    while !parts.is_empty() {
        let is_end = target
            .parts()
            .rev()
            .zip(parts.iter().rev())
            .all(|(a, b)| a == *b);
        if is_end && target.parts().count() >= parts.len() {
            return true;
        }
        parts.pop();
    }
    false
}

fn unknown_mount(cache: Cache, mount: Mount<'_>) -> Ternary {
    let target = mount.target().map_or("", |word| word.source_text());
    Ternary::unknown(
        format!(
            "whether the mount on `{target}` holds the cache of `{}`",
            cache.manager()
        ),
        "see where the package manager keeps its cache in this image",
    )
}

/// Whether the step writes a settings file that says what becomes of the cache: by a command, or from the build context.
fn configures(stage: Stage<'_>, step: Step<'_>, cache: Cache) -> bool {
    let says = |text: &str| cache.keys().any(|key| text.contains(key));
    match step.name() {
        "RUN" => {
            says(step.source_text())
                && step.commands().any(|command| {
                    let is_file = |word: Word<'_>| {
                        cache.is_settings_file(path::file_name(
                            word.source_text().trim_matches(['"', '\'']),
                        ))
                    };
                    let is_config = command.has_arg("config") && command.has_arg("set");
                    let writes = command
                        .redirects()
                        .any(|r| r.writes() && r.target().is_some_and(is_file))
                        || command.args().any(is_file);
                    (is_config || writes) && says(&command.text()[command.range()])
                })
        }
        "COPY" | "ADD" => {
            let copied = step.sources().filter_map(Word::value).any(|source| {
                let inside = source.trim_start_matches("./").trim_start_matches('/');
                cache.is_settings_file(path::file_name(source))
                    && matches!(stage.file().context().read(inside), Answer::Found(text) if says(&text))
            });
            let is_written_here = step.target().is_some_and(|target| {
                cache.is_settings_file(path::file_name(target.literal_prefix()))
            }) && says(step.source_text());
            copied || is_written_here
        }
        _ => false,
    }
}
