//! How the options of interpreters are read.

use super::table::{Table, table};

const OPTIONS: Table = table!("interpreter-options.tsv");

/// What may be said of an option of an interpreter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InterpreterOption {
    /// Its value is a module that is loaded before what is run.
    Loads,
    /// Its value is the module to run; what follows are its words.
    Module,
    /// Its value is the text to run.
    Text,
    /// What it writes is not held back.
    Unbuffered,
    /// Its value may stand in the next word.
    Value,
    /// Its value is a file of variables, which are set where nobody has set them.
    Variables,
    /// It starts again when files change.
    Watches,
}

impl InterpreterOption {
    const fn word(self) -> &'static str {
        match self {
            InterpreterOption::Loads => "loads",
            InterpreterOption::Module => "module",
            InterpreterOption::Text => "text",
            InterpreterOption::Unbuffered => "unbuffered",
            InterpreterOption::Value => "value",
            InterpreterOption::Variables => "variables",
            InterpreterOption::Watches => "watches",
        }
    }
}

/// Whether an option of an interpreter (`python` or `node`) is listed with this.
pub fn interpreter_option_is(interpreter: &str, option: &str, what: InterpreterOption) -> bool {
    OPTIONS
        .row(&[interpreter, " ", option].concat())
        .is_some_and(|row| row.lists(1, ' ', what.word()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_told_apart_by_their_interpreter() {
        let is = interpreter_option_is;
        assert!(
            is("node", "-r", InterpreterOption::Loads)
                && is("python", "-W", InterpreterOption::Value)
        );
        assert!(
            !is("python", "-r", InterpreterOption::Loads)
                && !is("node", "-m", InterpreterOption::Module)
        );
        let known = [
            InterpreterOption::Loads,
            InterpreterOption::Module,
            InterpreterOption::Text,
            InterpreterOption::Unbuffered,
            InterpreterOption::Value,
            InterpreterOption::Variables,
            InterpreterOption::Watches,
        ];
        for row in OPTIONS.all() {
            let mut words = row.words(1);
            assert!(
                words.all(|it| known.iter().any(|what| what.word() == it)),
                "{}",
                row.line()
            );
        }
    }
}
