//! What the words of programs mean that make, change and delete users and groups.

use super::option_names;
use super::table::{Row, Table, table};

const TOOLS: Table = table!("account-tools.tsv");

/// How the words of such a program are read.
#[derive(Clone, Copy, Debug)]
pub struct AccountTool {
    row: Row,
}

/// The program of this name that makes, changes or deletes users or groups.
pub fn account_tool(name: &str) -> Option<AccountTool> {
    TOOLS.row(name).map(|row| AccountTool { row })
}

impl AccountTool {
    /// Whether it is about groups, and not users.
    pub fn is_of_groups(self) -> bool {
        self.row.column(1) == "group"
    }

    /// Whether a letter among its options takes a value.
    pub fn letter_takes_value(self, letter: char) -> bool {
        self.row.column(2).contains(letter)
    }

    /// Whether a long option takes the next word. It may be cut short, except where that would be
    /// another option (`--group` of Debian's adduser takes none).
    pub fn takes_next(self, option: &str) -> bool {
        let is_short =
            |known: &str| option.len() > 4 && option != "--group" && known.starts_with(option);
        let mut known = self.row.words(3);
        known.any(|it| it == option || is_short(it))
    }

    /// Whether with this option it works on another system than the one that it runs in, or says
    /// something only. BusyBox' `adduser -D` is none of these.
    pub fn is_elsewhere(self, option: &str) -> bool {
        self.row.lists(4, ' ', option)
    }

    /// The name by which an option is compared that has several: `-m` for `--create-home`.
    pub fn first_name(self, option: &str) -> Option<&'static str> {
        option_names::first(self.row, 5, option)
    }

    /// All names of an option that has several, that by which it is compared in front.
    pub fn names(self, option: &str) -> Vec<&'static str> {
        option_names::all(self.row, 5, option)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_account_tools_are_read() {
        let useradd = account_tool("useradd").expect("listed");
        assert!(useradd.letter_takes_value('u') && !useradd.letter_takes_value('r'));
        assert!(useradd.takes_next("--home-dir") && useradd.takes_next("--shel"));
        let adduser = account_tool("adduser").expect("listed");
        assert!(adduser.takes_next("--ingroup") && !adduser.takes_next("--group"));
        assert!(!adduser.takes_next("--disabled-password") && !adduser.is_of_groups());
        assert!(useradd.is_elsewhere("--root") && useradd.is_elsewhere("-D"));
        assert!(!useradd.is_elsewhere("-r"));
        assert!(account_tool("addgroup").is_some_and(AccountTool::is_of_groups));
        assert!(account_tool("passwd").is_none());
        assert_eq!(useradd.first_name("--home"), Some("-d"));
        // Where `adduser` is useradd, `-G` are further groups, and elsewhere the first one.
        assert_eq!(adduser.first_name("-G"), None);
        for row in TOOLS.all() {
            let tool = AccountTool { row };
            option_names::assert_well_formed(row, 5, |name| match name.strip_prefix("--") {
                Some(_) => tool.takes_next(name),
                None => name[1..].chars().any(|it| tool.letter_takes_value(it)),
            });
        }
        assert!(
            TOOLS
                .all()
                .all(|row| matches!(row.column(1), "user" | "group"))
        );
    }
}
