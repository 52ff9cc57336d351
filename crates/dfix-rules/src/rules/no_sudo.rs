//! No `sudo` where the build is root anyway.

use dfix_engine::{
    Effect, Findings, Group, Phase, Rule, Safety, Severity, fixes, leaves, remedy, reports,
};
use dfix_model::catalogue::programs::{Kind, Program};
use dfix_model::catalogue::sudo_keeps;
use dfix_model::{
    Command, Model, OpenCondition, PackageCommand, Pair, Stage, Step, StepKind, Word,
};

use crate::base::chosen_name;

pub(crate) const RULE: Rule = Rule {
    id: "no-sudo",
    aliases: &["DL3004"],
    groups: &[Group::Security],
    severity: Severity::Warning,
    summary: "call the commands of a build without `sudo`",
    why: "A build is root until a `USER` says otherwise: there `sudo` changes the environment alone, \
          and an image that has it offers its users a way to become root.",
    phase: Phase::Meaning,
    check,
    options: &[],
    examples: &[
        fixes(
            "FROM debian:12\nRUN sudo apt-get update && sudo -E apt-get install -y curl\n",
            "FROM debian:12\nRUN apt-get update && apt-get install -y curl\n",
        ),
        leaves("FROM debian:12\nENV CC=clang\nRUN sudo make\n").that_says("`CC`"),
        fixes(
            "FROM debian:12\nENV LANG=C.UTF-8 TZ=Europe/Berlin\nRUN export LC_ALL=C && sudo make\n",
            "FROM debian:12\nENV LANG=C.UTF-8 TZ=Europe/Berlin\nRUN export LC_ALL=C && make\n",
        ),
        leaves("FROM debian:12\nENV TZ=/etc/zone\nRUN sudo make\n").that_says("`TZ`"),
        leaves("FROM debian:12 AS base\nENV CC=clang\nFROM base\nRUN sudo make\n")
            .that_says("`CC`"),
        leaves("FROM ubuntu:22.04\nRUN sudo echo -e \"a\\nb\" > /f\n")
            .that_says("the shell's own `echo`"),
        leaves("FROM ubuntu:22.04\nRUN sudo printf '%q' x\n").that_says("the shell's own `printf`"),
        leaves("FROM debian:12\nENV PATH=/opt/conda/bin:$PATH\nRUN sudo pip install x\n")
            .that_says("the same program on the `PATH`"),
        leaves("ARG B=debian:12\nFROM $B\nRUN sudo make\n")
            .that_says("whether every build takes the image"),
        leaves("FROM debian:12\nARG CC=clang\nRUN sudo make\n").that_says("`CC`"),
        leaves("FROM debian:12\nRUN export CC=clang && sudo make\n").that_says("`CC`"),
        leaves("FROM acme/base:1\nUSER root\nRUN sudo make\n").that_says("acme/base:1"),
        leaves("FROM debian:12\nRUN apt-get install -y sudo && echo sudo make\nCMD sudo run\n"),
        reports(
            "FROM debian:12\nUSER app\nRUN sudo make\n",
            "before the `USER`",
        ),
        reports("FROM circleci/php:8.1\nRUN sudo make\n", "`USER root`"),
        reports(
            "FROM debian:12\nRUN su app -c 'sudo make'\n",
            "root does not",
        ),
        reports("FROM debian:12\nRUN sudo -u app make\n", "`USER app`"),
        reports("FROM debian:12\nRUN echo pw | sudo -S make\n", "`-S`"),
        reports("FROM debian:12\nRUN sudo -i make\n", "`-i`"),
    ],
};

fn check(file: &Model<'_>, out: &mut Findings<'_>) {
    let runs = file.steps().filter(|step| step.is_run());
    for command in runs.flat_map(Step::commands) {
        let sudo = command.wrappers().find(|wrapper| wrapper.name == "sudo");
        if sudo.is_none() && !command.is("sudo") {
            continue;
        }
        out.judge(command, Safety::Checked, "`sudo` in a build", |case| {
            let sudo = sudo.ok_or("it starts a shell of its own: call the command itself")?;
            if let Some(user) = sudo.user.filter(|user| !user.is("root")) {
                let name = user.source_text();
                return Err(remedy!(
                    "write `USER {name}` before it, and `USER root` after"
                ));
            }
            let is_root = command.caller_is_root();
            if is_root.is_no() {
                let user = command.stage().map(|stage| stage.user_at(command));
                let of_base = user.filter(|user| user.step.is_none());
                return Err(match of_base.and_then(|user| user.name) {
                    Some(name) if command.outer().is_none() => remedy!(
                        "the base image runs as {name}: write `USER root` before it, and `USER {name}` after"
                    ),
                    _ => remedy!("root does not call it: move it before the `USER`"),
                });
            }
            let texts = command.words_of(sudo).map(Word::literal_prefix);
            let options: Vec<&str> = texts.filter(|it| it.starts_with('-')).collect();
            if let Some(option) = options.iter().find(|it| !is_plain(it)) {
                return Err(remedy!("see what `{option}` is for, and leave `sudo` away"));
            }
            if !options.iter().any(|it| it.contains('E')) {
                case.open(hidden(command));
            }
            let of_base = command.stage().filter(|it| it.user_at(command).step.is_none());
            case.open(of_base.and_then(chosen_name))
                .open(another_program(command));
            case.evidence(is_root.is_yes().then_some("the build is root here"))
                .open(is_root.open())
                .declare(Effect::changed(command.step()))
                .fix(|edit| edit.remove_wrapper(command, sudo));
            Ok(())
        });
    }
}

/// Whether an option changes nothing where root calls sudo.
fn is_plain(option: &str) -> bool {
    option == "--" || option[1..].chars().all(|letter| "EHnu".contains(letter))
}

/// Another program that the shell takes than `sudo` does: a word of its own, or what comes first on its `PATH`.
fn another_program(command: Command<'_>) -> Option<OpenCondition> {
    let program = command.executable().and_then(Word::value).unwrap_or("");
    let is_of_shell = ["echo", "printf"].contains(&program)
        || command.known().map(Program::kind) == Some(Kind::Builtin);
    let is_plain = || {
        let mut words = command.args().map(Word::source_text);
        match program {
            "echo" => words.all(|it| !it.starts_with('-') && !it.contains(['\\', '$', '`'])),
            "false" | "true" => true,
            _ => false,
        }
    };
    if is_of_shell && !is_plain() {
        return Some(OpenCondition::new(
            format!(
                "whether the shell's own `{program}` does what the program of that name does, which `sudo` runs"
            ),
            "name the program by its path, or leave it to the shell",
        ));
    }
    let stage = command.stage()?;
    let is_of_system = PackageCommand::of(command).is_some_and(|it| it.is_of_system());
    let is_set = stage.env_set().any(|(name, _)| name == "PATH");
    (is_set && !is_of_system && !program.starts_with('/')).then(|| {
        OpenCondition::new(
            format!("whether `{program}` is the same program on the `PATH` of `ENV`, which `sudo` does not use"),
            "look at where it is (`command -v`)",
        )
    })
}

/// A variable that the command will see, and that sudo takes away without `-E`, as it does with most: of `ENV`, of `ARG`, of the command's own text, or of
/// a base image that nothing is known of.
fn hidden(command: Command<'_>) -> Option<OpenCondition> {
    let stage = command.stage()?;
    let before = |step: &Step<'_>| step.index() < command.step().index();
    let arguments = stage.steps_of(StepKind::Arg).filter(before);
    let arguments = arguments.flat_map(Step::pairs).filter_map(Pair::key_text);
    let exports = std::iter::successors(command.previous(), |it| it.previous());
    let exports = exports.filter(|it| it.is("export")).flat_map(Command::args);
    let exports = exports.filter_map(|word| {
        let name = word.literal_prefix().split('=').next()?;
        let value = word.value().and_then(|it| it.split_once('='));
        Some((name, value.map(|it| it.1)))
    });
    let set = stage.base_chain().flat_map(Stage::env_set);
    let mut variables = set
        .map(|(name, setting)| (name, setting.value))
        .chain(arguments.map(|name| (name, None)))
        .chain(exports);
    let says_otherwise = stage.base_chain().flat_map(Stage::steps).any(|step| {
        let settings = ["env_check", "env_delete", "env_keep", "env_reset"];
        settings.iter().any(|it| step.mentions(it))
    });
    let is_hidden = |(name, value): &(&str, Option<&str>)| {
        let is_kept = !says_otherwise && sudo_keeps(name, *value);
        *name != "PATH" && !name.starts_with('-') && !is_kept
    };
    let hidden = variables.find(is_hidden);
    if let Some((name, _)) = hidden {
        return Some(OpenCondition::new(
            format!("whether it does the same where it sees `{name}`, which `sudo` hides"),
            "look at what the variables of the build are for",
        ));
    }
    let is_unknown = crate::base::facts(stage).is_none();
    is_unknown.then(|| {
        OpenCondition::new(
            format!(
                "whether it does the same where it sees the variables of {}, which `sudo` hides",
                stage.base_image().text().unwrap_or("the base image")
            ),
            "look at its environment (`docker image inspect`)",
        )
    })
}
