//! What is known of the image that a stage stands on.

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

/// What is known of the image at the end of a stage's `FROM stage` chain.
#[derive(Debug, Clone, Copy)]
pub struct BaseFacts<'m> {
    stage: Stage<'m>,
}

/// The folders of `PATH` in almost every Linux image.
const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

impl<'m> BaseFacts<'m> {
    fn is_official(self) -> bool {
        self.stage.image().name().is_some_and(|n| !n.contains('/'))
    }

    /// What the image itself sets a variable to.
    pub fn env(self, name: &str) -> EnvValue<'m> {
        if name == "PATH" && self.is_official() && self.stage.os() == Os::Linux {
            return EnvValue::Set(Setting {
                value: Some(DEFAULT_PATH),
                place: None,
                value_place: None,
                from: EnvFrom::BaseImage,
            });
        }
        if self.is_official() {
            EnvValue::Unset
        } else {
            EnvValue::Unknown
        }
    }

    /// The image's working directory.
    pub fn workdir(self) -> Option<String> {
        self.is_official().then(|| "/".to_owned())
    }

    /// The image's user, as `USER` would say it.
    pub fn user(self) -> Option<String> {
        self.is_official().then(|| "root".to_owned())
    }
}

impl<'m> Stage<'m> {
    /// What is known of the image at the end of the `FROM stage` chain.
    pub fn base_facts(self) -> BaseFacts<'m> {
        BaseFacts { stage: self.root() }
    }

    /// The operating system, guessed from the platform and the base image.
    pub fn os(self) -> Os {
        let root = self.root();
        *root.data().os.get_or_init(|| root.guess_os())
    }

    fn guess_os(self) -> Os {
        let root = self;
        if let Some(platform) = root.platform() {
            let os = platform.split('/').next().unwrap_or(platform);
            if os.eq_ignore_ascii_case("windows") {
                return Os::Windows;
            }
            if os.eq_ignore_ascii_case("linux") {
                return Os::Linux;
            }
        }
        if root.base() == Base::Scratch {
            return Os::Linux;
        }
        let image = root.image();
        let path = image
            .repository
            .as_ref()
            .and_then(|r| r.text.as_deref())
            .unwrap_or("")
            .to_ascii_lowercase();
        let tag = image.tag_text().unwrap_or("").to_ascii_lowercase();
        let of_windows = [
            "windowsservercore",
            "nanoserver",
            "windows/servercore",
            "windows/server",
        ];
        let is_windows = path == "windows"
            || path.starts_with("windows/")
            || path.starts_with("microsoft/windows")
            || of_windows
                .iter()
                .any(|w| path.contains(w) || tag.contains(w))
            || tag.contains("ltsc20")
            || (path.starts_with("dotnet/framework")
                || path.starts_with("microsoft/dotnet-framework"));
        if is_windows { Os::Windows } else { Os::Linux }
    }
}
