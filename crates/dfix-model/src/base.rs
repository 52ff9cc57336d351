//! What is known of the image that a stage stands on.

use crate::catalogue::{self, Account, ImageFacts};
use crate::stage::{Base, Stage};
use crate::vars::{EnvFrom, EnvValue, Setting};

/// An operating system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Os {
    /// Linux, also where nothing speaks for Windows.
    Linux,
    /// Windows.
    Windows,
}

/// What the catalogue says of a stage's root image.
pub(crate) struct BaseData {
    /// Of exactly this image and tag.
    facts: ImageFacts,
    /// Of the image whatever its tag: enough for what is the same in all its variants.
    any_tag: ImageFacts,
}

/// The folders of `PATH` that the builder gives to an image without one (BuildKit, `DefaultPathEnvUnix`).
const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

impl<'m> Stage<'m> {
    /// What the catalogue knows of the image at the end of the `FROM stage` chain. Nothing, where its name
    /// or its tag are not known.
    pub fn base_facts(self) -> &'m ImageFacts {
        &self.base_data().facts
    }

    fn base_data(self) -> &'m BaseData {
        let root = self.root();
        root.data().facts.get_or_init(|| {
            let image = root.image();
            let name = match root.base() {
                Base::Scratch => "scratch",
                Base::Image => image.name().unwrap_or(""),
                Base::Stage(_) | Base::Unknown => "",
            };
            let any_tag = catalogue::image(name, image.tag_in_force().unwrap_or("latest"));
            BaseData {
                facts: match image.tag_in_force() {
                    Some(_) => any_tag,
                    None => catalogue::image("", ""),
                },
                any_tag,
            }
        })
    }

    /// What the base image itself sets a variable to.
    pub(crate) fn base_env(self, name: &str) -> EnvValue<'m> {
        let set = |value| {
            EnvValue::Set(Setting {
                value,
                place: None,
                value_place: None,
                from: EnvFrom::BaseImage,
            })
        };
        let facts = &self.base_data().any_tag;
        match facts.sets(name) {
            Some(true) => {
                let mut environment = facts.environment();
                set(environment
                    .find(|(n, _)| *n == name)
                    .and_then(|(_, value)| value))
            }
            Some(false) if name == "PATH" && self.os() == Os::Linux => set(Some(DEFAULT_PATH)),
            Some(false) => EnvValue::Unset,
            None => EnvValue::Unknown,
        }
    }

    /// The base image's working directory.
    pub(crate) fn base_workdir(self) -> Option<String> {
        self.base_data().any_tag.workdir().map(str::to_owned)
    }

    /// The base image's user, as `USER` would say it.
    pub(crate) fn base_user(self) -> Option<String> {
        match self.base_data().any_tag.default_user {
            Account::Root => Some("root".to_owned()),
            Account::Other { name, .. } => Some(name.to_owned()),
            Account::Unknown => None,
        }
    }

    /// The operating system, guessed from the platform and the base image.
    pub fn os(self) -> Os {
        let root = self.root();
        *root.data().os.get_or_init(|| root.guess_os())
    }

    fn guess_os(self) -> Os {
        if let Some(platform) = self.platform() {
            let os = platform.split('/').next().unwrap_or(platform);
            if os.eq_ignore_ascii_case("windows") {
                return Os::Windows;
            }
            if os.eq_ignore_ascii_case("linux") {
                return Os::Linux;
            }
        }
        if self.base() == Base::Scratch {
            return Os::Linux;
        }
        let image = self.image();
        let path = image
            .repository
            .as_ref()
            .and_then(|r| r.text.as_deref())
            .unwrap_or("")
            .to_ascii_lowercase();
        let tag = image.tag_text().unwrap_or("").to_ascii_lowercase();
        let speaks_for_it = |text: &str| {
            [
                "windowsservercore",
                "nanoserver",
                "windows/servercore",
                "windows/server",
            ]
            .iter()
            .any(|w| text.contains(w))
        };
        let is_windows = path == "windows"
            || path.starts_with("windows/")
            || path.starts_with("microsoft/windows")
            || path.starts_with("dotnet/framework")
            || path.starts_with("microsoft/dotnet-framework")
            || speaks_for_it(&path)
            || speaks_for_it(&tag)
            || tag.contains("ltsc20");
        if is_windows { Os::Windows } else { Os::Linux }
    }
}
