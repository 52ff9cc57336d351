//! The operating system and the shell in force, as far as the instructions tell.

use crate::collect::model::Model;
use crate::collect::stage::{BaseData, StageData};
use crate::path::program_name;

/// An operating system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Os {
    /// Linux, also where nothing speaks for Windows.
    Linux,
    /// Windows.
    Windows,
}

/// What a shell understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShellKind {
    /// `sh`: POSIX and no more, so far as can be told.
    Sh,
    /// `bash`
    Bash,
    /// Another shell of that family: `ash`, `dash`, `ksh`. Not `zsh`, which splits and matches otherwise
    /// and whose text is not read.
    OtherPosix,
    /// PowerShell.
    PowerShell,
    /// Windows' `cmd`.
    Cmd,
    /// Something else.
    Unknown,
}

impl ShellKind {
    /// Whether its text is POSIX shell text.
    pub fn is_posix(self) -> bool {
        matches!(
            self,
            ShellKind::Sh | ShellKind::Bash | ShellKind::OtherPosix
        )
    }

    /// What the shell of this program, a name or a path, understands.
    fn of_program(program: &str) -> ShellKind {
        let name =
            program_name(program.rsplit('\\').next().unwrap_or(program)).to_ascii_lowercase();
        match name.strip_suffix(".exe").unwrap_or(&name) {
            "sh" => ShellKind::Sh,
            "bash" => ShellKind::Bash,
            "ash" | "dash" | "ksh" | "mksh" => ShellKind::OtherPosix,
            "powershell" | "pwsh" => ShellKind::PowerShell,
            "cmd" => ShellKind::Cmd,
            _ => ShellKind::Unknown,
        }
    }

    /// What the shell that a `SHELL` with these words sets understands; only known words are among them.
    pub(crate) fn of_words<'t>(mut words: impl Iterator<Item = &'t str>) -> ShellKind {
        let first = words.next().unwrap_or("");
        ShellKind::of_program(match program_name(first) {
            // `SHELL ["/usr/bin/env", "bash", "-c"]`
            "env" | "busybox" | "time" | "sudo" => words.next().unwrap_or(""),
            _ => first,
        })
    }
}

impl Model<'_> {
    /// The last `SHELL` of a stage before a step, or of one that it is based on.
    pub(crate) fn shell_step(&self, stage: usize, before: usize) -> Option<usize> {
        let (mut stage, mut before) = (&self.stages[stage], before);
        loop {
            let passed = stage.shells.partition_point(|&step| step < before);
            match (passed.checked_sub(1), stage.base) {
                (Some(last), _) => return Some(stage.shells[last]),
                (None, BaseData::Stage(parent)) => stage = &self.stages[parent],
                (None, _) => return None,
            }
            before = usize::MAX;
        }
    }

    /// What the shell in force at a step understands.
    pub(crate) fn shell_kind(&self, stage: usize, before: usize) -> ShellKind {
        match self.shell_step(stage, before) {
            Some(step) => {
                let words = self.steps[step].words(self.text, self.escape).iter();
                ShellKind::of_words(words.filter_map(|word| word.value(self.text)))
            }
            None => match self.os(stage) {
                Os::Windows => ShellKind::Cmd,
                Os::Linux => ShellKind::Sh,
            },
        }
    }

    /// The operating system of a stage, guessed from the platform and the image at the end of its chain.
    pub(crate) fn os(&self, stage: usize) -> Os {
        let mut stage = &self.stages[stage];
        while let BaseData::Stage(parent) = stage.base {
            stage = &self.stages[parent];
        }
        *stage.cache.get_or_init(|| guess_os(stage))
    }
}

fn guess_os(stage: &StageData) -> Os {
    if let Some(platform) = &stage.platform {
        let os = platform.split_once('/').map_or(&**platform, |(os, _)| os);
        if os.eq_ignore_ascii_case("windows") {
            return Os::Windows;
        }
        if os.eq_ignore_ascii_case("linux") {
            return Os::Linux;
        }
    }
    if matches!(stage.base, BaseData::Scratch) {
        return Os::Linux;
    }
    let image = &stage.image;
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
