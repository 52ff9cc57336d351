//! What a command of a build calls that its words do not say: whether it may run a package manager of the system.

use dfix_catalogue::programs::Mark;
use dfix_catalogue::{
    FileMark, LeftPart, file_is, install_script, only_prepares_shell, package_tool,
};

use crate::collect::command::Operator;
use crate::facts::apt_in_text::names_one;
use crate::facts::executed::leaves;
use crate::facts::given_sources::{GivenSource, GivenSources};
use crate::facts::interpreted::Interpreted;
use crate::facts::scripts::{Script, ScriptAt, script_at};
use crate::handles::{Command, Given, Word};
use crate::packages::{PackageCommand, PackageManager};
use crate::path::file_name;

/// What a command of a build may call beside what its words say.
#[derive(Clone, Copy)]
pub enum HiddenCalls<'m> {
    /// No package manager of the system, or one that is given its lists before.
    None,
    /// What this script of the build context says.
    Script(Script<'m>),
    /// What this text in another language than the shell's says.
    Text(&'m str),
    /// Not known.
    Unknown,
}

/// How deep scripts that run scripts are followed.
const DEEPEST: usize = 8;

impl<'m> Command<'m> {
    /// What it may call beside what its words say, where it is no interpreter that is given a source of the project
    /// ([`Command::given_sources`]).
    pub fn hidden_calls(self) -> HiddenCalls<'m> {
        hidden_calls(self)
    }

    /// Whether an interpreter runs, in a build, what comes at its input: `curl … | python3`.
    pub fn is_given_its_input(self) -> bool {
        is_given_its_input(self)
    }

    /// Whether a command of a build that is none of a package manager itself may call this one, a system's, as far as is
    /// known: in a script, in a source, or as a program of which nothing is known. `is_harmless` says which calls of it, in
    /// scripts, do not count.
    pub fn may_call(
        self,
        manager: PackageManager,
        is_harmless: &dyn Fn(&PackageCommand<'m>) -> bool,
    ) -> bool {
        may_call(self, manager, is_harmless, 0)
    }
}

fn may_call<'m>(
    command: Command<'m>,
    manager: PackageManager,
    is_harmless: &dyn Fn(&PackageCommand<'m>) -> bool,
    depth: usize,
) -> bool {
    if PackageCommand::of(command).is_some() {
        return false;
    }
    if is_given_its_input(command) {
        return true;
    }
    let is_one = |word: &str| package_tool(word).is_some_and(|it| it.manager() == manager);
    let names = |text: &str| names_one(text, is_one);
    if let Some(given) = command.given_sources() {
        return of_sources(&given, names);
    }
    match hidden_calls(command) {
        HiddenCalls::None => false,
        HiddenCalls::Script(script) => {
            let calls = |inner: Command<'m>| match PackageCommand::of(inner) {
                Some(package) => package.manager == manager && !is_harmless(&package),
                None => may_call(inner, manager, is_harmless, depth + 1),
            };
            depth >= DEEPEST || script.has_opaque_text() || script.commands().any(calls)
        }
        HiddenCalls::Text(text) => names(text),
        HiddenCalls::Unknown => true,
    }
}

/// Whether sources that an interpreter is given may: one that names it, or one that was not read.
fn of_sources(given: &GivenSources, names: impl Fn(&str) -> bool) -> bool {
    let mut unread = given.unread.iter().chain(&given.absent);
    given.is_open
        || given.read.iter().any(|it: &GivenSource| names(&it.text))
        || unread.any(|path| !file_is(file_name(path), FileMark::NoApt))
}

fn hidden_calls(command: Command<'_>) -> HiddenCalls<'_> {
    let name = command.name();
    if name.is_empty() && command.program().is_none() {
        return HiddenCalls::None;
    }
    if command.has_inner() && matches!(name, "sh" | "bash" | "dash" | "eval" | "su") {
        return HiddenCalls::None;
    }
    if name == "make" {
        // `make install-deps` may well call one.
        let told = ["apt", "dep", "setup", "require", "bootstrap"];
        let is_plain = |word: Word<'_>| {
            word.is_known() && !told.iter().any(|it| word.literal_prefix().contains(it))
        };
        return known(command.args().all(is_plain));
    }
    let script = match name {
        "sh" | "bash" | "dash" | "." | "source" => command.args().find(|w| !w.starts_with("-")),
        _ if command.is_marked(Mark::Python) || command.is_marked(Mark::NoApt) => {
            return HiddenCalls::None;
        }
        _ => command.program(),
    };
    let Some(stage) = command.stage() else {
        return HiddenCalls::Unknown;
    };
    // A shell that is given its text: what was read of it is asked command by command.
    let Some(script) = script else {
        if leaves(command, LeftPart::Lists) {
            return HiddenCalls::None;
        }
        let mut unread = Interpreted::of(stage).unread_in(command.step());
        return known(unread.next().is_none());
    };
    // And so is what a shell script says.
    match script.value().map(|path| script_at(stage, path, command)) {
        Some(ScriptAt::Shell(script)) => HiddenCalls::Script(script),
        Some(ScriptAt::Other { text, .. }) => HiddenCalls::Text(text),
        _ => known(matches!(name, "." | "source") && only_prepares_shell(script.unquoted())),
    }
}

fn known(calls_none: bool) -> HiddenCalls<'static> {
    if calls_none {
        HiddenCalls::None
    } else {
        HiddenCalls::Unknown
    }
}

fn is_given_its_input(command: Command<'_>) -> bool {
    let is_piped = || {
        let before = command.before();
        let is_pipe = before.is_some_and(|it| it.operator == Operator::Pipe);
        is_pipe && !fetches_a_known_script(command)
    };
    let nothing = |given: &Given<'_>| match given {
        Given::Nothing => command.args().next().is_none() || command.has_arg("-"),
        Given::File(word) => word.is("-") || word.is("/dev/stdin"),
        Given::Text(word) => word.is_none(),
        Given::Module(..) | Given::Unknown => false,
    };
    let call = command.interpreting().filter(|_| command.step().is_run());
    call.is_some_and(|call| nothing(&call.given) && is_piped())
}

/// Whether what is piped into a command is a script that is known by its address: it calls no package manager.
fn fetches_a_known_script(command: Command<'_>) -> bool {
    let words = command.previous().into_iter().flat_map(Command::args);
    let mut texts = words.map(Word::literal_prefix);
    texts.any(|text| {
        let script = install_script(text);
        let programs = script.and_then(|it| Some(it.programs()?.collect::<Vec<_>>()));
        programs.is_some_and(|programs| {
            let is_manager = |it: &&str| it.starts_with("apt") || *it == "apk";
            !programs.iter().any(is_manager)
        })
    })
}
