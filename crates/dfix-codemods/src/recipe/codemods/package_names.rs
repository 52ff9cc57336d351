//! Names of packages that the release of the base lacks: the build fails on them.

use dfix_catalogue::{
    Distribution, Foundation, PackagePresence, PackageSuccessor, Succession, is_moved_to,
    language_of_image, package_in, package_presence, package_successor, successor_from_debian,
};
use dfix_engine::{Case, Codemod, Effect, Findings, OpenCondition, Remedy, Safety, remedy};
use dfix_model::packages::SpecKind;
use dfix_model::{Command, Model, PackageCommand, PackageManager, PackageSpec, Stage, Word};

use super::archives::{Archive, archives, archives_before};
use super::distribution::{is_distribution, told};
use super::lines::lines;

/// The codemod: each name that is not there becomes its successor, goes, or is told.
#[derive(Debug)]
pub(crate) struct PackageNames {
    pub(crate) recipe: &'static str,
    /// The distribution that it is for; all where there is none.
    pub(crate) only: Option<Distribution>,
    /// The language whose images it is for, and their version; all images where there is none.
    pub(crate) language: Option<(String, String)>,
    /// Whether it is only for images that took the place of others.
    pub(crate) only_moved: bool,
    /// Names of the images that it is for; all where there is none.
    pub(crate) images: Vec<String>,
}

impl PackageNames {
    /// Whether it is for what is based on an image.
    fn is_for(&self, repository: &str, tag: &str) -> bool {
        // A distribution's own image that moved keeps its release.
        let is_moved = is_moved_to(repository) && !is_distribution(repository);
        let is_other = !self.images.is_empty() && !self.images.iter().any(|it| it == repository);
        if self.only_moved && !is_moved || is_other {
            return false;
        }
        let Some((language, version)) = &self.language else {
            return true;
        };
        let is_of_version = || {
            let rest = tag.strip_prefix(version.as_str());
            rest.is_some_and(|it| it.is_empty() || it.starts_with(['.', '-', '_']))
        };
        language_of_image(repository).is_some_and(|(it, _)| it == language) && is_of_version()
    }
}

impl Codemod for PackageNames {
    fn name(&self) -> &'static str {
        self.recipe
    }

    fn check(&self, file: &Model<'_>, out: &mut Findings<'_>) {
        for stage in file.stages() {
            let Some(foundation) = stage.base_facts().foundation else {
                continue;
            };
            let is_other = self.only.is_some_and(|it| it != foundation.distribution);
            let base = stage.base_image();
            let names = base.name().zip(base.effective_tag());
            if is_other || !names.is_some_and(|(name, tag)| self.is_for(name, tag)) {
                continue;
            }
            for command in stage.commands().filter_map(PackageCommand::of) {
                let is_system =
                    matches!(command.manager, PackageManager::Apt | PackageManager::Apk);
                // What is taken away again is called as it was installed.
                if is_system && command.names_packages() {
                    let is_moved = self.only_moved || !self.images.is_empty();
                    check_command(stage, &command, &foundation, is_moved, out);
                }
            }
        }
    }
}

fn check_command(
    stage: Stage<'_>,
    command: &PackageCommand<'_>,
    foundation: &Foundation,
    is_moved: bool,
    out: &mut Findings<'_>,
) {
    let packages = command.packages();
    for package in &packages {
        let Some(lack) = Lack::of(package, foundation, is_moved) else {
            continue;
        };
        let archives = lack.archives(command.command, package, foundation);
        // The maker's own archive has it, for this release.
        if archives
            .iter()
            .any(|it| it.surely_has(lack.name, foundation))
        {
            continue;
        }
        // Taking away what is not there does no harm, and its successor may be wanted.
        if !command.is_install() && !is_installed_by(stage, lack.name) {
            continue;
        }
        // A person who changes the installation finds what takes it away again beside it.
        if !command.is_install() && is_left_at_install(command, &lack, foundation) {
            continue;
        }
        out.judge(
            package.word.range(),
            Safety::Checked,
            lack.message(foundation),
            |case| {
                let change = lack.change(stage, package, &packages, (foundation, &archives));
                let change = change.map_err(|why| and_nothing_stops(why, command))?;
                if command.is_install() {
                    case.evidence(format!(
                        "on {} this command fails as it is",
                        told(foundation)
                    ));
                } else {
                    change.keeps_what_is_wanted(stage)?;
                    case.evidence("it is installed by that name above");
                }
                case.declare(Effect::arguments_of(command));
                change.say(lack.name, package.word, case);
                Ok(())
            },
        );
    }
}

/// Says with what is left by hand that the build goes on all the same.
fn and_nothing_stops(why: Remedy, command: &PackageCommand<'_>) -> Remedy {
    if command.is_install() && command.command.is_failure_passed_over() {
        return remedy!(
            "{why}; nothing stops the build where the command fails (`;` or a line end follows, and no `set -e`): it goes on without \
             all that the command installs"
        );
    }
    why
}

/// Whether the same instruction installs the package, and a person must see to that.
fn is_left_at_install(
    command: &PackageCommand<'_>,
    lack: &Lack<'_>,
    foundation: &Foundation,
) -> bool {
    let commands = command.step().package_commands();
    let mut installs = commands.filter(|it| it.is_install() && it.manager == command.manager);
    installs.any(|install| {
        let packages = install.packages();
        let mut named = packages.iter().filter(|it| it.name == Some(lack.name));
        named.any(|it| !mends(install.command, it, &packages, foundation, lack.is_moved))
    })
}

/// Whether a command of the stage, or of one that it is based on, installs a package by this name.
fn is_installed_by(stage: Stage<'_>, name: &str) -> bool {
    stage.system_packages().any(|it| it.name == name)
}

/// A name that the release has no package for.
struct Lack<'m> {
    name: &'m str,
    /// Whether several packages provide it, so that the package manager asks which one is meant.
    is_choice: bool,
    /// Whether the image took the place of another one, of Debian mostly.
    is_moved: bool,
}

impl<'m> Lack<'m> {
    fn of(package: &PackageSpec<'m>, foundation: &Foundation, is_moved: bool) -> Option<Self> {
        let name = package.name.filter(|_| package.kind == SpecKind::Index)?;
        let is_choice = match package_presence(foundation, name) {
            PackagePresence::Absent => false,
            PackagePresence::Choice => true,
            _ => return None,
        };
        Some(Lack {
            name,
            is_choice,
            is_moved,
        })
    }

    fn message(&self, foundation: &Foundation) -> String {
        let (release, name) = (told(foundation), self.name);
        if self.is_choice {
            format!("on {release} several packages provide `{name}`, and none is called so")
        } else {
            format!("{release} has no package `{name}`")
        }
    }

    fn successor(&self, foundation: &Foundation) -> Option<PackageSuccessor> {
        successor_from_debian(foundation, self.name)
            .filter(|_| self.is_moved)
            .or_else(|| package_successor(foundation, self.name))
    }

    /// The archives that the file adds before, and that may have it.
    fn archives(
        &self,
        command: Command<'m>,
        package: &PackageSpec<'_>,
        foundation: &Foundation,
    ) -> Vec<Archive<'m>> {
        let is_tagged = package.word.source_text().contains('@');
        archives_before(command, self.name, is_tagged, foundation)
    }

    /// Whether the image that it is based on is built by another Dockerfile of the project, which adds an archive that may have it.
    fn may_be_inherited(&self, stage: Stage<'_>, foundation: &Foundation) -> bool {
        let mut is_inherited = false;
        stage.base_stage().base_elsewhere(&mut |base| {
            let added = archives(base);
            is_inherited = added.iter().any(|it| it.may_have(self.name, foundation));
        });
        is_inherited
    }

    /// What becomes of the word that names it.
    ///
    /// # Errors
    /// What a person can do.
    fn change(
        &self,
        stage: Stage<'_>,
        package: &PackageSpec<'_>,
        packages: &[PackageSpec<'_>],
        (foundation, archives): (&Foundation, &[Archive<'_>]),
    ) -> Result<Change, Remedy> {
        if !archives.is_empty() {
            let speak = if archives.len() == 1 {
                "speaks of one"
            } else {
                "speak of some"
            };
            let numbers = archives.iter().map(|it| it.line).collect();
            let successor = self.successor(foundation);
            let successor = successor.filter(|it| !matches!(it.how, Succession::Drop(_)));
            let otherwise =
                successor.map_or_else(String::new, |it| format!("; else {}", instead(Some(&it))));
            return Err(remedy!(
                "see whether another archive has it: {} {speak}{otherwise}",
                lines(numbers)
            ));
        }
        if self.may_be_inherited(stage, foundation) {
            return Err(remedy!(
                "see whether another archive has it: the Dockerfile that builds the base adds one"
            ));
        }
        let others = packages.iter().filter_map(|it| it.word.value());
        let mut others: Vec<&str> = others.filter(|it| *it != self.name).collect();
        // What comes in the place of one before in the list is there then, too.
        let before = packages
            .iter()
            .take_while(|it| it.word.range() != package.word.range());
        let before = before.filter_map(|it| Some((it, Lack::of(it, foundation, self.is_moved)?)));
        for lack in before {
            let (word, name) = (lack.0.word.value(), lack.1.name);
            let successor = lack.1.successor(foundation);
            let renamed = successor.filter(|it| it.how == Succession::Rename);
            if word == Some(name) {
                others.extend(renamed.iter().flat_map(|it| it.packages.split(' ')));
            }
        }
        let successor = self.successor(foundation);
        if package.word.value() != Some(self.name) {
            let rest = package
                .word
                .value()
                .and_then(|it| it.strip_prefix(self.name));
            let why = match rest.and_then(|it| it.chars().next()) {
                Some(':') => "its architecture is named",
                Some('/') => "its release is named",
                Some(_) => "it is pinned",
                None => "it is spelt by a variable",
            };
            return Err(remedy!("{why}: {}", instead(successor.as_ref())));
        }
        let Some(successor) = successor else {
            return Err(if self.is_choice {
                remedy!("choose one of those that provide it: `apt-cache showpkg` lists them")
            } else {
                remedy!("no package is known to take its place: look for one")
            });
        };
        Change::to(&successor, stage, foundation, &others)
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

/// Whether a name that a release lacks becomes another one, or goes, once the image is based on that release; `is_moved`: and on
/// another image than it was.
pub(super) fn mends(
    command: Command<'_>,
    package: &PackageSpec<'_>,
    packages: &[PackageSpec<'_>],
    foundation: &Foundation,
    is_moved: bool,
) -> bool {
    let change = || {
        let lack = Lack::of(package, foundation, is_moved)?;
        let stage = command.stage()?;
        let archives = lack.archives(command, package, foundation);
        let change = lack.change(stage, package, packages, (foundation, &archives));
        change.ok()
    };
    !command.is_of_script() && change().is_some()
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

/// What becomes of a word that names a package.
enum Change {
    /// These names come in its place; those that are in the list already are left out.
    Renamed {
        to: &'static str,
        names: Vec<&'static str>,
        /// What is not as it was: a phrase for people; `""` where all is.
        differs: &'static str,
    },
    /// It goes.
    Dropped {
        /// Packages that came with it, and that nothing else is seen to bring.
        along: Vec<&'static str>,
    },
}

impl Change {
    fn to(
        successor: &PackageSuccessor,
        stage: Stage<'_>,
        foundation: &Foundation,
        others: &[&str],
    ) -> Result<Self, Remedy> {
        match successor.how {
            Succession::Rename => {
                let names = successor.packages.split_whitespace();
                Ok(Change::Renamed {
                    to: successor.packages,
                    names: names.filter(|it| !others.contains(it)).collect(),
                    differs: successor.differs,
                })
            }
            Succession::Drop(programs) => {
                // What else it brings along counts where nothing else brings it.
                let is_brought = |by: &str| brings(stage, foundation, by);
                let called =
                    programs
                        .split_whitespace()
                        .filter_map(|it| match it.split_once('=') {
                            Some((call, by)) => (!is_brought(by)).then_some(call),
                            None => Some(it),
                        });
                let called: Vec<&str> = called.collect();
                let is_used = |text: &str| called.iter().find(|it| text.contains(**it)).copied();
                let steps = stage.with_descendants().flat_map(Stage::steps);
                // The builder fetches by itself, and people read labels, authors and comments.
                let steps = steps.filter(|it| !matches!(it.name(), "ADD" | "LABEL" | "MAINTAINER"));
                let mut texts = steps.flat_map(|step| {
                    let texts = step.source_text().lines().enumerate();
                    let read = texts.filter(|it| !it.1.trim_start().starts_with('#'));
                    read.map(move |(number, text)| (step.line() + number, text))
                });
                let used = |(line, text)| Some((line, is_used(text)?));
                if let Some((line, program)) = texts.find_map(used) {
                    return Err(remedy!(
                        "nothing takes its place, and line {line} needs it for `{program}`: do that in another way, or install \
                         what it brought along for that"
                    ));
                }
                if others.is_empty() {
                    return Err(remedy!("nothing takes its place: take the command away"));
                }
                let along = programs
                    .split_whitespace()
                    .filter_map(|it| it.split_once('='));
                let along = along.filter(|(_, by)| !is_brought(by));
                let along = along.filter_map(|(_, by)| by.split(',').next());
                Ok(Change::Dropped {
                    along: along.collect(),
                })
            }
            Succession::ByHand(_) | Succession::Elsewhere(_) => {
                Err(remedy!("{}", instead(Some(successor))))
            }
        }
    }

    /// What is taken away by a new name must not be what is installed by that name.
    ///
    /// # Errors
    /// What a person can do.
    fn keeps_what_is_wanted(&self, stage: Stage<'_>) -> Result<(), Remedy> {
        let Change::Renamed { to, .. } = self else {
            return Ok(());
        };
        match to.split(' ').find(|it| is_installed_by(stage, it)) {
            Some(wanted) => Err(remedy!(
                "it is part of `{wanted}`, which is installed by its own name: leave it out here"
            )),
            None => Ok(()),
        }
    }

    fn say(self, name: &str, word: Word<'_>, case: &mut Case<'_>) {
        match self {
            Change::Renamed { to, names, differs } => {
                if names.is_empty() {
                    case.evidence(format!(
                        "it is part of `{to}` there, which is installed already"
                    ));
                } else if differs.is_empty() {
                    case.evidence(format!("its name is `{to}` there"));
                } else {
                    case.evidence(format!("`{to}` takes its place there"));
                }
                if !differs.is_empty() {
                    let text = format!("whether what uses `{name}` works with `{to}`");
                    case.open(OpenCondition::new(text, differs));
                }
                case.fix(|edit| match names.split_first() {
                    None => edit.remove_word(word),
                    Some((first, rest)) => {
                        edit.replace_word(word, first);
                        for text in rest.iter().rev() {
                            edit.insert_word_after(word, text);
                        }
                    }
                });
            }
            Change::Dropped { along } => {
                case.evidence("nothing takes its place, and nothing of it is called");
                if !along.is_empty() {
                    let text = format!(
                        "whether nothing needs {}, which `{name}` brought along",
                        along.join(", ")
                    );
                    let remedy = "install by their own names those that something needs";
                    case.open(OpenCondition::new(text, remedy));
                }
                case.fix(|edit| edit.remove_word(word));
            }
        }
    }
}
