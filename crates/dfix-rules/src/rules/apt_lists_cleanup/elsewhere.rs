//! Who needs apt's lists when a container runs, beside the commands of the file: sources of the application, whatever
//! starts them, what the build fetches, what other files of the project run in such containers.

use dfix_catalogue::{FolderMark, folder_above};
use dfix_engine::OpenCondition;
use dfix_model::path::has_ending;
use dfix_model::scripts::{Script, ScriptAt};
use dfix_model::{
    ImagePath, PackageCommand, Stage, StartCommand, Step, Users, Word, apt_in_text as apt,
    known_words,
};

use crate::base::MOST_OPEN;

use super::lists::needs_lists;
use super::users::OfTheLists;

/// What stays open of them: of the stage itself, of images of the file that are based on it, and of those of other files.
pub(super) fn possible(stage: Stage<'_>) -> Vec<OpenCondition> {
    let mut found = of_one(stage);
    let images = stage.images_upon().filter(|it| *it != stage);
    found.extend(images.flat_map(of_one));
    if !found.is_empty() {
        return found;
    }
    stage.each_based_elsewhere(&mut |child, of| {
        let told = child.images_upon().flat_map(of_one).take(MOST_OPEN);
        found.extend(told.map(|it| {
            OpenCondition::new(format!("{}, in {}", it.condition, of.said()), it.remedy)
        }));
    });
    found.truncate(MOST_OPEN);
    found
}

fn of_one(stage: Stage<'_>) -> Vec<OpenCondition> {
    let mut all = stage.launched_scripts().chain(stage.documented_scripts());
    let launched = all.find_map(by_a_launch);
    let launched = launched.or_else(|| by_what_a_launch_runs(stage));
    let jobs = stage.jobs().into_iter();
    let found = jobs.chain(launched).chain(by_a_source(stage));
    let unread = unknown_script(stage).or_else(|| unread_service(stage));
    found.chain(fetched(stage)).chain(unread).collect()
}

/// A script that the container starts and that nothing is known to put there: it is of the image, or of something that is fetched.
fn unknown_script(stage: Stage<'_>) -> Option<OpenCondition> {
    let is_script = |it: &str| it.contains('/') && has_ending(it, ".sh");
    let start = [stage.entry().entrypoint, stage.entry().cmd];
    let mut commands = start
        .into_iter()
        .filter_map(StartCommand::step)
        .flat_map(Step::commands);
    let command = commands.find(|it| {
        let named = it.program().into_iter().chain(it.args()).next();
        named.and_then(Word::value).is_some_and(is_script)
            && matches!(stage.script_started_by(*it), ScriptAt::Elsewhere)
    })?;
    let name = command.program()?.value()?;
    Some(open(format!(
        "whether `{name}`, which is not read, needs apt's lists"
    )))
}

/// What is copied where a supervisor finds the scripts that it runs, and is not read.
fn unread_service(stage: Stage<'_>) -> Option<OpenCondition> {
    let context = stage.file().context();
    let is_of_services = |it: &Step<'_>| {
        let target = it.target().map_or("", Word::literal_prefix);
        folder_above(ImagePath::new(target).as_str(), FolderMark::Services).is_some()
    };
    let is_unread = |it: Word<'_>| {
        let path = it.value().map(ImagePath::new);
        let text = path.and_then(|it| context.read(&it.as_str()[1..]).found());
        text.is_none_or(|text| apt::is_named_in(&text) && !apt::updates(&text))
    };
    let copies = stage.base_chain().flat_map(Stage::copies);
    let mut services = copies.filter(is_of_services);
    let copy = services.find(|it| it.flag("from").is_some() || it.sources().any(is_unread))?;
    Some(open(format!(
        "whether what {} puts where services are started from needs apt's lists",
        copy.label()
    )))
}

/// A script of the build context that a launch starts, likewise.
fn by_what_a_launch_runs(stage: Stage<'_>) -> Option<OpenCondition> {
    let mut scripts: Vec<Script<'_>> = Vec::new();
    for script in stage.runtime().processes().filter_map(|it| it.script) {
        if !scripts.iter().any(|it| it.path() == script.path()) {
            scripts.push(script);
        }
    }
    scripts.into_iter().find_map(by_a_launch)
}

fn open(condition: String) -> OpenCondition {
    OpenCondition::new(
        condition,
        "see that it calls `apt-get update` before it installs anything",
    )
}

/// What a file of the project runs in a container installs by lists that it does not fetch.
fn by_a_launch(script: Script<'_>) -> Option<OpenCondition> {
    let mut commands = script.commands();
    let is_one = |command| PackageCommand::of(command).is_some_and(|it| needs_lists(&it));
    let fills = |command| OfTheLists.fills(command);
    let first = commands.find(|command| fills(*command) || is_one(*command))?;
    (!fills(first)).then(|| {
        open(format!(
            "whether {} finds what it installs by apt, without lists",
            script.path()
        ))
    })
}

/// A source of the application that starts apt to install something, and never has it fetch the lists.
fn by_a_source(stage: Stage<'_>) -> Option<OpenCondition> {
    let context = stage.file().context();
    let sources = stage.application_sources();
    let starts = sources.files.iter().map(|file| {
        let mut programs = file.source.programs.iter();
        let is_install = |program: &&dfix_model::sources::Program| {
            let words = known_words(&program.command);
            apt::is_install(&words) || apt::starts_an_install(&program.written)
        };
        let line = programs.find(is_install).map(|it| it.line);
        (file.context_path.as_str(), line)
    });
    let unread = sources.unread_files.iter().map(|it| (it.as_str(), None));
    starts.chain(unread).find_map(|(path, line)| {
        let text = context.read(path).found()?;
        let is_one = line.is_some() || apt::starts_an_install(&text);
        let line = line.map_or_else(String::new, |line| format!(" (line {line})"));
        (is_one && !apt::updates(&text)).then(|| {
            open(format!(
                "whether `{path}`{line} needs apt's lists when it installs packages"
            ))
        })
    })
}

/// What the container starts of a project that the build fetches.
fn fetched(stage: Stage<'_>) -> Option<OpenCondition> {
    let named = stage.fetched_start()?;
    Some(open(format!(
        "whether `{named}`, which comes with what is fetched when the image is built, needs apt's lists"
    )))
}
