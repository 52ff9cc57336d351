//! What the build executes: the commands of a `RUN`, and those of the scripts that they start.

use std::collections::HashMap;

use dfix_catalogue::{InstallScript, install_script};

use crate::collect::command::Operator;
use crate::collect::wrappers::ShellSource;
use crate::facts::scripts::{ScriptAt, script_at};
use crate::facts::variables::{expand_text, path_at};
use crate::facts::workdir::workdir_before;
use crate::handles::{Command, Stage, Step, Word};
use crate::path::{ImagePath, file_name};
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

/// Goes through what the steps of a stage execute.
pub(crate) struct Executor<'m> {
    stage: Stage<'m>,
    /// How many more scripts are looked for.
    left: usize,
    /// What is copied into the folders of `PATH`: the names of programs, with their paths in the image.
    programs: Option<HashMap<String, String>>,
    found: Vec<Executed<'m>>,
}

/// More scripts than this are not looked for in one stage.
const MOST_SCRIPTS: usize = 64;

/// How deep scripts may start one another.
const DEEPEST: usize = 4;

/// Scripts that projects bring along to start their build tool, and that do nothing else.
const BUILD_TOOLS: &[&str] = &["configure", "gradlew", "mvnw"];

/// Whether the shell is given a script that is fetched from one of the known addresses.
fn is_known_installer(command: Command<'_>) -> bool {
    command.previous().is_some_and(|source| {
        source.is_one_of(&["curl", "wget"])
            && source
                .args()
                .filter_map(|word| install_script(word.literal_prefix()))
                .any(InstallScript::leaves_accounts)
    })
}

/// How a command starts a script.
enum Start<'m> {
    /// Not at all.
    No,
    /// A shell reads this file.
    File(Word<'m>),
    /// The shell that runs reads this file itself: `.`
    Sourced(Word<'m>),
    /// The file is started by its path.
    Program(Word<'m>),
    /// A shell reads what it is given by a pipe or a here-string.
    Given,
}

impl<'m> Executor<'m> {
    pub(crate) fn new(stage: Stage<'m>) -> Self {
        Executor {
            stage,
            left: MOST_SCRIPTS,
            programs: None,
            found: Vec::new(),
        }
    }

    /// What a step executes, in order.
    pub(crate) fn step(&mut self, step: Step<'m>) -> Vec<Executed<'m>> {
        for command in step.commands() {
            self.command(command, 0);
        }
        if step.has_opaque_text() {
            self.found.push(Executed::Unread(OpenCondition::new(
                "what the shell text of a RUN does that dfix cannot read",
                "write it as plain commands",
            )));
        }
        std::mem::take(&mut self.found)
    }

    fn command(&mut self, command: Command<'m>, depth: usize) {
        self.found.push(Executed::Command(command));
        let (word, is_read_by_a_shell) = match start_of(command) {
            Start::No => {
                let stage = self.stage;
                let programs = self.programs.get_or_insert_with(|| programs_of_path(stage));
                if let Some(path) = programs.get(command.name()).cloned() {
                    self.script(&path, command, depth, false);
                }
                return;
            }
            Start::Given if is_known_installer(command) => return,
            Start::Given => {
                self.found.push(Executed::Unread(OpenCondition::new(
                    format!("what `{}` is given to run", command.name()),
                    "write it as commands of the RUN",
                )));
                return;
            }
            Start::File(word) => (word, true),
            Start::Sourced(word) | Start::Program(word) => (word, false),
        };
        match expand_text(self.stage, word, command) {
            Some(path) => {
                let is_script = is_read_by_a_shell
                    || (has_ending(&path, "sh") && !command.is_one_of(&[".", "source"]));
                self.script(&path, command, depth, is_script);
            }
            None if is_read_by_a_shell => {
                self.found
                    .push(Executed::Unread(unread(word.source_text())));
            }
            None => {}
        }
    }

    /// A file that is executed.
    fn script(&mut self, path: &str, command: Command<'m>, depth: usize, is_script: bool) {
        if BUILD_TOOLS.contains(&file_name(path)) {
            return;
        }
        if self.left == 0 || depth >= DEEPEST {
            self.found.push(Executed::Unread(unread(path)));
            return;
        }
        self.left -= 1;
        match script_at(self.stage, path, command) {
            ScriptAt::Shell(script) => {
                for command in script.commands() {
                    self.command(command, depth + 1);
                }
                if script.has_opaque_text() {
                    self.found.push(Executed::Unread(unread(path)));
                }
            }
            ScriptAt::Other { text, .. } => self.found.push(Executed::Other(text)),
            ScriptAt::Unread(_) => self.found.push(Executed::Unread(unread(path))),
            ScriptAt::Elsewhere if is_script => {
                self.found.push(Executed::Unread(unread(path)));
            }
            // A program of the image, or one that the build made.
            ScriptAt::NotText | ScriptAt::Elsewhere => {}
        }
    }
}

fn unread(path: &str) -> OpenCondition {
    OpenCondition::new(
        format!("what {path} does, which was not read"),
        format!("put {path} into the build context, or write its commands into the RUN"),
    )
}

/// How the command starts a script, if it does.
fn start_of(command: Command<'_>) -> Start<'_> {
    let name = command.name();
    if matches!(name, "." | "source") {
        return command.arg(0).map_or(Start::No, Start::Sourced);
    }
    match command.shell_source() {
        None => {
            return match command.program() {
                Some(word) if word.literal_prefix().contains('/') => Start::Program(word),
                _ => Start::No,
            };
        }
        // The step says itself where it could not read such a script.
        Some(ShellSource::Script(_) | ShellSource::Nothing) => return Start::No,
        Some(ShellSource::File(word)) => return Start::File(command.word_at(word)),
        Some(ShellSource::Input) => {}
    }
    let input = command.redirects().find(|r| r.operator().starts_with('<'));
    match input {
        Some(input) if input.operator() == "<" => input.target().map_or(Start::Given, Start::File),
        Some(input) if input.operator() == "<<<" => Start::Given,
        // A here-document is read with the step.
        Some(_) => Start::No,
        None => {
            let is_given = command
                .before()
                .is_some_and(|before| before.operator == Operator::Pipe);
            if is_given { Start::Given } else { Start::No }
        }
    }
}

/// The files of the build context that are copied into folders of `PATH`: by name, their paths in the image.
fn programs_of_path(stage: Stage<'_>) -> HashMap<String, String> {
    let context = stage.file.context;
    let folders: Vec<ImagePath> = path_at(stage, stage.last_step())
        .into_iter()
        .flatten()
        .map(|folder| ImagePath::new(&folder))
        .collect();
    let mut programs = HashMap::new();
    let mut add_folder = |from: &ImagePath, folder: &ImagePath| {
        for name in context.list(relative(from)).found().unwrap_or_default() {
            if !name.ends_with('/') {
                let path = folder.join(&name).to_string();
                programs.insert(name, path);
            }
        }
    };
    let mut single = Vec::new();
    for (s, step) in stage
        .base_chain()
        .flat_map(|s| s.steps().map(move |step| (s, step)))
        .filter(|(_, step)| step.is_copy_or_add() && step.source().is_none())
    {
        let target = step
            .target()
            .and_then(|word| expand_text(s, word, step))
            .zip(workdir_before(s, step.index, true));
        let Some((target, workdir)) = target else {
            continue;
        };
        let target = ImagePath::new(&workdir).join(&target);
        let near: Vec<&ImagePath> = folders
            .iter()
            .filter(|f| f.is_below(&target) || target.parent().as_ref() == Some(f))
            .collect();
        if near.is_empty() {
            continue;
        }
        for source in step.sources().filter_map(|word| expand_text(s, word, step)) {
            let source = ImagePath::new(&source);
            for folder in &near {
                match folder.below(&target) {
                    Some("") => {
                        single.push((folder.join(source.file_name()), source.clone()));
                        add_folder(&source, folder);
                    }
                    Some(rest) => add_folder(&source.join(rest), folder),
                    None => single.push((target.clone(), source.clone())),
                }
            }
        }
    }
    single.retain(|(_, from)| context.read(relative(from)).found().is_some());
    let named = |(path, _): (ImagePath, _)| (path.file_name().to_owned(), path.to_string());
    programs.extend(single.into_iter().map(named));
    programs
}

/// Whether a file's name ends so, after a dot.
fn has_ending(path: &str, ending: &str) -> bool {
    file_name(path)
        .rsplit_once('.')
        .is_some_and(|(_, last)| last == ending)
}

/// A path of the build context.
fn relative(path: &ImagePath) -> &str {
    path.below(&ImagePath::root()).unwrap_or("")
}
