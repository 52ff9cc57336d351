//! Scripts that are fetched and piped into a shell, and what is known of them.

use super::table::{Row, Table, table};

const SCRIPTS: Table = table!("install-scripts.tsv");

/// What is known of a script that is fetched and run.
#[derive(Clone, Copy, Debug)]
pub struct InstallScript {
    row: Row,
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

    /// Whether it is known to leave users and groups as they are.
    pub fn leaves_accounts(self) -> bool {
        self.row.column(2) == "accounts"
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
        assert!(install_script("sh.rustup.rs").is_some_and(InstallScript::leaves_accounts));
        assert!(install_script("https://example.com/astral.sh/").is_none());
        assert!(install_script("").is_none() && install_script("https://").is_none());
        for row in SCRIPTS.all() {
            assert!(matches!(row.column(2), "" | "accounts"), "{}", row.line());
            assert!(!row.key().contains("://"), "{}", row.line());
        }
    }
}
