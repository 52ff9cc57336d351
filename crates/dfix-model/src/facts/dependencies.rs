//! What package managers install beside the application, and nobody writes: `node_modules`, `vendor`, `.venv`.

use rustc_hash::FxHashSet;

use dfix_catalogue::{
    DependencyFolder, PackageWord, build_cache, dependency_folder, is_dependency_folder,
    package_options, programs, writes_dependencies,
};

use crate::context::Answer;
use crate::facts::call_site::CallSite;
use crate::facts::filesystem::Filesystem;
use crate::facts::filesystem::entry::{Entry, Origin};
use crate::facts::project::{NodeProject, runs_install_scripts};
use crate::facts::runtime;
use crate::facts::setting::EnvValue;
use crate::facts::{variables, workdir};
use crate::handles::{Command, Mount, Stage, Step, Word};
use crate::packages::{PackageCommand, PackageManager, only_installs};
use crate::path::ImagePath;

/// Installed dependencies that lie below a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependencies {
    /// Where they are.
    pub folder: ImagePath,
    /// What puts them there, as one may tell it: `npm ci`.
    pub by: String,
    /// Whether scripts of the project itself run with it, or may, and leave more beside it than the dependencies.
    pub may_do_more: bool,
    /// Whether it is npm, which before its version 9 runs the packages' scripts as whoever owns the folder around them.
    pub is_of_npm: bool,
}

/// The dependencies that the build leaves below a folder of the image, also those that come from another stage.
pub(crate) fn dependencies_below(stage: Stage<'_>, folder: &ImagePath) -> Option<Dependencies> {
    below(stage, folder, 0)
}

/// Stages behind each other are followed no further.
const DEEPEST: usize = 16;

fn below(stage: Stage<'_>, folder: &ImagePath, depth: usize) -> Option<Dependencies> {
    if depth > DEEPEST {
        return None;
    }
    let commands = stage.base_chain().flat_map(Stage::build_commands);
    let mut installed = commands.filter_map(installed_by);
    installed
        .find_map(|it| match it.folder {
            Some(place) => {
                let is_there = place.is_below(folder) && !Filesystem::of(stage).removes(&place);
                is_there.then_some(Dependencies {
                    folder: place,
                    by: it.by,
                    may_do_more: it.may_do_more,
                    is_of_npm: it.is_of_npm,
                })
            }
            // It may be there.
            None => Some(Dependencies {
                folder: folder.clone(),
                by: it.by,
                may_do_more: true,
                is_of_npm: it.is_of_npm,
            }),
        })
        .or_else(|| built_beside(stage, folder))
        .or_else(|| copied(stage, folder, depth))
}

/// What builds from sources keep below the folder: modules that were fetched, parts of what is built.
fn built_beside(stage: Stage<'_>, folder: &ImagePath) -> Option<Dependencies> {
    let mut commands = stage.base_chain().flat_map(Stage::build_commands);
    commands.find_map(|command| {
        let first = command.args().next().and_then(Word::value);
        let cache = build_cache(command.name(), first)?;
        let step = command.step();
        let is_mounted = |mount: Mount<'_>| mount.kind() == "cache" && mount.has("target");
        let here = ImagePath::new(&workdir::folder(command, true)?);
        let cache = here.join(cache);
        let is_kept = cache.is_below(folder)
            && !step.mounts().any(is_mounted)
            && !Filesystem::of(stage).removes(&cache);
        is_kept.then(|| Dependencies {
            by: format!("`{} {}`", command.name(), first.unwrap_or_default()),
            folder: cache,
            may_do_more: true,
            is_of_npm: false,
        })
    })
}

/// Those that come from another stage, or are called as such where they come from an image.
fn copied(stage: Stage<'_>, folder: &ImagePath, depth: usize) -> Option<Dependencies> {
    let file = stage.file();
    let files = Filesystem::of(stage);
    // A pattern names files beside the dependencies, and hardly them.
    let is_pattern = |word: Word<'_>| word.literal_prefix().contains(['*', '?', '[']);
    let copies = stage.base_chain().flat_map(Stage::copies);
    let of_patterns: FxHashSet<usize> = copies
        .filter(|copy| copy.sources().any(is_pattern))
        .map(Step::index)
        .collect();
    files.all_landings().find_map(|landing| {
        if of_patterns.contains(&landing.step)
            || landing.has_owner
            || !(landing.path.is_below(folder) || folder.is_below(&landing.path))
        {
            return None;
        }
        let by = |folder: &ImagePath| Dependencies {
            folder: folder.clone(),
            by: "`COPY --from`".to_owned(),
            may_do_more: false,
            is_of_npm: false,
        };
        match &landing.from {
            Some(Origin::Stage(index, path)) => {
                let other = file.stages().nth(*index)?;
                // What of that stage lands in the folder here.
                let part = match folder.below(&landing.path) {
                    Some(rest) if !rest.is_empty() => path.join(rest),
                    _ => path.clone(),
                };
                below(other, &part, depth + 1).map(|_| by(&landing.path))
            }
            None if is_dependency_folder(landing.path.file_name()) => Some(by(&landing.path)),
            Some(Origin::Context(path)) if landing.entry == Entry::Folder => committed(stage, path)
                .map(|name| Dependencies {
                    folder: landing.path.join(&name),
                    by: "`COPY`".to_owned(),
                    ..by(&landing.path)
                }),
            _ => None,
        }
    })
}

/// The folder of dependencies that the build context holds in a folder of its own: one that is committed, or that
/// `.dockerignore` does not leave out.
fn committed(stage: Stage<'_>, folder: &str) -> Option<String> {
    let names = stage.file().context().list(folder).found()?;
    let mut folders = names.iter().filter_map(|name| name.strip_suffix('/'));
    let found = folders.find(|name| is_dependency_folder(name) && *name != "deps")?;
    Some(found.to_owned())
}

/// What a command installs beside the application.
pub(crate) struct Installed {
    /// Where; none where only the build can tell.
    pub(crate) folder: Option<ImagePath>,
    /// What puts it there, as one may tell it: `npm ci`.
    pub(crate) by: String,
    may_do_more: bool,
    is_of_npm: bool,
}

/// Whether a package manager that keeps what it installs beside the application is told to put it elsewhere: `npm install -g`.
pub(crate) fn installs_elsewhere(command: Command<'_>) -> bool {
    let tool = dependency_folder(command.name());
    let mut words = command.args().filter_map(Word::value);
    tool.is_some_and(|tool| words.any(|word| tool.is_elsewhere(word)))
}

/// Whether a command only installs packages, and those where none is at a path.
pub(crate) fn installs_elsewhere_than(command: Command<'_>, path: &ImagePath) -> bool {
    if !only_installs(command) {
        return false;
    }
    let is_told = |family: &str, folders: &mut dyn Iterator<Item = &'static str>| {
        let mut options = package_options(family, PackageWord::Elsewhere).chain(folders);
        options.any(|option| command.has_option(option))
    };
    if PackageCommand::of(command).is_some_and(|it| it.manager == PackageManager::Gem) {
        return !is_told("gem", &mut std::iter::empty());
    }
    let (Some(tool), Some(stage)) = (dependency_folder(command.name()), command.stage()) else {
        return false;
    };
    let is_near = |name: &str| {
        let value = variables::env_at(stage, command, name);
        let is_elsewhere =
            |text: &str| text.starts_with('/') && !path.is_below(&ImagePath::new(text));
        value.is_set() && !value.value().is_some_and(is_elsewhere)
    };
    if tool.variables_of_more().any(is_near) {
        return false;
    }
    match installed_by(command) {
        Some(it) => it.folder.is_some_and(|folder| !path.is_below(&folder)),
        None => {
            !(installs_elsewhere(command) && is_told(command.name(), &mut tool.folder_options()))
        }
    }
}

/// What a command installs beside the application.
pub(crate) fn installed_by(command: Command<'_>) -> Option<Installed> {
    let stage = command.stage()?;
    let here = workdir::folder(command, true).map(|folder| ImagePath::new(&folder));
    let place = |word: Word<'_>| {
        let text = variables::expand_text(stage, word, command)?;
        Some(if text.starts_with('/') {
            ImagePath::new(&text)
        } else {
            here.as_ref()?.join(&text)
        })
    };
    let said = |by: String, folder: Option<ImagePath>| Installed {
        may_do_more: runs_own_scripts(command),
        is_of_npm: command.name() == "npm",
        folder,
        by,
    };
    let first = command.args().next().and_then(Word::value);
    let makes_environment = match command.name() {
        "virtualenv" => true,
        "uv" => first == Some("venv"),
        name => programs::is_python(name) && command.arg(1).is_some_and(|word| word.is("venv")),
    };
    if makes_environment {
        let last = command
            .args()
            .next_back()
            .filter(|word| !word.starts_with("-"))?;
        return Some(said(format!("`{}`", command.name()), place(last)));
    }
    if let Some(pip) = PackageCommand::of(command)
        && pip.manager == PackageManager::Pip
    {
        let folder = pip.values_of(&["-t", "--target", "--prefix"]).last()?.word;
        return Some(said("`pip install`".to_owned(), place(folder)));
    }
    let tool = dependency_folder(command.name())?;
    let (project, told) = match told_folder(command, tool) {
        Some((at, folder)) => {
            let both = here.as_ref().zip(folder);
            (both.map(|(here, folder)| here.join(&folder)), Some(at))
        }
        None => (here.clone(), None),
    };
    let subcommand = match PackageCommand::of(command) {
        Some(package) => Some(package.subcommand_text()).filter(|text| !text.is_empty()),
        None => {
            let words = command.args().enumerate();
            let words = words.filter(|(at, _)| Some(*at) != told);
            words
                .filter_map(|(_, word)| word.value())
                .find(|text| !text.starts_with('-'))
        }
    };
    if !tool.installs(subcommand) || installs_elsewhere(command) {
        return None;
    }
    let is_set = |name: &str| match variables::env_at(stage, command, name) {
        EnvValue::Set(setting) => setting
            .value
            .is_none_or(|value| !matches!(value, "" | "0" | "false") && !value.starts_with('/')),
        EnvValue::Unset | EnvValue::Unknown => false,
    };
    let told = tool.folder_variables().find_map(|name| {
        let value = variables::env_at(stage, command, name);
        value.is_set().then(|| value.value().map(str::to_owned))
    });
    // Where the variable says nothing that is known, the folder is anywhere.
    let folder = match &told {
        Some(told) => told.as_deref(),
        None => Some(tool.folder()),
    };
    let mut asked_for = tool.asked_for_by().peekable();
    if asked_for.peek().is_some() && !asked_for.any(|it| is_set(it) || is_said(command, it)) {
        return None;
    }
    let by = [
        "`",
        command.name(),
        subcommand.map_or("", |_| " "),
        subcommand.unwrap_or(""),
        "`",
    ]
    .concat();
    let place = project.zip(folder);
    Some(said(
        by,
        place.map(|(project, folder)| project.join(folder)),
    ))
}

/// The folder that an option tells a package manager to work in, and which argument that is: `npm --prefix ./web ci`. None where
/// only the build can tell the folder: it may be anywhere.
fn told_folder(command: Command<'_>, tool: DependencyFolder) -> Option<(usize, Option<String>)> {
    let told = |word| variables::expand_text(command.stage()?, word, command);
    let is_option = |text: &str| tool.folder_options().any(|option| option == text);
    let mut is_value = false;
    command.args().enumerate().find_map(|(at, word)| {
        if is_value {
            return Some((at, told(word)));
        }
        is_value = word.value().is_some_and(is_option);
        let (option, _) = word.literal_prefix().split_once('=')?;
        let value = || Some(told(word)?.split_once('=')?.1.to_owned());
        is_option(option).then(|| (at, value()))
    })
}

/// What the start runs that writes among the installed dependencies: `npm install`, `prisma generate`.
pub(crate) fn written_at_start(stage: Stage<'_>) -> Option<String> {
    runtime::of(stage).processes().find_map(|process| {
        let command = process.command;
        let words = command.args().filter_map(Word::value);
        let mut words = words.filter(|word| !word.starts_with('-'));
        let mut first = words.next();
        let mut program = command.name();
        if command.is_one_of(&["npx", "pnpx", "bunx"]) {
            program = first.unwrap_or_default();
            first = words.next();
        }
        let package = PackageCommand::of(command).filter(PackageCommand::is_install);
        let installs = || {
            let tool = dependency_folder(command.name());
            package.as_ref().is_some_and(is_of_node)
                || tool.is_some_and(|tool| tool.installs(first))
        };
        let writes = writes_dependencies(program, first).is_some() || installs();
        let words = [program, first.unwrap_or_default()];
        writes.then(|| format!("`{}`", words.join(" ").trim_end()))
    })
}

/// Whether the installation runs scripts that the project has for it, or may.
fn runs_own_scripts(command: Command<'_>) -> bool {
    const OF_COMPOSER: [&str; 3] = ["post-install-cmd", "post-autoload-dump", "post-update-cmd"];
    let site = CallSite::of(command);
    let package = PackageCommand::of(command);
    let is_composer = matches!(command.name(), "composer" | "composer.phar");
    match package {
        _ if is_composer && command.has_arg("--no-scripts") => false,
        _ if is_composer => match site.read("composer.json") {
            Answer::Found(text) => OF_COMPOSER.iter().any(|name| text.contains(name)),
            Answer::Absent => false,
            Answer::Unknown(_) => true,
        },
        Some(package) if runs_install_scripts(&package) && is_of_node(&package) => {
            match NodeProject::of(&package, &site) {
                NodeProject::Read(json) => json.install_scripts().next().is_some(),
                NodeProject::Absent => false,
                NodeProject::Unread(_) => true,
            }
        }
        _ => false,
    }
}

fn is_of_node(package: &PackageCommand<'_>) -> bool {
    matches!(
        package.manager,
        PackageManager::Npm | PackageManager::Yarn | PackageManager::Pnpm
    )
}

/// Whether the command says so itself, or one that writes the settings of its program before it.
fn is_said(command: Command<'_>, wanted: &str) -> bool {
    let says = |it: Command<'_>| {
        it.args().filter_map(Word::value).any(|word| {
            let key = word.split('=').next().unwrap_or(word);
            key == wanted
        })
    };
    let Some(stage) = command.stage() else {
        return false;
    };
    let is_before = |it: &Command<'_>| it.range().start() < command.range().start();
    let configures = |it: Command<'_>| {
        it.name() == command.name() && it.args().any(|word| word.is("config")) && says(it)
    };
    says(command)
        || stage
            .base_chain()
            .flat_map(Stage::build_commands)
            .filter(is_before)
            .any(configures)
}
