//! Packages of Debian that are in no system together.

use super::table::{Table, table};

const CONFLICTS: Table = table!("package-conflicts.tsv");

/// Whether one of two packages goes when the other comes.
pub fn push_each_other_out(one: &str, other: &str) -> bool {
    let (first, last) = if one < other {
        (one, other)
    } else {
        (other, one)
    };
    CONFLICTS.rows(first).any(|row| row.lists(1, ' ', last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_servers_push_each_other_out() {
        assert!(push_each_other_out("postfix", "exim4"));
        assert!(push_each_other_out("exim4-daemon-light", "postfix"));
        assert!(!push_each_other_out("postfix", "curl"));
        for row in CONFLICTS.all() {
            assert!(row.words(1).all(|it| row.key() < it), "{}", row.line());
        }
    }
}
