//! Options and operands of programs that say whose something is: a user, a group, by name or number.

use super::table::{Row, Table, table};

const OPTIONS: Table = table!("account-options.tsv");

/// Whom a word says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Says {
    /// A user, or `user:group`.
    User,
    /// A group.
    Group,
}

/// How the words of such a program are read.
#[derive(Debug, Clone, Copy)]
pub struct AccountOptions {
    row: Row,
}

/// The program of this name whose words say users or groups.
pub fn account_options(name: &str) -> Option<AccountOptions> {
    OPTIONS.row(name).map(|row| AccountOptions { row })
}

impl AccountOptions {
    /// Whom the value of an option says.
    pub fn of_option(self, option: &str) -> Option<Says> {
        if self.row.lists(1, ' ', option) {
            Some(Says::User)
        } else {
            self.row.lists(2, ' ', option).then_some(Says::Group)
        }
    }

    /// Whom the first operand says.
    pub fn of_operand(self) -> Option<Says> {
        match self.row.column(3) {
            "user" => Some(Says::User),
            "group" => Some(Says::Group),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whom_words_say_is_told() {
        let useradd = account_options("useradd").expect("listed");
        assert_eq!(useradd.of_option("--uid"), Some(Says::User));
        assert_eq!(useradd.of_option("-g"), Some(Says::Group));
        assert_eq!(useradd.of_option("-m"), None);
        let chown = account_options("chown").expect("listed");
        assert_eq!(chown.of_operand(), Some(Says::User));
        assert!(account_options("ls").is_none());
        for row in OPTIONS.all() {
            assert!(
                matches!(row.column(3), "user" | "group" | ""),
                "{}",
                row.line()
            );
        }
    }
}
