//! Package managers: what the words of `apt-get install`, `pip install` and their like mean.

mod apt;
mod npm;
mod option;
mod pip;
mod spec;
pub(crate) mod table;

use dfix_syntax::TextRange;

use crate::handles::{Command, ProgramPoint, Step, Word};
pub use dfix_catalogue::PackageManager;
use dfix_catalogue::{PackageTool, WrapperKind};

pub use option::{OptionUse, OptionValue};
pub use spec::{PackageSpec, SpecKind};

/// A command of a package manager, its words understood.
#[derive(Clone)]
pub struct PackageCommand<'m> {
    /// The command.
    pub command: Command<'m>,
    /// Whose it is.
    pub manager: PackageManager,
    tool: PackageTool,
    subcommand: Option<Word<'m>>,
    options: Vec<OptionUse<'m>>,
    operands: Vec<Word<'m>>,
}

impl std::fmt::Debug for PackageCommand<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PackageCommand")
            .field("manager", &self.manager)
            .field("subcommand", &self.subcommand)
            .field(
                "options",
                &self
                    .options
                    .iter()
                    .map(|o| (o.name, o.value.map(|v| v.literal_prefix)))
                    .collect::<Vec<_>>(),
            )
            .field("operands", &self.operands)
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
        let program = command.program()?.value()?;
        let (tool, skip) = table::tool_of(command, crate::path::program_name(program))?;
        let mut read = PackageCommand {
            command,
            manager: tool.manager(),
            tool,
            subcommand: None,
            options: Vec::new(),
            operands: Vec::new(),
        };
        read.read_words(skip);
        Some(read)
    }

    fn read_words(&mut self, skip: usize) {
        let mut words = self.command.args().skip(skip);
        let mut options_ended = false;
        while let Some(word) = words.next() {
            let text = word.literal_prefix();
            // `bundle _2.4.1_ install`: RubyGems takes the version away.
            let is_version = self.manager == PackageManager::Bundler
                && self.subcommand.is_none()
                && text.len() > 2
                && text.starts_with('_')
                && text.ends_with('_');
            if is_version {
                continue;
            }
            if options_ended || text.len() < 2 || !text.starts_with('-') {
                if self.subcommand.is_none() && self.tool.has_subcommands() {
                    self.subcommand = Some(word);
                    if let Some(value) = word.value()
                        && self.tool.is_double(value)
                        && let Some(second) = words.clone().next().filter(|w| !w.starts_with("-"))
                    {
                        self.subcommand = Some(second);
                        words.next();
                    }
                } else {
                    self.operands.push(word);
                }
                continue;
            }
            if text == "--" {
                // What follows is for the extension's own build: `gem install x -- --with-y`.
                if self.manager == PackageManager::Gem {
                    break;
                }
                options_ended = true;
                continue;
            }
            let is_global = self.subcommand.is_none();
            let (name, value) = table::option_value(self.tool, word, || words.next());
            if self.manager == PackageManager::Pacman && is_global && name.starts_with("-S") {
                self.subcommand = Some(word);
            }
            self.options.push(OptionUse {
                word,
                name,
                value,
                is_global,
            });
        }
    }

    /// The subcommand's word (`install`; the second one of `yarn global add`); the program's where
    /// there is none (`yarn`).
    pub fn subcommand(&self) -> Word<'m> {
        self.subcommand
            .or_else(|| self.command.program())
            .expect("it was told by its program")
    }

    /// The subcommand's text: `""` where there is none or it is unknown.
    pub fn subcommand_text(&self) -> &'m str {
        self.subcommand.and_then(Word::value).unwrap_or("")
    }

    /// Whether the subcommand is one of these.
    pub fn subcommand_is_one_of(&self, subcommands: &[&str]) -> bool {
        subcommands.contains(&self.subcommand_text())
    }

    /// Whether it installs packages.
    pub fn is_install(&self) -> bool {
        let name = self.subcommand_text();
        match self.subcommand {
            None => {
                self.tool.installs_bare() && !self.has_flag("--version") && !self.has_flag("--help")
            }
            Some(_) => {
                self.tool.installs(name)
                    || (self.manager == PackageManager::Pacman && name.starts_with("-S"))
            }
        }
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
    pub fn options(&self) -> &[OptionUse<'m>] {
        &self.options
    }

    /// The words that are neither options, their values, nor the subcommand.
    pub fn operands(&self) -> &[Word<'m>] {
        &self.operands
    }

    /// Whether the option is there, wherever: `--long` also shortened where the tool takes that, `-x` also
    /// within a cluster (`-qqy`).
    pub fn has_flag(&self, name: &str) -> bool {
        self.option(name).is_some()
    }

    /// The first use of the option, see [`PackageCommand::has_flag`].
    pub fn option(&self, name: &str) -> Option<&OptionUse<'m>> {
        self.options
            .iter()
            .find(|o| table::means(self.tool, o.name, name))
    }

    /// The values that the option is given, under any of these names, in order of place.
    pub fn values_of(&self, names: &[&str]) -> impl Iterator<Item = OptionValue<'m>> {
        self.options
            .iter()
            .filter(|o| {
                names
                    .iter()
                    .any(|name| table::means(self.tool, o.name, name))
            })
            .filter_map(|o| o.value)
    }

    /// The value that the option is given last.
    pub fn flag_value(&self, name: &str) -> Option<OptionValue<'m>> {
        self.values_of(&[name]).last()
    }

    /// The packages that it names.
    pub fn packages(&self) -> Vec<PackageSpec<'m>> {
        if !self.tool.has_packages() {
            return Vec::new();
        }
        self.operands
            .iter()
            .map(|word| spec::parse(self.manager, *word))
            .collect()
    }

    /// Whether it may install more than its words tell: a word that only the build can tell, or words from
    /// `xargs`.
    pub fn may_take_more(&self) -> bool {
        self.operands.iter().any(|w| !w.is_known())
            || self
                .command
                .wrappers()
                .any(|w| w.kind == WrapperKind::Arguments)
    }
}
