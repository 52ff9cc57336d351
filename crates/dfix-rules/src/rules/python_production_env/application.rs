//! Whether what a stage ships is a Python application.

use dfix_catalogue::programs::{self, Mark};
use dfix_catalogue::{
    Ecosystem, Family, ImageMark, PackageMark, image_is, is_named_for_python, package_is,
};
use dfix_engine::OpenCondition;
use dfix_model::path::has_ending;
use dfix_model::runtime::{Leads, Process};
use dfix_model::sources::Language;
use dfix_model::{Command, Given, PackageCommand, PackageManager, Stage};

/// The variable that lets Python write out at once.
pub(super) const UNBUFFERED: &str = "PYTHONUNBUFFERED";

/// Whether what a stage ships is a Python application: its image is Python's, or its start leads to Python. Where what it
/// starts cannot be told, it must install what a Python project of the build asks for.
pub(super) fn is_python(stage: Stage<'_>) -> bool {
    if is_image_of_python(stage) == Some(true) {
        return !is_for_another_program(stage);
    }
    // A script that does many things, Python's among them, is no sign in an image that is made for another language.
    let is_of_another = stage.any_base_facts().family.is_of_a_language() && !has_python(stage);
    let counts = |it: &Process<'_>| it.script.is_none() || !is_of_another;
    let runtime = stage.runtime();
    if runtime
        .processes()
        .any(|it| counts(&it) && runs_python(&it))
    {
        return true;
    }
    let is_untold = runtime.is_silent() || runtime.processes().any(|it| is_unread_script(&it));
    is_untold && is_image_of_python(stage).is_none() && installs_project(stage)
}

/// Whether a stage in the image of Python is there for another program: for one that the file builds, or where no Python is
/// shipped and none installed.
fn is_for_another_program(stage: Stage<'_>) -> bool {
    let runtime = stage.runtime();
    // A shell that somebody works in: what they start is theirs.
    let is_bare_shell = |it: &Process<'_>| {
        it.script.is_none()
            && programs::is_shell(it.command.name())
            && it.command.args().next().is_none()
    };
    let mut processes = runtime.processes().peekable();
    if processes.peek().is_some() && processes.all(|it| is_bare_shell(&it)) {
        return !may_ship_python(stage);
    }
    let may_be_python = |it: &Process<'_>| runs_python(it) || is_unread_script(it);
    if runtime.is_silent() || runtime.processes().any(|it| may_be_python(&it)) {
        return false;
    }
    let starts_its_own = runtime
        .processes()
        .any(|it| it.script.is_none() && runtime.is_built_here(&it));
    starts_its_own || !(installs_packages(stage) || may_ship_python(stage))
}

/// Whether a stage may ship sources of Python.
fn may_ship_python(stage: Stage<'_>) -> bool {
    let sources = stage.application_sources();
    let mut files = sources.files.iter();
    !sources.unread.is_empty() || files.any(|it| it.source.language == Language::Python)
}

/// Whether the file installs Python packages.
fn installs_packages(stage: Stage<'_>) -> bool {
    use PackageManager::{Pip, Pipx, Uv};
    let mut commands = stage.file().stages().flat_map(Stage::build_commands);
    commands.any(|command| {
        let manager = PackageCommand::of(command).map(|it| it.manager);
        matches!(manager, Some(Pip | Pipx | Uv)) || command.is_marked(Mark::KeepsEnvironment)
    })
}

/// Whether the image is made to run Python; none where it is made for no language, or nothing is known of that.
fn is_image_of_python(stage: Stage<'_>) -> Option<bool> {
    let family = stage.any_base_facts().family;
    match family {
        Family::Python | Family::Pypy => Some(true),
        _ => {
            let named = stage.base_image().name().and_then(is_named_for_python);
            named.filter(|is_python| !is_python || !family.is_of_a_language())
        }
    }
}

/// Whether the build installs Python.
fn has_python(stage: Stage<'_>) -> bool {
    let mut packages = stage.system_packages();
    packages.any(|package| programs::is_python(package.name)) || installs_project(stage)
}

/// Whether the image that a stage is based on has Python, or the stage copies something out of one that has.
fn brings_python(stage: Stage<'_>) -> bool {
    let facts = stage.any_base_facts();
    let is_in_base = || {
        facts
            .python_commands()
            .iter()
            .any(|it| facts.has_command(it) == Some(true))
    };
    is_in_base()
        || stage
            .base_chain()
            .flat_map(Stage::steps)
            .filter_map(|step| step.source()?.stage())
            .any(|it| is_image_of_python(it) == Some(true) || has_python(it))
}

/// That Python is there only where a build asks for it, as the stages say that install it.
pub(super) fn only_with(stage: Stage<'_>) -> Option<OpenCondition> {
    if is_image_of_python(stage) == Some(true) {
        return None;
    }
    let is_python = |name: &str| {
        programs::is_python(name) || package_is(Ecosystem::System, name, PackageMark::Python3)
    };
    let packages = stage.system_packages().filter(|it| is_python(it.name));
    let packages: Vec<Command<'_>> = packages.map(|it| it.install.command).collect();
    // Where no package brings it, the base does, and what the command says it to start is there.
    let is_started = |it: Process<'_>| it.script.is_none() && runs_python(&it);
    if packages.is_empty() && stage.runtime().processes().any(is_started) {
        return None;
    }
    let commands = stage.base_chain().flat_map(Stage::build_commands);
    let installs = commands
        .filter_map(PackageCommand::of)
        .filter(|it| it.manager == PackageManager::Pip && it.is_install());
    let mut all = packages.into_iter().chain(installs.map(|it| it.command));
    let Some(first) = all.next() else {
        return (!brings_python(stage)).then(|| {
            OpenCondition::new(
                "whether the image has Python: a script or a launch calls it, and nothing here installs it",
                "set the variable by hand where the image has it",
            )
        });
    };
    let switch = first.only_with()?;
    if all.any(|it| it.only_with().is_none()) {
        return None;
    }
    Some(by_switch("Python", &switch))
}

/// What is there only where a build asks for it.
pub(super) fn by_switch(what: &str, switch: &str) -> OpenCondition {
    OpenCondition::new(
        format!("whether the image is built with {what}: by the default of `{switch}` it is not"),
        "set the variables by hand where every image has it",
    )
}

/// Whether a process runs a Python application that has the image's variables: not where a script has Python do something on
/// the way.
fn runs_python(process: &Process<'_>) -> bool {
    let command = process.command;
    if !command.has_environment() {
        return false;
    }
    let given = command.interpreting().map(|call| call.given);
    if process.script.is_some() && matches!(given, Some(Given::Text(_))) {
        return false;
    }
    if command.is("uwsgi") {
        return !serves_other_languages(command);
    }
    command.is_marked(Mark::Python)
        || command.is_one_of(&["jupyter", "sanic"])
        || command.is_wrapped_by("python")
        || has_ending(command.name(), ".py")
}

/// Whether each Python that is started is told by `-u` not to hold its output back, or is one that does not; or what starts it
/// sets the variable, as a script or the settings of a supervisor.
pub(super) fn is_unbuffered(stage: Stage<'_>) -> bool {
    let base = stage.base_image();
    if base
        .name()
        .is_some_and(|it| image_is(it, ImageMark::Unbuffered))
        && stage.entry().entrypoint.step().is_none()
    {
        return true;
    }
    // The settings of a supervisor set it for what it starts.
    let mut texts = stage.shipped_texts().iter();
    let is_of_python = |path: &str| has_ending(path, ".py");
    if texts.any(|it| !is_of_python(&it.path) && it.says(UNBUFFERED)) {
        return true;
    }
    let runtime = stage.runtime();
    let mut pythons = runtime.processes().filter(runs_python).peekable();
    let is_told = |command: Command<'_>| {
        let call = command.interpreting();
        call.is_some_and(|call| call.is_unbuffered)
            || command.args().any(|word| word.is("awslambdaric"))
    };
    let is_always_told = |it: Process<'_>| {
        let starts = runtime.with_awaited_words(&it);
        starts.is_some_and(|starts| starts.into_iter().all(is_told))
    };
    pythons.peek().is_some() && pythons.all(is_always_told)
}

/// uwsgi serves what its plugins are for.
fn serves_other_languages(uwsgi: Command<'_>) -> bool {
    let has_plugin = ["--plugin", "--plugins"]
        .iter()
        .any(|option| uwsgi.has_option(option));
    has_plugin
        && !uwsgi
            .args()
            .any(|word| word.literal_prefix().contains("python"))
}

/// Whether a process is a shell, or its script, of which nobody can tell what it starts.
fn is_unread_script(process: &Process<'_>) -> bool {
    let command = process.command;
    let is_script = programs::is_shell(command.name()) || has_ending(command.name(), ".sh");
    let is_read = process.leads == Leads::Script || command.has_inner();
    command.name().is_empty() || (is_script && !is_read)
}

/// Whether a stage installs a Python project or its requirements.
fn installs_project(stage: Stage<'_>) -> bool {
    let of_project = |pip: PackageCommand<'_>| {
        pip.requirement_files().next().is_some() || !pip.local_projects().is_empty()
    };
    let managers = [PackageManager::Pip, PackageManager::Uv];
    stage
        .base_chain()
        .flat_map(Stage::build_commands)
        .filter_map(PackageCommand::of)
        .filter(|it| managers.contains(&it.manager) && it.is_install())
        .any(of_project)
}
