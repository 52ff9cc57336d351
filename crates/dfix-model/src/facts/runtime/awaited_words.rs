//! `ENTRYPOINT ["python"]`: an interpreter whose words the `CMD` gives, or whoever starts the image.
//!
//! Docker puts the words of `CMD` behind those of `ENTRYPOINT` (Dockerfile reference, "Understand how CMD and ENTRYPOINT
//! interact").

use super::{Process, Runtime};
use crate::collect::instruction::StepKind;
use crate::facts::{launches, quoting, scripts};
use crate::handles::{Command, Given, Word};

impl<'m> Runtime<'m> {
    /// A process as it is started: with the words of the `CMD`, and with those of each launch, where it is the interpreter of
    /// an entry point that is given nothing by itself. None where they cannot be told.
    pub fn with_awaited_words(self, process: &Process<'m>) -> Option<Vec<Command<'m>>> {
        let command = process.command;
        let step = command.step();
        let waits = process.script.is_none()
            && step.is(StepKind::Entrypoint)
            && step.is_exec_form()
            && matches!(command.interpreting()?.given, Given::Nothing);
        if !waits {
            return Some(vec![command]);
        }
        let own = texts(command.words())?;
        let mut given = Vec::new();
        if let Some(cmd) = self.stage.entry().cmd.step() {
            given.push(texts(cmd.words()).filter(|_| cmd.is_exec_form())?);
        }
        let starts = launches::starts(self.stage).into_iter();
        for start in starts.filter(|start| !start.is_whole) {
            given.extend(start.launch.command.as_ref().and_then(launches::shell_text));
        }
        if given.is_empty() {
            return Some(vec![command]);
        }
        let whole = given.into_iter().map(|given| {
            let script = scripts::script_of_text(&format!("{own} {given}"), step)?;
            let mut commands = script.commands();
            commands.next().filter(|_| commands.next().is_none())
        });
        whole.collect()
    }
}

/// Words as text of the shell; none where one is not known.
fn texts<'m>(words: impl Iterator<Item = Word<'m>>) -> Option<String> {
    let quoted = words.map(|word| word.value().map(quoting::quoted));
    Some(quoted.collect::<Option<Vec<String>>>()?.join(" "))
}
