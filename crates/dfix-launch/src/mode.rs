//! Modes of files as YAML writes them.

use crate::launch::Access;

/// Whether a mode lets nobody but the owner and the group read: `0400`, `0o440`, and `256`, which is how a number is said that
/// was octal. What is no number does not.
pub(crate) fn is_closed(written: &str) -> bool {
    number(written).is_some_and(|mode| mode & 0o004 == 0)
}

/// Who may write to what has this mode, and root as its owner.
pub(crate) fn access(written: &str) -> Access {
    match number(written) {
        None => Access::Unknown,
        Some(mode) if mode & 0o002 == 0 => Access::Root,
        Some(_) => Access::All,
    }
}

fn number(written: &str) -> Option<u32> {
    match written.strip_prefix("0o").or(written.strip_prefix('0')) {
        Some(digits) => u32::from_str_radix(digits, 8).ok(),
        None => written.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Access, access, is_closed};

    #[test]
    fn modes_close_files_or_not() {
        for closed in ["0400", "256", "0o440", "288", "0600"] {
            assert!(is_closed(closed), "{closed}");
        }
        assert_eq!(
            ["0755", "01777", "0${MODE}"].map(access),
            [Access::Root, Access::All, Access::Unknown]
        );
        for open in ["0444", "420", "0644", "0o755", "x", ""] {
            assert!(!is_closed(open), "{open}");
        }
    }
}
