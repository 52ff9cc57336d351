//! The shell in force.

use std::borrow::Cow;

use crate::base::Os;
use crate::path::program_name;
use crate::stage::{Base, Stage};
use crate::step::Step;
use crate::vars::At;

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

/// The shell that runs shell-form text.
#[derive(Debug, Clone)]
pub struct Shell<'m> {
    /// Its words; `None` for one that cannot be read.
    pub argv: Vec<Option<Cow<'m, str>>>,
    /// What it understands.
    pub kind: ShellKind,
    /// The `SHELL` that sets it; none where it is the base's default.
    pub step: Option<Step<'m>>,
}

impl Shell<'_> {
    /// Whether shell text is POSIX shell text.
    pub fn is_posix(&self) -> bool {
        matches!(
            self.kind,
            ShellKind::Sh | ShellKind::Bash | ShellKind::OtherPosix
        )
    }

    /// Whether its options say `pipefail`.
    pub fn has_pipefail(&self) -> bool {
        self.argv.iter().flatten().any(|word| word == "pipefail")
    }

    /// Whether its options say that a failing command ends the script (`-e`).
    pub fn has_errexit(&self) -> bool {
        self.argv.iter().flatten().skip(1).any(|word| {
            word == "errexit"
                || (word.starts_with('-') && !word.starts_with("--") && word.contains('e'))
        })
    }
}

fn kind_of(program: &str) -> ShellKind {
    let name = program_name(program.rsplit('\\').next().unwrap_or(program)).to_ascii_lowercase();
    match name.strip_suffix(".exe").unwrap_or(&name) {
        "sh" => ShellKind::Sh,
        "bash" => ShellKind::Bash,
        "ash" | "dash" | "ksh" | "mksh" => ShellKind::OtherPosix,
        "powershell" | "pwsh" => ShellKind::PowerShell,
        "cmd" => ShellKind::Cmd,
        _ => ShellKind::Unknown,
    }
}

impl<'m> Stage<'m> {
    /// The shell in force at a place: that of the last `SHELL` before it, of this stage or one that it
    /// stands on, else the base's default.
    pub fn shell_at(self, at: impl At<'m>) -> Shell<'m> {
        self.shell_before(at.step().index)
    }

    fn shell_before(self, before: usize) -> Shell<'m> {
        if let Some(step) = self.last_of(&self.data().shells, before) {
            let argv: Vec<_> = step.words().map(|w| w.value().map(Cow::Borrowed)).collect();
            let mut words = argv.iter().flatten();
            let first = words.next().map_or("", |w| w.as_ref());
            let program = match program_name(first) {
                // `SHELL ["/usr/bin/env", "bash", "-c"]`
                "env" | "busybox" | "time" | "sudo" => words.next().map_or("", |w| w.as_ref()),
                _ => first,
            };
            return Shell {
                kind: kind_of(program),
                argv,
                step: Some(step),
            };
        }
        if let Base::Stage(parent) = self.base() {
            return parent.shell_before(usize::MAX);
        }
        let (argv, kind): (&[&str], _) = match self.os() {
            Os::Windows => (&["cmd", "/S", "/C"], ShellKind::Cmd),
            Os::Linux => (&["/bin/sh", "-c"], ShellKind::Sh),
        };
        Shell {
            argv: argv.iter().map(|w| Some(Cow::Borrowed(*w))).collect(),
            kind,
            step: None,
        }
    }
}
