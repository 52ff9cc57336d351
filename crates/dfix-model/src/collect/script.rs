//! Files of the build context that something runs, read as scripts.

use std::sync::Arc;

use dfix_catalogue::interpreter_by_ending;
use dfix_catalogue::programs::{self, Mark};
use elsa::FrozenMap;

use crate::collect::cache::Cache;
use crate::collect::command::StepCommands;
use crate::collect::walk::commands_of_script;
use crate::context::{Answer, is_there_unread};
use crate::path::program_name;

/// The files that were read as scripts, by their path in the build context.
#[derive(Default)]
pub(crate) struct Scripts(pub(crate) FrozenMap<String, Box<ScriptFile>>);

/// A file of the build context that something runs.
pub(crate) enum ScriptFile {
    Shell(Box<ScriptText>),
    Other { interpreter: String, text: Arc<str> },
    NotText,
    Unread(String),
}

/// Shell text of a script with what was found in it.
pub(crate) struct ScriptText {
    pub(crate) path: String,
    /// Whether it is no file, but what one of the project's files starts a container with.
    pub(crate) is_of_launch: bool,
    pub(crate) text: Arc<str>,
    pub(crate) commands: StepCommands,
    pub(crate) cache: Cache,
}

/// What the answer of the context for a file makes it; `None` where it is not there.
pub(crate) fn read(path: &str, answer: Answer<Arc<str>>) -> Option<ScriptFile> {
    let text = match answer {
        Answer::Found(text) => text,
        Answer::Absent => return None,
        // What is no text, or more than anybody writes, is a program.
        Answer::Unknown(why) if is_there_unread(&why) => {
            return Some(ScriptFile::NotText);
        }
        Answer::Unknown(why) => return Some(ScriptFile::Unread(why)),
    };
    if text.contains('\0') {
        return Some(ScriptFile::NotText);
    }
    let interpreter = interpreter_of(&text);
    if let Some(name) = interpreter.filter(|name| !programs::is(name, Mark::Posix)) {
        return Some(ScriptFile::Other {
            interpreter: name.to_owned(),
            text,
        });
    }
    // Without a `#!` the shell that calls it runs it.
    Some(match commands_of_script(&text) {
        Some(commands) => ScriptFile::Shell(Box::new(ScriptText {
            path: path.to_owned(),
            is_of_launch: false,
            text,
            commands,
            cache: Cache::default(),
        })),
        None => ScriptFile::Unread("its shell text is not understood".to_owned()),
    })
}

/// The same of the file at this path, which its ending tells to be for another program than a shell where its first line
/// names none: `src/api.ts`.
pub(crate) fn read_file(path: &str, answer: Answer<Arc<str>>) -> Option<ScriptFile> {
    match (answer, interpreter_by_ending(path)) {
        (Answer::Found(text), Some(interpreter))
            if !text.starts_with("#!") && !text.contains('\0') =>
        {
            Some(ScriptFile::Other {
                interpreter: interpreter.to_owned(),
                text,
            })
        }
        (answer, _) => read(path, answer),
    }
}

/// The name of the interpreter in the first line (execve(2), "Interpreter scripts"), `env` looked through.
pub(crate) fn interpreter_of(text: &str) -> Option<&str> {
    let line = text.strip_prefix("#!")?.lines().next()?;
    let mut words = line.split_whitespace();
    let first = program_name(words.next()?);
    if first != "env" {
        return Some(first);
    }
    words
        .find(|w| !w.starts_with('-') && !w.contains('='))
        .map(program_name)
}
