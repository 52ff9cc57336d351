//! What Python and Node packages an image gets, from commands and from files of the build context.

mod file;
mod lines;
mod locks;
mod project;
mod requirement;
mod words;

use std::collections::BTreeSet;

pub use lines::{Line, lines};
pub use locks::{dependencies, locked, optional, pipfile_lock};
pub use requirement::{Requirement, Requirements, normal_python_name};

use crate::collect::command::WrapperKind;
use crate::context::Answer;
use crate::handles::{Command, Stage, Word};
use crate::packages::{PackageCommand, PackageManager, SpecKind, table};

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
        self.cached(|| {
            let mut all = Requirements::default();
            for stage in self.sources() {
                for command in stage.build_commands() {
                    stage.python_packages_of(command, &mut all);
                }
            }
            all
        })
    }

    /// The Python packages that one command asks for.
    pub fn python_packages_by(self, command: Command<'m>) -> Requirements {
        let mut all = Requirements::default();
        self.python_packages_of(command, &mut all);
        all
    }

    fn python_packages_of(self, command: Command<'m>, all: &mut Requirements) {
        match PackageCommand::of(command) {
            Some(pip) if matches!(pip.manager, PackageManager::Pip | PackageManager::Uv) => {
                if pip.subcommand_is_one_of(&["install", "wheel", "download", "sync"]) {
                    self.pip(&pip, all);
                }
            }
            Some(conda) if conda.manager == PackageManager::Conda && conda.is_install() => {
                conda_packages(&conda, all);
            }
            _ => self.project_tools(command, all),
        }
    }

    fn pip(self, pip: &PackageCommand<'m>, all: &mut Requirements) {
        for package in pip.packages() {
            match (package.kind, package.name) {
                (SpecKind::Index, Some(name)) => all.ask(Requirement {
                    name: normal_python_name(name),
                    specifier: package.version.map(str::to_owned),
                    source: "the command".to_owned(),
                }),
                (SpecKind::Path, _) => {}
                (SpecKind::Url | SpecKind::Vcs, _) => {
                    words::words(package.word.literal_prefix(), "the command", all);
                }
                _ => match self.expand_text(package.word, pip) {
                    Some(text) => {
                        for word in text.split_whitespace() {
                            words::words(word, "the command", all);
                        }
                    }
                    None => all.doubt(format!("what `{}` stands for", package.word.source_text())),
                },
            }
        }
        if pip
            .command
            .wrappers()
            .any(|w| w.kind == WrapperKind::Arguments)
        {
            all.doubt("what xargs gives to pip".to_owned());
        }
        let sync = pip.subcommand_is_one_of(&["sync"]);
        let files = pip
            .requirement_files()
            .map(|v| v.word)
            .zip(pip.requirement_files());
        for (word, value) in files {
            let text = match value.text() {
                Some(text) => Some(text.to_owned()),
                None => self
                    .expand_text(word, pip)
                    .filter(|_| word.literal_prefix() == value.literal_prefix),
            };
            self.requirement_file(
                text.as_deref().unwrap_or(value.literal_prefix),
                text.is_some(),
                pip,
                all,
            );
        }
        for value in pip.operands().filter(|_| sync).filter_map(Word::value) {
            self.requirement_file(value, true, pip, all);
        }
        for project in pip.local_projects() {
            match project.text() {
                Some(text) => self.local_project(text, pip, all),
                None => all.doubt(format!("what `{}` stands for", project.word.source_text())),
            }
        }
        for vcs in pip.editables().filter(|v| v.literal_prefix.contains("://")) {
            words::words(vcs.literal_prefix, "the command", all);
        }
    }

    fn requirement_file(
        self,
        path: &str,
        known: bool,
        pip: &PackageCommand<'m>,
        all: &mut Requirements,
    ) {
        if !known || path.contains("://") {
            all.doubt(format!("what {path} asks for"));
            return;
        }
        match self.context_path_of(path, pip) {
            Some(path) if path.ends_with("pyproject.toml") => match self.file.context.read(&path) {
                Answer::Found(text) => project::toml_file(&text, &path, Some(""), all),
                Answer::Absent => all.doubt(format!("{path} is not in the context")),
                Answer::Unknown(reason) => all.doubt(reason),
            },
            Some(path) => file::read(self.file.context, &path, all),
            None => all.doubt(format!("where {path} comes from")),
        }
    }

    /// `pip install .`
    fn local_project(self, text: &str, pip: &PackageCommand<'m>, all: &mut Requirements) {
        let text = text.strip_prefix("file://").unwrap_or(text);
        let (folder, extras) = match text.split_once('[') {
            Some((folder, extras)) => (folder, extras.trim_end_matches(']')),
            None => (text, ""),
        };
        if [".whl", ".tar.gz", ".zip", ".egg"]
            .iter()
            .any(|end| folder.ends_with(end))
            || folder.contains('*')
        {
            let name = folder.rsplit('/').next().unwrap_or(folder);
            all.doubt(format!("what the file {name} needs"));
            return;
        }
        let name = if folder.ends_with("pyproject.toml") {
            folder.to_owned()
        } else {
            format!("{folder}/pyproject.toml")
        };
        match self.read_at(&name, pip) {
            Answer::Found(text) => {
                let path = self.context_path_of(&name, pip).unwrap_or_default();
                project::toml_file(&text, &path, Some(extras), all);
            }
            Answer::Absent | Answer::Unknown(_) => {
                all.doubt(format!("what the project {folder} asks for"));
            }
        }
    }

    /// Tools that read a project's own files: poetry, pipenv, pdm, uv, setup.py.
    fn project_tools(self, command: Command<'m>, all: &mut Requirements) {
        let first = command
            .args()
            .find(|w| !w.starts_with("-"))
            .and_then(Word::value);
        let reads: &[&str] = match (command.name(), first) {
            ("poetry" | "pdm", Some("install" | "update" | "sync")) => &["pyproject.toml"],
            ("uv", Some("sync")) => &["pyproject.toml"],
            ("pipenv", Some("install" | "sync")) => &["Pipfile"],
            ("poetry" | "pdm" | "uv" | "pipenv", Some("add")) => {
                all.doubt(format!("what `{} add` brings", command.name()));
                return;
            }
            (name, Some(first)) if table::is_python(name) && first.ends_with("setup.py") => {
                all.doubt("what setup.py asks for".to_owned());
                return;
            }
            _ => return,
        };
        for name in reads {
            match self.read_at(name, command) {
                Answer::Found(text) => {
                    let path = self.context_path_of(name, command).unwrap_or_default();
                    project::toml_file(&text, &path, None, all);
                }
                Answer::Absent => all.doubt(format!("where {name} comes from")),
                Answer::Unknown(reason) => all.doubt(reason),
            }
        }
    }

    /// The Node packages that the `package.json` in the container's working directory and global installs
    /// ask for; development ones have `dev` after the file's name.
    pub fn node_packages(self) -> Requirements {
        let mut all = Requirements::default();
        let managers = [
            PackageManager::Npm,
            PackageManager::Yarn,
            PackageManager::Pnpm,
        ];
        let mut folders = BTreeSet::new();
        for stage in self.sources() {
            for install in stage.build_commands().filter_map(PackageCommand::of) {
                if !managers.contains(&install.manager) || !install.is_install() {
                    continue;
                }
                for package in install.packages() {
                    match package.name {
                        Some(name) => all.ask(Requirement {
                            name: name.to_owned(),
                            specifier: package.version.map(str::to_owned),
                            source: "the command".to_owned(),
                        }),
                        None => {
                            all.doubt(format!("what `{}` stands for", package.word.source_text()));
                        }
                    }
                }
                if install.operands().len() == 0 {
                    match stage.context_path_of("package.json", &install) {
                        Some(path) => {
                            folders.insert(path);
                        }
                        None => all.doubt("where package.json comes from".to_owned()),
                    }
                }
            }
        }
        for path in folders {
            match self.file.context.read(&path) {
                Answer::Found(text) => project::package_json(&text, &path, &mut all),
                Answer::Absent => all.doubt(format!("{path} is not in the context")),
                Answer::Unknown(reason) => all.doubt(reason),
            }
        }
        all
    }
}

fn conda_packages(conda: &PackageCommand<'_>, all: &mut Requirements) {
    for package in conda.packages() {
        match package.name {
            Some(name) => all.ask(Requirement {
                name: normal_python_name(name),
                specifier: package.version.map(str::to_owned),
                source: "the command".to_owned(),
            }),
            None => all.doubt(format!("what `{}` stands for", package.word.source_text())),
        }
    }
    for file in conda.values_of(&["-f", "--file"]) {
        all.doubt(format!("what {} asks for", file.literal_prefix));
    }
}

/// A line that names a package, for the tests of whoever reads lines.
#[cfg(test)]
fn package(name: &str, version: Option<&str>) -> Line {
    Line::Package {
        name: name.to_owned(),
        extras: String::new(),
        version: version.map(str::to_owned),
    }
}
