//! Commands in exec form or shell form, and the `SHELL` that reads the shell form.

use super::instruction::Form;
use super::{Grammar, json, shell, words};
use crate::kind::SyntaxKind::{ERROR_TEXT, OPAQUE, SHELL_SCRIPT, TEXT};

/// The shells whose language the tree holds.
const POSIX_SHELLS: [&str; 9] = [
    "sh", "bash", "dash", "ash", "ksh", "mksh", "yash", "posh", "rbash",
];

/// Whether the path or name is that of a shell whose language the tree holds.
pub(super) fn is_posix_shell(program: &str) -> bool {
    let name = program.rsplit('/').next().unwrap_or(program);
    POSIX_SHELLS.contains(&name)
}

/// Whether what `SHELL` names hands its last argument to a POSIX shell: such a shell somewhere in
/// it, then options only, the last of which ends with `c`. `conda run -n x /bin/bash -c` is one.
fn hands_to_posix_shell(strings: &[String]) -> bool {
    let Some(shell) = strings.iter().rposition(|s| is_posix_shell(s)) else {
        return false;
    };
    let options = &strings[shell + 1..];
    let is_option = |s: &str| s.starts_with(['-', '+']);
    let mut takes_name = false;
    let all_options = options.iter().all(|option| {
        let fine = takes_name || is_option(option);
        takes_name = is_option(option) && !option.starts_with("--") && option.ends_with(['o', 'O']);
        fine
    });
    all_options
        && options.last().is_some_and(|last| {
            !last.starts_with("--") && last.starts_with('-') && last.contains('c')
        })
}

impl Grammar<'_> {
    /// `RUN`, `CMD`, `ENTRYPOINT`, `HEALTHCHECK CMD`: an exec form, or the shell form.
    pub(super) fn command(&mut self, rest: &str) -> Form {
        if self.maybe_exec_form(rest).is_some() {
            return Form::Exec;
        }
        if self.foreign_shell {
            self.sink.start_node(SHELL_SCRIPT);
            self.sink.start_node(OPAQUE);
            self.sink.token(TEXT, rest.len());
            self.sink.finish_node();
            self.sink.finish_node();
        } else {
            shell::script(&mut self.sink, rest);
        }
        Form::Other
    }

    /// `SHELL`: an exec form; says how later shell forms are read. What `ONBUILD` triggers (`depth`
    /// 1) says nothing about this file.
    pub(super) fn shell_instruction(&mut self, rest: &str, depth: u8) {
        let start = self.sink.position();
        let Some(count) = self.maybe_exec_form(rest) else {
            self.refuse(
                ERROR_TEXT,
                rest,
                "`SHELL` wants an exec form: `[\"…\", \"…\"]`",
            );
            return;
        };
        if count == 0 {
            let end = self.sink.position();
            self.error(start, end, "`SHELL` wants at least one string");
        } else if depth == 0 {
            let strings: Vec<String> = json::strings(rest)
                .map(|s| crate::unquote_json(s).unwrap_or_default())
                .collect();
            self.foreign_shell = !hands_to_posix_shell(&strings);
        }
    }

    /// A stage begins with the arguments of its `FROM`. The `SHELL` in force is that of the stage it
    /// is based on, or the default one.
    pub(super) fn enter_stage(&mut self, rest: &str) {
        self.leave_stage();
        let mut words = words(rest).map(|word| &rest[word]);
        let base = words.next().unwrap_or_default();
        self.foreign_shell =
            !self.foreign_stages.is_empty() && self.foreign_stages.contains(&base.to_lowercase());
        self.stage = match (words.next(), words.next()) {
            (Some(keyword), Some(name)) if keyword.eq_ignore_ascii_case("as") => {
                Some(name.to_lowercase())
            }
            _ => None,
        };
    }

    fn leave_stage(&mut self) {
        let Some(name) = self.stage.take() else {
            return;
        };
        if self.foreign_shell {
            self.foreign_stages.insert(name);
        } else if !self.foreign_stages.is_empty() {
            self.foreign_stages.remove(&name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::hands_to_posix_shell;

    #[test]
    fn knows_posix_shells() {
        let hands = |text: &str| {
            let strings: Vec<String> = text.split(' ').map(str::to_owned).collect();
            hands_to_posix_shell(&strings)
        };
        for posix in [
            "/bin/sh -c",
            "/bin/bash -o pipefail -c",
            "bash -euxo pipefail -c",
            "/bin/bash -lc",
            "/bin/bash --login -c",
            "/usr/bin/env bash -c",
            "conda run -n x /bin/bash -c",
            "/bin/busybox sh -c",
        ] {
            assert!(hands(posix), "{posix}");
        }
        for foreign in [
            "powershell -Command",
            "cmd /S /C",
            "pwsh -c",
            "/usr/bin/python3 -c",
            "/bin/sh",
            "/bin/bash script",
            "/bin/bash -c exec",
            "/usr/local/bin/_dockerfile_shell.sh",
            "zsh -c",
        ] {
            assert!(!hands(foreign), "{foreign}");
        }
    }
}
