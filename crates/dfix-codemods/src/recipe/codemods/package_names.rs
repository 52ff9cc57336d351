//! Names of packages that the release of the base lacks: the build fails on them.

use dfix_catalogue::{
    Distribution, Foundation, PackagePresence, PackageSuccessor, Succession, language_of_image,
    package_presence, package_successor,
};
use dfix_engine::{Case, Codemod, Effect, Findings, Remedy, Safety, remedy};
use dfix_model::packages::SpecKind;
use dfix_model::{Model, PackageCommand, PackageManager, Stage, Word};

use super::images::{told, uses_other_archives};

/// The codemod: each name that is not there becomes its successor, goes, or is told.
#[derive(Debug)]
pub(crate) struct PackageNames {
    pub(crate) recipe: &'static str,
    /// The distribution that it is for; all where there is none.
    pub(crate) only: Option<Distribution>,
    /// The language whose images it is for, and their version; all images where there is none.
    pub(crate) language: Option<(String, String)>,
}

impl PackageNames {
    /// Whether it is for what is based on an image.
    fn is_for(&self, repository: &str, tag: &str) -> bool {
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
                if is_system && command.is_install() {
                    check_command(stage, &command, &foundation, out);
                }
            }
        }
    }
}

fn check_command(
    stage: Stage<'_>,
    command: &PackageCommand<'_>,
    foundation: &Foundation,
    out: &mut Findings<'_>,
) {
    let packages = command.packages();
    for package in &packages {
        let Some(name) = package.name.filter(|_| package.kind == SpecKind::Index) else {
            continue;
        };
        if package_presence(foundation, name) != PackagePresence::Absent {
            continue;
        }
        let release = told(foundation);
        let message = format!("{release} has no package `{name}`");
        out.judge(package.word.range(), Safety::Checked, message, |case| {
            if let Some(line) = uses_other_archives(stage) {
                return Err(remedy!(
                    "see whether another archive has it: line {line} speaks of one"
                ));
            }
            let others = packages.iter().filter_map(|it| it.word.value());
            let others: Vec<&str> = others.filter(|it| *it != name).collect();
            let successor = package_successor(foundation, name);
            if package.word.value() != Some(name) {
                return Err(remedy!(
                    "it is pinned, or spelt by a variable: {}",
                    instead(successor.as_ref())
                ));
            }
            let Some(successor) = successor else {
                return Err(remedy!(
                    "no package is known to take its place: look for one"
                ));
            };
            case.evidence("the build cannot succeed as it is");
            case.declare(Effect::arguments_of(command));
            change(package.word, &successor, stage, &others, case)
        });
    }
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

fn change(
    word: Word<'_>,
    successor: &PackageSuccessor,
    stage: Stage<'_>,
    others: &[&str],
    case: &mut Case<'_>,
) -> Result<(), Remedy> {
    match successor.how {
        Succession::Rename => {
            let new = successor.packages.split_whitespace();
            let new: Vec<&str> = new.filter(|it| !others.contains(it)).collect();
            case.evidence(format!("its name is `{}` there", successor.packages));
            case.fix(|edit| match new.split_first() {
                None => edit.remove_word(word),
                Some((first, rest)) => {
                    edit.replace_word(word, first);
                    for text in rest.iter().rev() {
                        edit.insert_word_after(word, text);
                    }
                }
            });
            Ok(())
        }
        Succession::Drop(programs) => {
            let programs: Vec<&str> = programs.split_whitespace().collect();
            let is_used = |text: &str| programs.iter().find(|it| text.contains(**it)).copied();
            let steps = stage.with_descendants().flat_map(Stage::steps);
            let mut texts = steps.map(|it| (it.line(), it.source_text()));
            if let Some((line, program)) =
                texts.find_map(|(line, text)| Some((line, is_used(text)?)))
            {
                return Err(remedy!(
                    "nothing takes its place, and line {line} calls `{program}`: do that in another way"
                ));
            }
            if others.is_empty() {
                return Err(remedy!("nothing takes its place: take the command away"));
            }
            case.evidence("nothing takes its place, and nothing of it is called");
            case.fix(|edit| edit.remove_word(word));
            Ok(())
        }
        Succession::ByHand(_) | Succession::Elsewhere(_) => {
            Err(remedy!("{}", instead(Some(successor))))
        }
    }
}
