//! What the build executes, for who asks what it does to accounts and files.

use dfix_catalogue::{LeftPart, install_script, programs};

use crate::facts::interpreted::{self, Door, Interpreted, Reading, Unread};
use crate::handles::{Command, Step};
use crate::path::file_name;
use crate::ternary::OpenCondition;

/// Something that a `RUN` executes.
pub(crate) enum Executed<'m> {
    /// A command, of the file or of a script.
    Command(Command<'m>),
    /// The text of a script for something else than a shell.
    Other(&'m str),
    /// Text that reaches a shell and was not read.
    Unread(OpenCondition),
}

/// Scripts that projects bring along to start their build tool, and that do nothing else.
const BUILD_TOOLS: &[&str] = &["configure", "gradlew", "mvnw"];

/// What a step executes, in order.
pub(crate) fn executed<'m>(interpreted: Interpreted<'m>, step: Step<'m>) -> Vec<Executed<'m>> {
    let mut found = Vec::new();
    let mut last: Option<Command<'m>> = None;
    let mut is_told = false;
    for done in interpreted.executed(step) {
        match done {
            interpreted::Executed::Command(command) => {
                last = Some(command);
                let is_of_build_tool = command
                    .script
                    .is_some_and(|script| BUILD_TOOLS.contains(&file_name(&script.path)));
                if !is_of_build_tool {
                    found.push(Executed::Command(command));
                }
            }
            interpreted::Executed::Text(text) => match text.reading() {
                Reading::Unread(unread)
                    if reaches_a_shell(unread)
                        && !last.is_some_and(|it| leaves(it, LeftPart::Accounts)) =>
                {
                    is_told = true;
                    found.push(Executed::Unread(unread.open.clone()));
                }
                Reading::Foreign(_) => {
                    found.extend(text.foreign_source().map(Executed::Other));
                }
                Reading::Unread(_) | Reading::Here | Reading::Script(_) => {}
            },
        }
    }
    if step.has_opaque_text() && !is_told {
        found.push(Executed::Unread(OpenCondition::new(
            "what the shell text of a RUN does that dfix cannot read",
            "write it as plain commands",
        )));
    }
    found
}

/// Whether a shell runs it, itself or by its first line.
fn reaches_a_shell(unread: &Unread) -> bool {
    unread.door == Door::Program || programs::is_shell(&unread.interpreter)
}

/// Whether the command is a script that starts a project's build tool, and does nothing else.
pub(crate) fn is_build_tool(command: Command<'_>) -> bool {
    BUILD_TOOLS.contains(&command.name())
}

/// Whether the command is a build tool, or a shell that is given a script from one of the known addresses, and leaves this as it is.
pub(crate) fn leaves(command: Command<'_>, part: LeftPart) -> bool {
    is_build_tool(command)
        || command.previous().is_some_and(|source| {
            source.is_one_of(&["curl", "wget"])
                && source
                    .args()
                    .filter_map(|word| install_script(word.literal_prefix()))
                    .any(|it| it.leaves(part))
        })
}
