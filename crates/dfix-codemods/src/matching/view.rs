//! A command as patterns see it: options, which stand in whatever order, and operands.

use dfix_catalogue::{
    AccountTool, PackageTool, PackageWord, ProgramOptions, account_tool, package_options,
    program_options,
};
use dfix_model::packages::SpecKind;
use dfix_model::{Command, PackageCommand, PackageManager, Word};

use crate::matching::state::Text;
use crate::pattern::words::Element;

/// An option of a command.
#[derive(Debug, Clone)]
pub(crate) struct OptionUse<'m> {
    /// As it is written: `-y`, `--target`; of a cluster one letter; with its value (`--production=true`) where that is
    /// another name of an option without one.
    pub(crate) name: String,
    /// The name by which it is compared: that of all its names which comes first.
    pub(crate) key: String,
    /// The word that it stands in.
    pub(crate) word: Word<'m>,
    /// Whether the word holds other options, too: `-yq`.
    pub(crate) is_of_cluster: bool,
    pub(crate) value: Option<OptionValue<'m>>,
    /// Where the value belongs to the name: the key without it, and the value.
    pub(crate) apart: Option<(String, OptionValue<'m>)>,
}

impl<'m> OptionUse<'m> {
    /// The name by which it is compared, and what it is given, for who asks for a value.
    pub(crate) fn with_value(&self) -> Option<(&str, &OptionValue<'m>)> {
        let whole = self.value.as_ref().map(|value| (self.key.as_str(), value));
        whole.or_else(|| {
            self.apart
                .as_ref()
                .map(|(key, value)| (key.as_str(), value))
        })
    }

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
    command: Command<'m>,
    reader: Reader,
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
            command,
            reader,
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
                view.option(word, || words.next());
            }
        }
        view
    }

    /// The option that says where packages are taken from, as it is written, without its value.
    pub(crate) fn source_of_packages(&self) -> Option<&'m str> {
        let package = self.package?;
        let family = package.tool().family();
        let mut names = package_options(family, PackageWord::SaysSource);
        names.find_map(|name| Some(package.option(name)?.name))
    }

    fn of_package(command: Command<'m>, package: PackageCommand<'m>) -> Self {
        let mut view = View {
            is_known: true,
            heads: Vec::new(),
            options: Vec::new(),
            operands: package.operands().collect(),
            is_set: package.names_packages(),
            package: Some(package),
            command,
            reader: Reader::Package(package.tool()),
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

    /// The package manager, where the command is one's.
    pub(crate) fn manager(&self) -> Option<PackageManager> {
        self.package.map(|it| it.manager)
    }

    /// Whether the operands behind a subcommand of it are packages.
    pub(crate) fn names_packages(&self, subcommand: &str) -> bool {
        self.package
            .is_some_and(|it| it.tool().names_packages(subcommand))
    }

    /// Whether a setting among its options says what an option says: `-o APT::Install-Recommends=false`.
    pub(crate) fn has_setting(&self, key: &str) -> bool {
        self.package
            .is_some_and(|it| it.settings().any(|it| it == key))
    }

    /// An option, none of those with these keys, with which the operands mean something else than without it.
    pub(crate) fn changes_operands(&self, named: &[&str]) -> Option<&OptionUse<'m>> {
        let Reader::Program(options) = self.reader else {
            return None;
        };
        let mut all = self.options.iter();
        all.find(|it| !named.contains(&&*it.key) && options.changes_operands(&it.key))
    }

    /// Whether an option of the command is one of its subcommand that another one lacks.
    pub(crate) fn is_of_subcommand(&self, option: &OptionUse<'m>, other: &str) -> bool {
        let (Some(package), Some(own)) =
            (self.package, self.heads.first().and_then(|it| it.value()))
        else {
            return false;
        };
        let tool = package.tool();
        let is_of = |subcommand: &str| tool.is_of_subcommand(subcommand, &option.key);
        own != other && is_of(own) && !is_of(other)
    }

    /// All names of an option of the command, that by which it is compared in front; none where it has only one.
    pub(crate) fn names(&self, key: &str) -> Vec<&'static str> {
        self.reader.names(key)
    }

    /// Takes the options of a word, each letter of a cluster as one.
    fn letters(&mut self, word: Word<'m>, name: &str, value: Option<OptionValue<'m>>) {
        let is_cluster = name.len() > 2
            && !name.starts_with("--")
            && self
                .package
                .is_none_or(|it| it.manager != PackageManager::Go)
            && name[1..].bytes().all(|b| b.is_ascii_alphanumeric())
            // `wget -nv` is one option.
            && self.reader.first_name(name).is_none();
        if !is_cluster {
            self.push(word, name, false, value);
            return;
        }
        let letters: Vec<char> = name[1..].chars().collect();
        let mut value = value;
        for (index, letter) in letters.iter().enumerate() {
            let is_last = index + 1 == letters.len();
            let value = is_last.then(|| value.take()).flatten();
            self.push(word, &format!("-{letter}"), true, value);
        }
    }

    fn push(
        &mut self,
        word: Word<'m>,
        name: &str,
        is_of_cluster: bool,
        value: Option<OptionValue<'m>>,
    ) {
        let key = self.reader.first_name(name).unwrap_or(name).to_owned();
        let together = value.as_ref().filter(|it| !it.is_next_word).and_then(|it| {
            let whole = format!("{name}={}", it.text.flat());
            Some((self.reader.first_name(&whole)?.to_owned(), whole))
        });
        self.options.push(match (together, value) {
            (Some((flag, whole)), Some(value)) => OptionUse {
                name: whole,
                key: flag,
                word,
                is_of_cluster,
                value: None,
                apart: Some((key, value)),
            },
            (_, value) => OptionUse {
                name: name.to_owned(),
                key,
                word,
                is_of_cluster,
                value,
                apart: None,
            },
        });
    }

    fn option(&mut self, word: Word<'m>, next: impl FnOnce() -> Option<Word<'m>>) {
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
                None if self.reader.takes_next(text) => (text, next()),
                None => (text, None),
            };
            self.letters(word, name, value);
            return;
        }
        let mut letters = text.char_indices().skip(1);
        let with_value = letters.find(|(_, letter)| self.reader.letter_takes_value(*letter));
        let (name, value) = match with_value {
            Some((at, letter)) => match at + letter.len_utf8() {
                end if end == text.len() && word.is_known() => (&text[..end], next()),
                end => (&text[..end], Some(attached(end))),
            },
            None => (text, None),
        };
        self.letters(word, name, value);
    }

    /// The option before an operand of a package manager, where nobody knows whether it takes the operand: `--foo x`.
    pub(crate) fn option_before(&self, operand: Word<'m>) -> Option<&str> {
        let package = self.package?;
        let tool = package.tool();
        let end = operand.range().start();
        let before = self.command.args().take_while(|it| it.range().end() <= end);
        let option = before.last()?.value()?;
        let is_long = option.len() > 2
            && option.starts_with(if tool.has_one_dash() { "-" } else { "--" })
            && !option.contains('=');
        let uses =
            |it: &OptionUse<'m>| it.value.as_ref().and_then(|it| it.text.word) == Some(operand);
        (is_long && !tool.knows(option) && !self.options.iter().any(uses)).then_some(option)
    }

    /// The operands as elements of a set.
    pub(crate) fn elements(&self) -> Vec<Element<'m>> {
        let Some(package) = self.package.filter(|_| self.is_set) else {
            let whole = |word: &Word<'m>| Element::of_instruction(*word, false);
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
                may_be_value: self.option_before(spec.word).is_some(),
                whole,
                name,
                is_python,
                is_port: false,
            }
        });
        elements.collect()
    }
}

/// What is known of a program's options.
#[derive(Debug, Clone, Copy)]
enum Reader {
    Program(ProgramOptions),
    Account(AccountTool),
    Package(PackageTool),
    Unknown,
}

impl Reader {
    fn letter_takes_value(self, letter: char) -> bool {
        match self {
            Reader::Program(options) => options.letter_takes_value(letter),
            Reader::Account(tool) => tool.letter_takes_value(letter),
            Reader::Package(tool) => tool.letter_takes_value(letter),
            Reader::Unknown => false,
        }
    }

    fn takes_next(self, option: &str) -> bool {
        match self {
            Reader::Program(options) => options.takes_next(option),
            Reader::Account(tool) => tool.takes_next(option),
            Reader::Package(tool) => tool.takes_next(option),
            Reader::Unknown => false,
        }
    }

    fn first_name(self, option: &str) -> Option<&'static str> {
        match self {
            Reader::Program(options) => options.first_name(option),
            Reader::Account(tool) => tool.first_name(option),
            Reader::Package(tool) => tool.first_name(option),
            Reader::Unknown => None,
        }
    }

    fn names(self, option: &str) -> Vec<&'static str> {
        match self {
            Reader::Program(options) => options.names(option),
            Reader::Account(tool) => tool.names(option),
            Reader::Package(tool) => tool.names(option),
            Reader::Unknown => Vec::new(),
        }
    }
}
