//! What becomes another thing where two commands share a shell and a container.

use dfix_engine::{Remedy, remedy};
use dfix_model::catalogue::programs::{self, Kind, Mark, Program};
use dfix_model::catalogue::{Family, is_known_command};
use dfix_model::{Command, OpenCondition, Operator, PackageCommand, Redirect, Stage, Step, Word};

/// What a container has for itself, and a layer does not keep.
const NOT_KEPT: [&str; 6] = [
    "/dev/",
    "/etc/hostname",
    "/etc/hosts",
    "/etc/resolv.conf",
    "/proc/",
    "/sys/",
];

/// Why two `RUN`s cannot become one, or would do something else then.
pub(super) fn obstacle(first: Step<'_>, second: Step<'_>) -> Option<Remedy> {
    let shell = second.stage()?.shell_at(second);
    if !shell.is_posix() {
        return Some(remedy!("join them in the way of the shell that is set"));
    }
    if [first, second].iter().any(|it| it.is_exec_form()) {
        return Some(remedy!(
            "one is in the exec form: write it as shell text, and join them"
        ));
    }
    if [first, second]
        .iter()
        .any(|it| it.instruction().heredocs().next().is_some())
    {
        return Some(remedy!("one holds a here-document: join them by hand"));
    }
    let is_for_tools = |line: &str| {
        let words = line.trim_start();
        ["hadolint ", "dfix:", "check=", "shellcheck "]
            .iter()
            .any(|it| words.starts_with(it))
    };
    if second.has_comment_above() && second.comments().split('\n').any(is_for_tools) {
        return Some(remedy!("a comment that tools read stands between them"));
    }
    let end = own(first)?.range().end();
    let behind = &first.file().text()[end.into()..second.range().start().into()];
    if behind.split('\n').next().is_some_and(|it| it.contains('#')) {
        return Some(remedy!(
            "a comment stands at the end of the first: move it above"
        ));
    }
    [own(first), own(second)]
        .into_iter()
        .flatten()
        .find_map(of_the_shell_alone)
        .or_else(|| lasting(own(first)?))
        .or_else(|| folder_lost(first))
}

/// The command that the step is there for.
fn own(step: Step<'_>) -> Option<Command<'_>> {
    step.commands().find(|it| it.outer().is_none())
}

/// What is said to the shell alone: in one `RUN` with others it is something else, or is lost as before.
fn of_the_shell_alone(command: Command<'_>) -> Option<Remedy> {
    let name = command.name();
    let after = command.after().map(|it| it.operator);
    let is_background = command.around().background || after == Some(Operator::Background);
    if is_background || command.may_be_in_background() {
        return Some(remedy!(
            "`{name}` is not waited for: say what it is meant for"
        ));
    }
    if command.program().is_none() && command.assignments().next().is_some() {
        return Some(remedy!(
            "it sets a variable that nothing sees: write `ENV`, or leave it away"
        ));
    }
    // `exec pip` is pip to all others, and the end of the shell.
    let first = command.words().next().and_then(Word::value).unwrap_or(name);
    let is_of_shell = |it: &&str| programs::is(it, Mark::ChangesShell);
    if let Some(name) = [first, name].into_iter().find(is_of_shell) {
        return Some(remedy!(
            "`{name}` changes the shell that runs it, which ends with its `RUN`: leave it away, or put it before what needs it"
        ));
    }
    None
}

/// What a command changes that the next one would see in one `RUN`, and does not in its own.
fn lasting(command: Command<'_>) -> Option<Remedy> {
    let name = command.name();
    let kind = command.known().map(Program::kind);
    let is_passing = command.is_marked(Mark::Passing)
        || matches!(kind, Some(Kind::Supervisor | Kind::Init))
        || command.service().is_some();
    if is_passing && name != "kill" {
        return Some(remedy!(
            "what `{name}` starts or sets ends with its `RUN`: see whether the next command is to have it"
        ));
    }
    let targets = command.redirects().filter_map(Redirect::target);
    let mut words = command.words().chain(targets).map(Word::literal_prefix);
    let place = words.find_map(|word| {
        let mut places = NOT_KEPT.into_iter();
        places.find(|it| word.starts_with(it) && !is_plain_device(word))
    });
    if let Some(place) = place {
        return Some(remedy!(
            "`{place}` is the container's own, and no `RUN` sees what another wrote there"
        ));
    }
    if moves_a_home(command) {
        return Some(remedy!(
            "`{name}` may change the home of the user, which each `RUN` is given anew"
        ));
    }
    if command.may_change_sh() {
        return Some(remedy!(
            "it changes `/bin/sh`, and the shell that runs both would be the old one"
        ));
    }
    None
}

/// Whether a command writes to the list of users, or moves a home: `HOME` is read from the list for each `RUN`.
fn moves_a_home(command: Command<'_>) -> bool {
    let reads = command.is_one_of(&["cat", "cut", "egrep", "getent", "grep", "ls"]);
    let targets = command.redirects().filter(|it| it.writes());
    let mut written = targets.filter_map(Redirect::target);
    let is_list = |it: Word<'_>| it.mentions("/etc/passwd");
    written.any(is_list)
        || (!reads && command.args().any(is_list))
        || command.is_one_of(&["usermod", "vipw"])
}

/// Each `RUN` is given its working directory anew; a shell goes on in what was removed.
fn folder_lost(step: Step<'_>) -> Option<Remedy> {
    let lost = step.commands().find(|it| it.takes_its_workdir().is_yes())?;
    Some(remedy!(
        "`{}` takes away the working directory, which the next `RUN` is given anew: one shell would go on in a folder that is gone",
        lost.name()
    ))
}

fn is_plain_device(word: &str) -> bool {
    [
        "/dev/null",
        "/dev/stdout",
        "/dev/stderr",
        "/dev/stdin",
        "/dev/zero",
        "/dev/urandom",
    ]
    .contains(&word)
}

/// What is not known of the commands before the last.
pub(super) fn doubts(chain: &[Step<'_>]) -> Vec<OpenCondition> {
    let mut doubts = Vec::new();
    let commands: Vec<Command<'_>> = chain.iter().filter_map(|step| own(*step)).collect();
    let earlier = &commands[..commands.len().saturating_sub(1)];
    doubts.extend(earlier.iter().filter_map(|it| unknown(*it)).take(3));
    doubts.extend(earlier.iter().find_map(|it| of_run(*it)));
    let others = &chain[..chain.len().saturating_sub(1)];
    let mut others = others.iter().flat_map(|it| it.commands());
    doubts.extend(others.find_map(|it| it.takes_its_workdir().open()));
    if let Some(stage) = chain[0].stage() {
        doubts.extend(of_the_shell(stage, chain));
        doubts.extend(found_before(stage, &commands));
    }
    doubts
}

/// What nobody knows whether it leaves something running.
fn unknown(command: Command<'_>) -> Option<OpenCondition> {
    let is_script = command.known().is_some_and(|it| it.kind() == Kind::Shell)
        && !command.is_read_here()
        && command.args().any(|it| !it.starts_with("-"));
    // What others wrote to prepare a compilation is called by its path, too: `./configure`.
    let is_builder = command.is_marked(Mark::BuildScript) && command.is_marked(Mark::BuildsNative);
    let by_path = command.program().is_some_and(|it| {
        it.starts_with("./") || dfix_model::path::has_ending(it.literal_prefix(), ".sh")
    });
    let by_path = by_path && !is_builder;
    let is_server = command.known().is_some_and(|it| it.kind() == Kind::Server);
    (is_script || by_path || is_server || !command.has_known_program()).then(|| {
        let what = command.program().map_or_else(String::new, Word::shortened);
        OpenCondition::new(
            format!("whether `{what}` leaves running what the next command must not meet"),
            "look at what it does",
        )
    })
}

/// What is left in a folder that some builders give to each container anew.
fn of_run(command: Command<'_>) -> Option<OpenCondition> {
    let targets = command.redirects().filter_map(Redirect::target);
    let mut words = command.args().chain(targets);
    let is_there = |it: Word<'_>| {
        let text = it.literal_prefix();
        let rest = text.strip_prefix("/var").unwrap_or(text);
        rest == "/run" || (rest.starts_with("/run/") && !rest.starts_with("/run/secrets"))
    };
    words.any(is_there).then(|| {
        OpenCondition::new(
            format!(
                "whether the next command is to meet what `{}` leaves in `/run`, which some builders empty between `RUN`s",
                command.name()
            ),
            "look at what the next command does with it",
        )
    })
}

/// What a shell reads when it starts: a login shell its profile, in which functions may stand in the place of programs.
fn of_the_shell(stage: Stage<'_>, chain: &[Step<'_>]) -> Option<OpenCondition> {
    let shell = stage.shell_at(chain[0]);
    let reads = shell.is_login()
        || shell
            .argv
            .iter()
            .flatten()
            .skip(1)
            .any(|word| word.starts_with('-') && !word.starts_with("--") && word.contains('i'))
        || stage.first_file_at(chain[0]).is_some();
    reads.then(|| {
        OpenCondition::new(
            "whether the commands do the same in one login shell, which reads its settings once",
            "look at what the settings of the shell define",
        )
    })
}

/// A shell remembers where it found a program: what is called again after something put another of its name first on PATH is
/// the old one.
fn found_before(stage: Stage<'_>, commands: &[Command<'_>]) -> Option<OpenCondition> {
    for (later, command) in commands.iter().enumerate().skip(1) {
        let name = command.executable_name();
        let is_of_system = PackageCommand::of(*command).is_some_and(|it| it.is_of_system());
        let is_helper = command.known().is_some_and(Program::is_helper);
        if name.is_empty() || name.contains('/') || is_of_system || is_helper {
            continue;
        }
        let Some(first) = commands[..later]
            .iter()
            .position(|it| it.executable_name() == name)
        else {
            continue;
        };
        if commands[first..later].iter().any(|it| may_put(*it, name)) {
            if is_in_place(stage, name) {
                if let Some(condition) = crate::base::chosen_image(stage) {
                    return Some(condition);
                }
                continue;
            }
            return Some(OpenCondition::new(
                format!(
                    "whether another `{name}` comes first on `PATH` between its calls: one shell would go on with the old one"
                ),
                "look at where the programs are (`command -v`)",
            ));
        }
    }
    None
}

/// Whether the image has the program where a newer one of its name is put.
fn is_in_place(stage: Stage<'_>, name: &str) -> bool {
    match crate::base::facts(stage).map(|it| it.family) {
        Some(Family::Python) => name.starts_with("pip") || name.starts_with("python"),
        Some(Family::Node) => ["npm", "npx", "node", "yarn"].contains(&name),
        _ => false,
    }
}

/// Whether a command may put a program of this name somewhere.
fn may_put(command: Command<'_>, name: &str) -> bool {
    let package = |word: &str| {
        let end = word
            .find(['@', '=', '<', '>', '~', '['])
            .unwrap_or(word.len());
        dfix_model::path::file_name(&word[..end]) == name
    };
    let names_it = command.args().map(Word::literal_prefix).any(package);
    if let Some(installer) = PackageCommand::of(command) {
        return !installer.is_of_system() && names_it;
    }
    match command.known().map(Program::kind) {
        Some(Kind::Helper | Kind::Tool | Kind::Interpreter | Kind::Builtin | Kind::Runner) => {
            names_it
        }
        Some(_) => true,
        None => names_it || !is_known_command(command.name()),
    }
}
