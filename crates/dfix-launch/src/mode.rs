//! Modes of files as YAML writes them.

/// Whether a mode lets nobody but the owner and the group read: `0400`, `0o440`, and `256`, which is how a number is said that
/// was octal. What is no number does not.
pub(crate) fn is_closed(written: &str) -> bool {
    number(written).is_some_and(|mode| mode & 0o004 == 0)
}

/// Whether a mode lets nobody but the owner and the group write: `0755`.
pub(crate) fn is_read_only(written: &str) -> bool {
    number(written).is_some_and(|mode| mode & 0o002 == 0)
}

fn number(written: &str) -> Option<u32> {
    match written.strip_prefix("0o").or(written.strip_prefix('0')) {
        Some(digits) => u32::from_str_radix(digits, 8).ok(),
        None => written.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::{is_closed, is_read_only};

    #[test]
    fn modes_close_files_or_not() {
        for closed in ["0400", "256", "0o440", "288", "0600"] {
            assert!(is_closed(closed), "{closed}");
        }
        assert!(is_read_only("0755") && !is_read_only("01777") && !is_read_only("x"));
        for open in ["0444", "420", "0644", "0o755", "x", ""] {
            assert!(!is_closed(open), "{open}");
        }
    }
}
