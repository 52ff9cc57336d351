//! What the container starts, where that tells of commands that no file shows.

use dfix_catalogue::programs::{self, Mark};
use dfix_model::{Command, Stage, Step};

use super::losses::{Losses, look_at_start};

impl<'m> Losses<'m, '_> {
    /// Looks at what the final image starts.
    pub(super) fn start(&mut self, last: Stage<'m>) {
        if !self.form.lacks_tools() {
            return;
        }
        self.unfollowed(last);
        if let Some(what) = unread_application(last) {
            self.needs.unknown(look_at_start(format!(
                "what the application starts, as not all of it was read: {what}"
            )));
        }
        if let Some(why) = last.workplace() {
            let condition = format!("what is called by whoever works in a container of it: {why}");
            self.needs.unknown(look_at_start(condition));
        }
        let started = match started(last) {
            Some(program) => Some(program),
            None => started_by_launches(last),
        };
        let condition = match started {
            None => {
                "what is run in this image: it has no `CMD` or `ENTRYPOINT` of its own".to_owned()
            }
            Some(program) if is_typed(program) => {
                format!("what the `{program}` is told that this image starts")
            }
            Some(program) if is_watched(program) => {
                format!("what is run beside `{program}` in this image")
            }
            Some(_) => return,
        };
        self.needs.unknown(look_at_start(condition));
    }
}

/// What of the application was not read, first: sources that are copied, or a program that is started and copied by nobody.
fn unread_application(last: Stage<'_>) -> Option<String> {
    let sources = last.application_sources();
    let troubled = || {
        sources.files.iter().find_map(|file| {
            let (line, _) = file.source.trouble()?;
            Some(format!("`{}` from line {line} on", file.context_path))
        })
    };
    let in_others = || sources.unread_files.first().map(|it| format!("`{it}`"));
    let unread = sources.unread.first().cloned();
    unread
        .or_else(troubled)
        .or_else(in_others)
        .or_else(|| last.missing_source().map(|it| format!("`{it}`")))
        .or_else(|| last.unread_start())
        .or_else(|| last.fetched_application().map(|it| format!("`{it}`")))
}

/// Programs that work on what they are told when the container is started, by a person or by who starts it.
fn is_typed(program: &str) -> bool {
    programs::is_shell(program)
        || programs::is(program, Mark::Typed)
        || programs::is(program, Mark::Told)
}

/// Programs beside which people run what they like.
fn is_watched(program: &str) -> bool {
    programs::is(program, Mark::Waits) || programs::is(program, Mark::Workbench)
}

/// Whether a command has options only, and none that says what to run.
fn is_told_nothing(command: Command<'_>) -> bool {
    let wants_more = |text: &str| matches!(text, "-c" | "-m" | "-e" | "-p");
    let last = command.args().len().saturating_sub(1);
    command.args().enumerate().all(|(index, word)| {
        let text = word.literal_prefix();
        // A last `-c` waits for what is told.
        text.starts_with('-') && text != "--version" && (index == last || !wants_more(text))
    })
}

/// The same of what the project's files start it with, where the file itself says nothing: none where they start nothing, or
/// one of them does not say what.
fn started_by_launches(last: Stage<'_>) -> Option<&str> {
    let scripts = last.scripts_of_launches()?;
    let mut commands = scripts
        .iter()
        .flat_map(|script| script.commands())
        .filter(|command| !command.has_inner());
    let telling = commands.find(|command| {
        is_watched(command.name()) || is_typed(command.name()) && is_told_nothing(*command)
    });
    Some(telling.map_or("", Command::name))
}

/// The program that the container starts, where it tells of others: a shell or an interpreter for somebody to type
/// into, `""` for other programs, none where the file says none.
fn started(last: Stage<'_>) -> Option<&str> {
    let start = last.entry();
    let (entry, command) = (start.entrypoint.step(), start.cmd.step());
    let first = entry.or(command)?;
    // In the exec form the words of CMD are arguments of ENTRYPOINT.
    let says_more = |step: Step<'_>| {
        let first = step.words().next();
        first.is_none_or(|word| !word.literal_prefix().starts_with('-'))
    };
    let has_more = entry.is_some() && command.is_some_and(says_more);
    let mut commands = first.commands().filter(|c| !c.has_inner());
    let bare = commands.find(|c| is_typed(c.name()) && is_told_nothing(*c));
    match bare {
        Some(command) if !has_more => Some(command.name()),
        _ => Some(
            first
                .commands()
                .map(Command::name)
                .find(|name| is_watched(name))
                .unwrap_or(""),
        ),
    }
}
