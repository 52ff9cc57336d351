//! The catalogue's table of what pip's options and variables are for uv, from `pip-to-uv.tsv`.
//!
//! What becomes of an option: `same`, uv knows it; `as`, uv calls it otherwise; `drop`, uv needs it not; `by-hand`,
//! there is nothing like it. A variable of pip's is not read by uv: `as` tells the one of uv's, `drop` that nothing is lost.

use super::table::{Row, Table, table};

const OPTIONS: Table = table!("pip-to-uv.tsv");

/// What becomes of an option of `pip install`, or of a variable that pip reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForUv {
    /// uv knows it by the same name; what is to be known of it, `""` where nothing is.
    Same(&'static str),
    /// uv calls it so.
    As(&'static str),
    /// It goes; what is to be known of it, `""` where nothing is.
    Drop(&'static str),
    /// There is nothing like it; why, or what else to do.
    ByHand(&'static str),
}

/// What becomes of an option with its hyphens, or a variable, of pip's. A long option may be cut short where one alone begins so.
/// `None`: it is not known.
pub fn pip_for_uv(name: &str) -> Option<ForUv> {
    let found = OPTIONS.row(name).or_else(|| {
        let is_short = |row: &Row| name.len() > 4 && row.key().starts_with(name);
        let mut all = OPTIONS.all().filter(is_short);
        let first = all.next().filter(|_| name.starts_with("--"))?;
        all.next().is_none().then_some(first)
    })?;
    let [_, how, uv, note] = found.columns();
    Some(match how {
        "same" => ForUv::Same(note),
        "as" => ForUv::As(uv),
        "drop" => ForUv::Drop(note),
        _ => ForUv::ByHand(note),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_of_pip_are_found() {
        assert_eq!(pip_for_uv("--no-cache-dir"), Some(ForUv::As("--no-cache")));
        assert_eq!(pip_for_uv("--no-cache"), Some(ForUv::As("--no-cache")));
        assert_eq!(pip_for_uv("-r"), Some(ForUv::Same("")));
        assert!(matches!(pip_for_uv("--user"), Some(ForUv::ByHand(_))));
        assert_eq!(pip_for_uv("--no-"), None);
        assert_eq!(
            pip_for_uv("PIP_INDEX_URL"),
            Some(ForUv::As("UV_DEFAULT_INDEX"))
        );
        for row in OPTIONS.all() {
            let [_, how, uv, note] = row.columns();
            assert!(matches!(how, "same" | "as" | "drop" | "by-hand"), "{row:?}");
            assert_eq!(how == "as", !uv.is_empty(), "{row:?}");
            assert!(how != "by-hand" || !note.is_empty(), "{row:?}");
        }
    }
}
