//! The scripts of the build context that an image holds, read as the commands that they are.

use crate::collect::model::Model;
use crate::collect::script::{ScriptFile, ScriptText, Scripts, read};
use crate::context::NoContext;
use crate::facts::context_files::{context_path_of, final_context_path_of};
use crate::handles::{Command, ProgramPoint, Stage, Step};

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
        (0..self.data.commands.commands.len()).map(move |index| Command {
            step: self.step,
            script: Some(self.data),
            index,
        })
    }

    /// Whether some of its text is not understood, so that there may be more commands.
    pub fn has_opaque_text(self) -> bool {
        self.data.commands.has_opaque_text
    }

    /// Whether it defines a function of this name.
    pub fn defines(self, name: &str) -> bool {
        self.data.commands.functions.iter().any(|f| &**f == name)
    }
}

/// The script that stands at `path` of the image when `at` runs, see [`Stage::context_path_of`].
pub(crate) fn script_at<'m>(
    stage: Stage<'m>,
    path: &str,
    at: impl ProgramPoint<'m>,
) -> ScriptAt<'m> {
    match context_path_of(stage, path, at) {
        Some(place) => script_of(stage, &place, at.step()),
        None => ScriptAt::Elsewhere,
    }
}

/// The script that stands at `path` of the container and that `step` (a `CMD`, an `ENTRYPOINT`, a
/// `HEALTHCHECK`) runs.
pub(crate) fn script_at_start<'m>(stage: Stage<'m>, path: &str, step: Step<'m>) -> ScriptAt<'m> {
    match final_context_path_of(stage, path) {
        Some(place) => script_of(stage, &place, step),
        None => ScriptAt::Elsewhere,
    }
}

fn script_of<'m>(stage: Stage<'m>, place: &str, step: Step<'m>) -> ScriptAt<'m> {
    let file = stage.file();
    let scripts = &file.cached(Scripts::default).0;
    let found = match scripts.get(place) {
        Some(found) => found,
        None => match read(place, file.context().read(place)) {
            Some(new) => scripts.insert(place.to_owned(), Box::new(new)),
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

/// Asks questions about the commands of a shell script of its own, such as an entry point's: they are those of
/// the one step of a model made for it. Offsets are those of the model's text, not of the script.
pub fn with_script<R>(script: &str, ask: impl FnOnce(&Model<'_>) -> R) -> R {
    // No line of a script is this one.
    const END: &str = "END-OF-THE-SCRIPT-\u{1}";
    let text = format!(
        "FROM scratch\nRUN <<'{END}'\n{}\n{END}\n",
        script.replace('\r', "")
    );
    let parse = dfix_syntax::parse(&text);
    let model = Model::new(&parse.file(), &text, &NoContext);
    ask(&model)
}
