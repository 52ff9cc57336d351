//! Applications that the build fetches as sources, and that the container starts: nothing of them was read.

use dfix_catalogue::is_of_python;
use dfix_catalogue::programs::{self, Mark};

use crate::collect::wrappers::ShellSource;
use crate::context::Answer;
use crate::facts::context_files::final_context_path_of;
use crate::facts::runtime;
use crate::facts::variables::final_env;
use crate::facts::workdir::{final_workdir, join};
use crate::handles::{Command, Given, Stage, Step, Word};
use crate::packages::PackageCommand;
use crate::path::has_ending;

/// Folders in which the distribution's own programs are.
pub(crate) const OF_THE_SYSTEM: [&str; 5] = ["/bin/", "/etc/", "/lib/", "/sbin/", "/usr/"];

/// Parts of addresses under which hosts of repositories hand out a project's sources as an archive.
const OF_SOURCES: [&str; 4] = ["/archive/", "/tarball/", "/zipball/", "codeload."];

/// A file, module or script of a package that the container starts, where the build fetches the sources of a project and
/// the build context does not have it: `./entrypoint.sh`. None where no context is known.
pub(crate) fn fetched_start(stage: Stage<'_>) -> Option<String> {
    let context = stage.file().context();
    if !matches!(context.list(""), Answer::Found(_)) {
        return None;
    }
    let mut steps = stage.base_chain().flat_map(Stage::steps);
    if !steps.any(brings_sources) {
        return None;
    }
    let is_there = |path: &str| final_context_path_of(stage, path).is_some();
    let of_a_project = |path: &String| {
        let folder = final_workdir(stage).unwrap_or_default();
        let place = join(&folder, path);
        !OF_THE_SYSTEM.iter().any(|it| place.starts_with(it)) && !is_there(path)
    };
    let of_module = |module: &str| {
        let path = module.replace('.', "/");
        let files = [format!("{path}.py"), format!("{path}/__init__.py")];
        files.iter().all(of_a_project)
    };
    runtime::of(stage).processes().find_map(|process| {
        let command = process.command;
        if let Some(module) = module_of(command) {
            return of_module(module).then(|| module.to_owned());
        }
        let file = file_of(command)?;
        of_a_project(&file).then_some(file)
    })
}

/// Whether a step fetches the sources of a project: `git clone`, an `ADD` of a repository or of an archive of sources.
pub(crate) fn brings_sources(step: Step<'_>) -> bool {
    let is_source = |word: Word<'_>| {
        let text = word.source_text();
        let address = text.split(['#', '?']).next().unwrap_or(text);
        text.contains("://")
            && (has_ending(address, ".git") || OF_SOURCES.iter().any(|part| text.contains(part)))
    };
    let fetches = |command: Command<'_>| {
        command.is_marked(Mark::Fetches)
            && (command.has_arg("clone") || command.args().any(is_source))
    };
    step.commands().any(fetches) || (step.is_copy_or_add() && step.sources().any(is_source))
}

/// What a command starts of an application.
pub(crate) struct Started {
    /// As the command says it: `bin/rails`, `shop.wsgi`.
    pub(crate) name: String,
    /// The files that it may be, of which one has to be there.
    pub(crate) places: Vec<String>,
}

/// What of an application's own a command starts: a file, or a module that no package brings.
pub(crate) fn started(command: Command<'_>) -> Option<Started> {
    let of = |name: &str, places: &[&str]| Started {
        name: name.to_owned(),
        places: places.iter().map(|it| (*it).to_owned()).collect(),
    };
    if let Some(file) = file_of(command) {
        return Some(of(&file, &[&file]));
    }
    // The `rails` of the gem starts the application's own (`railties`, `Rails::AppLoader`).
    if command.is("rails") && !command.has_arg("new") {
        return Some(of("rails", &["bin/rails", "script/rails"]));
    }
    let stage = command.stage()?;
    let module = module_of(command)?;
    let first = module.split('.').next().unwrap_or(module);
    let name = first.replace('_', "-");
    // `superset` comes with `apache-superset`.
    let mut packages = stage.python_packages().known.iter();
    let is_installed = packages.any(|it| it.name.contains(&name) || name.contains(&it.name));
    if is_installed || is_of_python(first) || final_env(stage, "PYTHONPATH").is_set() {
        return None;
    }
    Some(of(module, &[&format!("{first}.py"), first]))
}

/// The file that a command runs or is: a script for a shell or an interpreter, a program by its path, package.json.
fn file_of(command: Command<'_>) -> Option<String> {
    let given = match command.interpreting().map(|it| it.given) {
        Some(Given::File(word)) => Some(word),
        Some(_) => return None,
        None => match command.shell_source() {
            Some(ShellSource::File(word)) => Some(command.word_at(word)),
            Some(_) => return None,
            None => None,
        },
    };
    if let Some(word) = given {
        return word.value().map(str::to_owned);
    }
    let runs_script = PackageCommand::of(command).is_some_and(|it| it.script().is_some());
    if runs_script {
        return Some("package.json".to_owned());
    }
    if command.is_marked(Mark::RunsScript) {
        let first = command.args().next().and_then(Word::value);
        return first.filter(|it| !it.starts_with('-')).map(str::to_owned);
    }
    let program = command.program()?.value()?;
    program.contains('/').then(|| program.to_owned())
}

/// The module of the application that a command runs or serves, by a name that is no known program's.
fn module_of(command: Command<'_>) -> Option<&str> {
    if let Some(Given::Module(module, _)) = command.interpreting().map(|it| it.given) {
        return programs::find(module).is_none().then_some(module);
    }
    if !command.is_marked(Mark::Application) {
        return None;
    }
    command.served_objects().first()?.split(':').next()
}
