//! What npm, yarn and pnpm install.

use super::list::{Language, LanguagePackage, Origin, PackageList, instruction_name};
use super::native;
use super::package_json::{DependencyKind, PackageJson, PackageLock, is_local, is_repository};
use crate::context::Answer;
use crate::facts::call_site::CallSite;
use crate::handles::{Command, Stage};
use crate::packages::{OptionValue, PackageCommand, SpecKind};
use crate::path::ImagePath;
use crate::ternary::Ternary;
use dfix_catalogue::{DependencyFolder, PackageWord, dependency_folder, package_options};

const RUN_THERE: &str = "run dfix where the build context is";
const KEEP_LOCK: &str = "keep a package-lock.json of npm 7 or later beside package.json";

/// What a command of npm, yarn or pnpm installs.
pub(super) fn by_npm<'m>(command: &PackageCommand<'m>, site: &CallSite<'m>) -> Vec<PackageList> {
    let from_source = command.has_flag("--build-from-source");
    let mut lists = Vec::new();
    if from_source {
        let mut list = PackageList::new(Language::Node, None);
        list.push(LanguagePackage {
            name: String::new(),
            version: None,
            is_for_build: false,
            origin: Origin::Source,
            compiles: Ternary::Yes,
            because: format!(
                "`--build-from-source` compiles packages in {}",
                instruction_name(site)
            ),
            libraries: Vec::new(),
            has_unknown_needs: false,
        });
        lists.push(list);
    }
    if command.script().is_some() || !installs(command) {
        return lists;
    }
    let runs_scripts = !command.has_flag("--ignore-scripts");
    let specs = command.packages();
    let mut list = PackageList::new(Language::Node, None);
    for spec in &specs {
        match (spec.kind, spec.name) {
            (SpecKind::Index, Some(name)) => list.push(package(name, spec.version, runs_scripts)),
            (SpecKind::Vcs, _) => repository(&mut list, spec.word.literal_prefix()),
            _ => list.open(
                format!("what `{}` compiles", spec.word.source_text()),
                "look whether it has native parts",
            ),
        }
    }
    lists.push(list);
    if specs.is_empty() || !is_global(command) && may_be_project(site) {
        lists.push(by_project(command, runs_scripts, site));
    }
    lists
}

/// Whether it installs packages; `npm link` in a project installs what it depends on.
fn installs(command: &PackageCommand<'_>) -> bool {
    command.is_install()
        || command.subcommand_is_one_of(&[
            "ci",
            "clean-install",
            "rebuild",
            "rb",
            "update",
            "upgrade",
            "up",
        ])
        || command.subcommand_is_one_of(&["link", "ln"]) && command.operands().len() == 0
}

/// Whether a command is for all projects: `npm install -g`.
pub(crate) fn is_global(command: &PackageCommand<'_>) -> bool {
    command.has_flag("--global")
        || command.has_flag("-g")
        || command.subcommand_is_one_of(&["global"])
        || command
            .values_of(&["--location"])
            .any(|v| v.text() == Some("global"))
}

/// Where a stage first gets or unpacks files that the build context does not have.
struct FirstFetch(Option<usize>);

/// Whether there may be a package.json in the folder, with which `npm install NAME` installs all that it names, too:
/// copied there, or fetched.
fn may_be_project(site: &CallSite<'_>) -> bool {
    let fetches = |command: &Command<'_>| command.is_one_of(&["git", "tar", "unzip"]);
    let first = |stage: Stage<'_>| {
        let start = stage.build_commands().find(fetches);
        FirstFetch(start.map(|command| command.range().start().into()))
    };
    let stages = site.stage().into_iter().flat_map(Stage::base_chain);
    !matches!(site.read("package.json"), Answer::Absent)
        || stages
            .filter_map(|stage| stage.cached(|| first(stage)).0)
            .any(|start| start < site.start)
}

/// The path of a file of the project that a command works on; `None` where its folder is not known.
pub(crate) fn project_file(command: &PackageCommand<'_>, name: &str) -> Option<String> {
    if command.is_for_workspace() {
        return None;
    }
    let tool = dependency_folder(command.command.name());
    let mut told = tool.into_iter().flat_map(DependencyFolder::folder_options);
    match told.find_map(|option| command.flag_value(option)) {
        Some(folder) => Some(format!("{}/{name}", folder.text()?)),
        None => {
            let mut elsewhere = package_options("npm", PackageWord::Elsewhere);
            let is_here = !elsewhere.any(|option| command.command.has_option(option));
            is_here.then(|| name.to_owned())
        }
    }
}

/// The package.json of a project.
#[derive(Debug, Clone)]
pub enum NodeProject {
    /// It was read.
    Read(PackageJson),
    /// Nothing of the build context is known to be there.
    Absent,
    /// It cannot be read; why.
    Unread(String),
}

impl NodeProject {
    /// The path of the package.json that a command at a place works on; `None` where its folder is not known.
    pub fn path(command: Option<&PackageCommand<'_>>, site: &CallSite<'_>) -> Option<ImagePath> {
        let file = match command {
            Some(command) => project_file(command, "package.json")?,
            None => "package.json".to_owned(),
        };
        site.path(&file)
    }

    /// The one at such a path.
    pub fn at(path: Option<&ImagePath>, site: &CallSite<'_>) -> Self {
        let Some(path) = path else {
            return NodeProject::Unread("its folder is not known".to_owned());
        };
        match site.read(path.as_str()) {
            Answer::Found(text) => match PackageJson::parse(&text) {
                Some(json) => NodeProject::Read(json),
                None => NodeProject::Unread("package.json cannot be read".to_owned()),
            },
            Answer::Absent => NodeProject::Absent,
            Answer::Unknown(why) => NodeProject::Unread(why),
        }
    }

    /// The one that a command of npm, yarn or pnpm works on.
    pub fn of(command: &PackageCommand<'_>, site: &CallSite<'_>) -> Self {
        NodeProject::at(NodeProject::path(Some(command), site).as_ref(), site)
    }
}

/// Whether a command of npm, yarn or pnpm runs the scripts that package.json has for installations.
pub fn runs_install_scripts(command: &PackageCommand<'_>) -> bool {
    installs(command)
        && command.script().is_none()
        && !command.has_flag("--ignore-scripts")
        && (command.packages().is_empty() || !is_global(command))
}

fn by_project(
    command: &PackageCommand<'_>,
    runs_scripts: bool,
    site: &CallSite<'_>,
) -> PackageList {
    let json = match NodeProject::of(command, site) {
        NodeProject::Read(json) => json,
        NodeProject::Absent => {
            return PackageList::unknown(
                Language::Node,
                format!(
                    "whether what {} installs compiles native parts or needs git: no package.json is copied there",
                    instruction_name(site)
                ),
                "look whether package.json names packages with native parts or from repositories",
            );
        }
        NodeProject::Unread(why) => {
            return PackageList::unknown(
                Language::Node,
                format!(
                    "whether package.json names packages that compile native parts or need git: {why}"
                ),
                RUN_THERE,
            );
        }
    };
    let is_production = is_for_production(command);
    let direct: Vec<_> = json
        .dependencies()
        .filter(|d| !is_production || d.kind == DependencyKind::Runtime)
        .collect();
    let lock = project_file(command, "package-lock.json").and_then(|path| site.read(&path).found());
    let lock = lock.and_then(|text| PackageLock::parse(&text));
    let file = if lock.is_some() {
        "package-lock.json"
    } else {
        "package.json"
    };
    let mut list = PackageList::new(Language::Node, Some(file));
    for dependency in &direct {
        if is_repository(dependency.version) {
            repository(&mut list, dependency.version);
        } else if is_local(dependency.version) {
            list.open(
                format!(
                    "whether the local npm package `{}` compiles native parts",
                    dependency.name
                ),
                "look whether it has a binding.gyp",
            );
        } else if lock.is_none() {
            list.push(package(
                dependency.name,
                Some(dependency.version),
                runs_scripts,
            ));
        }
    }
    match lock {
        Some(lock) => by_lock(&lock, is_production, runs_scripts, &mut list),
        None if json.has_workspaces() => list.open(
            "whether the workspaces of package.json name packages that compile native parts",
            KEEP_LOCK,
        ),
        None => {}
    }
    list
}

fn is_for_production(command: &PackageCommand<'_>) -> bool {
    let says = |names: &[&str], value: &str| {
        command
            .values_of(names)
            .filter_map(OptionValue::text)
            .any(|text| text.starts_with(value))
    };
    command.has_flag("--production")
        || command.has_flag("--prod")
        || says(&["--omit"], "dev")
        || says(&["--only"], "prod")
}

fn by_lock(lock: &PackageLock, is_production: bool, runs_scripts: bool, list: &mut PackageList) {
    for locked in lock.packages().filter(|p| !(is_production && p.is_dev)) {
        if is_repository(locked.resolved) {
            repository(list, locked.resolved);
        }
        // What runs no script compiles nothing; it may still load a library.
        let known = native::node(locked.name, locked.version);
        if locked.runs_scripts || !known.libraries.is_empty() {
            list.push(package(locked.name, locked.version, runs_scripts));
        }
    }
}

fn package(name: &str, version: Option<&str>, runs_scripts: bool) -> LanguagePackage {
    let known = native::node(name, version);
    LanguagePackage {
        name: name.to_owned(),
        version: None,
        is_for_build: false,
        origin: Origin::Index,
        compiles: match known.compiles {
            Some(compiles) => (compiles && runs_scripts).into(),
            None => Ternary::unknown(
                format!("whether the npm package `{name}` compiles native parts"),
                format!("{KEEP_LOCK}, or look at the package"),
            ),
        },
        because: format!("the npm package `{name}` compiles when it is installed"),
        libraries: known.libraries,
        has_unknown_needs: known.has_unknown_needs,
    }
}

/// A package that is built from the sources of a repository.
fn repository(list: &mut PackageList, reference: &str) {
    list.push(LanguagePackage {
        name: String::new(),
        version: None,
        is_for_build: false,
        origin: Origin::Repository {
            tool: "git",
            over_ssh: false,
        },
        compiles: Ternary::unknown(
            format!("whether `{reference}`, which is built from its source, needs a compiler"),
            "look into its package.json and for a binding.gyp",
        ),
        because: String::new(),
        libraries: Vec::new(),
        has_unknown_needs: false,
    });
    if reference.contains("ssh") {
        list.open(
            format!("whether `{reference}` is fetched over ssh"),
            "name it by its https address",
        );
    }
}
