//! What an interpreter is given to run, by its own words.

use dfix_catalogue::{InterpreterOption, interpreter_option_is};

use crate::handles::{Command, Word};

/// What an interpreter is given to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given<'m> {
    /// The file that this word names.
    File(Word<'m>),
    /// A module: `python -m NAME`, and how many arguments stand up to its name's end.
    Module(&'m str, usize),
    /// A text: the word that is it; none where it comes at the input, or stands in the option's own word.
    Text(Option<Word<'m>>),
    /// Nothing: it waits for what a person types.
    Nothing,
    /// What only the build or the container can tell.
    Unknown,
}

/// A command that runs an interpreter. Sources: `python --help`, `node --help`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interpreting<'m> {
    /// What it is given to run.
    pub given: Given<'m>,
    /// The modules that it is told to load before.
    pub loads: Vec<&'m str>,
    /// The files of variables that it is told to read.
    pub files_of_variables: Vec<&'m str>,
    /// Whether it is told to start again when files change.
    pub watches: bool,
    /// Whether it is told not to hold back what it writes.
    pub is_unbuffered: bool,
}

impl<'m> Command<'m> {
    /// What it is given to run, where its program is Python or Node.
    pub fn interpreting(self) -> Option<Interpreting<'m>> {
        match self.known()?.name() {
            "python" | "pypy" => Some(interpreting(self, "python")),
            "node" | "nodejs" => Some(interpreting(self, "node")),
            _ => None,
        }
    }
}

/// The command as one of an interpreter (`python` or `node`): what its words tell.
pub(crate) fn interpreting<'m>(command: Command<'m>, interpreter: &str) -> Interpreting<'m> {
    let mut found = Interpreting {
        given: Given::Nothing,
        loads: Vec::new(),
        files_of_variables: Vec::new(),
        watches: false,
        is_unbuffered: false,
    };
    let is = |option: &str, what| interpreter_option_is(interpreter, option, what);
    let mut words = command.args().enumerate();
    while let Some((at, word)) = words.next() {
        let text = word.literal_prefix();
        if text == "--" {
            found.given = words
                .next()
                .map_or(Given::Text(None), |(_, word)| Given::File(word));
            return found;
        }
        if text == "-" {
            found.given = Given::Text(None);
            return found;
        }
        if !text.starts_with('-') {
            let is_told = word.is_known() || !text.is_empty();
            found.given = if is_told {
                Given::File(word)
            } else {
                Given::Unknown
            };
            return found;
        }
        let takes = |option: &str| {
            is(option, InterpreterOption::Module)
                || is(option, InterpreterOption::Text)
                || is(option, InterpreterOption::Value)
        };
        found.is_unbuffered |=
            letters_of(text, takes).any(|it| is(&it, InterpreterOption::Unbuffered));
        let (option, attached) = option_of(text, takes);
        let option = option.as_str();
        found.watches |= is(option, InterpreterOption::Watches);
        if is(option, InterpreterOption::Text) {
            let next = || words.next().map(|(_, word)| word);
            found.given = Given::Text(attached.is_none().then(next).flatten());
            return found;
        }
        if is(option, InterpreterOption::Module) {
            let named = match attached {
                Some(module) if word.is_known() => Some((module, at + 1)),
                Some(_) => None,
                None => words
                    .next()
                    .and_then(|(at, word)| Some((word.value()?, at + 1))),
            };
            found.given = named.map_or(Given::Unknown, |(name, end)| Given::Module(name, end));
            return found;
        }
        let takes_next = attached.is_none() && is(option, InterpreterOption::Value);
        let value = if takes_next {
            words.next().and_then(|(_, word)| word.value())
        } else {
            attached
        };
        if is(option, InterpreterOption::Loads) {
            found.loads.extend(value);
        }
        if is(option, InterpreterOption::Variables) {
            found.files_of_variables.extend(value);
        }
    }
    found
}

/// The options of one letter that stand in a word, up to the first that takes something: `-uB` is `-u` and `-B`.
fn letters_of(text: &str, takes: impl Fn(&str) -> bool) -> impl Iterator<Item = String> {
    let letters = text.strip_prefix('-').filter(|it| !it.starts_with('-'));
    let options = letters.unwrap_or("").chars().map(|it| format!("-{it}"));
    options.take_while(move |it| !takes(it))
}

/// The option that a word spells and the value that the word holds behind it. Letters stand in one word up to the
/// first that takes something: `-um` is `-m`, `-Wignore` is `-W`.
fn option_of(text: &str, takes: impl Fn(&str) -> bool) -> (String, Option<&str>) {
    if text.starts_with("--") {
        return match text.split_once('=') {
            Some((option, value)) => (option.to_owned(), Some(value)),
            None => (text.to_owned(), None),
        };
    }
    if takes(text) {
        return (text.to_owned(), None);
    }
    for (at, letter) in text.char_indices().skip(1) {
        let option = format!("-{letter}");
        if takes(&option) {
            let rest = &text[at + letter.len_utf8()..];
            return (option, (!rest.is_empty()).then_some(rest));
        }
    }
    (text.to_owned(), None)
}
