//! Scripts that are fetched and piped into a shell, and what is known of them.

use super::table::{Row, Table, table};

const SCRIPTS: Table = table!("install-scripts.tsv");

/// What is known of a script that is fetched and run.
#[derive(Clone, Copy, Debug)]
pub struct InstallScript {
    row: Row,
}

/// A part of the system that a script may leave as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftPart {
    /// Users and groups.
    Accounts,
    /// Where the distribution's packages come from: at most it adds an archive of other ones.
    Archives,
    /// Apt's lists: it installs nothing by them, or fetches them before.
    Lists,
    /// The Python of the distribution, and who may install into it.
    Python,
    /// What `/bin/sh` is.
    Shell,
}

impl LeftPart {
    const fn word(self) -> &'static str {
        match self {
            LeftPart::Accounts => "accounts",
            LeftPart::Archives => "archives",
            LeftPart::Lists => "lists",
            LeftPart::Python => "python",
            LeftPart::Shell => "shell",
        }
    }
}

/// The script at this address, or at one that begins so: `https://deb.nodesource.com/setup_20.x`. The
/// deepest address that is listed counts. `None`: not known.
pub fn install_script(address: &str) -> Option<InstallScript> {
    let address = address.split_once("://").map_or(address, |(_, rest)| rest);
    let mut ends = address
        .char_indices()
        .map(|(at, c)| at + c.len_utf8())
        .rev();
    let row = ends.find_map(|end| SCRIPTS.row(&address[..end]))?;
    Some(InstallScript { row })
}

impl InstallScript {
    /// The programs that it calls beside what every image has; `None` where they are not known.
    pub fn programs(self) -> Option<impl Iterator<Item = &'static str>> {
        let is_known = !self.row.column(1).is_empty();
        is_known.then(|| self.row.words(1).filter(|word| *word != "none"))
    }

    /// Whether it is known to leave this as it is.
    pub fn leaves(self, part: LeftPart) -> bool {
        self.row.lists(2, ' ', part.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_found_by_how_their_address_begins() {
        let programs = |address: &str| -> Option<Vec<_>> {
            Some(install_script(address)?.programs()?.collect())
        };
        assert_eq!(
            programs("https://astral.sh/uv/install.sh"),
            Some(vec!["curl"])
        );
        assert_eq!(
            programs("https://deb.nodesource.com/setup_20.x"),
            Some(vec![])
        );
        assert_eq!(programs("https://sh.rustup.rs"), None);
        let leaves =
            |address: &str, part| install_script(address).is_some_and(|it| it.leaves(part));
        assert!(leaves("sh.rustup.rs", LeftPart::Accounts));
        assert!(!leaves(
            "https://bootstrap.pypa.io/get-pip.py",
            LeftPart::Python
        ));
        assert!(install_script("https://example.com/astral.sh/").is_none());
        assert!(install_script("").is_none() && install_script("https://").is_none());
        for row in SCRIPTS.all() {
            let mut left = row.words(2);
            let parts = [
                LeftPart::Accounts,
                LeftPart::Archives,
                LeftPart::Lists,
                LeftPart::Python,
                LeftPart::Shell,
            ];
            let is_part = |word: &str| parts.iter().any(|it| it.word() == word);
            assert!(left.all(is_part), "{}", row.line());
            assert!(!row.key().contains("://"), "{}", row.line());
        }
    }
}
