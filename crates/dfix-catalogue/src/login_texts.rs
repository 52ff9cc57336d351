//! Texts that have `PATH` set anew where a shell runs them.

use super::table::{Row, Table, table};

const TEXTS: Table = table!("login-texts.tsv");

/// What in a line starts a login, or another environment, with a `PATH` of its own: `su - `, `bash -l`.
pub fn login_in(line: &str) -> Option<&'static str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let stands_in = |row: &Row| {
        let text = row.key();
        let mut places = line.match_indices(text);
        places.any(|(at, _)| {
            let after = &line[at + text.len()..];
            let is_begun = text.starts_with('/') || !line[..at].ends_with(is_part);
            is_begun && (row.column(1).is_empty() || after.is_empty() || after.starts_with(' '))
        })
    };
    TEXTS.all().find(stands_in).map(Row::key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_are_found_in_texts() {
        for login in [
            "exec su - app -c x",
            "cmd=\"bash -lc 'x'\"",
            "source /etc/profile",
            "/usr/bin/env -i sh",
        ] {
            assert!(login_in(login).is_some(), "{login}");
        }
        for other in [
            "su app -c x",
            "su -s sh app",
            "bash -c x",
            "xsu - a",
            "/usr/bin/env python",
        ] {
            assert!(login_in(other).is_none(), "{other}");
        }
    }
}
