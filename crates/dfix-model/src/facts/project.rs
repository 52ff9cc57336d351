//! Which packages of languages a command installs, by name or through the files of a project, and what each asks of
//! the image: whether it compiles where it is installed, which program fetches it, which libraries it loads when it
//! runs. What a file that was not read names is an open condition of its list.

mod constraints;
mod gemfile_lock;
mod native;
mod node;
pub mod package_json;
mod python;
mod python_version;
mod ruby;

use crate::collect::command::WrapperKind;
use crate::facts::call_site::CallSite;
use crate::handles::Command;
use crate::packages::{PackageCommand, PackageManager};
use crate::ternary::{OpenCondition, Ternary};

pub use node::{NodeProject, runs_install_scripts};
pub use python_version::PythonVersion;

/// A language whose packages are known to the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// Packages of the Python index.
    Python,
    /// Packages of npm.
    Node,
    /// Gems.
    Ruby,
}

/// Where a package is taken from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The index of its language.
    Index,
    /// The sources of a repository, by this program (`git`, `hg`, `svn`).
    Repository {
        /// The program that fetches them.
        tool: &'static str,
        /// Whether over ssh.
        over_ssh: bool,
    },
    /// An archive of sources, or a folder of the build context.
    Source,
}

/// A package that a command installs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LanguagePackage {
    /// Its name; `""` where only its origin is told.
    pub name: String,
    /// Where it is taken from.
    pub origin: Origin,
    /// Whether it compiles where it is installed.
    pub compiles: Ternary,
    /// What says that it compiles, as a clause: "`uwsgi` has no wheel for Python 3.12 and is compiled".
    pub because: String,
    /// The packages of Debian that it loads when it runs.
    pub libraries: Vec<&'static str>,
}

/// What one command asks for, by its words or by one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageList {
    /// The language.
    pub language: Language,
    /// The file; `None` where the command's words name the packages.
    pub file: Option<String>,
    /// What is known to be asked for.
    pub packages: Vec<LanguagePackage>,
    /// What else may be asked for and is not known.
    pub open: Vec<OpenCondition>,
}

impl PackageList {
    fn new(language: Language, file: Option<&str>) -> Self {
        PackageList {
            language,
            file: file.map(str::to_owned),
            packages: Vec::new(),
            open: Vec::new(),
        }
    }

    /// A list of which nothing is known.
    fn unknown(language: Language, condition: impl Into<String>, remedy: &str) -> Self {
        let mut list = PackageList::new(language, None);
        list.open(condition, remedy);
        list
    }

    fn open(&mut self, condition: impl Into<String>, remedy: impl Into<String>) {
        self.open.push(OpenCondition::new(condition, remedy));
    }

    fn push(&mut self, package: LanguagePackage) {
        self.packages.push(package);
    }
}

/// What a command installs of a language's packages, list by list: pip, uv, pipx, poetry, pipenv, pdm, `setup.py`,
/// npm, yarn, pnpm, gem and bundle. None for other commands, and for a command of these that installs nothing.
/// `package` is the command as a package manager's, if it is one's.
pub fn installed_by<'m>(
    command: Command<'m>,
    package: Option<&PackageCommand<'m>>,
    site: &CallSite<'m>,
) -> Vec<PackageList> {
    let mut lists = python::by_tool(command, site);
    let Some(package) = package else {
        return lists;
    };
    let (language, named) = match package.manager {
        PackageManager::Pip | PackageManager::Uv | PackageManager::Pipx => {
            (Language::Python, python::by_pip(package, site))
        }
        PackageManager::Npm | PackageManager::Yarn | PackageManager::Pnpm => {
            (Language::Node, node::by_npm(package, site))
        }
        PackageManager::Gem | PackageManager::Bundler => {
            (Language::Ruby, ruby::by_gem(package, site))
        }
        _ => return lists,
    };
    let is_given_more = command
        .wrappers()
        .any(|wrapper| wrapper.kind == WrapperKind::Arguments);
    if is_given_more && !named.is_empty() {
        let condition = format!(
            "whether what is given to `{}` in {} needs a compiler",
            command.name(),
            instruction_name(site)
        );
        lists.push(PackageList::unknown(
            language,
            condition,
            "look at the list that it is given",
        ));
    }
    lists.extend(named);
    lists
}

/// How messages name an instruction: "the RUN of line 3".
pub(crate) fn instruction_name(site: &CallSite<'_>) -> String {
    site.step.label()
}
