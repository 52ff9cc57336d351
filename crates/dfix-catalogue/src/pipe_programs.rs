//! What a program does in a pipe: what its failure tells, and how much of its input it reads.

use super::table::{Row, Table, table};

const PROGRAMS: Table = table!("pipe-programs.tsv");

/// What a program does in a pipe.
#[derive(Clone, Copy, Debug)]
pub struct PipeProgram {
    row: Row,
}

/// What is known of a program in a pipe; `None`: nothing.
pub fn pipe_program(name: &str) -> Option<PipeProgram> {
    let row = PROGRAMS.rows(name).next()?;
    Some(PipeProgram { row })
}

impl PipeProgram {
    /// Whether it fails only where something is wrong: not to answer a question.
    pub fn fails_for_a_reason(self) -> bool {
        self.row.column(1) == "trouble"
    }

    /// Whether it writes until nobody reads any more: `yes`.
    pub fn is_endless(self) -> bool {
        self.row.column(1) == "endless"
    }

    /// Whether it says only a few words, which fit into a pipe whoever reads them.
    pub fn says_little(self) -> bool {
        self.row.words(3).any(|it| it == "little")
    }

    /// Whether it reads its input to the end where it is told these words.
    pub fn reads_all<'w>(self, mut words: impl Iterator<Item = &'w str>) -> bool {
        let ends = |word: &str| {
            self.row
                .words(4)
                .any(|pattern| match pattern.strip_prefix('*') {
                    Some(part) => word.contains(part),
                    None => is_option(word, pattern),
                })
        };
        self.row.column(2) == "all" && !words.any(ends)
    }
}

/// Whether a word is the option: `-q` also among letters.
fn is_option(word: &str, option: &str) -> bool {
    let letter = option.strip_prefix('-').filter(|it| it.len() == 1);
    match (letter, word.strip_prefix('-')) {
        (Some(letter), Some(letters)) if !letters.starts_with('-') => letters.contains(letter),
        _ => word.split('=').next() == Some(option),
    }
}

#[cfg(test)]
mod tests {
    use super::{PipeProgram, pipe_program};

    #[test]
    fn what_they_read() {
        let grep = pipe_program("grep").expect("it is listed");
        assert!(grep.reads_all(["-E", "x"].into_iter()));
        assert!(!grep.reads_all(["-Eq", "x"].into_iter()));
        assert!(!grep.reads_all(["--max-count=1", "x"].into_iter()));
        assert!(!grep.fails_for_a_reason());
        let sed = pipe_program("sed").expect("it is listed");
        assert!(sed.reads_all(["s/a/b/"].into_iter()));
        assert!(!pipe_program("head").is_some_and(|it| it.reads_all([].into_iter())));
        assert!(pipe_program("yes").is_some_and(PipeProgram::is_endless));
    }
}
