//! The shell in force.

use std::borrow::Cow;

use crate::collect::shell::ShellKind;
use crate::handles::{ProgramPoint, Stage, Step};

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
        self.kind.is_posix()
    }

    /// Whether its options say `pipefail`.
    pub fn has_pipefail(&self) -> bool {
        let words = self.argv.iter().map(|it| it.as_deref().unwrap_or(""));
        says_option(words, "pipefail") == Some(true)
    }

    /// Whether its options make it a login shell, which sets `PATH` anew.
    pub fn is_login(&self) -> bool {
        let mut options = self.argv.iter().flatten().skip(1);
        options.any(|word| crate::facts::search_path::is_login_option(word))
    }

    /// Whether its options say that a failing command ends the script (`-e`).
    pub fn has_errexit(&self) -> bool {
        self.argv.iter().flatten().skip(1).any(|word| {
            word == "errexit"
                || (word.starts_with('-') && !word.starts_with("--") && word.contains('e'))
        })
    }
}

/// What words say of an option of the shell that has a name: `-o pipefail`, `-euo pipefail`, `+o pipefail`. The last one counts.
pub(crate) fn says_option<'w>(words: impl Iterator<Item = &'w str>, option: &str) -> Option<bool> {
    let mut before = "";
    let mut said = None;
    for word in words {
        if word == option && before.ends_with('o') {
            match before.as_bytes().first() {
                Some(b'-') => said = Some(true),
                Some(b'+') => said = Some(false),
                _ => {}
            }
        }
        before = word;
    }
    said
}

/// The shell in force at a place: that of the last `SHELL` before it, of this stage or one that it is
/// based on, else the base's default.
pub(crate) fn shell_at<'m>(stage: Stage<'m>, at: impl ProgramPoint<'m>) -> Shell<'m> {
    let (file, before) = (stage.file, at.step().index);
    let kind = file.shell_kind(stage.index, before);
    if let Some(index) = file.shell_step(stage.index, before) {
        let step = Step { file, index };
        return Shell {
            argv: step.words().map(|w| w.value().map(Cow::Borrowed)).collect(),
            kind,
            step: Some(step),
        };
    }
    let argv: &[&str] = match kind {
        ShellKind::Cmd => &["cmd", "/S", "/C"],
        _ => &["/bin/sh", "-c"],
    };
    Shell {
        argv: argv.iter().map(|w| Some(Cow::Borrowed(*w))).collect(),
        kind,
        step: None,
    }
}

/// The variable that names a file which a shell may read before all else, where one is set (bash(1), `BASH_ENV`; dash(1), `ENV`).
pub(crate) fn first_file<'m>(stage: Stage<'m>, at: impl ProgramPoint<'m>) -> Option<&'static str> {
    let step = at.step();
    let mut names = ["BASH_ENV", "ENV"].into_iter();
    names.find(|name| stage.env_at(step, name).is_set())
}
