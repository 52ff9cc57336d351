//! Files of the system that are the same on each release, from `stable-paths.tsv`.

use super::table::{Table, table};

const PATHS: Table = table!("stable-paths.tsv");

/// Whether an absolute path of the system, or a folder that it lies in, is on every release of Debian, Ubuntu and Alpine, and of
/// the same form. `false` says nothing of one that is not listed.
pub fn is_stable_path(path: &str) -> bool {
    let mut at = path.trim_end_matches('/');
    loop {
        if PATHS.row(at).is_some() {
            return true;
        }
        match at.rsplit_once('/') {
            Some((above, _)) if !above.is_empty() => at = above,
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_stable_path;

    #[test]
    fn what_lies_in_a_stable_folder_is_stable() {
        assert!(is_stable_path("/etc/passwd") && is_stable_path("/usr/share/zoneinfo/Europe/Rome"));
        assert!(!is_stable_path("/etc/php/7.4/fpm/php.ini") && !is_stable_path("/etc"));
    }
}
