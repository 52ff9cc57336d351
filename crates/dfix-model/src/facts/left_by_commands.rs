//! What commands of the build leave in a folder, beside what is copied there.

use dfix_catalogue::programs::Mark;
use dfix_catalogue::{Ecosystem, PackageMark, build_outputs, package_is};

use crate::facts::application_sources::{ApplicationSource, application_sources};
use crate::facts::compiled::builds;
use crate::facts::context_files::final_context_path_of;
use crate::facts::dependencies::{Installed, installed_by, installs_elsewhere};
use crate::facts::filesystem::Filesystem;
use crate::facts::filesystem::entry::{Touch, Touched};
use crate::facts::runtime::{Leads, Process};
use crate::facts::scripts::script_of_package;
use crate::facts::setting::EnvValue;
use crate::facts::{run_time_writes, runtime, variables, workdir};
use crate::handles::{Command, Given, Stage, Step, Word};
use crate::packages::PackageCommand;
use crate::path::ImagePath;

/// What commands of the build leave in a folder, beside what is copied there.
#[derive(Debug, Clone, Default)]
pub struct LeftByCommands {
    /// Folders made there.
    pub made: Vec<ImagePath>,
    /// A package manager that keeps its packages there, and the folder.
    pub packages: Option<(String, ImagePath)>,
    /// A command of which it is not known what it leaves.
    pub unknown: Option<String>,
}

/// Whether the application does nothing but read what the build leaves in a folder: a server hands its files out; or Node runs
/// a file of it, all of its sources are read and write nothing there, and it serves no framework's build.
pub(crate) fn is_only_read(stage: Stage<'_>, folder: &ImagePath) -> bool {
    let runtime = runtime::of(stage);
    let hands_out = |process: &Process<'_>| process.command.is_marked(Mark::ServesFiles);
    let is_script = |process: &Process<'_>| process.leads == Leads::Script;
    if runtime.unfollowed().is_empty()
        && runtime.processes().any(|it| hands_out(&it))
        && runtime
            .processes()
            .all(|it| is_script(&it) || hands_out(&it))
    {
        return true;
    }
    let runs_file = |process: &Process<'_>| {
        let call = process.command.interpreting();
        process.command.is_one_of(&["node", "nodejs"])
            && call.is_some_and(|call| matches!(call.given, Given::File(_)))
    };
    let is_followed = |process: &Process<'_>| is_script(process) || runs_file(process);
    let runs_files = runtime.unfollowed().is_empty()
        && runtime.processes().any(|it| runs_file(&it))
        && runtime.processes().all(|it| is_followed(&it));
    let serves = |name: &str| package_is(Ecosystem::Language, name, PackageMark::ServesBuild);
    if !runs_files
        || stage
            .node_packages()
            .known
            .iter()
            .any(|it| serves(&it.name))
    {
        return false;
    }
    if !is_left_by_builds(stage, folder) {
        return false;
    }
    let sources = application_sources(stage);
    let is_read = sources.unread.is_empty() && !sources.files.is_empty();
    let is_understood = |file: &ApplicationSource| file.source.is_understood();
    let writes = run_time_writes::of(stage);
    let mut known = writes.known.iter();
    is_read
        && sources.files.iter().all(is_understood)
        && writes.unknown.is_empty()
        && !known.any(|write| write.path.is_below(folder))
}

/// Whether nothing but what makes programs out of sources leaves files in a folder, beside packages: what else does, may make
/// a database that the application writes (`prisma migrate deploy`).
fn is_left_by_builds(stage: Stage<'_>, folder: &ImagePath) -> bool {
    let touched = stage
        .base_chain()
        .flat_map(|stage| Filesystem::of(stage).touched());
    let mut left = touched.filter(|touched| {
        matches!(touched.touch, Touch::Filled | Touch::Written)
            && touched.path.is_below(folder)
            && !touched.step.is_copy_or_add()
    });
    left.all(|touched| touched.command.is_some_and(only_builds))
}

/// Whether a command installs packages, or makes programs out of sources and does nothing else; of a script of
/// `package.json` each of its commands.
fn only_builds(command: Command<'_>) -> bool {
    let makes = |it: Command<'_>| {
        it.is_marked(Mark::Bundles)
            || it.is_marked(Mark::NamesFiles)
            || it.is_marked(Mark::LeavesNothing)
            || build_outputs(it.name(), it.args().next().and_then(Word::value)).is_some()
    };
    let Some(package) = PackageCommand::of(command) else {
        return makes(command);
    };
    if package.is_install() {
        return true;
    }
    let script = package.script().zip(command.stage());
    let script = script.map(|(name, stage)| script_of_package(stage, &package, name));
    match script {
        Some(Ok(Some(script))) => script.commands().all(makes),
        _ => makes(command),
    }
}

/// What commands of the build leave in a folder.
pub(crate) fn left_by_commands(stage: Stage<'_>, folder: &ImagePath) -> LeftByCommands {
    let mut left = LeftByCommands::default();
    let touched = stage
        .base_chain()
        .flat_map(|stage| Filesystem::of(stage).touched());
    for touched in touched.filter(|touched| touched.path.is_below(folder)) {
        // What a COPY puts there, and the folders that it makes for that, is whose it says.
        if touched.step.is_copy_or_add() {
            continue;
        }
        match touched.touch {
            Touch::Made if touched.path != folder => {
                let rest = touched.path.below(folder).unwrap_or("");
                let outermost = ImagePath::new(rest)
                    .parts()
                    .next()
                    .map(|name| folder.join(name));
                let made = outermost.filter(|path| !left.made.iter().any(|made| made == path));
                left.made.extend(made);
            }
            Touch::Filled | Touch::Written => tell(&mut left, &touched, folder),
            Touch::Removed if touched.path != folder => {
                let before = left.made.len();
                left.made.retain(|made| !made.is_below(touched.path));
                if left.made.len() < before {
                    left.unknown.get_or_insert("`mkdir`".to_owned());
                }
            }
            _ => {}
        }
    }
    let is_opaque = |run: Step<'_>| run.has_opaque_text() || run.commands().next().is_none();
    if stage.base_chain().flat_map(Stage::runs).any(is_opaque) {
        left.unknown.get_or_insert("a RUN".to_owned());
    }
    left
}

/// What makes programs out of sources in a folder of the image, beside packages.
#[derive(Debug, Clone)]
pub struct BuiltBelow<'m> {
    /// The command, the last one that does.
    pub command: Command<'m>,
    /// How one may tell it: `mvnw clean package`.
    pub said: String,
}

/// What builds something below a folder, if anything does.
pub(crate) fn built_below<'m>(stage: Stage<'m>, folder: &ImagePath) -> Option<BuiltBelow<'m>> {
    let is_below = |path: &ImagePath| path.is_below(folder) || folder.is_below(path);
    let builds_there = |command: &Command<'_>| {
        if PackageCommand::of(*command).is_some_and(|it| it.is_install()) {
            return false;
        }
        if let Some(outputs) = outputs_of(*command) {
            return outputs.iter().any(is_below);
        }
        let here = || workdir::folder(*command, true).map(|it| ImagePath::new(&it));
        builds(*command) && here().is_some_and(|it| it.is_below(folder))
    };
    let commands = stage.base_chain().flat_map(Stage::build_commands);
    let command = commands
        .filter(builds_there)
        .max_by_key(|it| (it.step().index(), it.index))?;
    let words = command.args().filter_map(Word::value);
    let words = words.filter(|it| !it.starts_with('-')).take(2);
    let said: Vec<&str> = std::iter::once(command.name()).chain(words).collect();
    Some(BuiltBelow {
        command,
        said: said.join(" "),
    })
}

/// Who puts files there.
fn tell(left: &mut LeftByCommands, touched: &Touched<'_>, folder: &ImagePath) {
    let package = touched.command.and_then(PackageCommand::of);
    let installed = || touched.command.and_then(installed_by);
    let place = |installed: Option<Installed>| {
        let place = installed.and_then(|it| it.folder);
        place.unwrap_or_else(|| folder.clone())
    };
    match package.filter(PackageCommand::is_install) {
        Some(_) if touched.command.is_some_and(installs_elsewhere) => {}
        Some(package) => {
            let words = [package.program_name(), package.subcommand_text()];
            let said = format!("`{}`", words.join(" ").trim_end());
            left.packages
                .get_or_insert_with(|| (said, place(installed())));
        }
        None if let Some(it) = installed() => {
            let by = it.by.clone();
            left.packages.get_or_insert_with(|| (by, place(Some(it))));
        }
        None if let Some(outputs) = touched.command.and_then(outputs_of) => {
            let outputs = outputs.into_iter().filter(|it| it.is_below(folder));
            let made: Vec<ImagePath> = outputs.filter(|it| !left.made.contains(it)).collect();
            left.made.extend(made);
        }
        None => {
            let said = touched.command.map(|command| {
                let script = PackageCommand::of(command).filter(|it| it.script().is_some());
                let subcommand = script.map_or("", |it| it.subcommand_text());
                let words = [command.name(), subcommand];
                format!("`{}`", words.join(" ").trim_end())
            });
            left.unknown
                .get_or_insert(said.unwrap_or("a RUN".to_owned()));
        }
    }
}

/// What a script of `package.json` builds, where each program that it runs is known to leave nothing else there, and no
/// setting of the project says that it goes elsewhere.
fn outputs_of(command: Command<'_>) -> Option<Vec<ImagePath>> {
    let stage = command.stage()?;
    let package = PackageCommand::of(command)?;
    let script = script_of_package(stage, &package, package.script()?).ok()??;
    let here = ImagePath::new(&workdir::folder(command, true)?);
    let mut found = Vec::new();
    let mut moved_by = Vec::new();
    for command in script.commands() {
        let mut words = command.args().filter_map(Word::value);
        let outputs = build_outputs(command.name(), words.next())?;
        // An option may name another folder.
        if words.next().is_some() {
            return None;
        }
        found.extend(outputs.folders().map(|it| here.join(it)));
        moved_by.extend(outputs.moved_by());
    }
    let is_moved = || settings_say(stage, &here, &moved_by).unwrap_or(true);
    (!found.is_empty() && !is_moved()).then_some(found)
}

/// Whether one of these words stands in the settings beside `package.json` in a folder of the image: its own,
/// `next.config.js` and its like, `.env`. None where they cannot be read.
fn settings_say(stage: Stage<'_>, folder: &ImagePath, words: &[&str]) -> Option<bool> {
    let package = final_context_path_of(stage, folder.join("package.json").as_str())?;
    let folder = package.strip_suffix("package.json")?.trim_end_matches('/');
    let context = stage.file().context();
    let names = context.list(folder).found()?;
    let is_setting = |name: &&String| {
        name.contains(".config.") || name.starts_with(".env") || *name == "package.json"
    };
    for name in names.iter().filter(is_setting) {
        let path = if folder.is_empty() {
            name.clone()
        } else {
            format!("{folder}/{name}")
        };
        let text = context.read(&path).found()?;
        if words.iter().any(|word| text.contains(word)) {
            return Some(true);
        }
    }
    let is_unset = |word: &&str| matches!(variables::final_env(stage, word), EnvValue::Unset);
    Some(!words.iter().all(is_unset))
}
