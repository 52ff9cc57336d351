//! Words of an expression of `find`.

use super::table::{Table, table};

const WORDS: Table = table!("find-words.tsv");

/// What a word of an expression of `find` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FindWord {
    /// It prints or does something itself.
    Action,
    /// It prints names, one a line.
    Print,
    /// It joins expressions: what is put behind it belongs to its last part alone.
    Joins,
}

/// What a word of an expression of `find` is; none where it is a test, or what one is given.
pub fn find_word(word: &str) -> Option<FindWord> {
    match WORDS.row(word)?.column(1) {
        "action" => Some(FindWord::Action),
        "print" => Some(FindWord::Print),
        _ => Some(FindWord::Joins),
    }
}

#[cfg(test)]
mod tests {
    use super::{FindWord, WORDS, find_word};

    #[test]
    fn words() {
        assert_eq!(find_word("-exec"), Some(FindWord::Action));
        assert_eq!(find_word("-print"), Some(FindWord::Print));
        assert_eq!(find_word("-o"), Some(FindWord::Joins));
        assert_eq!(find_word("-name"), None);
        for row in WORDS.all() {
            assert!(
                ["action", "or", "print"].contains(&row.column(1)),
                "{}",
                row.line()
            );
        }
    }
}
