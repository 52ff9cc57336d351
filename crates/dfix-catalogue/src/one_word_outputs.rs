//! Commands that print one word, and nothing else.

use super::table::{Table, table};

const OUTPUTS: Table = table!("one-word-outputs.tsv");

/// A command that prints one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OneWord {
    /// Whether every image that has a shell has the program, so that it prints the word for sure.
    pub is_certain: bool,
}

/// Whether a program prints one word where it is told these words, and nothing else: a name, a number, a path without blanks.
/// `None`: nothing is known of that.
pub fn prints_one_word(program: &str, words: &[&str]) -> Option<OneWord> {
    let row = OUTPUTS.row(program)?;
    let is_so = |told: &str| match told {
        "none" => words.is_empty(),
        told => told.split(' ').eq(words.iter().copied()),
    };
    row.column(1).split('|').any(is_so).then(|| OneWord {
        is_certain: row.column(2) == "everywhere",
    })
}

#[cfg(test)]
mod tests {
    use super::prints_one_word;

    #[test]
    fn outputs() {
        assert!(prints_one_word("nproc", &[]).is_some_and(|it| !it.is_certain));
        assert!(prints_one_word("lsb_release", &["-cs"]).is_some_and(|it| !it.is_certain));
        assert!(prints_one_word("id", &["-u"]).is_some_and(|it| it.is_certain));
        for (program, words) in [
            ("date", &[][..]),
            ("id", &[]),
            ("pwd", &[]),
            ("uname", &["-a"]),
        ] {
            assert_eq!(prints_one_word(program, words), None, "{program}");
        }
    }
}
