//! What is asked of a command and of an instruction, as one line each.

use dfix_catalogue::{Foundation, is_known_command};
use dfix_syntax::TextRange;

use super::{
    clearing, destination, lacked_packages, named_programs, native_builds, needs, ports,
    program_names, put_files, python_installs, pythons, search_path, services, shell_values,
    started_sources, tar_programs, user, workdir,
};
use crate::facts::clearing::Clearing;
use crate::facts::destination::Destination;
use crate::facts::named_programs::{HeldPath, NamedProgram};
use crate::facts::program_names::ProgramNames;
use crate::facts::python_installs::PythonInstall;
use crate::facts::pythons::Python;
use crate::facts::search_path::Login;
use crate::facts::shell_values::ShellValues;
use crate::facts::system_packages::SystemPackage;
use crate::handles::{Command, Step, Word};
use crate::packages::{PackageCommand, PackageSpec};
use crate::path::ImagePath;
use crate::ternary::Ternary;

impl<'m> Step<'m> {
    /// Whether it sets `PATH`, for itself or for what comes after it, so that the folders that were first on
    /// it are not found first any more.
    pub fn hides_first_of_path(self) -> bool {
        search_path::hides_first_folders(self)
    }

    /// Whether it has uv install into the Python of the system, also where a variable says so.
    pub fn tells_uv_the_system(self) -> bool {
        python_installs::tells_uv_the_system(self)
    }

    /// The place of the packages of the system's Python that it names, as it is written: a folder
    /// `site-packages`, or `/usr/local` where another stage's is copied over it.
    pub fn site_packages(self) -> Option<&'m str> {
        python_installs::copied_over_packages(self).or_else(|| python_installs::site_packages(self))
    }

    /// The first word, or name of a variable, that is wanted among what its builds from source are told, and
    /// what fetches their sources or settles them; none where it builds nothing.
    pub fn told_to_builds(self, is_wanted: impl Fn(&str) -> bool) -> Option<&'m str> {
        native_builds::told_to_builds(self, is_wanted)
    }

    /// The first word that holds the whole path of a wanted program (its folder and its name) and more:
    /// `-DPYTHON=/usr/bin/python3`; also the value of a variable.
    pub fn word_holding(self, is_wanted: impl Fn(&str, &str) -> bool) -> Option<Word<'m>> {
        named_programs::holders(self, is_wanted)
    }

    /// The whole paths that its words hold where they call nothing: in texts, as arguments of what only handles files, as files
    /// that are written, and as values of variables.
    pub fn held_paths(self) -> Vec<HeldPath<'m>> {
        named_programs::held_by(self)
    }

    /// Whether it copies nothing from the build context but what says which packages are to be installed.
    pub fn puts_only_manifests(self) -> bool {
        put_files::puts_only_manifests(self)
    }

    /// The step's commands of any package manager, in order of place.
    pub fn package_commands(self) -> impl Iterator<Item = PackageCommand<'m>> {
        self.commands().filter_map(PackageCommand::of)
    }
}

impl<'m> Command<'m> {
    /// Whether some table of the catalogue knows its program by name, whatever it knows of it.
    pub fn has_known_program(self) -> bool {
        let name = self.name();
        self.known().is_some()
            || PackageCommand::of(self).is_some()
            || (!name.is_empty() && is_known_command(name))
    }

    /// Whether a command that fails where this one stands ends its script: the options of the shell, or a `set -e` before it,
    /// say so (POSIX, Shell Command Language, `set`: not where it stands before `&&` or `||`).
    pub fn is_under_errexit(self) -> bool {
        needs::named::is_under_errexit(self)
    }

    /// What the text of its step gives a variable of its shell: by assignments, by loops, by `read` and its like.
    pub fn shell_values(self, name: &str) -> ShellValues<'m> {
        shell_values::shell_values(self, name)
    }

    /// The command of a substitution that stands at this range in one of its words, where it is one alone: `nproc` of `-j$(nproc)`.
    pub fn substituted(self, range: TextRange) -> Option<Command<'m>> {
        shell_values::substituted(self, range)
    }

    /// The programs of compression that it starts, where it is a `tar`: `xz`, `bzip2`.
    pub fn programs_of_tar(self) -> Vec<&'static str> {
        if self.is_one_of(&["tar", "bsdtar"]) {
            tar_programs::programs_of_tar(self)
        } else {
            Vec::new()
        }
    }

    /// The programs that it looks for, and does not call: `which git`, `command -v git`.
    pub fn looked_for(self) -> impl Iterator<Item = &'m str> {
        let looks = self.is_one_of(&["which", "type", "hash", "command"]);
        let words = self.args().filter_map(Word::value);
        words.filter(move |it| looks && !it.starts_with('-'))
    }

    /// Whether nothing comes of its failure: `… || true`.
    pub fn is_failure_ignored(self) -> bool {
        needs::named::is_ignored(self)
    }

    /// Whether the shell goes on with other commands where this one fails: `…; other`, and nothing says `set -e`.
    pub fn is_failure_passed_over(self) -> bool {
        needs::named::is_passed_over(self)
    }

    /// Whether the build stops where it fails: it surely runs, and nothing passes over its failure, nor does something else
    /// in its stead (`… || other`).
    pub fn stops_the_build(self) -> bool {
        needs::named::stops_the_build(self)
    }

    /// Its words that name what a server of Python serves: `shop.wsgi:app`, `shop:create_app()`.
    pub fn served_objects(self) -> Vec<&'m str> {
        started_sources::served_objects(self)
    }

    /// What it removes of a folder, where it is an `rm` that surely runs and removes something of it.
    pub fn clears(self, folder: &ImagePath) -> Option<Clearing<'m>> {
        clearing::clearing(self, folder)
    }

    /// Whether root calls it, what is in front of it (`sudo`, `gosu`) not looked at.
    pub fn caller_is_root(self) -> Ternary {
        user::caller_is_root(self)
    }

    /// Whether it has root's rights itself, what is in front of it included.
    pub fn has_roots_rights(self) -> Ternary {
        user::has_roots_rights(self)
    }

    /// Whether it sets `PATH` so that folders that were first on it are not any more.
    pub fn hides_first_folders(self) -> bool {
        search_path::hides_them(self)
    }

    /// Why it starts a login shell, which sets `PATH` anew; none where it starts none.
    pub fn login(self) -> Option<Login> {
        search_path::login(self)
    }

    /// Whether it has the image's variables: not behind `sudo` without `-E`, `su -`, `env -i`.
    pub fn has_environment(self) -> bool {
        search_path::has_environment(self)
    }

    /// The service that it starts, stops or asks for: `service ssh start`, `/etc/init.d/ssh start`.
    pub fn service(self) -> Option<&'m str> {
        services::service(self)
    }

    /// The programs that it names by their whole path, and the one that it calls by its name. What only
    /// handles the file of a program (`ln`, `chmod`) names none.
    pub fn named_programs(self) -> impl Iterator<Item = NamedProgram<'m>> {
        named_programs::named_by(self)
    }

    /// Whether it makes a virtual environment of Python: `python -m venv`, `virtualenv`.
    pub fn makes_environment(self) -> bool {
        destination::makes_environment(self)
    }

    /// What it does to names of programs: `ln -s python3 /usr/bin/python`, `mv`, `rm`,
    /// `update-alternatives`; none where it does nothing to any.
    pub fn program_names(self) -> Option<ProgramNames<'m>> {
        program_names::changed_by(self)
    }

    /// The command as one that changes the packages of a Python.
    pub fn python_install(self) -> Option<PythonInstall<'m>> {
        PythonInstall::of(self)
    }

    /// The folder that it runs in, absolute; `None` where only the build can tell.
    pub fn working_directory(self) -> Option<String> {
        workdir::working_directory(self)
    }

    /// The words that tell a server its port, with the port; `None` for one that only the build or the
    /// container can tell. Unix sockets are no ports.
    pub fn listens_on(self) -> Vec<(Word<'m>, Option<u16>)> {
        ports::listens_on(self)
    }
}

impl<'m> PackageCommand<'m> {
    /// The Python that an install of pip's works for; `None` where the image is not one whose Python is
    /// known.
    pub fn python(&self) -> Option<Python<'m>> {
        pythons::python_of(self)
    }

    /// The packages of the distribution that the stages below, then this one, are told to install before
    /// this command.
    pub fn system_packages_before(&self) -> impl Iterator<Item = SystemPackage<'m>> {
        let stage = self.command.stage();
        stage
            .into_iter()
            .flat_map(|stage| pythons::packages_before(stage, self))
    }

    /// Whether a name in it is one that a release lacks, and that becomes another one, or goes; `is_moved`: the image took the place
    /// of another one.
    pub fn is_mended(
        &self,
        package: &PackageSpec<'m>,
        release: &Foundation,
        is_moved: bool,
    ) -> bool {
        lacked_packages::is_mended(self, package, release, is_moved)
    }

    /// Where a pip command puts packages.
    pub fn destination(&self) -> Destination {
        destination::destination(self)
    }
}
