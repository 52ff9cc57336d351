//! The programs that lie in a virtual environment once there is one, and are named by their whole path.

use std::collections::{HashMap, HashSet};

use dfix_catalogue::packages_of_script;
use dfix_catalogue::programs::{self, Mark};
use dfix_engine::OpenCondition;
use dfix_model::path::folder_and_name;
use dfix_model::{Command, PackageCommand, PackageManager, PythonFrom, Step, Word};

use super::site::{Site, is_pip};

/// The word that names a program by its whole path.
pub(super) struct Tool<'m> {
    pub(super) step: Step<'m>,
    pub(super) word: Word<'m>,
    pub(super) name: &'m str,
}

/// What pip puts among the programs.
pub(super) struct Installed<'s, 'm> {
    site: &'s Site<'m>,
    packages: HashSet<String>,
}

impl<'s, 'm> Installed<'s, 'm> {
    /// Of the installs of a site, and of the requirements that they name.
    pub(super) fn of(site: &'s Site<'m>) -> Self {
        let installs: Vec<_> = site.stage.installs(PackageManager::Pip).collect();
        let named = installs.iter().flat_map(PackageCommand::packages);
        let known = site.stage.python_packages().known.iter();
        let packages = named
            .filter_map(|package| package.name.map(str::to_owned))
            .chain(known.map(|it| it.name.clone()));
        Installed {
            site,
            packages: packages.collect(),
        }
    }

    /// Whether the environment has a program of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        if programs::is_python(&name) {
            return self.site.has(&name);
        }
        is_pip(&name)
            || self.packages.contains(&name)
            || programs::is(&name, Mark::Python)
            || packages_of_script(&name).any(|package| self.packages.contains(package))
    }
}

/// The words after the first install that name a tool of the system's Python by its whole path, where
/// the environment has it too: `/usr/local/bin/gunicorn`.
pub(super) fn moved<'m>(site: &Site<'m>) -> Vec<Tool<'m>> {
    let installed = Installed::of(site);
    let is_moved = |name: &str| installed.has(name);
    let mut seen = HashSet::new();
    site.later()
        .flat_map(Command::named_programs)
        .filter(|it| {
            site.is_folder_of_programs(it.folder)
                && is_moved(it.name)
                && seen.insert(it.word.range())
        })
        .map(|it| Tool {
            step: it.command.step(),
            word: it.word,
            name: it.name,
        })
        .collect()
}

/// A program that is named by its whole path, and of which it is not known who puts it there: a Python
/// package may have, and it lies in the environment then.
pub(super) struct OfNobody<'m> {
    pub(super) tool: Tool<'m>,
    /// Whether the word is a command's program: by its name alone PATH finds it, wherever it is.
    pub(super) is_called: bool,
}

impl OfNobody<'_> {
    pub(super) fn open(&self) -> OpenCondition {
        let path = self.tool.word.source_text();
        let (follows, remedy) = if self.is_called {
            (
                ": if it does not, it may name the system's Python by its whole path",
                "see its first line",
            )
        } else {
            (
                ", which the environment would have then",
                "name it without its folder",
            )
        };
        let condition = format!("whether {path} comes from a Python package{follows}");
        OpenCondition::new(condition, remedy)
    }
}

/// The programs of `/usr/local/bin` that nothing of the file is seen to put there.
pub(super) fn of_nobody<'m>(site: &Site<'m>, moved: &[Tool<'m>]) -> Vec<OfNobody<'m>> {
    let moved: HashSet<_> = moved.iter().map(|tool| tool.word.range()).collect();
    let mut puts: HashMap<&str, Option<Step<'_>>> = HashMap::new();
    let mut is_nobodys = |word: Word<'m>| {
        let path = word.value()?;
        let (folder, name) = folder_and_name(path);
        let is_alpines = || folder == "/usr/bin" && site.python.from == PythonFrom::Alpine;
        let is_place =
            folder == "/usr/local/bin" || (is_alpines() && is_nobodys_of_alpine(site, name));
        let is_the_images_own = programs::is_python(name) || is_pip(name);
        if !is_place || is_the_images_own || moved.contains(&word.range()) {
            return None;
        }
        let put = puts.entry(path);
        let put = put.or_insert_with(|| site.stage.first_put(path));
        let is_put = put.is_some_and(|put| put.range().start() < word.range().start());
        (!is_put).then_some(name)
    };
    let mut found = Vec::new();
    for command in site.later() {
        for word in named_by(command) {
            let Some(name) = is_nobodys(word) else {
                continue;
            };
            found.push(OfNobody {
                tool: Tool {
                    step: command.step(),
                    word,
                    name,
                },
                is_called: command.executable() == Some(word),
            });
        }
    }
    found
}

/// The program of a command, what Python is given, what `ln` links to, and what others that handle files are given.
fn named_by(command: Command<'_>) -> impl Iterator<Item = Word<'_>> {
    let named = if command.is("ln") {
        command.args().len().saturating_sub(1)
    } else if command.is_marked(Mark::HandlesFiles)
        || programs::is_python(command.executable_name())
    {
        command.args().len()
    } else {
        0
    };
    command
        .executable()
        .into_iter()
        .chain(command.args().take(named))
}

/// Where Alpine's pip puts programs, its packages put theirs too.
fn is_nobodys_of_alpine(site: &Site<'_>, name: &str) -> bool {
    let is_its = |package: &str| package.contains(name) || name.contains(package);
    programs::privileges(name) == programs::Privileges::Unknown
        && !site
            .stage
            .system_packages()
            .any(|package| is_its(package.name))
}
