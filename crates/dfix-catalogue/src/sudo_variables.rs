//! The variables that `sudo` hands on, whatever its settings say of others.

use super::table::{Table, table};

const VARIABLES: Table = table!("sudo-variables.tsv");

/// Whether the command behind `sudo` sees a variable of this name, with this value; `None`: only the build can tell the value.
pub fn sudo_keeps(name: &str, value: Option<&str>) -> bool {
    let word = || name.split_once('_').map(|it| format!("{}_", it.0));
    let row = VARIABLES.row(name).filter(|row| !row.key().ends_with('_'));
    let Some(row) = row.or_else(|| VARIABLES.row(&word()?)) else {
        return false;
    };
    match (row.column(1), value) {
        ("always", _) => true,
        ("plain", Some(value)) => !value.contains(['/', '%']),
        // The rules for it are those of `TZ`: no whole path, no `..`, no blank.
        ("zone", Some(value)) => {
            let is_whole = value.trim_start_matches(':').starts_with('/');
            !is_whole && !value.contains("..") && value.bytes().all(|it| it.is_ascii_graphic())
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::sudo_keeps;

    #[test]
    fn names_and_values_decide() {
        for (name, value) in [
            ("LANG", "C.UTF-8"),
            ("LC_ALL", "en_US.UTF-8"),
            ("TZ", "Europe/Berlin"),
            ("TERM", "xterm"),
            ("HOSTNAME", "a/b"),
        ] {
            assert!(sudo_keeps(name, Some(value)), "{name}={value}");
        }
        for (name, value) in [
            ("LANG", "/x"),
            ("LC_ALL", "%s"),
            ("TZ", "/usr/share/zoneinfo/UTC"),
            ("TZ", "../x"),
            ("CC", "clang"),
            ("LC", "C"),
            ("LC_", "C"),
            ("DEBIAN_FRONTEND", "noninteractive"),
        ] {
            let is_kept = sudo_keeps(name, Some(value));
            assert!(!is_kept || name == "LC_", "{name}={value}");
        }
        assert!(!sudo_keeps("LANG", None));
        assert!(sudo_keeps("DISPLAY", None));
    }
}
