//! Where an environment is put, and for which Python.

use dfix_catalogue::{ReleaseMark, pip_for_environments, release_is};
use dfix_model::launch::Launch;
use dfix_model::scripts::Script;
use dfix_model::{Command, Os, PackageCommand, Python, PythonFrom, Stage, Step, SystemPackage};

/// Where the environment is.
pub(super) const VENV: &str = "/opt/venv";

/// The first install of a stage into the system's Python, and who uses what it installs.
pub(super) struct Site<'m> {
    pub(super) stage: Stage<'m>,
    pub(super) first: PackageCommand<'m>,
    pub(super) python: Python<'m>,
    /// The version of pip that the environment must be given first: Python brings an older one along for
    /// it than the image has, which does not know the wheels of later years.
    pub(super) pip: Option<&'static str>,
    /// The stage and all that are based on it.
    pub(super) stages: Vec<Stage<'m>>,
    /// These, and those that the stage is based on before them.
    family: Vec<Stage<'m>>,
    /// Whether the stages are another Dockerfile's: all that they do comes after the install.
    is_of_another: bool,
}

impl<'m> Site<'m> {
    /// The site of `first`, an install into the system; `None` where the rule has nothing to say.
    pub(super) fn of(stage: Stage<'m>, first: PackageCommand<'m>) -> Option<Self> {
        let python = first.python().filter(|_| stage.os() == Os::Linux)?;
        // The install may put a newer pip into place itself, before anything else.
        let packages = first.packages();
        let renews_pip = packages.len() <= 3 && packages.iter().any(|p| p.name == Some("pip"));
        let tag = stage.base_image().effective_tag();
        let is_newer = python.from == PythonFrom::Image && !renews_pip;
        let stages: Vec<Stage<'m>> = stage.with_descendants().collect();
        let mut family: Vec<Stage<'m>> = stage.base_chain().skip(1).collect();
        family.reverse();
        family.extend(&stages);
        Some(Site {
            stage,
            first,
            python,
            pip: tag.filter(|_| is_newer).and_then(pip_for_environments),
            stages,
            family,
            is_of_another: false,
        })
    }

    /// The environment as a stage of another Dockerfile sees it that is based on the image, and those that are based on
    /// that one.
    pub(super) fn seen_by<'c>(&self, child: Stage<'c>) -> Site<'c>
    where
        'm: 'c,
    {
        let stages: Vec<Stage<'c>> = child.with_descendants().collect();
        Site {
            stage: self.stage,
            first: self.first,
            python: self.python.clone(),
            pip: self.pip,
            family: stages.clone(),
            stages,
            is_of_another: true,
        }
    }

    /// Those of the stages that are shipped.
    pub(super) fn shipped(&self) -> impl Iterator<Item = Stage<'m>> {
        self.stages.iter().copied().filter(|it| it.is_shipped())
    }

    /// The commands of the stage and of all that are based on it.
    pub(super) fn commands(&self) -> impl Iterator<Item = Command<'m>> {
        self.stages.iter().copied().flat_map(Stage::commands)
    }

    /// The commands that the project's files start containers with that use the environment.
    pub(super) fn launched(&self) -> impl Iterator<Item = Command<'m>> {
        self.family
            .iter()
            .copied()
            .flat_map(Stage::launched_commands)
    }

    /// The same, with those that are run there as users whom these files name.
    pub(super) fn launched_by_all(&self) -> impl Iterator<Item = Command<'m>> {
        let family = self.family.iter().copied();
        family
            .flat_map(Stage::launched_scripts)
            .flat_map(Script::commands)
    }

    /// The commands of the scripts that such containers start.
    pub(super) fn started(&self) -> impl Iterator<Item = Command<'m>> {
        let processes = self
            .family
            .iter()
            .copied()
            .flat_map(|stage| stage.runtime().processes());
        let of_scripts = processes.filter(|process| process.script.is_some());
        of_scripts.map(|process| process.command)
    }

    /// What documentation shows in containers that use the environment.
    pub(super) fn documented(&self) -> impl Iterator<Item = Script<'m>> {
        let family = self.family.iter().copied();
        family.flat_map(Stage::documented_scripts)
    }

    /// The commands that documentation shows there, and those that ask whether such containers are well.
    pub(super) fn beside(&self) -> impl Iterator<Item = Command<'m>> {
        let family = self.family.iter().copied();
        let checks = family.flat_map(Stage::launched_checks);
        self.documented().chain(checks).flat_map(Script::commands)
    }

    /// What starts containers that use the environment.
    pub(super) fn launches(&self) -> impl Iterator<Item = &'m Launch> {
        self.family.iter().copied().flat_map(Stage::all_launches)
    }

    /// Those of them that run when the environment is there.
    pub(super) fn later(&self) -> impl Iterator<Item = Command<'m>> {
        self.commands().filter(|command| !self.is_before(*command))
    }

    /// All steps that make the images which use the environment.
    pub(super) fn steps(&self) -> impl Iterator<Item = Step<'m>> {
        self.family.iter().copied().flat_map(Stage::steps)
    }

    /// The commands of their builds.
    pub(super) fn built(&self) -> impl Iterator<Item = Command<'m>> {
        self.family.iter().copied().flat_map(Stage::build_commands)
    }

    /// Whether the build runs the command before the first install. What the container runs comes later,
    /// wherever it is written.
    pub(super) fn is_before(&self, command: Command<'m>) -> bool {
        !self.is_of_another
            && command.step().is_run()
            && command.range().start() < self.first.range().start()
    }

    /// The steps from the first install on.
    pub(super) fn later_steps(&self) -> impl Iterator<Item = Step<'m>> {
        let from = self.first.step().index();
        self.steps()
            .filter(move |step| self.is_of_another || step.index() >= from)
    }

    /// The packages of the distribution that these images have.
    pub(super) fn system_packages(&self) -> impl Iterator<Item = SystemPackage<'m>> {
        self.stages.iter().copied().flat_map(Stage::system_packages)
    }

    /// Whether programs of the system's Python lie in the folder. What the official image has in /usr/bin is Debian's,
    /// and none of pip's.
    pub(super) fn is_folder_of_programs(&self, folder: &str) -> bool {
        folder == "/usr/local/bin" || (folder == "/usr/bin" && !self.is_of_image())
    }

    pub(super) fn is_of_image(&self) -> bool {
        self.python.from == PythonFrom::Image
    }

    pub(super) fn is_debians(&self) -> bool {
        self.python.from == PythonFrom::Debian
    }

    /// Whether the release of the distribution has the mark.
    pub(super) fn is_release(&self, mark: ReleaseMark) -> bool {
        let foundation = self.stage.base_facts().foundation;
        foundation
            .and_then(|it| it.release)
            .is_some_and(|release| release_is(release, mark))
    }

    /// The package that brings the `venv` module, where it must be installed beside the one that brings Python.
    pub(super) fn to_add(&self) -> Option<(&SystemPackage<'m>, String)> {
        let venv = format!("{}-venv", self.python.program);
        let mut packages = self.first.system_packages_before();
        let is_there = packages.any(|it| it.name == venv || it.name == "python3-full");
        let beside = self.python.provider.as_ref();
        Some((beside.filter(|_| self.is_debians() && !is_there)?, venv))
    }

    /// Whether an environment has a Python of this name. Only since Python 3.10 is `python3.10` always among
    /// them; before, only the name that made it, `python` and `python3`.
    pub(super) fn has(&self, name: &str) -> bool {
        if name == self.python.program || matches!(name, "python" | "python3") {
            return true;
        }
        let minor: Option<u16> = name.strip_prefix("python3.").and_then(|m| m.parse().ok());
        self.is_of_image()
            && minor >= Some(10)
            && (self.python.minor.is_none() || self.python.minor == minor)
    }

    /// Why the Python has the `venv` module, as a sentence.
    pub(super) fn because(&self) -> String {
        let program = &self.python.program;
        match self.python.from {
            PythonFrom::Image => "the official Python image has the venv module".to_owned(),
            PythonFrom::Alpine => "Alpine's python3 has the venv module".to_owned(),
            PythonFrom::Debian => format!("{program}-venv is installed with {program}"),
        }
    }
}

/// `pip`, `pip3.11`
pub(super) fn is_pip(name: &str) -> bool {
    name.strip_prefix("pip")
        .is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
}
