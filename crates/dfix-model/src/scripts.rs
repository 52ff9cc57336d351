//! The scripts of the build context that an image holds, read as the commands that they are.

use std::sync::Arc;

use elsa::FrozenMap;

use crate::command::Command;
use crate::context::Answer;
use crate::gather::{Gathered, gather_script};
use crate::path::program_name;
use crate::stage::Stage;
use crate::step::Step;
use crate::vars::At;

/// The files that were read as scripts, by their path in the build context.
pub(crate) type Scripts = FrozenMap<String, Box<ScriptFile>>;

/// A file of the build context that something runs.
pub(crate) enum ScriptFile {
    Shell(Box<ScriptText>),
    Other { interpreter: String, text: Arc<str> },
    NotText,
    Unread(String),
}

/// Shell text of a script with what was found in it.
pub(crate) struct ScriptText {
    path: String,
    pub(crate) text: Arc<str>,
    pub(crate) gathered: Gathered,
}

/// What stands at a path of the image that a command runs.
#[derive(Debug, Clone, Copy)]
pub enum ScriptAt<'m> {
    /// A shell script of the build context, which was read.
    Shell(Script<'m>),
    /// A script of the build context for another interpreter: its name (`python3`), and the text.
    Other {
        /// The interpreter's name, without folder: `python3`.
        interpreter: &'m str,
        /// The whole text.
        text: &'m str,
    },
    /// A file of the build context that is no text: a program.
    NotText,
    /// It comes from the build context, and cannot be read; why.
    Unread(&'m str),
    /// No instruction is known to put a file of the build context there.
    Elsewhere,
}

/// A shell script of the build context, as a step runs it.
#[derive(Clone, Copy)]
pub struct Script<'m> {
    step: Step<'m>,
    data: &'m ScriptText,
}

impl std::fmt::Debug for Script<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "script {}", self.data.path)
    }
}

impl PartialEq for Script<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.data, other.data)
    }
}

impl Eq for Script<'_> {}

impl<'m> Script<'m> {
    /// Its path in the build context.
    pub fn path(self) -> &'m str {
        &self.data.path
    }

    /// Its text.
    pub fn text(self) -> &'m str {
        &self.data.text
    }

    /// Its commands, at any depth, in order of place; those of functions too. Each is a command of the
    /// step that runs the script, see [`Command::is_of_script`]; their folder is told from the step's
    /// working directory.
    pub fn commands(
        self,
    ) -> impl DoubleEndedIterator<Item = Command<'m>> + ExactSizeIterator + Clone {
        (0..self.data.gathered.commands.len()).map(move |index| Command {
            step: self.step,
            script: Some(self.data),
            index,
        })
    }

    /// Whether some of its text is not understood, so that there may be more commands.
    pub fn has_unread_text(self) -> bool {
        self.data.gathered.unread
    }

    /// Whether it defines a function of this name.
    pub fn defines(self, name: &str) -> bool {
        self.data.gathered.functions.iter().any(|f| &**f == name)
    }
}

/// The shells that a `#!` may name and whose text is read.
const SHELLS: &[&str] = &["sh", "bash", "dash", "ash", "ksh", "mksh"];

fn read(path: &str, answer: Answer<Arc<str>>) -> Option<ScriptFile> {
    let text = match answer {
        Answer::Found(text) => text,
        Answer::Absent => return None,
        // What is no text, or more than anybody writes, is a program.
        Answer::Unknown(why)
            if why.contains(" is not UTF-8") || why.contains(" is larger than ") =>
        {
            return Some(ScriptFile::NotText);
        }
        Answer::Unknown(why) => return Some(ScriptFile::Unread(why)),
    };
    if text.contains('\0') {
        return Some(ScriptFile::NotText);
    }
    let interpreter = interpreter(&text);
    if let Some(name) = interpreter.filter(|name| !SHELLS.contains(name)) {
        return Some(ScriptFile::Other {
            interpreter: name.to_owned(),
            text,
        });
    }
    // Without a `#!` the shell that calls it runs it.
    Some(match gather_script(&text) {
        Some(gathered) => ScriptFile::Shell(Box::new(ScriptText {
            path: path.to_owned(),
            text,
            gathered,
        })),
        None => ScriptFile::Unread("its shell text is not understood".to_owned()),
    })
}

/// The name of the interpreter in the first line (execve(2), "Interpreter scripts"), `env` looked through.
fn interpreter(text: &str) -> Option<&str> {
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

impl<'m> Stage<'m> {
    /// The script that stands at `path` of the image when `at` runs, see [`Stage::context_path_of`].
    pub fn script_at(self, path: &str, at: impl At<'m>) -> ScriptAt<'m> {
        match self.context_path_of(path, at) {
            Some(place) => self.script_of(&place, at.step()),
            None => ScriptAt::Elsewhere,
        }
    }

    /// The script that stands at `path` of the container and that `step` (a `CMD`, an `ENTRYPOINT`, a
    /// `HEALTHCHECK`) runs.
    pub fn script_at_start(self, path: &str, step: Step<'m>) -> ScriptAt<'m> {
        match self.final_context_path_of(path) {
            Some(place) => self.script_of(&place, step),
            None => ScriptAt::Elsewhere,
        }
    }

    fn script_of(self, place: &str, step: Step<'m>) -> ScriptAt<'m> {
        let file = self.file();
        let found = match file.scripts.get(place) {
            Some(found) => found,
            None => match read(place, file.context().read(place)) {
                Some(new) => file.scripts.insert(place.to_owned(), Box::new(new)),
                None => return ScriptAt::Elsewhere,
            },
        };
        match found {
            ScriptFile::Shell(data) => ScriptAt::Shell(Script { step, data }),
            ScriptFile::Other { interpreter, text } => ScriptAt::Other { interpreter, text },
            ScriptFile::NotText => ScriptAt::NotText,
            ScriptFile::Unread(why) => ScriptAt::Unread(why),
        }
    }
}
