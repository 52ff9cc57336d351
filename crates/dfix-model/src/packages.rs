//! Package managers: what the words of `apt-get install`, `pip install` and their like mean.

mod apt;
mod npm;
mod option;
mod pip;
mod spec;
pub(crate) mod table;

use dfix_syntax::TextRange;

use crate::collect::command::{OptionData, PackageData};
use crate::handles::{Command, ProgramPoint, Step, Word};
pub use dfix_catalogue::PackageManager;
use dfix_catalogue::{PackageTool, PackageWord, WrapperKind, dependency_folder, package_word_is};

pub use option::{OptionUse, OptionValue};
pub use spec::{PackageSpec, SpecKind};

/// A command of a package manager, its words understood.
#[derive(Clone, Copy)]
pub struct PackageCommand<'m> {
    /// The command.
    pub command: Command<'m>,
    /// Whose it is.
    pub manager: PackageManager,
    data: &'m PackageData,
}

impl std::fmt::Debug for PackageCommand<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PackageCommand")
            .field("manager", &self.manager)
            .field("subcommand", &self.subcommand_word())
            .field(
                "options",
                &self
                    .options()
                    .map(|o| (o.name, o.value.map(|v| v.literal_prefix)))
                    .collect::<Vec<_>>(),
            )
            .field("operands", &self.operands().collect::<Vec<_>>())
            .finish()
    }
}

impl<'m> ProgramPoint<'m> for &PackageCommand<'m> {
    fn step(self) -> Step<'m> {
        self.command.step()
    }
    fn command(self) -> Option<Command<'m>> {
        Some(self.command)
    }
}

impl<'m> PackageCommand<'m> {
    /// The command as a package manager's, if it is one's.
    pub fn of(command: Command<'m>) -> Option<Self> {
        let package = &command.data().package;
        let data = package.get_or_init(|| read_if_one(command)).as_ref()?;
        Some(PackageCommand {
            command,
            manager: data.manager,
            data,
        })
    }

    /// How its words are read.
    pub fn tool(&self) -> PackageTool {
        self.data.tool
    }

    fn subcommand_word(&self) -> Option<Word<'m>> {
        let index = self.data.subcommand?;
        Some(self.command.word_at(index))
    }

    /// The subcommand's word (`install`; the second one of `yarn global add`); the program's where
    /// there is none (`yarn`).
    pub fn subcommand(&self) -> Word<'m> {
        self.subcommand_word()
            .or_else(|| self.command.program())
            .expect("it was told by its program")
    }

    /// The subcommand's text: `""` where there is none or it is unknown.
    pub fn subcommand_text(&self) -> &'m str {
        self.subcommand_word().and_then(Word::value).unwrap_or("")
    }

    /// Whether the subcommand is one of these.
    pub fn subcommand_is_one_of(&self, subcommands: &[&str]) -> bool {
        subcommands.contains(&self.subcommand_text())
    }

    /// Whether what it installs are packages of the system, not of a language.
    pub fn is_of_system(&self) -> bool {
        self.manager.is_of_system()
    }

    /// Whether it installs packages.
    pub fn is_install(&self) -> bool {
        let name = self.subcommand_text();
        match self.data.subcommand {
            None => {
                self.data.tool.installs_bare()
                    && !self.has_flag("--version")
                    && !self.has_flag("--help")
            }
            Some(_) => {
                self.data.tool.installs(name)
                    || (self.manager == PackageManager::Pacman && name.starts_with("-S"))
            }
        }
    }

    /// Whether its operands are packages, in whatever order: it installs them, or it removes them.
    pub fn names_packages(&self) -> bool {
        self.is_install() && self.data.tool.has_packages()
            || self.data.tool.names_packages(self.subcommand_text())
    }

    /// Whether it takes packages away, or may: `purge`, `del`, `dist-upgrade`.
    pub fn may_remove(&self) -> bool {
        package_word_is(
            self.data.tool.family(),
            self.subcommand_text(),
            PackageWord::Removes,
        ) || self
            .options()
            .any(|it| package_word_is(self.data.tool.family(), it.name, PackageWord::Removes))
    }

    /// The step that it stands in.
    pub fn step(&self) -> Step<'m> {
        self.command.step()
    }

    /// The command in the file.
    pub fn range(&self) -> TextRange {
        self.command.range()
    }

    /// The program's name without folder: `pip3`; for `python -m pip` it is `python`.
    pub fn program_name(&self) -> &'m str {
        self.command.executable_name()
    }

    /// The options, in order of place.
    pub fn options(&self) -> impl Iterator<Item = OptionUse<'m>> + use<'m> {
        let command = self.command;
        self.data.options.iter().map(move |option| {
            let word = command.word_at(option.word);
            let value = option.value.map(|(index, start)| {
                let word = command.word_at(index);
                OptionValue {
                    word,
                    literal_prefix: &word.literal_prefix()[start..],
                    is_known: word.is_known(),
                }
            });
            OptionUse {
                word,
                name: &word.literal_prefix()[..option.name_len],
                value,
                is_global: option.is_global,
            }
        })
    }

    /// The words that are neither options, their values, nor the subcommand.
    pub fn operands(
        &self,
    ) -> impl DoubleEndedIterator<Item = Word<'m>> + ExactSizeIterator + Clone + use<'m> {
        let command = self.command;
        let operands = self.data.operands.iter();
        operands.map(move |index| command.word_at(*index))
    }

    /// Whether the option is there, wherever: `--long` also shortened where the tool takes that, `-x` also
    /// within a cluster (`-qqy`).
    pub fn has_flag(&self, name: &str) -> bool {
        self.option(name).is_some()
    }

    /// The first use of the option, see [`PackageCommand::has_flag`].
    pub fn option(&self, name: &str) -> Option<OptionUse<'m>> {
        self.options()
            .find(|o| table::means(self.data.tool, o.name, name))
    }

    /// The values that the option is given, under any of these names, in order of place.
    pub fn values_of(&self, names: &[&str]) -> impl Iterator<Item = OptionValue<'m>> {
        self.options()
            .filter(|o| {
                names
                    .iter()
                    .any(|name| table::means(self.data.tool, o.name, name))
            })
            .filter_map(|o| o.value)
    }

    /// The value that the option is given last.
    pub fn flag_value(&self, name: &str) -> Option<OptionValue<'m>> {
        self.values_of(&[name]).last()
    }

    /// The packages that it names.
    pub fn packages(&self) -> Vec<PackageSpec<'m>> {
        if !self.data.tool.has_packages() {
            return Vec::new();
        }
        self.operands()
            .map(|word| spec::parse(self.manager, word))
            .collect()
    }

    /// Whether it may install more than its words tell: a word that only the build can tell, or words from
    /// `xargs`.
    pub fn may_take_more(&self) -> bool {
        self.operands().any(|w| !w.is_known())
            || self
                .command
                .wrappers()
                .any(|w| w.kind == WrapperKind::Arguments)
    }
}

/// Whether a command installs packages, and leaves nothing else that anybody knows of.
pub(crate) fn only_installs(command: Command<'_>) -> bool {
    let tool = dependency_folder(command.name());
    let mut words = command.args().filter_map(Word::value);
    if tool.is_some_and(|it| words.any(|word| it.leaves_more_with(word))) {
        return false;
    }
    let is_one = |it: PackageCommand<'_>| {
        it.is_install()
            || (it.manager == PackageManager::Gem && it.subcommand_is_one_of(&["update"]))
    };
    PackageCommand::of(command).is_some_and(is_one)
        || tool.is_some_and(|it| {
            let mut words = command.args().filter_map(Word::value);
            it.installs(words.find(|text| !text.starts_with('-')))
        })
}

/// What the words of a command mean to its package manager; `None` where it is none. bun and node are ones only where they
/// run scripts of package.json.
fn read_if_one(command: Command<'_>) -> Option<PackageData> {
    let data = read(command)?;
    let manager = data.manager;
    if matches!(manager, PackageManager::Bun | PackageManager::Node) {
        let data = &data;
        let package = PackageCommand {
            command,
            manager,
            data,
        };
        package.script()?;
    }
    Some(data)
}

/// What the words of a command mean to its package manager; `None` where it is none.
fn read(command: Command<'_>) -> Option<PackageData> {
    let program = command.program()?.value()?;
    let (tool, skip) = table::tool_of(command, crate::path::program_name(program))?;
    let mut data = PackageData {
        tool,
        manager: tool.manager(),
        subcommand: None,
        options: Vec::new(),
        operands: Vec::new(),
    };
    let mut words = command.arg_indices().skip(skip);
    let mut options_ended = false;
    while let Some(index) = words.next() {
        let word = command.word_at(index);
        let text = word.literal_prefix();
        // `bundle _2.4.1_ install`: RubyGems takes the version away.
        let is_version = data.manager == PackageManager::Bundler
            && data.subcommand.is_none()
            && text.len() > 2
            && text.starts_with('_')
            && text.ends_with('_');
        if is_version {
            continue;
        }
        if options_ended || text.len() < 2 || !text.starts_with('-') {
            if data.subcommand.is_none() && tool.has_subcommands() {
                data.subcommand = Some(index);
                let is_word = |index: &usize| !command.word_at(*index).starts_with("-");
                if let Some(value) = word.value()
                    && tool.is_double(value)
                    && let Some(second) = words.clone().next().filter(is_word)
                {
                    data.subcommand = Some(second);
                    words.next();
                }
            } else {
                data.operands.push(index);
            }
            continue;
        }
        if text == "--" {
            // What follows is for the extension's own build: `gem install x -- --with-y`.
            if data.manager == PackageManager::Gem {
                break;
            }
            options_ended = true;
            continue;
        }
        let is_global = data.subcommand.is_none();
        let (name_len, value) = table::option_value(tool, text);
        let value = match value {
            table::ValuePlace::None => None,
            table::ValuePlace::Attached(start) => Some((index, start)),
            table::ValuePlace::Next => words.next().map(|next| (next, 0)),
        };
        if data.manager == PackageManager::Pacman && is_global && text.starts_with("-S") {
            data.subcommand = Some(index);
        }
        data.options.push(OptionData {
            word: index,
            name_len,
            value,
            is_global,
        });
    }
    Some(data)
}
