//! `ENTRYPOINT ["sh", "-c"]`: a shell whose text the `CMD` gives, or whoever starts the image.
//!
//! Docker puts the words of `CMD` behind those of `ENTRYPOINT` (Dockerfile reference, "Understand how CMD and ENTRYPOINT
//! interact"), and a shell takes the first word behind `-c` for its text (POSIX, `sh`).

use dfix_launch::Start as Words;

use super::Start;
use crate::collect::instruction::StepKind;
use crate::collect::wrappers::ShellSource;
use crate::facts::launches::StartOfLaunch;
use crate::facts::scripts;
use crate::handles::{Command, Step, Word};

impl<'m> Start<'m> {
    /// The entry point that waits for a text.
    pub(super) fn waiting(steps: &[Step<'m>]) -> Option<Step<'m>> {
        let is_one = |step: &Step<'m>| {
            let last = step.commands().last();
            step.is(StepKind::Entrypoint)
                && step.is_exec_form()
                && last.and_then(Command::shell_source) == Some(ShellSource::Awaited)
        };
        steps.iter().copied().find(is_one)
    }

    /// Follows the text that a `CMD` gives it.
    pub(super) fn text_of_cmd(&mut self, cmd: Step<'m>) {
        // `sh -c /bin/sh -c TEXT`: the shell is the text, and is told nothing.
        let first = cmd.words().next().filter(|_| cmd.is_exec_form());
        match first.map(Word::value) {
            Some(Some(text)) => self.text_for_shell(text, cmd),
            Some(None) => _ = self.unread(cmd.name()),
            None => {}
        }
    }

    /// Follows the text that a launch gives it.
    pub(super) fn text_of_launch(&mut self, start: &StartOfLaunch<'m>, entrypoint: Step<'m>) {
        let text = match &start.launch.command {
            Some(Words::Words(words)) => words.first(),
            Some(Words::Shell(text)) => Some(text),
            Some(Words::Nothing) | None => None,
        };
        if let Some(text) = text {
            self.text_for_shell(text, entrypoint);
        }
    }

    fn text_for_shell(&mut self, text: &str, step: Step<'m>) {
        match scripts::script_of_text(text, step) {
            Some(script) => self.script(text, script),
            None => self.unread(text),
        };
    }
}
