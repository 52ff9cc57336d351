//! Files that shells are told to read and that only prepare the shell.

use super::table::{Table, table};

const FILES: Table = table!("sourced-files.tsv");

/// Whether a file of this path, as far as it is known, only sets variables and functions for the shell that
/// reads it: `venv/bin/activate`, `/etc/os-release`.
pub fn only_prepares_shell(path: &str) -> bool {
    FILES
        .rows(path.rsplit('/').next().unwrap_or(path))
        .any(|row| path.contains(row.column(1)))
}

#[cfg(test)]
mod tests {
    use super::only_prepares_shell;

    #[test]
    fn by_name_and_folder() {
        assert!(only_prepares_shell("/opt/venv/bin/activate"));
        assert!(only_prepares_shell("$VENV/bin/activate"));
        assert!(only_prepares_shell("/etc/os-release"));
        assert!(!only_prepares_shell("/app/os-release"));
        assert!(!only_prepares_shell("/app/install.sh"));
    }
}
