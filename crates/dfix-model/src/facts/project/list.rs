//! The packages that one command, or one file, asks for.

use dfix_catalogue::{Ecosystem, PackageMark, package_is};

use super::lines::normal_python_name;
use crate::facts::call_site::CallSite;
use crate::ternary::{OpenCondition, Ternary};

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
    /// The index of its language, or a wheel at another address.
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
    /// The condition on its version, as a file or a constraint says it.
    pub version: Option<String>,
    /// Where it is taken from.
    pub origin: Origin,
    /// Whether it only helps to build another, and is not there afterwards.
    pub is_for_build: bool,
    /// Whether it compiles where it is installed.
    pub compiles: Ternary,
    /// What says that it compiles, as a clause: "`uwsgi` has no wheel for Python 3.12 and is compiled".
    pub because: String,
    /// The packages of Debian that it loads when it runs.
    pub libraries: Vec<&'static str>,
    /// Whether it has a compiled part of which nobody has read what it loads.
    pub has_unknown_needs: bool,
}

/// A project of the build context that is installed itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalProject {
    /// Its folder, as the command or the file says it.
    pub path: String,
    /// Whether it has a pyproject.toml: pip builds it apart from what is installed then. `None` where its files are not in
    /// reach.
    pub has_pyproject: Option<bool>,
}

/// What one command asks for, by its words or by one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageList {
    /// The language.
    pub language: Language,
    /// The file; `None` where the command's words name the packages.
    pub file: Option<String>,
    /// The project of the build context that it is for; `None` where it is for none.
    pub project: Option<LocalProject>,
    /// What is known to be asked for.
    pub packages: Vec<LanguagePackage>,
    /// What else may be asked for and is not known.
    pub open: Vec<OpenCondition>,
}

impl PackageList {
    pub(super) fn new(language: Language, file: Option<&str>) -> Self {
        PackageList {
            language,
            file: file.map(str::to_owned),
            project: None,
            packages: Vec::new(),
            open: Vec::new(),
        }
    }

    /// A list of which nothing is known.
    pub(super) fn unknown(language: Language, condition: impl Into<String>, remedy: &str) -> Self {
        let mut list = PackageList::new(language, None);
        list.open(condition, remedy);
        list
    }

    /// What of it pip builds by a `setup.py`, as messages name it: what is known to have no wheel.
    pub fn built_by_setup(&self) -> Option<String> {
        let project = self.project.as_ref();
        if let Some(project) = project.filter(|it| it.has_pyproject == Some(false)) {
            return Some(format!("the project `{}`", project.path));
        }
        let is_built = |it: &&LanguagePackage| self.is_built_here(it) && it.compiles.is_yes();
        self.packages.iter().find(is_built).map(called)
    }

    /// What of it pip may build by a `setup.py`, as messages name it: what no wheel is known of, and sources from
    /// elsewhere than the index, whose own files say how they are built.
    pub fn may_be_built_by_setup(&self) -> Option<String> {
        let mut unknown = self.packages.iter().filter(|it| self.is_built_here(it));
        let package = unknown.next().map(called);
        let is_unread = !self.open.is_empty();
        let project = self.project.as_ref();
        project
            .filter(|it| it.has_pyproject.is_none())
            .map(|it| format!("the project `{}`", it.path))
            .or(package)
            .or_else(|| {
                let file = self.file.as_deref().filter(|_| is_unread)?;
                Some(format!("what `{file}` names"))
            })
            .or_else(|| is_unread.then(|| "what dfix does not know".to_owned()))
    }

    /// Whether a package may be built where it is installed, by what is installed there.
    fn is_built_here(&self, package: &LanguagePackage) -> bool {
        // Of a project itself its pyproject.toml has told.
        let is_own = package.name.is_empty() && self.project.is_some();
        let is_ready = || {
            let mark = PackageMark::BuildsApart;
            package.compiles.is_no()
                || package_is(
                    Ecosystem::Language,
                    &normal_python_name(&package.name),
                    mark,
                )
        };
        !(package.is_for_build || is_own || package.origin == Origin::Index && is_ready())
    }

    pub(super) fn open(&mut self, condition: impl Into<String>, remedy: impl Into<String>) {
        self.open.push(OpenCondition::new(condition, remedy));
    }

    pub(super) fn push(&mut self, package: LanguagePackage) {
        self.packages.push(package);
    }
}

/// How messages name a package.
fn called(package: &LanguagePackage) -> String {
    match package.name.as_str() {
        "" => "what is no package of the index".to_owned(),
        name => format!("`{name}`"),
    }
}

/// How messages name an instruction: "the RUN of line 3".
pub(crate) fn instruction_name(site: &CallSite<'_>) -> String {
    site.step.label()
}
