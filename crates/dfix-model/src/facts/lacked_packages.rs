//! Names of packages that the release of the base lacks: the build fails on them. What becomes of each.

use std::cell::OnceCell;

use dfix_catalogue::{
    Foundation, PackagePresence, PackageSuccessor, Succession, package_in, package_presence,
    package_successor, successor_from_debian,
};

use crate::facts::package_archives::{PackageArchive, archives, archives_before};
use crate::facts::system_packages::system_packages;
use crate::facts::unread_work::{Part, unread_before_command, unread_in};
use crate::handles::Stage;
use crate::lines::lines;
use crate::packages::{PackageCommand, PackageManager, PackageSpec, SpecKind};
use crate::ternary::OpenCondition;

/// A name in a command that the release has no package for, and that no archive which the file adds surely has.
#[derive(Debug, Clone)]
pub struct LackedPackage<'m> {
    stage: Stage<'m>,
    /// The command that names it.
    pub command: PackageCommand<'m>,
    /// The word that names it.
    pub package: PackageSpec<'m>,
    /// The name.
    pub name: &'m str,
    foundation: Foundation,
    /// Whether several packages provide it, so that the package manager asks which one is meant.
    is_choice: bool,
    /// Whether the image took the place of another one, of Debian mostly.
    is_moved: bool,
    is_tagged: bool,
    /// Archives that are added before and may have it.
    archives: OnceCell<Vec<PackageArchive<'m>>>,
}

/// What becomes of a word that names a package.
#[derive(Debug, Clone)]
pub struct PackageChange {
    /// What comes in its place, without what is in the list already; it goes where this is empty.
    pub names: Vec<&'static str>,
    /// Why, as a sentence.
    pub because: String,
    /// What is not known of it.
    pub open: Option<OpenCondition>,
    /// Whether another archive has the old name, where something before is not read.
    pub archive: Option<OpenCondition>,
    /// All that takes its place.
    to: &'static str,
}

/// The names in a command of a stage that the release lacks, where it matters: in installations, and where what is installed is taken away
/// again. `is_moved`: the image took the place of another one.
pub(crate) fn of_command<'m>(
    stage: Stage<'m>,
    command: &PackageCommand<'m>,
    foundation: &Foundation,
    is_moved: bool,
) -> Vec<LackedPackage<'m>> {
    let is_system = matches!(command.manager, PackageManager::Apt | PackageManager::Apk);
    // What is taken away again is called as it was installed.
    if !is_system || !command.names_packages() {
        return Vec::new();
    }
    let packages = command.packages();
    let lacked = packages.into_iter();
    let lacked =
        lacked.filter_map(|it| LackedPackage::of(stage, command, it, foundation, is_moved));
    lacked.filter(LackedPackage::matters).collect()
}

/// Whether a name in a command is one that a release lacks, and becomes another one, or goes.
pub(crate) fn is_mended<'m>(
    command: &PackageCommand<'m>,
    package: &PackageSpec<'m>,
    foundation: &Foundation,
    is_moved: bool,
) -> bool {
    let lacked = || {
        let stage = command.command.stage()?;
        LackedPackage::of(stage, command, *package, foundation, is_moved)
    };
    !command.command.is_of_script() && lacked().is_some_and(|it| it.change().is_ok())
}

/// Whether a command of the stage, or of one that it is based on, installs a package by this name.
fn is_installed_by(stage: Stage<'_>, name: &str) -> bool {
    system_packages(stage).any(|it| it.name == name)
}

impl<'m> LackedPackage<'m> {
    fn of(
        stage: Stage<'m>,
        command: &PackageCommand<'m>,
        package: PackageSpec<'m>,
        foundation: &Foundation,
        is_moved: bool,
    ) -> Option<Self> {
        let name = package.name.filter(|_| package.kind == SpecKind::Index)?;
        let is_choice = match package_presence(foundation, name) {
            PackagePresence::Absent => false,
            PackagePresence::Choice => true,
            _ => return None,
        };
        let is_tagged = package.word.source_text().contains('@');
        Some(LackedPackage {
            stage,
            command: *command,
            package,
            name,
            foundation: *foundation,
            is_choice,
            is_moved,
            is_tagged,
            archives: OnceCell::new(),
        })
    }

    fn archives(&self) -> &[PackageArchive<'m>] {
        self.archives.get_or_init(|| {
            archives_before(
                self.command.command,
                self.name,
                self.is_tagged,
                &self.foundation,
            )
        })
    }

    /// Whether an archive that is added before may have it, or something is not read that may add one.
    pub fn may_be_elsewhere(&self) -> bool {
        !self.archives().is_empty() || self.unread().is_some() || self.may_be_inherited()
    }

    /// What before the command is not read, and may add an archive.
    fn unread(&self) -> Option<OpenCondition> {
        unread_before_command(self.command.command, Part::Archives)
    }

    fn matters(&self) -> bool {
        // The maker's own archive has it, for this release.
        let is_had = |it: &PackageArchive<'_>| it.surely_has(self.name, &self.foundation);
        if self.archives().iter().any(is_had) {
            return false;
        }
        // Taking away what is not there does no harm, and its successor may be wanted. A person who changes the installation
        // finds what takes it away again beside it.
        self.command.is_install()
            || is_installed_by(self.stage, self.name) && !self.is_left_at_install()
    }

    /// What is wrong.
    pub fn message(&self) -> String {
        let (release, name) = (self.foundation.told(), self.name);
        if self.is_choice {
            format!("on {release} several packages provide `{name}`, and none is called so")
        } else {
            format!("{release} has no package `{name}`")
        }
    }

    fn successor(&self) -> Option<PackageSuccessor> {
        successor_from_debian(&self.foundation, self.name)
            .filter(|_| self.is_moved)
            .or_else(|| package_successor(&self.foundation, self.name))
    }

    /// Whether the same instruction installs the package, and a person must see to that.
    fn is_left_at_install(&self) -> bool {
        let commands = self.command.step().package_commands();
        let mut installs =
            commands.filter(|it| it.is_install() && it.manager == self.command.manager);
        installs.any(|install| {
            let packages = install.packages();
            let mut named = packages.iter().filter(|it| it.name == Some(self.name));
            named.any(|it| !is_mended(&install, it, &self.foundation, self.is_moved))
        })
    }

    /// Whether the image that it is based on is built by another Dockerfile of the project, which adds an archive that may have it.
    fn may_be_inherited(&self) -> bool {
        let mut is_inherited = false;
        self.stage.base_stage().base_elsewhere(&mut |base| {
            let added = archives(base);
            is_inherited = unread_in(base, Part::Archives).is_some()
                || added
                    .iter()
                    .any(|it| it.may_have(self.name, &self.foundation));
        });
        is_inherited
    }

    /// What becomes of the word that names it.
    ///
    /// # Errors
    /// What a person can do.
    pub fn change(&self) -> Result<PackageChange, String> {
        let mut change = self.change_of_word()?;
        change.archive = self.unread();
        if !self.command.is_install() {
            // What is taken away by a new name must not be what is installed by that name.
            let mut names = change.to.split_whitespace();
            if let Some(wanted) = names.find(|it| is_installed_by(self.stage, it)) {
                return Err(format!(
                    "it is part of `{wanted}`, which is installed by its own name: leave it out here"
                ));
            }
        }
        Ok(change)
    }

    fn change_of_word(&self) -> Result<PackageChange, String> {
        let archives = self.archives();
        if !archives.is_empty() {
            let speak = if archives.len() == 1 {
                "speaks of one"
            } else {
                "speak of some"
            };
            let numbers = archives.iter().map(|it| it.line).collect();
            let successor = self.successor();
            let successor = successor.filter(|it| !matches!(it.how, Succession::Drop(_)));
            let otherwise =
                successor.map_or_else(String::new, |it| format!("; else {}", instead(Some(&it))));
            return Err(format!(
                "see whether another archive has it: {} {speak}{otherwise}",
                lines(numbers)
            ));
        }
        if self.may_be_inherited() {
            return Err(
                "see whether another archive has it: the Dockerfile that builds the base adds one"
                    .to_owned(),
            );
        }
        let successor = self.successor();
        let word = self.package.word;
        if word.value() != Some(self.name) {
            let rest = word.value().and_then(|it| it.strip_prefix(self.name));
            let why = match rest.and_then(|it| it.chars().next()) {
                Some(':') => "its architecture is named",
                Some('/') => "its release is named",
                Some(_) => "it is pinned",
                None => "it is spelt by a variable",
            };
            return Err(format!("{why}: {}", instead(successor.as_ref())));
        }
        let Some(successor) = successor else {
            return Err(if self.is_choice {
                "choose one of those that provide it: `apt-cache showpkg` lists them".to_owned()
            } else {
                "no package is known to take its place: look for one".to_owned()
            });
        };
        let others = self.others();
        match successor.how {
            Succession::Rename => Ok(self.renamed(&successor, &others)),
            Succession::Drop(programs) => self.dropped(programs, &others),
            Succession::ByHand(_) | Succession::Elsewhere(_) => Err(instead(Some(&successor))),
        }
    }

    /// What else is in the list, once the names before it are put right.
    fn others(&self) -> Vec<&'m str> {
        let packages = self.command.packages();
        let others = packages.iter().filter_map(|it| it.word.value());
        let mut others: Vec<&str> = others.filter(|it| *it != self.name).collect();
        // What comes in the place of one before in the list is there then, too.
        let own = self.package.word.range();
        let before = packages.iter().take_while(|it| it.word.range() != own);
        let lacked = before.filter_map(|it| {
            let (stage, foundation) = (self.stage, &self.foundation);
            LackedPackage::of(stage, &self.command, *it, foundation, self.is_moved)
        });
        for lack in lacked {
            let renamed = lack.successor().filter(|it| it.how == Succession::Rename);
            if lack.package.word.value() == Some(lack.name) {
                others.extend(renamed.iter().flat_map(|it| it.packages.split(' ')));
            }
        }
        others
    }

    fn renamed(&self, successor: &PackageSuccessor, others: &[&str]) -> PackageChange {
        let (to, differs, name) = (successor.packages, successor.differs, self.name);
        let names = to.split_whitespace();
        let names: Vec<&str> = names.filter(|it| !others.contains(it)).collect();
        let because = if names.is_empty() {
            format!("it is part of `{to}` there, which is installed already")
        } else if differs.is_empty() && to.contains(' ') {
            format!(
                "it is several packages there: `{}`",
                to.replace(' ', "`, `")
            )
        } else if differs.is_empty() {
            format!("its name is `{to}` there")
        } else {
            let several = to.replace(' ', "`, `");
            let verb = if to.contains(' ') { "take" } else { "takes" };
            format!("`{several}` {verb} its place there")
        };
        let open = || {
            let text = format!("whether what uses `{name}` works with `{to}`");
            OpenCondition::new(text, differs)
        };
        PackageChange {
            names,
            because,
            open: (!differs.is_empty()).then(open),
            archive: None,
            to,
        }
    }

    fn dropped(&self, programs: &str, others: &[&str]) -> Result<PackageChange, String> {
        // What else it brings along counts where nothing else brings it.
        let is_brought = |by: &str| brings(self.stage, &self.foundation, by);
        let called = programs
            .split_whitespace()
            .filter_map(|it| match it.split_once('=') {
                Some((call, by)) => (!is_brought(by)).then_some(call),
                None => Some(it),
            });
        let called: Vec<&str> = called.collect();
        let is_used = |text: &str| called.iter().find(|it| text.contains(**it)).copied();
        let steps = self.stage.with_descendants().flat_map(Stage::steps);
        // The builder fetches by itself, and people read labels, authors and comments.
        let steps = steps.filter(|it| !matches!(it.name(), "ADD" | "LABEL" | "MAINTAINER"));
        let mut texts = steps.flat_map(|step| {
            let texts = step.source_text().lines().enumerate();
            let read = texts.filter(|it| !it.1.trim_start().starts_with('#'));
            read.map(move |(number, text)| (step.line() + number, text))
        });
        let used = |(line, text)| Some((line, is_used(text)?));
        if let Some((line, program)) = texts.find_map(used) {
            return Err(format!(
                "nothing takes its place, and line {line} needs it for `{program}`: do that in another way, or install \
                 what it brought along for that"
            ));
        }
        if others.is_empty() {
            return Err("nothing takes its place: take the command away".to_owned());
        }
        let along = programs
            .split_whitespace()
            .filter_map(|it| it.split_once('='));
        let along = along.filter(|(_, by)| !is_brought(by));
        let along: Vec<&str> = along.filter_map(|(_, by)| by.split(',').next()).collect();
        let open = || {
            let text = format!(
                "whether nothing needs {}, which `{}` brought along",
                along.join(", "),
                self.name
            );
            OpenCondition::new(
                text,
                "install by their own names those that something needs",
            )
        };
        Ok(PackageChange {
            names: Vec::new(),
            because: "nothing takes its place, and nothing of it is called".to_owned(),
            open: (!along.is_empty()).then(open),
            archive: None,
            to: "",
        })
    }

    /// Why the name is wrong where it stands, as a sentence.
    pub fn because(&self) -> String {
        if self.command.is_install() {
            format!("on {} this command fails as it is", self.foundation.told())
        } else {
            "it is installed by that name above".to_owned()
        }
    }
}

/// Whether one of these packages (with a comma between them) is installed by its own name, or the image that the stage is based on has
/// it.
fn brings(stage: Stage<'_>, foundation: &Foundation, packages: &str) -> bool {
    let is_there = |it: &str| package_in(foundation, it) == Some(true);
    packages
        .split(',')
        .any(|it| is_installed_by(stage, it) || is_there(it))
}

/// What a person can do.
fn instead(successor: Option<&PackageSuccessor>) -> String {
    match successor {
        None => "look for a package in its place".to_owned(),
        Some(it) => match it.how {
            Succession::Rename => format!("it is `{}` now", it.packages),
            Succession::Drop(_) => "nothing takes its place".to_owned(),
            Succession::ByHand(why) | Succession::Elsewhere(why) if it.packages.is_empty() => {
                why.to_owned()
            }
            Succession::ByHand(why) | Succession::Elsewhere(why) => {
                format!("`{}` may take its place ({why})", it.packages)
            }
        },
    }
}
