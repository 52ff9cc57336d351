//! Whether a pipe fails where one of its first commands does.

use dfix_catalogue::programs::Mark;

use crate::collect::command::{Connector, Operator};
use crate::facts::shell::{says_option, shell_at};
use crate::handles::{Command, Redirect, Word};

fn said_by(command: Command<'_>) -> Option<bool> {
    says_option(
        command.args().map(|it| it.value().unwrap_or("")),
        "pipefail",
    )
}

/// The command that started the shell which reads this one; none where that is the step's own, or the script's.
fn shell_of(command: Command<'_>) -> Option<Command<'_>> {
    let mut chain = command.with_outer();
    chain.find_map(|it| it.outer().filter(|outer| is_string_of(it, *outer)))
}

/// Whether a command stands in a script that another one is given, and not in a substitution of that one's words.
fn is_string_of(inner: Command<'_>, outer: Command<'_>) -> bool {
    let reads =
        || outer.is_marked(Mark::TakesScript) || outer.is_one_of(&["eval", "runuser", "su"]);
    !inner.around().substitution || outer.around().substitution && reads()
}

/// Whether a pipe that the command stands in fails where the command does: the options of the shell that reads it say so, or a
/// `set` before it in the same script, which surely runs and works for it.
pub(crate) fn is_under_pipefail(command: Command<'_>) -> bool {
    let place = |it: Option<Command<'_>>| it.map(Command::range);
    let shell = shell_of(command);
    // A here-document is read by a shell of its own, as are the commands behind its line those of the step.
    let reads_document = |it: &Command<'_>| {
        it.is_marked(Mark::TakesScript)
            && it
                .redirects()
                .map(Redirect::operator)
                .any(|it| it == "<<" || it == "<<-")
    };
    let start = command.range().start();
    let before = || {
        command
            .siblings()
            .filter(move |it| it.range().start() < start)
    };
    let reader = before().rfind(reads_document);
    let sets = before().rev().filter(|it| {
        it.is("set")
            && place(shell_of(*it)) == place(shell)
            && reader.is_none_or(|reader| it.range().start() > reader.range().start())
    });
    for set in sets {
        match said_by(set) {
            // Whoever takes it back may do so for this one.
            Some(false) => return false,
            Some(true) => {
                let around = set.around();
                let surely = set.is_certain() && !around.looped && !around.piped;
                if surely && !around.subshell && !around.substitution {
                    return true;
                }
            }
            None => {}
        }
    }
    if let Some(shell) = shell {
        return shell.is_marked(Mark::TakesScript) && said_by(shell) == Some(true);
    }
    let step = command.step();
    let has_first_line = || step.source_text().lines().any(|it| it.starts_with("#!"));
    reader.is_none()
        && !command.is_of_script()
        && !has_first_line()
        && step
            .stage()
            .is_some_and(|stage| shell_at(stage, step).has_pipefail())
}

impl Command<'_> {
    /// Whether a pipe that it stands in fails where it does: `pipefail` is set in the shell that reads it.
    pub fn is_under_pipefail(self) -> bool {
        is_under_pipefail(self)
    }

    /// Whether it stands in the text of another command, as a script for that one's shell: `sh -c "…"`, also around the
    /// substitution in which it stands.
    pub fn is_of_a_string(self) -> bool {
        shell_of(self).is_some()
    }

    /// Whether something may read, or keep, what it writes to standard output: a pipe, a substitution, a redirection of its own, of a
    /// group or a command around it, or of the shell (`exec >log`).
    pub fn may_have_output_read(self) -> bool {
        let is_kept = |it: Redirect<'_>| {
            let is_output = it.fd().is_none_or(|fd| fd == "1");
            let is_joined = it.operator() == ">&" && it.target().is_some_and(is_number);
            is_output
                && it.operator().contains('>')
                && !is_joined
                && !it.target().is_some_and(|it| it.is("/dev/null"))
        };
        let start = self.range().start();
        let mut chain = self.with_outer();
        let mut before = self.siblings().filter(|it| it.range().start() <= start);
        chain.any(|it| {
            let around = it.around();
            let is_pipe =
                |at: Option<Connector>| at.is_some_and(|it| it.operator == Operator::Pipe);
            let is_last = is_pipe(it.before()) && !is_pipe(it.after());
            around.substitution || (around.piped && !is_last) || it.redirects().any(is_kept)
        }) || before.any(|it| {
            let is_shells = it.words().next().is_some_and(|it| it.is("exec"));
            it.redirects_of_groups().any(is_kept) || (is_shells && it.redirects().any(is_kept))
        })
    }

    /// Whether something may read, or keep, what it writes to standard error: a redirection of its own, of a group or a command
    /// around it, or of the shell (`exec 2>log`).
    pub fn may_have_errors_read(self) -> bool {
        let is_of_errors = |it: Redirect<'_>| {
            let is_it = it.fd() == Some("2") || it.operator().starts_with('&');
            let is_joined = it.operator() == ">&" && !it.target().is_some_and(is_number);
            (is_it || is_joined) && !it.target().is_some_and(|it| it.is("/dev/null"))
        };
        let start = self.range().start();
        let mut chain = self.with_outer();
        let mut before = self.siblings().filter(|it| it.range().start() <= start);
        let text = &self.text()[self.range().end().into()..];
        let is_of_step = !self.is_of_script();
        let behind = if is_of_step {
            let end = usize::from(self.step().range().end() - self.range().end());
            &text[..end]
        } else {
            text
        };
        chain.any(|it| it.redirects().any(is_of_errors))
            || before.any(|it| {
                it.redirects_of_groups().any(is_of_errors)
                    || it.words().next().is_some_and(|it| it.is("exec"))
                        && it.redirects().any(is_of_errors)
            })
            || behind.contains("|&")
    }
}

fn is_number(word: Word<'_>) -> bool {
    word.value()
        .is_some_and(|it| it.bytes().all(|it| it.is_ascii_digit() || it == b'-'))
}
