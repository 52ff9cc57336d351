//! A command as patterns see it: options, which stand in whatever order, and operands.

use dfix_catalogue::{AccountTool, ProgramOptions, account_tool, program_options};
use dfix_model::packages::SpecKind;
use dfix_model::{Command, PackageCommand, PackageManager, Word};

use crate::matching::state::Text;
use crate::pattern::words::Element;

/// An option of a command.
#[derive(Debug, Clone)]
pub(crate) struct OptionUse<'m> {
    /// `-y`, `--target`; of a cluster one letter.
    pub(crate) name: String,
    /// The word that it stands in.
    pub(crate) word: Word<'m>,
    /// Whether the word holds other options, too: `-yq`.
    pub(crate) is_of_cluster: bool,
    pub(crate) value: Option<OptionValue<'m>>,
}

impl OptionUse<'_> {
    /// Its words as they are written.
    pub(crate) fn sources(&self) -> Vec<String> {
        let next = self.value.as_ref().filter(|it| it.is_next_word);
        let words = [Some(self.word), next.and_then(|it| it.text.word)];
        let words = words.into_iter().flatten();
        words.map(|it| it.source_text().to_owned()).collect()
    }
}

/// What an option is given: in its own word, or in the next.
#[derive(Debug, Clone)]
pub(crate) struct OptionValue<'m> {
    pub(crate) text: Text<'m>,
    pub(crate) is_next_word: bool,
}

/// A command in zones.
#[derive(Debug, Clone)]
pub(crate) struct View<'m> {
    /// Whether its options are known, so that they can be told from operands.
    pub(crate) is_known: bool,
    /// Words that say what it does: `install`, `global add`.
    pub(crate) heads: Vec<Word<'m>>,
    pub(crate) options: Vec<OptionUse<'m>>,
    pub(crate) operands: Vec<Word<'m>>,
    /// Whether the order of the operands does not matter.
    pub(crate) is_set: bool,
    package: Option<PackageCommand<'m>>,
}

impl<'m> View<'m> {
    pub(crate) fn of(command: Command<'m>) -> Self {
        if let Some(package) = PackageCommand::of(command) {
            return View::of_package(command, package);
        }
        let name = command.name();
        let reader = match (program_options(name), account_tool(name)) {
            (Some(options), _) => Reader::Program(options),
            (None, Some(tool)) => Reader::Account(tool),
            (None, None) => Reader::Unknown,
        };
        let mut view = View {
            is_known: !matches!(reader, Reader::Unknown),
            heads: Vec::new(),
            options: Vec::new(),
            operands: Vec::new(),
            is_set: program_options(name).is_some_and(ProgramOptions::takes_a_set),
            package: None,
        };
        let mut words = command.args();
        let mut options_ended = !view.is_known;
        while let Some(word) = words.next() {
            let text = word.literal_prefix();
            if options_ended || text.len() < 2 || !text.starts_with('-') {
                view.operands.push(word);
            } else if text == "--" {
                options_ended = true;
            } else {
                view.option(word, &reader, || words.next());
            }
        }
        view
    }

    fn of_package(command: Command<'m>, package: PackageCommand<'m>) -> Self {
        let mut view = View {
            is_known: true,
            heads: Vec::new(),
            options: Vec::new(),
            operands: package.operands().collect(),
            is_set: package.names_packages(),
            package: Some(package),
        };
        let mut taken = Vec::new();
        for option in package.options() {
            taken.push(option.word);
            let mut value = None;
            if let Some(it) = option.value {
                let is_next_word = it.word != option.word;
                taken.push(it.word);
                let text = Text::of_word(it.word);
                let start = if is_next_word {
                    0
                } else {
                    text.flat().len() - it.literal_prefix.len().min(text.flat().len())
                };
                // What only the build can tell stands behind what is known.
                let start = if it.is_known || is_next_word {
                    start
                } else {
                    option.word.literal_prefix().len() - it.literal_prefix.len()
                };
                let end = text.flat().len();
                value = Some(OptionValue {
                    text: text.slice(start..end),
                    is_next_word,
                });
            }
            view.letters(option.word, option.name, value);
        }
        taken.extend(view.operands.iter().copied());
        let is_head = |word: &Word<'m>| !taken.contains(word) && !word.is("--");
        view.heads = command.args().filter(is_head).collect();
        view
    }

    /// Takes the options of a word, each letter of a cluster as one.
    fn letters(&mut self, word: Word<'m>, name: &str, value: Option<OptionValue<'m>>) {
        let is_cluster = name.len() > 2
            && !name.starts_with("--")
            && self
                .package
                .is_none_or(|it| it.manager != PackageManager::Go)
            && name[1..].bytes().all(|b| b.is_ascii_alphanumeric());
        if !is_cluster {
            self.options.push(OptionUse {
                name: name.to_owned(),
                word,
                is_of_cluster: false,
                value,
            });
            return;
        }
        let letters: Vec<char> = name[1..].chars().collect();
        let mut value = value;
        for (index, letter) in letters.iter().enumerate() {
            let is_last = index + 1 == letters.len();
            self.options.push(OptionUse {
                name: format!("-{letter}"),
                word,
                is_of_cluster: true,
                value: is_last.then(|| value.take()).flatten(),
            });
        }
    }

    fn option(&mut self, word: Word<'m>, reader: &Reader, next: impl FnOnce() -> Option<Word<'m>>) {
        let text = word.literal_prefix();
        let whole = Text::of_word(word);
        let attached = |start: usize| OptionValue {
            text: whole.slice(start..whole.flat().len()),
            is_next_word: false,
        };
        let next = || {
            next().map(|word| OptionValue {
                text: Text::of_word(word),
                is_next_word: true,
            })
        };
        if text.starts_with("--") {
            let (name, value) = match text.find('=') {
                Some(equals) => (&text[..equals], Some(attached(equals + 1))),
                None if reader.takes_next(text) => (text, next()),
                None => (text, None),
            };
            self.letters(word, name, value);
            return;
        }
        let mut letters = text.char_indices().skip(1);
        let with_value = letters.find(|(_, letter)| reader.letter_takes_value(*letter));
        let (name, value) = match with_value {
            Some((at, letter)) => match at + letter.len_utf8() {
                end if end == text.len() && word.is_known() => (&text[..end], next()),
                end => (&text[..end], Some(attached(end))),
            },
            None => (text, None),
        };
        self.letters(word, name, value);
    }

    /// The operands as elements of a set.
    pub(crate) fn elements(&self) -> Vec<Element<'m>> {
        let Some(package) = self.package.filter(|_| self.is_set) else {
            let whole = |word: &Word<'m>| Element {
                whole: Text::of_word(*word),
                name: None,
                is_python: false,
            };
            return self.operands.iter().map(whole).collect();
        };
        let is_python = matches!(
            package.manager,
            PackageManager::Pip | PackageManager::Uv | PackageManager::Pipx
        );
        let specs = package.packages();
        let elements = specs.into_iter().map(|spec| {
            let whole = Text::of_word(spec.word);
            let name = spec.name.filter(|_| spec.kind == SpecKind::Index);
            let start = name.and_then(|name| whole.flat().find(name));
            let name = name
                .zip(start)
                .map(|(name, start)| whole.slice(start..start + name.len()));
            Element {
                whole,
                name,
                is_python,
            }
        });
        elements.collect()
    }
}

/// What is known of a program's options.
enum Reader {
    Program(ProgramOptions),
    Account(AccountTool),
    Unknown,
}

impl Reader {
    fn letter_takes_value(&self, letter: char) -> bool {
        match self {
            Reader::Program(options) => options.letter_takes_value(letter),
            Reader::Account(tool) => tool.letter_takes_value(letter),
            Reader::Unknown => false,
        }
    }

    fn takes_next(&self, option: &str) -> bool {
        match self {
            Reader::Program(options) => options.takes_next(option),
            Reader::Account(tool) => tool.takes_next(option),
            Reader::Unknown => false,
        }
    }
}
