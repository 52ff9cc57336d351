//! What the words of a comment tell of what stands beside it.

use super::table::{Table, table};

const WORDS: Table = table!("comment-words.tsv");

/// Whether a comment says that apt's lists are there on purpose: "leave apt functional", "do not remove the lists".
pub fn wants_apt_lists(comment: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '\'');
    let words: Vec<String> = comment
        .split(|c: char| !is_part(c))
        .map(str::to_ascii_lowercase)
        .collect();
    let has = |mark: &str| {
        let mut rows = words.iter().filter_map(|word| WORDS.row(word));
        rows.any(|row| row.column(1) == mark)
    };
    has("lists") && (has("keeps") || (has("not") && has("removes")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_tell_what_is_wanted() {
        for wanted in [
            "For the devcontainer, leave apt functional",
            "the lists are kept for plug-ins",
            "Don't remove /var/lib/apt/lists here",
            "apt-get must stay usable",
        ] {
            assert!(wants_apt_lists(wanted), "{wanted}");
        }
        for other in [
            "install what apt has",
            "keep the image small",
            "remove apt's lists",
            "packages that are needed later",
            "adapt, and keep it",
        ] {
            assert!(!wants_apt_lists(other), "{other}");
        }
        let marks = ["keeps", "lists", "not", "removes"];
        assert!(WORDS.all().all(|row| marks.contains(&row.column(1))));
    }
}
