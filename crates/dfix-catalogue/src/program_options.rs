//! Which options of common programs take a value, from their manuals.

use super::option_names;
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

    /// Whether its operands mean something else with an option, which is called by the first of its names: `-t` of `cp`.
    pub fn changes_operands(self, option: &str) -> bool {
        self.row.lists(5, ' ', option)
    }

    /// The name by which an option is compared that has several: `-o` for `--output`.
    pub fn first_name(self, option: &str) -> Option<&'static str> {
        option_names::first(self.row, 4, option)
    }

    /// All names of an option that has several, that by which it is compared in front.
    pub fn names(self, option: &str) -> Vec<&'static str> {
        option_names::all(self.row, 4, option)
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
    fn options_have_other_names() {
        let curl = program_options("curl").expect("listed");
        assert_eq!(curl.first_name("--output"), Some("-o"));
        assert_eq!(curl.first_name("-o"), Some("-o"));
        assert_eq!(curl.first_name("--outpu"), None);
        assert_eq!(curl.names("-d"), ["-d", "--data", "--data-ascii"]);
        assert!(curl.names("--retry").is_empty());
        let wget = program_options("wget").expect("listed");
        assert_eq!(wget.first_name("--no-verbose"), Some("-nv"));
        for row in OPTIONS.all() {
            let options = ProgramOptions { row };
            option_names::assert_well_formed(row, 4, |name| match name.strip_prefix("--") {
                Some(_) => options.takes_next(name),
                None => name[1..].chars().any(|it| options.letter_takes_value(it)),
            });
        }
    }

    #[test]
    fn options_that_change_operands_are_called_by_their_first_name() {
        for row in OPTIONS.all() {
            let options = ProgramOptions { row };
            for option in row.words(5) {
                let first = options.first_name(option);
                assert!(
                    first.is_none_or(|it| it == option),
                    "{option}: {}",
                    row.line()
                );
            }
        }
    }

    #[test]
    fn what_is_known_of_operands_is_one_word() {
        let mut rows = OPTIONS.all();
        assert!(rows.all(|row| row.words(3).all(|it| it == "set")));
    }
}
