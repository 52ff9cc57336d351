//! The pipes of a `RUN`, and what `pipefail` makes of them.

use dfix_engine::{Remedy, remedy};
use dfix_model::catalogue::{PipeProgram, only_prepares_shell, pipe_program};
use dfix_model::{Command, OpenCondition, Operator, Step, Word};

/// How many conditions are told.
const MOST: usize = 4;

/// The commands that hand their output to another, in the shell's own text: a script in a string has a shell of its own.
pub(super) fn of(step: Step<'_>) -> impl Iterator<Item = Command<'_>> {
    step.commands().filter(|it| {
        it.after().is_some_and(|it| it.operator == Operator::Pipe) && !it.is_of_a_string()
    })
}

/// A command that has the shell read a text which nobody has read here: `. ./env.sh`, `eval "$X"`.
pub(super) fn reader(step: Step<'_>) -> Option<Command<'_>> {
    let prepares = |it: Command<'_>| {
        let file = it.arg(0).map_or("", Word::literal_prefix);
        !it.is("eval") && only_prepares_shell(file)
    };
    let reads = |it: &Command<'_>| it.is_one_of(&[".", "source", "eval"]) && !it.is_of_a_string();
    let mut readers = step.commands().filter(reads);
    readers.find(|it| !it.has_inner() && !prepares(*it))
}

/// What is open where some of the text, or what it has the shell read, is not known.
fn unread(steps: &[Step<'_>]) -> Option<OpenCondition> {
    let step = steps
        .iter()
        .find(|it| it.has_opaque_text() || reader(**it).is_some())?;
    let what = match reader(*step) {
        Some(command) => format!("the text that `{}` reads", command.called()),
        None => "what is not understood".to_owned(),
    };
    Some(OpenCondition::new(
        format!("whether {what} in {} has pipes that may fail", step.label()),
        "look for pipes in it",
    ))
}

/// Whether anything asks how a pipe ended: it is the last command, `&&` or `||` follows, or `set -e` is in force. Elsewhere the script
/// goes on with the next line, whatever it says.
fn is_asked_after(writer: Command<'_>) -> bool {
    let last = std::iter::successors(Some(writer), |it| it.piped_into()).last();
    let goes_on = |it: Command<'_>| {
        let after = it.after().map(|it| it.operator);
        matches!(
            after,
            Some(Operator::Newline | Operator::Semicolon | Operator::Background)
        )
    };
    last.is_none_or(|it| !goes_on(it) || it.around().tested || it.is_under_errexit())
}

/// What a person does where `pipefail` alone changes nothing.
pub(super) fn no_effect(steps: &[Step<'_>]) -> Result<(), Remedy> {
    let mut writers = steps.iter().flat_map(|it| of(*it));
    if writers.any(is_asked_after) {
        return Ok(());
    }
    Err(remedy!(
        "nothing asks how the pipe ended, and the script goes on: let it begin with `set -e`, too"
    ))
}

/// What surely fails with `pipefail`.
pub(super) fn obstacle(steps: &[Step<'_>]) -> Result<(), Remedy> {
    let mut writers = steps.iter().flat_map(|it| of(*it));
    match writers.find(|it| known(*it).is_some_and(PipeProgram::is_endless)) {
        Some(command) => Err(remedy!(
            "`{}` would fail with it, for it writes until nobody reads: give the command behind the pipe the answer as an option (`-y`)",
            command.name()
        )),
        None => Ok(()),
    }
}

/// What nobody knows whether it fails with `pipefail` where it does not without.
pub(super) fn doubts(steps: &[Step<'_>]) -> Vec<OpenCondition> {
    let writers = steps.iter().flat_map(|it| of(*it));
    let mut doubts: Vec<OpenCondition> = writers.filter_map(doubt).take(MOST).collect();
    doubts.extend(unread(steps));
    doubts
}

fn doubt(command: Command<'_>) -> Option<OpenCondition> {
    let said = command.called();
    let Some(writer) = known(command).filter(|it| it.fails_for_a_reason()) else {
        return Some(OpenCondition::new(
            format!("whether `{said}` fails only where the build is to fail"),
            "look at its exit code: `grep` has one of its own where it finds nothing",
        ));
    };
    if writer.says_little() {
        return None;
    }
    let Some(reader) = command.piped_into() else {
        return Some(OpenCondition::new(
            format!("whether what `{said}` hands its output to reads all of it"),
            "look at what comes behind the pipe",
        ));
    };
    let reads =
        known(reader).is_some_and(|it| it.reads_all(reader.args().map(Word::literal_prefix)));
    (!reads).then(|| {
        OpenCondition::new(
            format!(
                "whether `{}` reads all that `{said}` writes: where it does not, `{said}` fails",
                reader.called()
            ),
            "see that the reader reads to the end, or that the writer writes a file",
        )
    })
}

fn known(command: Command<'_>) -> Option<PipeProgram> {
    let name = command.name();
    pipe_program(name).or_else(|| pipe_program(command.executable_name()))
}
