//! Calls of programs that fill a cache which a mount can keep, and where the cache is.

use dfix_catalogue::{CacheFolder, MountedCache, mounted_cache, package_tool};

use crate::facts::setting::{EnvFrom, EnvValue};
use crate::handles::{Command, Stage, Step, Word};
use crate::path::ImagePath;
use crate::ternary::OpenCondition;

/// A call of a program that has a cache.
#[derive(Debug, Clone, Copy)]
pub struct CacheCall<'m> {
    /// The command.
    pub command: Command<'m>,
    /// What is known of the cache.
    pub cache: MountedCache,
}

/// The folders of a cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheFolders {
    /// The folders.
    pub paths: Vec<ImagePath>,
    /// The number of the user whose they are; none where it is root.
    pub uid: Option<u32>,
}

impl<'m> CacheCall<'m> {
    /// The call, if the command is one that fills a cache.
    pub fn of(command: Command<'m>) -> Option<Self> {
        let cache = mounted_cache(command.name())?;
        if command.is_of_script() {
            return None;
        }
        let words: Vec<&str> = command.args().map(|it| it.value().unwrap_or("$")).collect();
        cache
            .is_filled_by(&words)
            .then_some(CacheCall { command, cache })
    }

    /// All of a step, in order of place.
    pub fn all_of(step: Step<'m>) -> Vec<Self> {
        if !step.is_run() || step.is_onbuild() {
            return Vec::new();
        }
        step.commands().filter_map(CacheCall::of).collect()
    }

    /// Whether a mount is there already, as far as can be seen: around a folder of the cache, below one, or called after the program.
    pub fn is_mounted(&self, stage: Stage<'m>) -> bool {
        let step = self.command.step();
        let has_unknown = step.mounts().any(|it| {
            matches!(it.kind(), "cache" | "tmpfs" | "")
                && it.target().is_none_or(|it| !it.is_known())
        });
        let mounts = || step.mounts().filter(|it| it.kind() == "cache");
        let targets = || mounts().filter_map(|it| it.target()?.value());
        let is_named = |it: &str| {
            it.split('/')
                .any(|it| it.trim_start_matches('.') == self.cache.program())
        };
        let covers = |it: &ImagePath| {
            let is_below = |target: &str| ImagePath::new(target).is_below(it);
            step.has_cache_mount(it.as_str()) || targets().any(is_below)
        };
        has_unknown
            || targets().any(is_named)
            || (mounts().next().is_some()
                && self
                    .folders(stage, &mut Vec::new())
                    .is_ok_and(|all| all.paths.iter().any(covers)))
    }

    /// The folders of its cache, with what is open; else why they are not known.
    ///
    /// # Errors
    /// A sentence that says what stands against it, and what a person can do.
    pub fn folders(
        &self,
        stage: Stage<'m>,
        open: &mut Vec<OpenCondition>,
    ) -> Result<CacheFolders, String> {
        let command = self.command;
        let cache = self.cache;
        for name in cache.off_variables() {
            if stage.env_at(command, name).is_set() {
                return Err(format!(
                    "`{name}` switches the cache of `{}` off: take the variable away first",
                    cache.program()
                ));
            }
        }
        for name in cache.moving_variables() {
            let (name, only) = match name.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (name, None),
            };
            if let EnvValue::Set(setting) = stage.env_at(command, name)
                && setting.from != EnvFrom::BaseImage
                && only.is_none_or(|it| setting.value.is_none_or(|value| value == it))
            {
                return Err(format!(
                    "`{name}` is set, which may say where the cache is: see to it, and add the mount by hand"
                ));
            }
        }
        let is_moved = |option: &str| {
            command.args().any(|it| {
                let text = it.value().unwrap_or_default();
                let rest = text.strip_prefix(option);
                rest.is_some_and(|it| it.is_empty() || it.starts_with('='))
            })
        };
        if let Some(option) = cache.moving_options().find(|it| is_moved(it)) {
            return Err(format!(
                "`{option}` says otherwise what becomes of the cache: add the mount by hand"
            ));
        }
        let image = stage.base_image().name().unwrap_or_default();
        if cache.is_volume_in(image) {
            return Err(format!(
                "the image `{image}` has a volume there: add the mount by hand, where its documentation says"
            ));
        }
        let user = self.user(stage, open)?;
        let mut folders = Vec::new();
        for choices in cache.folders() {
            folders.push(self.folder(stage, &choices, user.as_ref(), open)?);
        }
        let uid = user.map(|it| it.0);
        Ok(CacheFolders {
            paths: folders,
            uid,
        })
    }

    /// Who calls it: the number and the home; none for root.
    fn user(
        &self,
        stage: Stage<'m>,
        open: &mut Vec<OpenCondition>,
    ) -> Result<Option<(u32, ImagePath)>, String> {
        let command = self.command;
        let is_of_system = matches!(self.cache.program(), "apt" | "apt-get" | "apk");
        if command.is_wrapped_by("sudo") && is_of_system {
            return Ok(None);
        }
        let by_hand = || {
            "it is not root who calls it: the mount needs the `uid` and the folder of that user, and the folders around it must be theirs".to_owned()
        };
        if command.wrappers().any(|it| it.user.is_some()) {
            return Err(by_hand());
        }
        let answer = command.caller_is_root();
        // Whose home `sudo` gives is a setting.
        if command.is_wrapped_by("sudo") && !answer.is_yes() {
            return Err(by_hand());
        }
        if !answer.is_no() {
            open.extend(answer.open());
            return Ok(None);
        }
        let name = stage.user_at(command).name.ok_or_else(by_hand)?;
        let account = stage.accounts().at(command).account(&name);
        let account = account.filter(|it| it.is_certain).ok_or_else(by_hand)?;
        match (account.uid, account.home) {
            (Some(uid), Some(home)) => Ok(Some((uid, ImagePath::new(&home)))),
            _ => Err(by_hand()),
        }
    }

    fn folder(
        &self,
        stage: Stage<'m>,
        choices: &[CacheFolder],
        user: Option<&(u32, ImagePath)>,
        open: &mut Vec<OpenCondition>,
    ) -> Result<ImagePath, String> {
        let command = self.command;
        let unclear = |name: &str| {
            format!(
                "only the build can tell `{name}`, which names the cache's folder: add the mount by hand"
            )
        };
        let of_another = || {
            "the folders around the cache would be made as root's, and it is not root who calls it: make them before, and add the mount with the `uid`".to_owned()
        };
        for choice in choices {
            let name = match *choice {
                CacheFolder::Variable(name, _) => name,
                CacheFolder::Home(_) => "HOME",
                CacheFolder::Always(path) if user.is_none() => return Ok(ImagePath::new(path)),
                CacheFolder::Always(_) => return Err(of_another()),
            };
            let value = match stage.env_at(command, name) {
                EnvValue::Set(setting) => Some(setting.value.ok_or_else(|| unclear(name))?),
                EnvValue::Unset => None,
                EnvValue::Unknown => {
                    open.push(unknown(stage));
                    None
                }
            };
            match (*choice, value.filter(|it| !it.is_empty())) {
                // What is directly in the user's home is mounted there, and nothing is made around it.
                (CacheFolder::Home(rest), value) => {
                    let home = value.map(ImagePath::new);
                    return match user {
                        None => Ok(home.unwrap_or_else(|| ImagePath::new("/root")).join(rest)),
                        Some((_, own))
                            if !rest.contains('/') && home.is_none_or(|it| it == *own) =>
                        {
                            Ok(own.join(rest))
                        }
                        Some(_) => Err(of_another()),
                    };
                }
                (CacheFolder::Variable(_, rest), Some(value)) => {
                    if user.is_some() {
                        return Err(of_another());
                    }
                    let first = value.split(':').next().unwrap_or_default();
                    return Ok(ImagePath::new(&format!("{first}{rest}")));
                }
                _ => {}
            }
        }
        Err("it is not known where the cache is".to_owned())
    }

    /// The words with which it is off, to be taken away.
    pub fn off_words(&self) -> Vec<Word<'m>> {
        let tool = package_tool(self.command.name());
        // pip takes a name that is cut short: `--no-cache`.
        let full = |written| tool.map_or(written, |tool| tool.full_name(written));
        let is_off = |it: &Word<'m>| {
            it.value().is_some_and(|text| {
                let name = full(text.strip_suffix("=true").unwrap_or(text));
                self.cache.off_options().any(|option| name == option)
            })
        };
        self.command.args().filter(is_off).collect()
    }
}

/// What is open where the base image is not known well enough.
fn unknown(stage: Stage<'_>) -> OpenCondition {
    let name = stage
        .base_image()
        .text()
        .unwrap_or("the base image")
        .to_owned();
    OpenCondition::new(
        format!("whether `{name}` says by a variable where caches are"),
        "look at the variables of the image",
    )
}
