//! Wrapper commands, which another command stands behind: `sudo -u app`, `env A=b`, `poetry run`.

use super::table::{Row, Table, table};

const WRAPPERS: Table = table!("wrappers.tsv");

/// What a wrapper does to the command behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WrapperKind {
    /// Nothing that matters to what the command does: `time`, `nice`, `exec`, `command`, …
    Plain,
    /// Sets variables: `env`.
    Environment,
    /// Sets the variables that a file says: `env-cmd`, `dotenv`.
    Variables,
    /// Runs it as another user: `sudo`, `gosu`, `su-exec`, …
    User,
    /// Runs it once or more with further words from its input: `xargs`.
    Arguments,
    /// Runs it in an environment of a language's own: `poetry run`, `conda run`, `bundle exec`, …
    Isolated,
    /// Finds the program among those of a language's packages or versions: `npx`, `corepack`, `python -m`.
    Runner,
    /// Picks the command from a box of them: `busybox`.
    Box,
    /// Stays as the parent: `tini`, `dumb-init`.
    Init,
}

/// How a wrapper's words are read.
#[derive(Clone, Copy, Debug)]
pub struct WrapperSpec {
    row: Row,
}

/// The wrapper of this name, as long as `next`, the words behind it, do not say otherwise: `poetry` wraps
/// a command behind `run` alone.
pub fn wrapper(name: &str, next: [Option<&str>; 2]) -> Option<WrapperSpec> {
    let fits = |row: &Row| {
        let mut told = row.words(2).zip(next);
        told.all(|(word, next)| next == Some(word))
    };
    let row = WRAPPERS.rows(name).find(fits)?;
    Some(WrapperSpec { row })
}

impl WrapperSpec {
    /// Its name.
    pub fn name(self) -> &'static str {
        self.row.key()
    }

    /// What it does to the command behind it.
    pub fn kind(self) -> WrapperKind {
        match self.row.column(1) {
            "environment" => WrapperKind::Environment,
            "variables" => WrapperKind::Variables,
            "user" => WrapperKind::User,
            "arguments" => WrapperKind::Arguments,
            "isolated" => WrapperKind::Isolated,
            "runner" => WrapperKind::Runner,
            "box" => WrapperKind::Box,
            "init" => WrapperKind::Init,
            _ => WrapperKind::Plain,
        }
    }

    /// How many words must come next: `run` of `poetry run` is one.
    pub fn subcommands(self) -> usize {
        self.row.words(2).count()
    }

    /// Whether its own words go on until a `--`: `mise exec node@20 -- npm`.
    pub fn ends_with_dashes(self) -> bool {
        self.row.words(6).any(|word| word == "--")
    }

    /// Whether a letter among its options takes a value.
    pub fn letter_takes_value(self, letter: char) -> bool {
        self.row.column(3).contains(letter)
    }

    /// Whether a long option takes the next word.
    pub fn takes_next(self, option: &str) -> bool {
        self.row.lists(4, ' ', option)
    }

    /// Whether with this option it wraps nothing: `command -v`.
    pub fn stops_at(self, option: &str) -> bool {
        self.row.lists(5, ' ', option)
    }

    /// How many words stand between its options and the command.
    pub fn positionals(self) -> usize {
        self.row.column(6).parse().unwrap_or(0)
    }

    /// Whether a long option names the user: `--user` of `sudo`; of one that reads a file of variables, that file.
    pub fn names_user(self, option: &str) -> bool {
        option.starts_with("--") && self.row.lists(7, ' ', option)
    }

    /// Whether a letter among its options names the user: the `u` of `sudo -u`.
    pub fn letter_names_user(self, letter: char) -> bool {
        let mut letters = self.row.words(7).filter_map(|it| it.strip_prefix('-'));
        letters.any(|it| it.len() == letter.len_utf8() && it.starts_with(letter))
    }

    /// Whether the first word between its options and the command names the user.
    pub fn has_user_first(self) -> bool {
        self.row.column(7) == "*"
    }

    /// Whether `NAME=value` may stand before the command.
    pub fn assigns(self) -> bool {
        self.row.column(8) == "yes"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrappers_are_read_by_their_row() {
        let sudo = wrapper("sudo", [None; 2]).expect("listed");
        assert_eq!(sudo.kind(), WrapperKind::User);
        assert!(sudo.letter_takes_value('u') && !sudo.letter_takes_value('E'));
        assert!(sudo.takes_next("--user") && sudo.names_user("--user") && sudo.assigns());
        assert!(sudo.letter_names_user('u') && !sudo.letter_names_user('g'));
        assert!(sudo.stops_at("-l") && !sudo.has_user_first());
        let gosu = wrapper("gosu", [None; 2]).expect("listed");
        assert!(gosu.has_user_first() && gosu.positionals() == 1 && !gosu.names_user("*"));
        assert!(wrapper("poetry", [Some("install"), None]).is_none());
        assert!(wrapper("poetry", [Some("run"), None]).is_some_and(|it| it.subcommands() == 1));
        let tool = wrapper("uv", [Some("tool"), Some("run")]).expect("listed");
        assert_eq!((tool.kind(), tool.subcommands()), (WrapperKind::Runner, 2));
        let run = wrapper("uv", [Some("run"), Some("x")]).expect("listed");
        assert_eq!(run.kind(), WrapperKind::Isolated);
        assert!(wrapper("mise", [Some("x"), None]).is_some_and(WrapperSpec::ends_with_dashes));
        assert!(wrapper("python", [None; 2]).is_none());
    }

    #[test]
    fn words_of_the_table_are_known() {
        for row in WRAPPERS.all() {
            let line = row.line();
            let is_plain = row.column(1) == "plain";
            let spec = WrapperSpec { row };
            assert_eq!(spec.kind() == WrapperKind::Plain, is_plain, "{line}");
            assert!(matches!(row.column(6), "" | "1" | "2" | "--"), "{line}");
            assert!(matches!(row.column(8), "" | "yes"), "{line}");
            assert!(!spec.has_user_first() || spec.positionals() > 0, "{line}");
        }
    }
}
