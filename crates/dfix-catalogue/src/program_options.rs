//! Which options of common programs take a value, from their manuals.

use super::table::{Row, Table, table};

const OPTIONS: Table = table!("program-options.tsv");

/// How the options of a program are read.
#[derive(Clone, Copy, Debug)]
pub struct ProgramOptions {
    row: Row,
}

/// What is known of the options of the program of this name; `None`: nothing, so that any may take the next word.
pub fn program_options(name: &str) -> Option<ProgramOptions> {
    OPTIONS.row(name).map(|row| ProgramOptions { row })
}

impl ProgramOptions {
    /// Whether a letter among its options takes a value.
    pub fn letter_takes_value(self, letter: char) -> bool {
        self.row.column(1).contains(letter)
    }

    /// Whether a long option takes the next word.
    pub fn takes_next(self, option: &str) -> bool {
        self.row.lists(2, ' ', option)
    }

    /// Whether the order of its operands does not matter.
    pub fn takes_a_set(self) -> bool {
        self.row.lists(3, ' ', "set")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_of_programs_are_read() {
        let curl = program_options("curl").expect("listed");
        assert!(curl.letter_takes_value('o') && !curl.letter_takes_value('f'));
        assert!(curl.takes_next("--output") && !curl.takes_next("--fail"));
        assert!(program_options("a2enmod").is_some_and(ProgramOptions::takes_a_set));
        assert!(program_options("rm").is_some_and(|rm| !rm.letter_takes_value('r')));
        assert!(program_options("find").is_none());
    }

    #[test]
    fn what_is_known_of_operands_is_one_word() {
        let mut rows = OPTIONS.all();
        assert!(rows.all(|row| row.words(3).all(|it| it == "set")));
    }
}
