//! The scripts of the build context that an image holds, read as the commands that they are.

use std::sync::Arc;

use crate::collect::script::{ScriptFile, ScriptText, Scripts, read, read_file};
use crate::collect::wrappers::ShellSource;
use crate::context::Answer;
use crate::facts::context_files::{context_path_of, final_context_path_of, read_final};
use crate::facts::project::package_json::PackageJson;
use crate::facts::project::project_file;
use crate::facts::quoting::quoted;
use crate::facts::variables::path_at;
use crate::facts::workdir::working_directory;
use crate::handles::{Command, ProgramPoint, Stage, Step, Word};
use crate::packages::PackageCommand;
use crate::path::{ImagePath, file_name};
use crate::ternary::Ternary;
use dfix_catalogue::{interpreter_by_ending, runs_texts};

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

/// Begins the key of shell text that stands in no file of its own; no path of the build context begins so.
const TEXT: char = '\u{1}';

impl<'m> Script<'m> {
    /// Its path in the build context; of text that stands in no file of its own, that text.
    pub fn path(self) -> &'m str {
        self.data.path.trim_start_matches(TEXT)
    }

    /// Whether it is no file, but what one of the project's files starts a container with.
    pub fn is_of_launch(self) -> bool {
        self.data.is_of_launch
    }

    /// What it is kept by, see [`known`].
    pub(crate) fn key(self) -> &'m str {
        &self.data.path
    }

    /// The command with this index.
    pub(crate) fn command(self, index: usize) -> Command<'m> {
        Command {
            step: self.step,
            script: Some(self.data),
            index,
        }
    }

    /// Its text.
    pub fn text(self) -> &'m str {
        &self.data.text
    }

    /// Whether a name stands somewhere in it.
    pub fn mentions(self, name: &str) -> bool {
        self.data.text.contains(name)
    }

    /// Its commands, at any depth, in order of place; those of functions too. Each is a command of the
    /// step that runs the script, see [`Command::is_of_script`]; their folder is told from the step's
    /// working directory.
    pub fn commands(
        self,
    ) -> impl DoubleEndedIterator<Item = Command<'m>> + ExactSizeIterator + Clone {
        (0..self.data.commands.commands.len()).map(move |index| self.command(index))
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

/// The script that a command of the start runs: the one that it names by a path or gives to a shell, or the first of its
/// name in the folders of `PATH`.
pub(crate) fn script_started_by<'m>(stage: Stage<'m>, command: Command<'m>) -> ScriptAt<'m> {
    let (word, is_path) = match command.shell_source() {
        Some(ShellSource::File(word)) => (Some(command.word_at(word)), true),
        Some(_) => (None, true),
        None if command.is_one_of(&[".", "source"]) => (command.arg(0), true),
        None => (command.program(), false),
    };
    let Some(path) = word.and_then(Word::value) else {
        return ScriptAt::Elsewhere;
    };
    if is_path || path.contains('/') {
        return script_at_start(stage, path, command.step());
    }
    let folders = path_at(stage, stage.last_step()).into_iter().flatten();
    folders
        .map(|folder| script_at_start(stage, &format!("{folder}/{path}"), command.step()))
        .find(|found| !matches!(found, ScriptAt::Elsewhere))
        .unwrap_or(ScriptAt::Elsewhere)
}

/// The script that was read and is kept by this key, as `step` runs it.
pub(crate) fn known<'m>(stage: Stage<'m>, key: &str, step: Step<'m>) -> Option<Script<'m>> {
    match stage.file().cached(Scripts::default).0.get(key)? {
        ScriptFile::Shell(data) => Some(Script { step, data }),
        ScriptFile::Other { .. } | ScriptFile::NotText | ScriptFile::Unread(_) => None,
    }
}

/// The text that `package.json` has for a script that `npm run` and its like are asked for, with what npm
/// runs before and after it (docs.npmjs.com, "scripts", pre & post scripts). `None` where there is none of
/// the name. Errors: why it cannot be known, as the end of a sentence.
pub(crate) fn script_of_package<'m>(
    stage: Stage<'m>,
    package: &PackageCommand<'m>,
    name: &str,
) -> Result<Option<Script<'m>>, String> {
    const UNREAD: &str = "package.json is not in the build context that dfix sees";
    const LEFT_OUT: &str = "no instruction is known to put a package.json there";
    // A script runs in the folder of the step; `cd` before is followed.
    let command = package.command;
    let path = working_directory(command)
        .zip(project_file(package, "package.json"))
        .map(|(folder, file)| ImagePath::new(&folder).join(&file))
        .ok_or("its folder is not known")?;
    let context = stage.file().context();
    let is_seen = || context.read("package.json").found().is_some();
    let place = final_context_path_of(stage, path.as_str());
    let place = place.ok_or_else(|| if is_seen() { LEFT_OUT } else { UNREAD })?;
    let text = match context.read(&place) {
        Answer::Found(text) => text,
        Answer::Absent | Answer::Unknown(_) => return Err(UNREAD.to_owned()),
    };
    let json = PackageJson::parse(&text).ok_or("package.json is not JSON")?;
    if json.runs(name).is_none() {
        return Ok(None);
    }
    let whole: Vec<&str> = json.scripts_of(name).map(|(_, text)| text).collect();
    let key = format!("{place}: {name}");
    let scripts = &stage.file().cached(Scripts::default).0;
    let found = match scripts.get(&key) {
        Some(found) => found,
        None => {
            let text: Arc<str> = whole.join("\n").into();
            let new = read(&key, Answer::Found(text)).ok_or(UNREAD)?;
            scripts.insert(key, Box::new(new))
        }
    };
    match found {
        ScriptFile::Shell(data) => Ok(Some(Script {
            step: command.step(),
            data,
        })),
        ScriptFile::Other { .. } | ScriptFile::NotText | ScriptFile::Unread(_) => {
            Err("its text is not understood".to_owned())
        }
    }
}

/// The shell texts that a program is given to run among its words: `concurrently "node a.js" "node b.js"`; none where it
/// is no such program.
pub(crate) fn texts_given_to(command: Command<'_>) -> impl Iterator<Item = &str> {
    let runs = runs_texts(command.name());
    command
        .args()
        .filter(move |_| runs)
        .filter_map(Word::value)
        // An option, or a file of the application, is no command.
        .filter(|text| {
            let is_file = || interpreter_by_ending(text).is_some();
            text.contains(' ') || !(text.starts_with('-') || is_file())
        })
        .map(without_quotes)
}

/// In exec form quotes may stand within a word, which such programs take away.
fn without_quotes(text: &str) -> &str {
    let inner = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    let whole = |quote: char| inner(quote).filter(|text| !text.contains(quote));
    whole('"').or_else(|| whole('\'')).unwrap_or(text)
}

/// What a file of the project starts a container with, as a script that `step` runs; `name` is how messages name it.
/// `None` where it is not understood. Where two have the same name, the further ones are numbered.
pub(crate) fn script_of_launch<'m>(name: &str, text: &str, step: Step<'m>) -> Option<Script<'m>> {
    let scripts = &step.file().cached(Scripts::default).0;
    let is_another = |name: &str| match scripts.get(name) {
        Some(ScriptFile::Shell(data)) => *data.text != *text,
        Some(_) | None => false,
    };
    let further = (2..).map(|number| format!("{name} ({number})"));
    let mut names = std::iter::once(name.to_owned()).chain(further);
    let name = &*names.find(|it| !is_another(it))?;
    let found = match scripts.get(name) {
        Some(found) => found,
        None => {
            let mut new = read(name, Answer::Found(Arc::from(text)))?;
            if let ScriptFile::Shell(data) = &mut new {
                data.is_of_launch = true;
            }
            scripts.insert(name.to_owned(), Box::new(new))
        }
    };
    match found {
        ScriptFile::Shell(data) => Some(Script { step, data }),
        _ => None,
    }
}

/// Whether a word is all that a script is given, or an array that may be: `"$@"`, `"${CLI[@]}"` of wait-for-it.sh.
fn is_all_words(word: Word<'_>) -> bool {
    let text = word.source_text().trim_matches('"');
    matches!(text, "$@" | "${@}" | "$*" | "${*}") || text.ends_with("[@]}")
}

/// Whether a script may start the words that it is given: it hands them, or an array, to something.
pub(crate) fn may_start_its_words(script: Script<'_>) -> bool {
    let mut commands = script.commands();
    commands.any(|command| command.words().any(is_all_words))
}

/// Whether a script starts the words that it is given: they are the program of a command, behind `exec` and its like or alone.
fn starts_its_words(script: Script<'_>) -> bool {
    let mut commands = script.commands();
    commands.any(|command| command.program().is_some_and(is_all_words))
}

/// What a script starts of the words that it is given.
pub(crate) enum HandedOn {
    /// Nothing: it has none, or options alone, which are for what it starts anyway.
    Nothing,
    /// A command, as text of the shell.
    Text(String),
    /// The words are not known.
    Unknown,
}

/// What a script that is given these words starts of them: those behind a `--`, else all.
pub(crate) fn handed_on<'w>(script: Script<'_>, words: impl Iterator<Item = Word<'w>>) -> HandedOn {
    let words: Vec<Option<&str>> = words.map(Word::value).collect();
    if words.is_empty() || !starts_its_words(script) {
        return HandedOn::Nothing;
    }
    let behind = words.iter().position(|word| *word == Some("--"));
    let own = behind.map_or(&words[..], |at| &words[at + 1..]);
    match own.iter().copied().collect::<Option<Vec<&str>>>() {
        None => HandedOn::Unknown,
        Some(own) if own.first().is_none_or(|it| it.starts_with('-')) => HandedOn::Nothing,
        Some(own) => {
            let own: Vec<String> = own.into_iter().map(quoted).collect();
            HandedOn::Text(own.join(" "))
        }
    }
}

/// The script that a command runs by its path, or gives to a shell, and the words that it gets.
pub(crate) fn script_and_words(command: Command<'_>) -> Option<(&str, Vec<Word<'_>>)> {
    let words = command.arg_indices();
    let (path, behind) = match command.shell_source() {
        Some(ShellSource::File(at)) => (command.word_at(at), at + 1..words.end),
        Some(_) => return None,
        None => (command.program()?, words),
    };
    Some((
        path.value()?,
        behind.map(|at| command.word_at(at)).collect(),
    ))
}

/// Shell text that stands in no file of its own, a script of package.json say, as a script that `step` runs; `None`
/// where it is not understood.
pub(crate) fn script_of_text<'m>(text: &str, step: Step<'m>) -> Option<Script<'m>> {
    let place = format!("{TEXT}{text}");
    let scripts = &step.file().cached(Scripts::default).0;
    let found = match scripts.get(&place) {
        Some(found) => found,
        None => {
            let new = read(&place, Answer::Found(Arc::from(text)))?;
            scripts.insert(place, Box::new(new))
        }
    };
    match found {
        ScriptFile::Shell(data) => Some(Script { step, data }),
        _ => None,
    }
}

fn script_of<'m>(stage: Stage<'m>, place: &str, step: Step<'m>) -> ScriptAt<'m> {
    let file = stage.file();
    let scripts = &file.cached(Scripts::default).0;
    let found = match scripts.get(place) {
        Some(found) => found,
        None => match read_file(place, file.context().read(place)) {
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

/// Whether the kernel starts what a container calls `program` without a shell's help: a script that names no
/// interpreter is started by a shell only (execve(2)). Yes for a name without a folder, which is a program's.
pub(crate) fn starts_without_shell(stage: Stage<'_>, program: &str) -> Ternary {
    let has_ending = program
        .rsplit_once('.')
        .is_some_and(|(_, ending)| matches!(ending, "sh" | "bash" | "py" | "rb" | "pl" | "js"));
    let unknown = || {
        Ternary::unknown(
            format!("whether `{program}` begins with `#!`"),
            "look at its first line; without it only a shell starts the script",
        )
    };
    if file_name(program) == program {
        return if has_ending { unknown() } else { Ternary::Yes };
    }
    let of_system = ["/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/"]
        .iter()
        .any(|folder| program.starts_with(folder));
    match read_final(stage, program) {
        Answer::Found(text) if text.starts_with("#!") => Ternary::Yes,
        Answer::Found(_) => Ternary::No,
        _ if has_ending || !of_system || final_context_path_of(stage, program).is_some() => {
            unknown()
        }
        _ => Ternary::Yes,
    }
}
