//! Expressions of licenses, from `spdx-names.tsv` and `license-spellings.tsv`.

use super::table::{Table, table};

const NAMES: Table = table!("spdx-names.tsv");

const SPELLINGS: Table = table!("license-spellings.tsv");

/// The name of SPDX for a license that is written in another way, if it can be no other: `Apache-2.0` for `Apache 2.0`.
pub fn spdx_name(text: &str) -> Option<&'static str> {
    let row = SPELLINGS.row(&text.trim().to_ascii_lowercase())?;
    Some(row.column(1))
}

/// Whether a text is an expression of SPDX: names of licenses in any letter case, `LicenseRef-…`, `WITH`, `AND`, `OR` and brackets
/// (annex D of the specification, version 2.3).
pub fn is_spdx_expression(text: &str) -> bool {
    let spaced = text.replace('(', " ( ").replace(')', " ) ");
    let mut words = spaced.split_whitespace().peekable();
    let mut depth = 0_usize;
    loop {
        // A license, with brackets before it and after it.
        while words.next_if_eq(&"(").is_some() {
            depth += 1;
        }
        if !words.next().is_some_and(is_license) {
            return false;
        }
        if words.next_if_eq(&"WITH").is_some() && !words.next().is_some_and(is_exception) {
            return false;
        }
        while words.next_if_eq(&")").is_some() {
            match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return false,
            }
        }
        match words.next() {
            None => return depth == 0,
            Some("AND" | "OR") => {}
            Some(_) => return false,
        }
    }
}

fn is_license(word: &str) -> bool {
    let is_own = |it: &str| it.starts_with("LicenseRef-") || it.starts_with("DocumentRef-");
    let name = word.strip_suffix('+').unwrap_or(word);
    is_own(word) || is_of(name, "license")
}

fn is_exception(word: &str) -> bool {
    word.starts_with("AdditionRef-") || is_of(word, "exception")
}

fn is_of(name: &str, kind: &str) -> bool {
    let row = NAMES.row(&name.to_ascii_lowercase());
    row.is_some_and(|row| row.column(2) == kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions() {
        for text in [
            "MIT",
            "mit",
            "GPL-2.0+",
            "Apache-2.0 OR (MIT AND LicenseRef-acme)",
            "GPL-2.0-or-later WITH Classpath-exception-2.0",
        ] {
            assert!(is_spdx_expression(text), "{text}");
        }
        for text in [
            "",
            "MIT License",
            "MIT,BSD-3-Clause",
            "(MIT",
            "MIT)",
            "MIT or ISC",
            "MIT AND",
            "GPLv3",
        ] {
            assert!(!is_spdx_expression(text), "{text}");
        }
    }

    #[test]
    fn each_spelling_has_a_name_and_is_none() {
        for row in SPELLINGS.all() {
            assert!(is_spdx_expression(row.column(1)), "{}", row.line());
            assert!(!is_spdx_expression(row.key()), "{}", row.line());
        }
        assert_eq!(spdx_name("Apache 2.0"), Some("Apache-2.0"));
    }
}
