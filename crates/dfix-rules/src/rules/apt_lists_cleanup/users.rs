//! Who needs apt's lists of those that run later.

use dfix_catalogue::{FileMark, file_is};
use dfix_engine::OpenCondition;
use dfix_model::apt_in_text as apt;
use dfix_model::path::file_name;
use dfix_model::scripts::ScriptAt;
use dfix_model::{
    Command, GivenSource, GivenSources, HiddenCalls, Need, PackageCommand, PackageManager, Step,
    Users,
};

use super::lists::{needs_lists, updates};

/// What is known of the commands that come after the lists are gone.
pub(super) struct OfTheLists;

impl Users for OfTheLists {
    fn fills(&self, command: Command<'_>) -> bool {
        PackageCommand::of(command)
            .is_some_and(|it| it.manager == PackageManager::Apt && updates(&it))
    }

    fn unread(&self, step: Step<'_>) -> Option<Need> {
        step.is_run().then(|| open("text that is not understood"))
    }

    fn needs(&self, command: Command<'_>) -> Option<Need> {
        if let Some(package) = PackageCommand::of(command) {
            let way_out = "install all packages in one `RUN` that begins with `apt-get update` and ends with \
                           `rm -rf /var/lib/apt/lists/*`";
            if needs_lists(&package) {
                return Some(Need::of(command, way_out));
            }
            return unknown_name(&package).map(Need::Perhaps);
        }
        if let Some(unknown) = unknown_to_apt_mark(command) {
            return Some(Need::Perhaps(unknown));
        }
        if command.is_given_its_input() {
            return Some(open(&format!("what `{}` is given", command.name())));
        }
        if let Some(given) = command.given_sources() {
            return of_sources(command, &given);
        }
        let is_harmless = if command.step().is_run() {
            is_known_to_do_without(command)
        } else {
            !is_unread_at_start(command)
        };
        if is_harmless {
            return None;
        }
        Some(match command.name() {
            "" => open("a command whose name is a variable"),
            name => open(&format!("`{name}`")),
        })
    }
}

/// A package that is to be removed and that nothing here installs. By the lists apt knows that it is not installed, and
/// goes on; without them it knows no such name, and fails (apt-get(8), tried with apt 2.6).
fn unknown_name(package: &PackageCommand<'_>) -> Option<OpenCondition> {
    if package.manager != PackageManager::Apt || package.command.is_failure_ignored() {
        return None;
    }
    let stage = package.command.stage();
    let is_installed =
        |name: &str| stage.is_some_and(|stage| stage.system_packages().any(|it| it.name == name));
    let named = package.packages();
    let is_unknown = |name: Option<&str>| name.is_none_or(|name| !is_installed(name));
    let unknown = named.iter().find(|it| is_unknown(it.name));
    let what = match unknown {
        Some(unknown) => unknown.word.source_text(),
        // `xargs` may hand it more.
        None if package.may_take_more() => "what it is handed",
        None => return None,
    };
    Some(not_installed(what, package.step(), "removes it"))
}

fn not_installed(what: &str, step: Step<'_>, does: &str) -> OpenCondition {
    OpenCondition::new(
        format!(
            "whether {what} is installed where {} {does}: by its lists apt knows the name and goes on, without them it fails",
            step.label()
        ),
        "leave it out there if it is not installed",
    )
}

/// A package that `apt-mark` is told and that nothing here installs: as for one that is removed (tried with apt 2.6).
fn unknown_to_apt_mark(command: Command<'_>) -> Option<OpenCondition> {
    const SUBCOMMANDS: [&str; 6] = ["auto", "hold", "install", "manual", "remove", "unhold"];
    if !command.is("apt-mark") || command.is_failure_ignored() {
        return None;
    }
    let mut words = command.args().filter(|word| !word.starts_with("-"));
    words
        .next()
        .filter(|word| SUBCOMMANDS.iter().any(|it| word.is(it)))?;
    let stage = command.stage()?;
    // A pattern that fits nothing is no failure.
    let is_name = |text: &str| !text.contains(['*', '?', '[', '^', '$']);
    let unknown = words.find(|word| {
        word.value().is_some_and(|name| {
            is_name(name) && !stage.system_packages().any(|package| package.name == name)
        })
    })?;
    Some(not_installed(
        unknown.source_text(),
        command.step(),
        "names it",
    ))
}

/// What the sources need that an interpreter is given: apt, which their text names, and no update.
fn of_sources(command: Command<'_>, given: &GivenSources) -> Option<Need> {
    let mut named = given.read.iter().filter(|it| apt::is_named_in(&it.text));
    if let Some(source) = named.next() {
        if given.read.iter().any(|it| apt::updates(&it.text)) {
            return None;
        }
        let name = source.path.file_name();
        let mut started = given.read.iter().flat_map(GivenSource::started);
        if started.any(|words| apt::is_install(&words)) {
            let way_out = format!(
                "let `{name}`, which installs packages, call `apt-get update` before it does"
            );
            return Some(Need::of(command, &way_out));
        }
        return Some(open(&format!("`{name}`, which names apt,")));
    }
    if given.is_open {
        return Some(open(&format!("what `{}` is given", command.name())));
    }
    // Of what the container starts, what lies elsewhere than in the build context is a program of others, unless somebody
    // makes it there before the build.
    let is_run = command.step().is_run();
    let is_made_before = |path: &&str| {
        let stage = command.stage();
        stage.is_some_and(|stage| stage.absent_copy(path).is_some())
    };
    let absent = given.absent.as_deref();
    let absent = absent.filter(|path| is_run || is_made_before(path));
    let unread = given.unread.as_deref().or(absent);
    let unread = unread.filter(|path| !file_is(file_name(path), FileMark::NoApt))?;
    Some(open(&format!("`{unread}`")))
}

fn open(who: &str) -> Need {
    Need::Perhaps(OpenCondition::new(
        format!("whether {who} needs apt's lists"),
        "see that it calls `apt-get update` before it installs anything",
    ))
}

/// Whether the container starts a file of the build context that was not read: a script of the project's own may install
/// packages. Programs that come from elsewhere do not.
fn is_unread_at_start(command: Command<'_>) -> bool {
    let started = command
        .stage()
        .map(|stage| stage.script_started_by(command));
    matches!(started, Some(ScriptAt::Unread(_)))
}

fn is_known_to_do_without(command: Command<'_>) -> bool {
    match command.hidden_calls() {
        HiddenCalls::None => true,
        HiddenCalls::Script(script) => !script.has_opaque_text(),
        HiddenCalls::Text(text) => !apt::is_named_in(text) || apt::updates(text),
        HiddenCalls::Unknown => false,
    }
}
