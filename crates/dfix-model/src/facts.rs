//! Facts: each worked out on the first question and kept, see [`crate::collect::cache`].
//!
//! A fact is a file of its own: it uses handles, and facts below it; nothing below asks it. What rules ask
//! of a stage, a step or a command stands here, as one line each.

mod absent_copies;
mod absent_owners;
pub(crate) mod account_numbers;
pub(crate) mod accounts;
mod ages;
pub(crate) mod application;
pub(crate) mod application_sources;
pub mod apt_in_text;
mod archived_release;
pub(crate) mod archives;
pub(crate) mod backticks;
pub(crate) mod base_image;
mod based_elsewhere;
pub(crate) mod blank_runs;
mod broken_volumes;
pub(crate) mod build_arguments;
pub(crate) mod built_image;
mod bundler_version;
pub(crate) mod cache_calls;
pub(crate) mod call_site;
pub(crate) mod calls;
mod certificates;
pub(crate) mod clearing;
mod closed_packages;
pub(crate) mod compiled;
pub(crate) mod context_files;
mod copied_before;
mod crowded_stages;
pub(crate) mod data_folders;
pub(crate) mod dependencies;
mod descriptions;
pub(crate) mod destination;
pub(crate) mod drawn_fonts;
mod empty_lines;
pub(crate) mod entry;
pub(crate) mod epilogue;
pub(crate) mod executed;
pub(crate) mod expansions;
pub(crate) mod exposed;
mod fetched_application;
mod fetched_start;
pub(crate) mod files_of_variables;
pub(crate) mod filesystem;
pub(crate) mod frontend;
pub(crate) mod given_sources;
pub(crate) mod hidden_calls;
pub(crate) mod host_folders;
pub(crate) mod image_positions;
pub(crate) mod image_uses;
pub(crate) mod indents;
pub(crate) mod installs_at_run_time;
mod installs_project;
pub mod interpreted;
pub(crate) mod joins;
pub(crate) mod lacked_packages;
pub(crate) mod launches;
mod layers;
mod layout;
pub(crate) mod left_by_commands;
mod linkage;
pub(crate) mod lone_backslashes;
pub(crate) mod lookalikes;
pub(crate) mod named_places;
pub(crate) mod named_programs;
pub(crate) mod native_builds;
pub(crate) mod near_names;
pub(crate) mod needs;
pub(crate) mod npm_lock;
mod npm_version;
mod of_command;
mod of_file;
mod of_launches;
pub(crate) mod open_heredocs;
mod other_bases;
mod own_folder;
pub(crate) mod own_lines;
pub(crate) mod package_archives;
pub(crate) mod package_lines;
pub(crate) mod pip_settings;
pub(crate) mod pipefail;
pub(crate) mod platforms;
pub(crate) mod ports;
pub(crate) mod private_keys;
pub(crate) mod program_names;
pub(crate) mod programs_there;
pub mod project;
pub(crate) mod put_files;
pub(crate) mod python_installs;
pub(crate) mod pythons;
pub(crate) mod quoting;
pub(crate) mod read_by;
mod refused_pip;
pub(crate) mod requirements;
pub(crate) mod root_rights;
pub(crate) mod rootless;
pub(crate) mod roots_home;
pub(crate) mod run_scripts;
pub(crate) mod run_time_writes;
pub mod runtime;
pub(crate) mod schemas;
pub mod scripts;
pub(crate) mod search_path;
pub(crate) mod services;
pub(crate) mod setting;
pub(crate) mod settings;
pub(crate) mod shell;
pub(crate) mod shell_values;
pub(crate) mod shipped_settings;
pub(crate) mod shipped_texts;
pub(crate) mod sources;
pub(crate) mod stage_references;
pub(crate) mod started_sources;
mod switches;
pub(crate) mod system_packages;
mod taken_files;
pub(crate) mod tar_programs;
mod tools_put_in;
mod unread_start;
mod unread_work;
pub(crate) mod user;
pub(crate) mod user_packages;
pub(crate) mod uv_python;
pub(crate) mod variable_readers;
pub(crate) mod variables;
mod weight;
mod whole_context;
pub(crate) mod work;
pub(crate) mod workdir;
pub(crate) mod workplace;

use std::sync::Arc;

use dfix_catalogue::{Foundation, ImageFacts};

use crate::collect::expand::Piece;
use crate::context::Answer;
use crate::facts::accounts::Accounts;
use crate::facts::application_sources::ApplicationSources;
use crate::facts::calls::Calls;
use crate::facts::data_folders::DataFolder;
use crate::facts::dependencies::Dependencies;
use crate::facts::entry::Entry;
use crate::facts::filesystem::Filesystem;
use crate::facts::interpreted::Interpreted;
use crate::facts::lacked_packages::LackedPackage;
use crate::facts::left_by_commands::{BuiltBelow, LeftByCommands};
use crate::facts::named_places::NamedPlace;
use crate::facts::npm_lock::NpmLock;
use crate::facts::package_archives::PackageArchive;
use crate::facts::ports::Port;
use crate::facts::root_rights::RootRights;
use crate::facts::roots_home::LeftAtHome;
use crate::facts::run_scripts::RunScript;
use crate::facts::run_time_writes::RunTimeWrites;
use crate::facts::runtime::Runtime;
use crate::facts::scripts::ScriptAt;
use crate::facts::services::Services;
use crate::facts::setting::{EnvValue, Setting};
use crate::facts::settings::Settings;
use crate::facts::shell::Shell;
use crate::facts::sources::Source;
use crate::facts::system_packages::SystemPackage;
use crate::facts::user::User;
use crate::handles::{Command, ProgramPoint, Stage, Step, Word};
use crate::packages::{PackageCommand, PackageManager};
use crate::path::ImagePath;
use crate::ternary::{OpenCondition, Ternary};

impl<'m> Stage<'m> {
    /// Whether what it builds needs no C library: programs that are linked statically, or scripts.
    pub fn is_static(self) -> Ternary {
        linkage::is_static(self)
    }

    /// A file or module that the container starts and that comes with the sources of a project which the build fetches
    /// (`git clone`): nothing of it was read.
    pub fn fetched_start(self) -> Option<String> {
        fetched_start::fetched_start(self)
    }

    /// What the container starts of an application that was fetched when the image was built, or that comes with an image of
    /// which nothing is known: a file, a module, or the program that serves it.
    pub fn fetched_application(self) -> Option<String> {
        fetched_application::fetched_application(self)
    }

    /// The source of the `COPY` that would put what stands at a path of the container there, and that the build context
    /// is known not to have: somebody makes it before the build.
    pub fn absent_copy(self, path: &str) -> Option<&'m str> {
        absent_copies::absent_copy(self, path)
    }

    /// The setting of pip's own that sends packages elsewhere than pip would put them: `user`, `target`.
    pub fn pip_is_sent_elsewhere(self) -> Option<&'static str> {
        pip_settings::sent_elsewhere(self)
    }

    /// npm's lock file in the folder where npm is called, where the build context is known to have it and it was copied before.
    pub fn npm_lock_at(self, npm: &PackageCommand<'m>) -> Option<NpmLock> {
        npm_lock::npm_lock_at(self, npm)
    }

    /// What somebody said of the package managers' behaviour.
    pub fn settings(self) -> Settings<'m> {
        Settings::of(self)
    }

    /// What the stage itself calls when it is built and when a container of it runs.
    pub fn calls(self) -> Calls<'m> {
        Calls::of(self)
    }

    /// What the catalogue knows of the image at the end of the `FROM stage` chain. Nothing, where its name
    /// or its tag are not known.
    pub fn base_facts(self) -> &'m ImageFacts {
        base_image::base_facts(self)
    }

    /// As [`Stage::base_facts`], where the tag is not known those of `latest`: enough for what all of the
    /// image's variants have in common.
    pub fn any_base_facts(self) -> &'m ImageFacts {
        base_image::any_base_facts(self)
    }

    /// What a command at this place sees as variable `name`: what the command's own shell text sets,
    /// then `ENV`, then `ARG`, of this stage and those that it is based on, then the base image.
    pub fn env_at(self, at: impl ProgramPoint<'m>, name: &str) -> EnvValue<'m> {
        variables::env_at(self, at, name)
    }

    /// What the container sees as variable `name`: `ENV` alone, at the end of the stage.
    pub fn final_env(self, name: &str) -> EnvValue<'m> {
        variables::final_env(self, name)
    }

    /// The names and settings that `ENV`s of this stage make, in order of place.
    pub fn env_set(self) -> impl Iterator<Item = (&'m str, Setting<'m>)> {
        variables::env_set(self)
    }

    /// A word with the variables that are known at this place put in; pieces that only the build can
    /// tell have no text. Shell words are given what `ENV`, `ARG` and the command's own text set.
    pub fn expand(self, word: Word<'m>, at: impl ProgramPoint<'m>) -> Vec<Piece> {
        variables::expand_word(self, word, at)
    }

    /// A word's whole text with the variables known at this place put in, if nothing stays unknown.
    pub fn expand_text(self, word: Word<'m>, at: impl ProgramPoint<'m>) -> Option<String> {
        variables::expand_text(self, word, at)
    }

    /// The folders that `PATH` names at this place, in order; `None` stands for those that only the
    /// build can tell.
    pub fn path_at(self, at: impl ProgramPoint<'m>) -> Vec<Option<String>> {
        variables::path_at(self, at)
    }

    /// The shell in force at a place: that of the last `SHELL` before it, of this stage or one that it is
    /// based on, else the base's default.
    pub fn shell_at(self, at: impl ProgramPoint<'m>) -> Shell<'m> {
        shell::shell_at(self, at)
    }

    /// The variable that names a file which the shell at a place may read before all else, where one is set for sure: bash
    /// reads that of `BASH_ENV`, others that of `ENV`.
    pub fn first_file_at(self, at: impl ProgramPoint<'m>) -> Option<&'static str> {
        shell::first_file(self, at)
    }

    /// The user in force at a place: that of the last `USER` before it, of this stage or one that it is
    /// based on, else the base's default.
    pub fn user_at(self, at: impl ProgramPoint<'m>) -> User<'m> {
        user::user_at(self, at)
    }

    /// The user at the end of the stage: that of the container.
    pub fn final_user(self) -> User<'m> {
        user::final_user(self)
    }

    /// The users and groups of the stage's image.
    pub fn accounts(self) -> Accounts<'m> {
        Accounts::of(self)
    }

    /// The folders beside the working directory that the file shows the application to write to.
    pub fn data_folders(self) -> &'m [DataFolder] {
        data_folders::data_folders(self)
    }

    /// The folders for data that the file names and nothing of the build makes: they are mounted, or the
    /// application makes them.
    pub fn unmade_folders(self) -> Vec<DataFolder> {
        data_folders::unmade_folders(self)
    }

    /// The volumes of this stage and of those that it is based on.
    pub fn volumes(self) -> &'m [DataFolder] {
        data_folders::volumes(self)
    }

    /// Whether the build makes something at a path: files of the base image alone do not count.
    pub fn makes(self, path: &ImagePath) -> bool {
        data_folders::is_made(self, path)
    }

    /// The folders that the stage's `COPY`s and `ADD`s put files into.
    pub fn filled_folders(self) -> &'m [ImagePath] {
        data_folders::filled_folders(self)
    }

    /// The first step between two bytes of the file that does something which is not read, and may have packages come from elsewhere.
    pub fn may_add_archives(
        self,
        since: dfix_syntax::TextSize,
        before: dfix_syntax::TextSize,
    ) -> Option<Step<'m>> {
        unread_work::unread_between(self, unread_work::Part::Archives, (since, before))
    }

    /// Whether the program of this name is found before a byte of the file: the image has it, or a command before calls or installs it,
    /// and none takes it away again. `No` where the image lacks it and nothing before may bring it.
    pub fn has_program(self, name: &str, at: dfix_syntax::TextSize) -> Ternary {
        programs_there::has_program(self, name, at)
    }

    /// Whether this stage, or one that it is based on, makes `python` a name of Python 3.
    pub fn makes_python_python_3(self) -> bool {
        program_names::makes_python_python_3(self)
    }

    /// The folders of the application, as far as the file shows: the working directory that it sets, or what is around
    /// that and the application is copied to; else the folders that the stage's files are copied to.
    pub fn application_folders(self) -> Vec<ImagePath> {
        application::application_folders(self)
    }

    /// What the application's own sources do that are shipped: each file of the build context, in a language that is
    /// read, that the stage's `COPY`s and `ADD`s put into the image, also through other stages.
    pub fn application_sources(self) -> &'m ApplicationSources {
        application_sources::application_sources(self)
    }

    /// The folders that `WORKDIR` and `COPY` of the stage name by variables, as they write them.
    pub fn folders_by_variables(self) -> Vec<(ImagePath, String)> {
        data_folders::folders_by_variables(self)
    }

    /// What commands of the build leave in a folder, beside what is copied there.
    pub fn left_by_commands(self, folder: &ImagePath) -> LeftByCommands {
        left_by_commands::left_by_commands(self, folder)
    }

    /// What makes programs out of sources below a folder, beside packages.
    pub fn built_below(self, folder: &ImagePath) -> Option<BuiltBelow<'m>> {
        left_by_commands::built_below(self, folder)
    }

    /// Whether the application does nothing but read what the build leaves in a folder, as all of its sources say.
    pub fn only_reads(self, folder: &ImagePath) -> bool {
        left_by_commands::is_only_read(self, folder)
    }

    /// The dependencies of a project that the build installs below a folder, or copies there from another stage.
    pub fn dependencies_below(self, folder: &ImagePath) -> Option<Dependencies> {
        dependencies::dependencies_below(self, folder)
    }

    /// Why a user other than root, to whom these folders belong, may not reach or change the application
    /// that starts, as far as that is not known.
    pub fn application_out_of_reach(self, given: &[ImagePath]) -> Option<OpenCondition> {
        application::out_of_reach(self, given)
    }

    /// The first thing that the build leaves in root's home; certain ones first.
    pub fn left_at_roots_home(self) -> Option<&'m LeftAtHome> {
        self.cached(|| roots_home::left_at_roots_home(self))
            .as_ref()
    }

    /// Root's rights that the file shows the container to be meant for, beside what its start asks.
    pub fn root_rights(self) -> RootRights<'m> {
        RootRights::of(self)
    }

    /// The files of the stage's image.
    pub fn filesystem(self) -> Filesystem<'m> {
        Filesystem::of(self)
    }

    /// The working directory in force at a place, absolute; `None` where only the build can tell.
    pub fn workdir_at(self, at: impl ProgramPoint<'m>) -> Option<String> {
        workdir::workdir_at(self, at)
    }

    /// The working directory at the end of the stage: that of the container.
    pub fn final_workdir(self) -> Option<String> {
        workdir::final_workdir(self)
    }

    /// The file or folder of the build context that stands at `path` of the image when a place of this
    /// stage is reached, as its `COPY`s and `ADD`s (also those of the stages that it is based on or copies
    /// from) and the bind mounts of the step tell; relative to the context's root, `""` being the root.
    ///
    /// `path` may be relative: to the folder of the command, or the working directory. `None` where
    /// nothing of the context is known to be there; what is made by a command is not looked at.
    pub fn context_path_of(self, path: &str, at: impl ProgramPoint<'m>) -> Option<String> {
        context_files::context_path_of(self, path, at)
    }

    /// The file or folder of the build context that stands at `path` of the container, see
    /// [`Stage::context_path_of`]. A relative path is one of the container's working directory.
    pub fn final_context_path_of(self, path: &str) -> Option<String> {
        context_files::final_context_path_of(self, path)
    }

    /// The text of the file at `path` of the image when a place of this stage is reached.
    pub fn read_at(self, path: &str, at: impl ProgramPoint<'m>) -> Answer<Arc<str>> {
        context_files::read_at(self, path, at)
    }

    /// The text of the file at `path` of the container.
    pub fn read_final(self, path: &str) -> Answer<Arc<str>> {
        context_files::read_final(self, path)
    }

    /// The source of the application at `path` of the container.
    pub fn source(self, path: &str) -> Answer<Source> {
        self.read_final(path).map(Source::new)
    }

    /// Whether the kernel starts what a container of this stage calls `program` without a shell's help: a script
    /// that names no interpreter is started by a shell only. Yes for a name without a folder.
    pub fn starts_without_shell(self, program: &str) -> Ternary {
        scripts::starts_without_shell(self, program)
    }

    /// The script that stands at `path` of the image when `at` runs, see [`Stage::context_path_of`].
    pub fn script_at(self, path: &str, at: impl ProgramPoint<'m>) -> ScriptAt<'m> {
        scripts::script_at(self, path, at)
    }

    /// The script that stands at `path` of the container and that `step` (a `CMD`, an `ENTRYPOINT`, a
    /// `HEALTHCHECK`) runs.
    pub fn script_at_start(self, path: &str, step: Step<'m>) -> ScriptAt<'m> {
        scripts::script_at_start(self, path, step)
    }

    /// The last instruction that the build does work in, `FROM` itself where there is none.
    pub fn last_work(self) -> Step<'m> {
        work::last_work(self)
    }

    /// The `USER` that nothing but the start comes after.
    pub fn closing_user(self) -> Option<Step<'m>> {
        work::closing_user(self)
    }

    /// Whether the image has a shell, where that is known of the base or the file runs one.
    pub fn has_shell(self) -> Option<bool> {
        work::has_shell(self)
    }

    /// Whether a command can be written at a step, for a POSIX shell to run it. Of an unknown image, a `RUN` of the file
    /// itself shows that there is a shell.
    pub fn has_shell_at(self, step: Step<'m>) -> bool {
        work::has_shell_at(self, step)
    }

    /// The script that a command of the start runs: the one that it names by a path or gives to a shell, or the first of
    /// its name in the folders of `PATH`.
    pub fn script_started_by(self, command: Command<'m>) -> ScriptAt<'m> {
        scripts::script_started_by(self, command)
    }

    /// What is known of the image that this stage is built as, for those that are based on it.
    pub fn built_image(self) -> Option<ImageFacts> {
        built_image::facts(self)
    }

    /// What the start of a container runs that writes among the installed dependencies: `npm install`, `prisma generate`.
    pub fn dependencies_written_at_start(self) -> Option<String> {
        dependencies::written_at_start(self)
    }

    /// What a container of this stage runs at start: of this stage, those that it is based on, or the base.
    pub fn entry(self) -> Entry<'m> {
        entry::entry(self)
    }

    /// A file or module in Python that the start names and that none of the shipped sources is, although there are some.
    pub fn missing_source(self) -> Option<String> {
        started_sources::missing(self)
    }

    /// The places outside of the application that its sources name, and that it may write.
    pub fn places_that_sources_name(self) -> impl Iterator<Item = NamedPlace> + 'm {
        named_places::of(self)
    }

    /// What is written when a container of this stage runs.
    pub fn run_time_writes(self) -> &'m RunTimeWrites {
        run_time_writes::of(self)
    }

    /// What a container of this stage runs, with all that its start leads to.
    pub fn runtime(self) -> Runtime<'m> {
        runtime::of(self)
    }

    /// The ports that this stage and those that it is based on expose.
    pub fn ports(self) -> Vec<Port<'m>> {
        ports::ports(self)
    }

    /// The texts of this stage that reach interpreters, and what of them was read.
    pub fn interpreted(self) -> Interpreted<'m> {
        Interpreted::of(self)
    }

    /// The scripts that commands of this stage run, in order of place.
    pub fn run_scripts(self) -> Vec<RunScript<'m>> {
        run_scripts::run_by_commands(self)
    }

    /// The scripts of the build context that lie where somebody will run them, and nothing here is seen to.
    pub fn lying_scripts(self) -> Vec<RunScript<'m>> {
        run_scripts::lying(self)
    }

    /// The first step of this stage, or of one that it is based on, that is seen to put a file at the
    /// absolute path; package managers do not count.
    pub fn first_put(self, path: &str) -> Option<Step<'m>> {
        put_files::first_put(self, path)
    }

    /// What starts programs in containers of this stage by settings of its own.
    pub fn services(self) -> Services<'m> {
        Services::of(self)
    }

    /// The archives of packages that it and what it is based on add beside the distribution's own.
    pub fn package_archives(self) -> Vec<PackageArchive<'m>> {
        package_archives::archives(self)
    }

    /// The names in a command of this stage that a release has no package for; `is_moved`: the image took the place of another one.
    pub fn lacked_packages(
        self,
        command: &PackageCommand<'m>,
        release: &Foundation,
        is_moved: bool,
    ) -> Vec<LackedPackage<'m>> {
        lacked_packages::of_command(self, command, release, is_moved)
    }

    /// The packages of the distribution that the stages it is based on, then this one, are told to install.
    pub fn system_packages(self) -> impl Iterator<Item = SystemPackage<'m>> {
        system_packages::system_packages(self)
    }

    /// The commands of a package manager, in order of place; those of `ONBUILD` too.
    pub fn package_commands(
        self,
        manager: PackageManager,
    ) -> impl Iterator<Item = PackageCommand<'m>> {
        self.commands()
            .filter_map(PackageCommand::of)
            .filter(move |c| c.manager == manager)
    }

    /// The commands of a package manager that install packages.
    pub fn installs(self, manager: PackageManager) -> impl Iterator<Item = PackageCommand<'m>> {
        self.package_commands(manager)
            .filter(PackageCommand::is_install)
    }
}

impl ImagePath {
    /// Whether the folder may be an application's: it is none of the system's, and can be written into a
    /// command as it stands.
    pub fn is_applications(&self) -> bool {
        data_folders::is_applications(self)
    }

    /// Whether the folder may be an application's although it lies in a place that is the system's, such
    /// as `/var/log/app`.
    pub fn is_own_place(&self) -> bool {
        data_folders::is_own_place(self)
    }
}
