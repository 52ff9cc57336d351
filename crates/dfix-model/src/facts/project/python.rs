//! What pip, uv, poetry, pipenv, pdm and `setup.py` install.

use std::collections::BTreeSet;

use super::constraints::Constraints;
use super::lines::{Line, lines};
use super::list::{Language, LanguagePackage, LocalProject, Origin, PackageList, instruction_name};
use super::locks::{
    build_dependencies, dependencies, locked, optional, pipfile_lock, read_requirements,
};
use super::python_version::PythonVersion;
use super::wheels::{LockedWheels, Wheels, package};
use crate::context::Answer;
use crate::facts::call_site::CallSite;
use crate::handles::{Command, Flag, Stage, Word};
use crate::packages::{PackageCommand, PackageManager, SpecKind, table};
use crate::path::{beside, file_name, folder_of, has_ending};
use crate::ternary::Ternary;
use dfix_catalogue::{ProjectBuild, project_build_word};

/// How deep files of requirements may name one another.
const MAX_DEPTH: u8 = 8;

const LOOK: &str = "look whether what is installed has wheels for this version of Python";
const RUN_THERE: &str = "run dfix where the build context is";
const RUN_THERE_OR_LOOK: &str = "run dfix where the build context is, or look into the file";

/// What a command of pip, `uv pip` or pipx installs.
pub(super) fn by_pip<'m>(pip: &PackageCommand<'m>, site: &CallSite<'m>) -> Vec<PackageList> {
    if !(pip.is_install() || pip.subcommand_is_one_of(&["wheel", "download", "sync"])) {
        return Vec::new();
    }
    let mut install = Install::new(site);
    install.wheels.no_binary = pip.has_flag("--no-binary")
        || site
            .stage()
            .is_some_and(|stage| stage.env_at(site.step, "PIP_NO_BINARY").is_set());
    for file in pip.constraint_files() {
        match file.text() {
            Some(path) => install.wheels.constraints.read(path, site),
            None => install.wheels.constraints.is_open = true,
        }
    }
    // `uv pip sync requirements.txt`
    if pip.subcommand_is_one_of(&["sync"]) {
        for path in pip.operands().filter_map(Word::value) {
            install.requirements(path, 0);
        }
    } else {
        install.by_words(pip);
    }
    for file in pip.requirement_files() {
        let written = match (file.text(), pip.command.stage()) {
            (None, Some(stage)) => stage.expand_text(file.word, pip),
            (text, _) => text.map(str::to_owned),
        };
        match written {
            Some(path) if !path.contains("://") => install.requirements(&path, 0),
            Some(path) => install.unknown(&format!("`{path}`")),
            None => install.unknown(&format!("`{}`", file.word.source_text())),
        }
    }
    install.lists
}

/// What conda installs: it takes what others have compiled.
pub(super) fn by_conda(conda: &PackageCommand<'_>) -> Vec<PackageList> {
    let mut list = PackageList::new(Language::Python, None);
    if conda.is_install() {
        for spec in conda.packages() {
            if let Some(name) = spec.name {
                list.push(LanguagePackage {
                    version: spec.version.map(str::to_owned),
                    ..package(name, Origin::Index)
                });
            }
        }
    }
    vec![list]
}

/// `poetry install`, `pipenv install`, `uv sync`: what the lock file says; `python setup.py install`.
pub(super) fn by_tool<'m>(command: Command<'m>, site: &CallSite<'m>) -> Vec<PackageList> {
    let words = command.args().filter_map(Word::value);
    let name = command.name();
    let subcommand = || words.clone().find(|w| !w.starts_with('-'));
    let lock = match name {
        "poetry" => "poetry.lock",
        "pipenv" => "Pipfile.lock",
        "uv" => "uv.lock",
        "pdm" => "pdm.lock",
        _ if is_setup(command) => {
            let mut install = Install::new(site);
            install.project(".");
            return install.lists;
        }
        _ => return Vec::new(),
    };
    let mut install = Install::new(site);
    match (name, subcommand()) {
        ("poetry" | "pipenv" | "pdm", Some("install" | "sync")) | ("uv", Some("sync" | "run")) => {
            install.lock(lock);
        }
        ("poetry" | "pdm", Some("add")) | ("uv", Some("add" | "tool")) => {
            install.unknown(&format!("what {} installs", instruction_name(site)));
        }
        _ => {}
    }
    install.lists
}

/// `python setup.py install`, `python -m build` and their like.
fn is_setup(command: Command<'_>) -> bool {
    table::is_python(command.name())
        && (command
            .args()
            .any(|w| has_ending(w.literal_prefix(), "setup.py"))
            || command.has_arg("build") && command.has_arg("-m"))
}

/// One command that installs, and what is in force for it.
struct Install<'a, 'm> {
    site: &'a CallSite<'m>,
    wheels: Wheels,
    /// Whether somebody asks for sources in place of the wheels of lock files.
    is_from_sources: bool,
    /// The files that were read.
    read: BTreeSet<String>,
    lists: Vec<PackageList>,
}

impl<'a, 'm> Install<'a, 'm> {
    fn new(site: &'a CallSite<'m>) -> Self {
        let image = site.stage().map(Stage::base_image);
        Install {
            site,
            wheels: Wheels {
                python: image.map(PythonVersion::of).unwrap_or_default(),
                no_binary: false,
                constraints: Constraints::default(),
                instruction: instruction_name(site),
            },
            is_from_sources: false,
            read: BTreeSet::new(),
            lists: Vec::new(),
        }
    }

    fn unknown(&mut self, what: &str) {
        let mut list = PackageList::new(Language::Python, None);
        unknown(&mut list, what);
        self.lists.push(list);
    }

    /// The packages, folders and repositories that the command itself names.
    fn by_words(&mut self, pip: &PackageCommand<'m>) {
        let mut list = PackageList::new(Language::Python, None);
        for spec in pip.packages() {
            let written = spec.word.source_text();
            match (spec.kind, spec.name) {
                (SpecKind::Index, Some(name)) => {
                    let (_, rest) = spec
                        .word
                        .literal_prefix()
                        .split_once('[')
                        .unwrap_or_default();
                    let extras = rest.split(']').next().unwrap_or("");
                    self.wheels.package(name, extras, spec.version, &mut list);
                }
                (SpecKind::Path, _) if is_wheel(spec.word.literal_prefix()) => {
                    if !self.is_complete_wheel(pip, spec.word) {
                        unknown(&mut list, &format!("what `{written}` needs"));
                    }
                }
                // Folders are looked at below.
                (SpecKind::Path, _) => {}
                _ => {
                    let stage = pip.command.stage();
                    let text = stage.and_then(|stage| stage.expand_text(spec.word, pip));
                    let words = text.iter().flat_map(|text| text.split_whitespace());
                    let all: Vec<Line> = words.flat_map(lines).collect();
                    for line in &all {
                        self.requirement(line, &mut list);
                    }
                    if all.is_empty() {
                        unknown(&mut list, &format!("`{written}`"));
                    }
                }
            }
        }
        let repositories = pip.editables().filter(|e| e.literal_prefix.contains("://"));
        for line in repositories.flat_map(|e| lines(e.literal_prefix)) {
            self.requirement(&line, &mut list);
        }
        self.lists.push(list);
        for project in pip.local_projects() {
            match project.text() {
                Some(path) if is_wheel(path) => {}
                // `/wheels/*`
                Some(path) if file_name(path) == "*" && self.is_of_wheels(folder_of(path)) => {}
                Some(path) => self.project(path),
                None => self.unknown(&format!("`{}`", project.word.source_text())),
            }
        }
    }

    /// Whether all that a wheel of the image needs stands beside it, or nothing is fetched for it.
    fn is_complete_wheel(&self, pip: &PackageCommand<'m>, word: Word<'m>) -> bool {
        if pip.has_flag("--no-index") || pip.has_flag("--no-deps") {
            return true;
        }
        self.is_of_wheels(folder_of(word.literal_prefix()))
    }

    /// Whether a folder comes from a stage that made wheels of everything: `pip wheel`, then `COPY --from`.
    fn is_of_wheels(&self, folder: &str) -> bool {
        let makes_wheels = |from: Stage<'_>| {
            from.package_commands(PackageManager::Pip)
                .any(|pip| pip.subcommand_is_one_of(&["wheel"]))
        };
        !folder.is_empty()
            && self
                .site
                .stage()
                .into_iter()
                .flat_map(Stage::base_chain)
                .flat_map(Stage::steps)
                .any(|copy| {
                    let target = copy.target().map_or("", Word::literal_prefix);
                    target.trim_end_matches('/') == folder
                        && copy
                            .source()
                            .and_then(|s| s.stage())
                            .is_some_and(makes_wheels)
                })
    }

    /// A file of requirements, and those that it names.
    fn requirements(&mut self, path: &str, depth: u8) {
        let name = path.trim_start_matches("./");
        if !self.read.insert(name.to_owned()) {
            return;
        }
        if file_name(name).starts_with("pylock.") {
            return self.lock(name);
        }
        let mut list = PackageList::new(Language::Python, Some(name));
        let text = match self.site.read(path) {
            Answer::Found(text) => text,
            Answer::Absent => {
                list.open(
                    format!("whether `{name}` names packages that need a compiler or git: it is not in the build context"),
                    RUN_THERE,
                );
                return self.lists.push(list);
            }
            Answer::Unknown(why) => {
                list.open(
                    format!("whether `{name}` names packages that need a compiler or git: {why}"),
                    RUN_THERE_OR_LOOK,
                );
                return self.lists.push(list);
            }
        };
        let all = lines(&text);
        let outer = self.wheels.constraints.clone();
        for line in &all {
            if let Line::Constraints(file) = line {
                self.wheels.constraints.read(&beside(path, file), self.site);
            }
        }
        let mut files = Vec::new();
        for line in &all {
            match line {
                Line::File(file) if depth < MAX_DEPTH && !file.contains("://") => {
                    files.push(beside(path, file));
                }
                line => self.requirement(line, &mut list),
            }
        }
        self.lists.push(list);
        for file in files {
            self.requirements(&file, depth + 1);
        }
        self.wheels.constraints = outer;
    }

    /// A lock file.
    fn lock(&mut self, file: &str) {
        let mut list = PackageList::new(Language::Python, Some(file));
        match self.site.read(file) {
            Answer::Found(text) => {
                let all = if file == "Pipfile.lock" {
                    pipfile_lock(&text)
                } else {
                    locked(&text)
                };
                self.is_from_sources = self.takes_sources();
                for line in &all {
                    self.requirement(line, &mut list);
                }
            }
            Answer::Absent => {
                unknown(
                    &mut list,
                    &format!("what {} installs", instruction_name(self.site)),
                );
                self.asked_without_lock(file, &mut list);
            }
            Answer::Unknown(why) => {
                list.open(
                    format!("whether `{file}` names packages that need a compiler or git: {why}"),
                    RUN_THERE_OR_LOOK,
                );
                self.asked_without_lock(file, &mut list);
            }
        }
        self.lists.push(list);
    }

    /// What the project asks for: what that depends on is not told without a lock file.
    fn asked_without_lock(&mut self, lock: &str, list: &mut PackageList) {
        let project = if lock == "Pipfile.lock" {
            "Pipfile"
        } else {
            "pyproject.toml"
        };
        if let Answer::Found(text) = self.site.read(project) {
            list.file = Some(project.to_owned());
            for it in dependencies(&text) {
                let version = it.version.as_deref();
                self.wheels.package(&it.name, &it.extras, version, list);
            }
        }
    }

    /// Whether somebody asks for sources in place of wheels.
    fn takes_sources(&self) -> bool {
        const VARIABLES: [&str; 3] = [
            "PIP_NO_BINARY",
            "POETRY_INSTALLER_NO_BINARY",
            "UV_NO_BINARY",
        ];
        let is_set = |name: &str| {
            let stage = self.site.stage();
            stage.is_some_and(|stage| stage.env_at(self.site.step, name).is_set())
        };
        let in_project = || match self.site.read("pyproject.toml") {
            Answer::Found(text) => text.contains("no-binary"),
            Answer::Absent | Answer::Unknown(_) => false,
        };
        let command = self.site.command;
        let is_said = command.is_some_and(|it| {
            it.args()
                .any(|word| word.literal_prefix().starts_with("--no-binary"))
        });
        is_said || VARIABLES.into_iter().any(is_set) || in_project()
    }

    /// The machine that the image is for, as wheels call it.
    fn machine(&self) -> &'static str {
        let platform = self
            .site
            .stage()
            .and_then(|stage| stage.from_step().flag("platform"));
        let text = platform
            .and_then(Flag::value)
            .map_or("", Word::literal_prefix);
        if text.contains("arm64") || text.contains("aarch64") {
            "aarch64"
        } else {
            "x86_64"
        }
    }

    fn requirement(&mut self, line: &Line, list: &mut PackageList) {
        match line {
            Line::Package {
                name,
                extras,
                version,
            } => self.wheels.package(name, extras, version.as_deref(), list),
            Line::Locked {
                name,
                version,
                wheels,
                is_complete,
            } if !self.is_from_sources => {
                let file = list.file.clone().unwrap_or_default();
                let lock = LockedWheels {
                    file: &file,
                    wheels,
                    is_complete: *is_complete,
                    machine: self.machine(),
                };
                self.wheels.locked(name, version.as_deref(), &lock, list);
            }
            Line::Locked { name, version, .. } => {
                self.wheels.package(name, "", version.as_deref(), list);
            }
            Line::Repository {
                tool,
                name,
                folder,
                ssh,
            } => {
                let origin = Origin::Repository {
                    tool,
                    over_ssh: *ssh,
                };
                match name.as_ref().or(folder.as_ref()) {
                    Some(name) => self.wheels.source(name, origin, list),
                    None => list.push(LanguagePackage {
                        compiles: unknown_answer("a package from a repository"),
                        ..package("", origin)
                    }),
                }
            }
            // What a wheel needs beside itself is fetched like everything else.
            Line::Wheel { place, name } => {
                list.packages
                    .extend(name.as_deref().map(|name| package(name, Origin::Index)));
                unknown(list, &format!("what `{place}` brings along"));
            }
            Line::Archive {
                name: Some(name), ..
            } => self.wheels.source(name, Origin::Source, list),
            Line::Archive { .. } => unknown(list, "an archive that is named by its address"),
            Line::Local(path) if is_wheel(path) => {}
            Line::Local(path) => self.project(path),
            Line::NoBinary(what) => list.push(LanguagePackage {
                compiles: Ternary::Yes,
                because: format!("`--no-binary {what}` compiles packages"),
                ..package("", Origin::Source)
            }),
            Line::Unknown(text) => unknown(list, &format!("`{text}`")),
            Line::File(file) => unknown(list, &format!("what `{file}` names")),
            Line::Constraints(_) => {}
        }
    }

    /// A project of the build context: `.`, `-e ./lib`, with the extras after it.
    fn project(&mut self, path: &str) {
        let (path, extras) = path.split_once('[').unwrap_or((path, ""));
        let path = path.trim_end_matches('/');
        let read = |name: &'static str| {
            let text = self.site.read(&format!("{path}/{name}")).found()?;
            Some((name, text))
        };
        let pyproject = read("pyproject.toml");
        let mut list = PackageList::new(Language::Python, None);
        let others = ["setup.py", "setup.cfg"].into_iter().filter_map(read);
        let has_pyproject = pyproject.is_some();
        let (names, texts): (Vec<_>, Vec<_>) = pyproject.into_iter().chain(others).unzip();
        list.project = Some(LocalProject {
            path: path.to_owned(),
            has_pyproject: (!texts.is_empty()).then_some(has_pyproject),
        });
        if texts.is_empty() {
            list.open(
                format!("whether the project `{path}` compiles native parts: neither its pyproject.toml nor its setup.py can be read"),
                RUN_THERE,
            );
            return self.lists.push(list);
        }
        let word_of = |what| texts.iter().find_map(|text| project_build_word(text, what));
        if let Some(word) = word_of(ProjectBuild::Compiles) {
            list.push(LanguagePackage {
                compiles: Ternary::Yes,
                because: format!("the project `{path}` compiles native parts (`{word}`)"),
                ..package("", Origin::Source)
            });
            return self.lists.push(list);
        }
        if word_of(ProjectBuild::VersionFromGit).is_some() {
            list.push(package(
                "",
                Origin::Repository {
                    tool: "git",
                    over_ssh: false,
                },
            ));
        }
        let asks = texts.iter().position(|text| !dependencies(text).is_empty());
        list.file = asks.map(|at| match path.trim_start_matches("./") {
            "" | "." => names[at].to_owned(),
            folder => format!("{folder}/{}", names[at]),
        });
        for it in texts.iter().flat_map(|text| dependencies(text)) {
            let version = it.version.as_deref();
            self.wheels
                .package(&it.name, &it.extras, version, &mut list);
        }
        let mut for_build = PackageList::new(Language::Python, None);
        for line in texts.iter().flat_map(|text| build_dependencies(text)) {
            self.requirement(&line, &mut for_build);
        }
        let packages = for_build.packages.into_iter();
        list.packages
            .extend(packages.map(|package| LanguagePackage {
                is_for_build: true,
                ..package
            }));
        list.open.append(&mut for_build.open);
        let asked = extras.trim_end_matches(']').split(',').map(str::trim);
        for extra in asked.filter(|extra| !extra.is_empty()) {
            match texts.iter().find_map(|text| optional(text, extra)) {
                Some(lines) => {
                    for line in &lines {
                        self.requirement(line, &mut list);
                    }
                }
                None => unknown(&mut list, &format!("what `{path}[{extra}]` brings along")),
            }
        }
        let says = |word: &str| texts.iter().any(|text| text.contains(word));
        if says("requirements") && (says("open(") || says("dynamic")) {
            unknown(
                &mut list,
                &format!("the project `{path}`, which computes its requirements"),
            );
        }
        self.lists.push(list);
        // What it reads of them is what it asks for.
        for file in texts.iter().flat_map(|text| read_requirements(text)) {
            let file = format!("{path}/{file}");
            if self.site.read(&file).found().is_some() {
                self.requirements(&file, 1);
            }
        }
    }
}

fn unknown_answer(what: &str) -> Ternary {
    Ternary::unknown(format!("whether {what} needs a compiler"), LOOK)
}

fn unknown(list: &mut PackageList, what: &str) {
    list.open(format!("whether {what} needs a compiler"), LOOK);
}

fn is_wheel(path: &str) -> bool {
    file_name(path)
        .rsplit_once('.')
        .is_some_and(|(_, ending)| ending == "whl")
}
