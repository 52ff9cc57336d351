//! Words and commands.

/// A word of a command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Word {
    /// Its text without quotes. What is not known stands in it as `${NAME}`.
    pub(crate) text: String,
    /// What is not known: the name of the first variable, or the text of a command.
    pub(crate) open: Option<String>,
}

impl Word {
    /// A word that is known.
    pub(crate) fn known(text: &str) -> Word {
        Word {
            text: text.to_owned(),
            open: None,
        }
    }
}

/// A command, and where it is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Command {
    /// The line that it begins on.
    pub(crate) line: usize,
    /// The folder, from the root of the repository; none where that is not known.
    pub(crate) folder: Option<String>,
    /// Its words; never empty.
    pub(crate) words: Vec<Word>,
}

/// Programs that run commands which they are given as a text.
const SHELLS: [&str; 6] = ["ash", "bash", "dash", "fish", "sh", "zsh"];

/// Whether a program, by its name or its path, is a shell.
pub(crate) fn is_shell(program: &str) -> bool {
    let name = program.rsplit('/').next().unwrap_or(program);
    SHELLS.contains(&name.strip_suffix(".exe").unwrap_or(name))
}

/// How a text is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// For a shell of POSIX: a backslash takes a letter as it is.
    #[default]
    Posix,
    /// For `PowerShell`: a backtick does.
    PowerShell,
    /// For `cmd.exe`: `^` does, and variables stand between `%`.
    Cmd,
}

impl Dialect {
    /// The letter that takes the next one as it is, and continues a line.
    pub(crate) fn escape(self) -> char {
        match self {
            Dialect::Posix => '\\',
            Dialect::PowerShell => '`',
            Dialect::Cmd => '^',
        }
    }

    /// The dialect that a text is continued in, where one of its lines is.
    pub(crate) fn of_text(text: &str) -> Dialect {
        let ends = |sign: &str| {
            text.lines()
                .any(|line| line.trim_end().ends_with(&format!(" {sign}")))
        };
        if ends("`") {
            Dialect::PowerShell
        } else if ends("^") {
            Dialect::Cmd
        } else {
            Dialect::Posix
        }
    }
}

/// What stands in a text for what is not known: `${NAME}`.
pub(crate) fn stand_in(unknown: &str) -> String {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let parts = unknown.split(|c| !is_name(c)).filter(|it| !it.is_empty());
    match parts.collect::<Vec<&str>>().join("_") {
        name if name.is_empty() => "${it}".to_owned(),
        name => format!("${{{name}}}"),
    }
}

/// `NAME=value`: the name, and the value where it is known.
pub(crate) fn assignment(word: &Word) -> Option<(&str, Option<&str>)> {
    let (name, value) = word.text.split_once('=')?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let fits = !name.is_empty()
        && name.chars().all(is_name)
        && !name.starts_with(|c: char| c.is_ascii_digit());
    fits.then_some((name, Some(value).filter(|_| word.open.is_none())))
}

/// Whether a command begins behind this word.
pub(crate) fn is_word_before(word: &str) -> bool {
    matches!(
        word,
        "!" | "{"
            | "command"
            | "do"
            | "elif"
            | "else"
            | "exec"
            | "if"
            | "nohup"
            | "sudo"
            | "then"
            | "time"
            | "until"
            | "while"
    )
}

#[cfg(test)]
mod tests {
    use super::{SHELLS, is_shell};

    #[test]
    fn shells_are_told_by_their_names() {
        assert!(SHELLS.is_sorted());
        assert!(is_shell("/bin/bash") && is_shell("sh.exe"));
        assert!(!is_shell("/usr/bin/python") && !is_shell("bash/x"));
    }
}
