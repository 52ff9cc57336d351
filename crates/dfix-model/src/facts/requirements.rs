//! Which Python and Node packages an image gets, of all stages that it is made of.

use rustc_hash::FxHashMap;
use std::cell::OnceCell;
use std::collections::BTreeSet;

use crate::facts::call_site::CallSite;
use crate::facts::project::{
    DependencyKind, Language, LanguagePackage, NodeProject, installed_by, normal_python_name,
};
use crate::handles::Stage;
use crate::packages::{PackageCommand, PackageManager};
use crate::ternary::OpenCondition;

/// A package that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// Its name; for Python in the index's normal form (lower case, `-` for `_` and `.`).
    pub name: String,
    /// The condition on its version: `==2.2.5`, `>=1,<2`; for Node as the file says it.
    pub specifier: Option<String>,
    /// Who asks: a file of the context, or `the command`.
    pub source: String,
    /// The variable of the build without which it is not installed, see [`crate::Command::only_with`].
    pub only_with: Option<String>,
}

impl Requirement {
    /// Whether its version is told, and of a major version below this one: `19.11.1`, `^19`, `~19.2`.
    pub fn is_of_major_below(&self, major: u32) -> bool {
        let text = self.specifier.as_deref().unwrap_or("");
        let version = text.trim_start_matches(['^', '~', '=', 'v']);
        let first = version.split(['.', '-']).next().unwrap_or_default();
        !version.contains([' ', '|']) && first.parse::<u32>().is_ok_and(|it| it < major)
    }

    /// Whether the condition on its version lets none before this one through. `false` where it says nothing of it.
    pub fn is_at_least(&self, major: u32, minor: u32) -> bool {
        let clauses = self.specifier.as_deref().unwrap_or("").split(',');
        clauses.map(str::trim).any(|clause| {
            let bounds = ["==", ">=", "~=", ">"];
            let version = bounds.iter().find_map(|it| clause.strip_prefix(it));
            version.is_some_and(|version| first_numbers(version, 0) >= (major, minor))
        })
    }

    /// Whether the condition on its version lets this one through, or a later one, as far as it says. `true` where it says
    /// nothing of it.
    ///
    /// Source: the specification of Python's version specifiers; for `^2.1` and a version alone Poetry's documentation,
    /// "Dependency specification".
    pub fn may_reach(&self, major: u32, minor: u32) -> bool {
        let wanted = (major, minor);
        let clauses = self.specifier.as_deref().unwrap_or("").split(',');
        clauses.map(str::trim).all(|clause| {
            let bound = |sign: &str| Some(first_numbers(clause.strip_prefix(sign)?, u32::MAX));
            if let Some((own, _)) = bound("~=").or_else(|| bound("^")) {
                return own >= major;
            }
            let is_exact = clause.starts_with(|it: char| it.is_ascii_digit());
            let exact = is_exact.then(|| first_numbers(clause, u32::MAX));
            let last = exact.or_else(|| bound("==")).or_else(|| bound("<="));
            last.is_none_or(|it| it >= wanted)
                && (clause.starts_with("<=") || bound("<").is_none_or(|it| it > wanted))
        })
    }
}

/// The first two numbers of a version, where a `*` stands for `any`: `2.1.3`, `2.*`.
fn first_numbers(version: &str, any: u32) -> (u32, u32) {
    let mut numbers = version.trim_start_matches('=').split('.').map(|part| {
        let part = part.trim();
        if part == "*" {
            any
        } else {
            part.parse().unwrap_or(0)
        }
    });
    let mut next = || numbers.next().unwrap_or(0);
    (next(), next())
}

/// The packages that are asked for, and what could not be found out.
#[derive(Debug, Clone, Default)]
pub struct Requirements {
    /// What is asked for.
    pub known: Vec<Requirement>,
    /// Why there may be more.
    pub open: Vec<OpenCondition>,
    /// The first of each name among `known`, where they are many.
    places: OnceCell<FxHashMap<String, usize>>,
}

/// So many are not gone through for each question.
const MANY: usize = 16;

impl Requirements {
    /// The first requirement of this name (in normal form).
    pub fn get(&self, name: &str) -> Option<&Requirement> {
        if self.known.len() < MANY {
            return self.known.iter().find(|r| r.name == name);
        }
        let places = self.places.get_or_init(|| {
            let known = self.known.iter().enumerate().rev();
            known.map(|(at, r)| (r.name.clone(), at)).collect()
        });
        self.known.get(*places.get(name)?)
    }

    /// Whether the package is asked for.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }
}

struct OfPython(Requirements);

struct OfNode(Requirements);

impl<'m> Stage<'m> {
    /// This stage, those that it is based on, and those that it copies files from, each once.
    fn sources(self) -> Vec<Stage<'m>> {
        let mut found: Vec<Stage<'m>> = Vec::new();
        let mut open = vec![self];
        while let Some(stage) = open.pop() {
            for stage in stage.base_chain() {
                if found.contains(&stage) {
                    continue;
                }
                found.push(stage);
                open.extend(stage.steps().filter_map(|s| s.source()?.stage()));
            }
        }
        found
    }

    /// The Python packages that are installed by this stage, those that it is based on, and those that it
    /// copies files from.
    pub fn python_packages(self) -> &'m Requirements {
        &self.cached(|| OfPython(python_packages(self))).0
    }

    /// The Node packages that these stages install: by name, or because their package.json asks for them; development
    /// ones have `dev` after the file's name.
    pub fn node_packages(self) -> &'m Requirements {
        &self.cached(|| OfNode(node_packages(self))).0
    }
}

const BY_THE_COMMAND: &str = "the install command";

fn python_packages(stage: Stage<'_>) -> Requirements {
    let mut all = Requirements::default();
    for command in stage.sources().into_iter().flat_map(Stage::build_commands) {
        let package = PackageCommand::of(command);
        let lists = installed_by(command, package.as_ref(), &CallSite::of(command));
        for list in lists
            .into_iter()
            .filter(|it| it.language == Language::Python)
        {
            let source = list.file.as_deref().unwrap_or(BY_THE_COMMAND);
            let is_there = |it: &LanguagePackage| !it.name.is_empty() && !it.is_for_build;
            for package in list.packages.iter().filter(|it| is_there(it)) {
                all.known.push(Requirement {
                    name: normal_python_name(&package.name),
                    specifier: package.version.as_deref().map(|it| it.replace(' ', "")),
                    source: source.to_owned(),
                    only_with: command.only_with(),
                });
            }
            all.open.extend(list.open);
        }
    }
    all
}

fn node_packages(stage: Stage<'_>) -> Requirements {
    let mut all = Requirements::default();
    let managers = [
        PackageManager::Npm,
        PackageManager::Yarn,
        PackageManager::Pnpm,
    ];
    let mut seen = BTreeSet::new();
    let commands = stage.sources().into_iter().flat_map(Stage::build_commands);
    for install in commands.filter_map(PackageCommand::of) {
        if !managers.contains(&install.manager) || !install.is_install() {
            continue;
        }
        for package in install.packages() {
            match package.name {
                Some(name) => all.known.push(Requirement {
                    name: name.to_owned(),
                    specifier: package.version.map(str::to_owned),
                    source: BY_THE_COMMAND.to_owned(),
                    only_with: install.command.only_with(),
                }),
                None => all.open.push(OpenCondition::new(
                    format!("what `{}` stands for", package.word.source_text()),
                    "write the package's name out",
                )),
            }
        }
        let site = CallSite::of(install.command);
        let path = NodeProject::path(Some(&install), &site);
        if install.operands().len() > 0 || !seen.insert(path.clone()) {
            continue;
        }
        match NodeProject::at(path.as_ref(), &site) {
            NodeProject::Read(json) => {
                all.known.extend(json.dependencies().map(|it| Requirement {
                    name: it.name.to_owned(),
                    specifier: Some(it.version.to_owned()),
                    source: match it.kind {
                        DependencyKind::Runtime => "package.json".to_owned(),
                        DependencyKind::Development => "package.json dev".to_owned(),
                    },
                    only_with: install.command.only_with(),
                }));
            }
            NodeProject::Absent => all.open.push(unread("it is not in the build context")),
            NodeProject::Unread(why) => all.open.push(unread(&why)),
        }
    }
    all
}

fn unread(why: &str) -> OpenCondition {
    OpenCondition::new(
        format!("which packages package.json names, which is not read ({why})"),
        "run dfix where the build context is",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_version(condition: &str) -> Requirement {
        Requirement {
            name: String::new(),
            specifier: Some(condition.to_owned()),
            source: String::new(),
            only_with: None,
        }
    }

    #[test]
    fn versions_tell_their_major() {
        let is_old = |condition: &str| of_version(condition).is_of_major_below(20);
        assert!(
            ["19.11.1", "^19.0.0", "~13.7", "v2.1.1", "=1"]
                .iter()
                .all(|it| is_old(it))
        );
        let others = [
            "20.0.0",
            "^21.6.1",
            ">=19",
            "*",
            "latest",
            "",
            "^19 || ^20",
            "19 - 21",
        ];
        assert!(!others.iter().any(|it| is_old(it)));
    }

    #[test]
    fn conditions_tell_the_least_version() {
        let may = |condition: &str| of_version(condition).may_reach(2, 3);
        for open in [
            "", ">=1", "==2.*", "~=2.1", "<3", "<=2.3", "==2.3.1", "^2.1", "3.0.3",
        ] {
            assert!(may(open), "{open}");
        }
        for closed in [
            "==2.1.3", "<2.3", "<=2.2", "~=1.1", ">=1,<2", "^1.1", "2.0.1", "==1.*",
        ] {
            assert!(!may(closed), "{closed}");
        }
        let is_new = |condition: &str| of_version(condition).is_at_least(2, 3);
        for new in [
            "==2.3.0",
            ">=2.3",
            "~=3.0",
            "==3.*",
            ">2.3,<4",
            ">=1,==3.0.1",
            "===2.3",
        ] {
            assert!(is_new(new), "{new}");
        }
        for old_or_open in ["==2.2.5", ">=2.0", "<3", "!=2.3", "~=2.2", "==2.*", ""] {
            assert!(!is_new(old_or_open), "{old_or_open}");
        }
    }
}
