//! Whether a program is found by its name at a place of the build: the image has it, what stands before calls it or installs it, and
//! nothing takes it away again.

use dfix_catalogue::programs::{self, Kind};
use dfix_catalogue::{FolderMark, PackageWord, folder_is, package_options};
use dfix_syntax::TextSize;

use crate::facts::destination::{Destination, destination};
use crate::facts::program_names::changed_by;
use crate::facts::{user, variables};
use crate::handles::{Command, Stage, Step, Word};
use crate::packages::{PackageCommand, PackageManager};
use crate::path::{ImagePath, file_name};
use crate::ternary::Ternary;

/// Images that have little: what both have, every image with a shell is taken to have.
const SMALL: [(&str, &str); 2] = [("alpine", "latest"), ("debian", "latest")];

/// Folders that hold no programs that are called by name.
const WITHOUT_PROGRAMS: [&str; 4] = ["/etc", "/tmp", "/usr/share", "/var"];

/// What a command does to a program.
enum Done {
    Brings,
    TakesAway,
    Nothing,
}

/// Whether the program of this name is found before a byte of the stage; `No` where the image lacks it and nothing before may bring it.
pub(crate) fn has_program(stage: Stage<'_>, name: &str, at: TextSize) -> Ternary {
    if programs::find(name).is_some_and(|it| matches!(it.kind(), Kind::Builtin)) {
        return Ternary::Yes;
    }
    let unknown = |why: Option<Step<'_>>| {
        let condition = match why {
            None => format!("whether the image has `{name}`"),
            Some(step) => format!(
                "whether the image still has `{name}` behind line {}",
                step.line()
            ),
        };
        Ternary::unknown(condition, "install it before, or see that it is there")
    };
    let mut there = match stage.base_facts().has_command(name) {
        Some(is_there) => is_there.into(),
        None if is_everywhere(name) => Ternary::Yes,
        None => unknown(None),
    };
    let mut stages: Vec<Stage<'_>> = stage.base_chain().collect();
    stages.reverse();
    let steps = stages.into_iter().flat_map(Stage::steps);
    for step in steps.filter(|it| !it.is_onbuild() && it.range().start() < at) {
        if step.is_copy_or_add() && there.is_no() {
            there = unknown(None);
        }
        if !step.is_run() {
            continue;
        }
        let is_own = step.range().contains(at);
        for command in step.commands().filter(|it| it.range().start() < at) {
            match done(command, name, is_own) {
                Done::Brings => there = Ternary::Yes,
                Done::TakesAway => there = unknown(Some(step)),
                Done::Nothing if there.is_no() => there = unknown(None),
                Done::Nothing => {}
            }
        }
    }
    there
}

/// Whether every image that has a shell is taken to have it.
fn is_everywhere(name: &str) -> bool {
    let mut small = SMALL.iter();
    small.all(|(image, tag)| dfix_catalogue::image(image, tag).has_command(name) == Some(true))
}

/// Whether an image that has one program has another: Debian's own come together.
pub fn come_together(one: &str, other: &str) -> bool {
    let has =
        |(image, tag), name| dfix_catalogue::image(image, tag).has_command(name) == Some(true);
    let [alpine, debian] = SMALL;
    has(debian, one) && !has(alpine, one) && has(debian, other)
}

/// What a command does to a program; `is_own`: it stands in the step that the question is about.
fn done(command: Command<'_>, name: &str, is_own: bool) -> Done {
    if takes_away(command, name) {
        return Done::TakesAway;
    }
    if !command.stops_the_build() {
        return Done::Nothing;
    }
    if PackageCommand::of(command).is_some_and(|it| installs(&it, name)) {
        return Done::Brings;
    }
    // What is found by another path than that of the image may be there in this step alone.
    let is_called = command.executable().is_some_and(|it| it.is(name));
    let is_of_step = || {
        let step = command.step();
        let mut before = step
            .commands()
            .filter(|it| it.range().start() < command.range().start());
        step.mounts().any(|it| it.kind() == "bind")
            || before.any(|it| {
                it.is_one_of(&["source", "."]) || it.assignments().any(|it| it.name() == "PATH")
            })
            || command
                .with_outer()
                .any(|it| it.assignments().any(|it| it.name() == "PATH"))
    };
    if is_called && (is_own || !is_of_step()) {
        Done::Brings
    } else {
        Done::Nothing
    }
}

/// Whether a command of a package manager puts the package of this name where programs are found by their names.
fn installs(command: &PackageCommand<'_>, name: &str) -> bool {
    let family = command.tool().family();
    let elsewhere = [
        PackageWord::DoesNothing,
        PackageWord::DownloadsOnly,
        PackageWord::Elsewhere,
    ];
    let mut options = elsewhere
        .into_iter()
        .flat_map(|it| package_options(family, it));
    let is_elsewhere = options.any(|it| command.has_flag(it));
    let mut packages = command.packages().into_iter();
    command.is_install()
        && packages.any(|it| it.name == Some(name))
        && !is_elsewhere
        && (command.is_of_system() || is_into_path(command))
}

/// Whether a command of a language's package manager puts programs where root's commands find them.
fn is_into_path(command: &PackageCommand<'_>) -> bool {
    let is_there = match command.manager {
        PackageManager::Pip => destination(command) == Destination::System,
        PackageManager::Npm => command.has_flag("-g"),
        PackageManager::Gem => true,
        _ => false,
    };
    is_there && user::caller_is_root(command.command).is_yes()
}

/// Whether a command takes the program away, or may.
fn takes_away(command: Command<'_>, name: &str) -> bool {
    let of_package = |it: PackageCommand<'_>| {
        let is_left_out = |word: Word<'_>| {
            word.value()
                .is_some_and(|it| it.strip_suffix('-') == Some(name))
        };
        it.may_remove() || it.is_of_system() && it.operands().any(is_left_out)
    };
    let is_removal = |options: &[&str]| options.iter().any(|it| command.has_option(it));
    let by_package = PackageCommand::of(command).is_some_and(of_package)
        || command.is("dpkg") && is_removal(&["-r", "-P", "--remove", "--purge"])
        || command.is("rpm") && is_removal(&["-e", "--erase"]);
    if by_package {
        return !is_everywhere(name);
    }
    if command.is("find") || command.is_wrapped_by("find") {
        let deletes = command.is_one_of(&["rm", "mv"])
            || command.args().any(|it| it.is("-delete") || it.is("rm"));
        let mut words = command
            .words()
            .chain(command.wrappers().flat_map(|it| command.words_of(it)));
        return deletes
            && words.any(|it| it.literal_prefix().contains("bin") || it.is("/") || it.is(name));
    }
    let Some(names) = changed_by(command) else {
        return false;
    };
    if !command.is_one_of(&["rm", "mv", "unlink"]) {
        return false;
    }
    let words = command.args().filter(|it| !it.starts_with("-"));
    names.changed.contains(&name) || words.into_iter().any(|it| may_hold(command, it, name))
}

/// Whether what a word names may hold the program: it is called so, or is a folder of programs, or one around them.
fn may_hold(command: Command<'_>, word: Word<'_>, name: &str) -> bool {
    let stage = command.stage();
    let Some(text) = stage.and_then(|it| variables::expand_text(it, word, command)) else {
        return word.literal_prefix().is_empty() || word.source_text().contains("bin");
    };
    if !text.starts_with('/') {
        return file_name(&text) == name || text.contains("bin/");
    }
    let path = ImagePath::new(&text);
    let is_without = |it: &&str| path.below(&ImagePath::new(it)).is_some();
    let (folder, last) = text.rsplit_once('/').unwrap_or_default();
    let is_pattern = last.contains(['*', '?', '[']) && folder_is(folder, FolderMark::Programs);
    let is_around = || {
        let text = path.as_str();
        folder_is(text, FolderMark::Programs)
            || matches!(
                text,
                "/" | "/usr" | "/usr/local" | "/*" | "/usr/*" | "/usr/local/*"
            )
    };
    // What is installed below a folder of its own (`/opt/uv`) is called by a link to it.
    let is_own = || path.as_str().split('/').any(|it| it.contains(name));
    is_pattern || !WITHOUT_PROGRAMS.iter().any(is_without) && (is_around() || is_own())
}
