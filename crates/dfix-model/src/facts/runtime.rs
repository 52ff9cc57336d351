//! What a container of a stage runs: every process of its start, followed through the scripts and the
//! package scripts of the build context, and what could not be followed.
//!
//! What starts the image from outside (compose files and their like) counts beside what the image says itself:
//! both may be used.

mod awaited_text;
mod awaited_words;
mod checks;
mod low_ports;
mod of_base;
mod privileges;
mod shown;
pub(crate) mod supervised;

use dfix_catalogue::interpreter_by_ending;
use dfix_catalogue::programs::{self, Mark};

use crate::collect::instruction::StepKind;
use crate::collect::wrappers::ShellSource;
use crate::context::Answer;
use crate::facts::compiled::{is_compiled, is_made_here};
use crate::facts::entry::StartCommand;
use crate::facts::launches;
use crate::facts::scripts::{self, HandedOn, Script, ScriptAt};
use crate::handles::{Command, Stage, Step, Word};
use crate::packages::PackageCommand;
use crate::path::program_name;
use crate::ternary::OpenCondition;

pub use privileges::Privileges;

/// How deep scripts that start scripts are followed.
const DEEPEST: usize = 4;

/// What a container of a stage runs. A handle: free to copy.
#[derive(Clone, Copy)]
pub struct Runtime<'m> {
    stage: Stage<'m>,
    data: &'m RuntimeData,
}

/// A process of the start: a command of the Dockerfile, or of a script that the start leads to.
#[derive(Debug, Clone, Copy)]
pub struct Process<'m> {
    /// The command. Of a script it has no place in the Dockerfile, see [`Command::is_of_script`].
    pub command: Command<'m>,
    /// The script that it stands in; none where it stands in the Dockerfile.
    pub script: Option<Script<'m>>,
    /// What it leads to.
    pub leads: Leads,
}

/// What a process leads to, where its program is a file of the build context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leads {
    /// It is no script of the build context.
    Nowhere,
    /// To a shell script, whose commands are processes, too.
    Script,
    /// To a script for another interpreter, or a program.
    Interpreter,
    /// To something that could not be read: see [`Runtime::unfollowed`].
    Unread,
}

/// Where a process stands: enough to make its handle again.
struct ProcessData {
    step: usize,
    /// The key of the script that it stands in.
    script: Option<Box<str>>,
    index: usize,
    leads: Leads,
}

struct RuntimeData {
    processes: Vec<ProcessData>,
    unfollowed: Vec<OpenCondition>,
    /// The base image's own entry point, where the words of `CMD` are arguments of it.
    of_base: Option<&'static str>,
}

/// What the stage's container runs.
pub(crate) fn of(stage: Stage<'_>) -> Runtime<'_> {
    Runtime {
        stage,
        data: stage.cached(|| {
            let mut start = Start::of(stage);
            let steps: Vec<Step<'_>> = stage.entry().steps().collect();
            for step in &steps {
                start.step(*step, &steps);
            }
            start.launches(&steps);
            start.found
        }),
    }
}

/// The handle of a process.
fn process_of<'m>(stage: Stage<'m>, data: &ProcessData) -> Process<'m> {
    let step = Step {
        file: stage.file,
        index: data.step,
    };
    let script = data
        .script
        .as_deref()
        .and_then(|key| scripts::known(stage, key, step));
    let command = match script {
        Some(script) => script.command(data.index),
        None => Command {
            step,
            script: None,
            index: data.index,
        },
    };
    Process {
        command,
        script,
        leads: data.leads,
    }
}

impl<'m> Runtime<'m> {
    /// The stage.
    pub fn stage(self) -> Stage<'m> {
        self.stage
    }

    /// Whether the file says nothing of a start, so that the base image's own is in force.
    pub fn is_silent(self) -> bool {
        self.stage.entry().steps().next().is_none()
    }

    /// Every process of the start, in the order in which they stand: commands of the entry point and the
    /// command, and where these are scripts of the build context the commands of the script after them.
    /// Words of a `CMD` that are arguments of an entry point are none.
    pub fn processes(self) -> impl Iterator<Item = Process<'m>> + Clone {
        let stage = self.stage;
        self.data
            .processes
            .iter()
            .map(move |it| process_of(stage, it))
    }

    /// What could not be followed, each with the way to establish it.
    pub fn unfollowed(self) -> &'m [OpenCondition] {
        &self.data.unfollowed
    }

    /// Whether the file itself builds the program of a process, here or in a stage that it is copied from.
    pub fn is_built_here(self, process: &Process<'_>) -> bool {
        let program = process.command.program().and_then(Word::value);
        program.is_some_and(|it| is_made_here(self.stage, it) || is_compiled(self.stage, it))
    }

    /// The base image's own entry point, where it is a program that the words of `CMD` are arguments of:
    /// `python3` in distroless images.
    pub fn program_of_base(self) -> Option<&'static str> {
        self.data.of_base
    }
}

impl<'m> Process<'m> {
    /// How a message names it: `` `nginx` ``, and with the script that it stands in.
    pub fn said(&self) -> String {
        match self.script {
            Some(script) => format!("`{}` in `{}`", self.command.name(), script.path()),
            None if self.command.step().is(StepKind::Healthcheck) => {
                format!("`{}` of HEALTHCHECK", self.command.name())
            }
            None => format!("`{}`", self.command.name()),
        }
    }

    /// The known arguments, in order.
    pub fn known_args(&self) -> Vec<&'m str> {
        self.command.args().filter_map(Word::value).collect()
    }

    /// Whether the program is a function of the script that it stands in.
    pub fn is_function(&self) -> bool {
        self.script
            .is_some_and(|script| script.defines(self.command.name()))
    }
}

/// Follows the start of a stage.
struct Start<'m> {
    stage: Stage<'m>,
    found: RuntimeData,
    /// The scripts that are being followed.
    scripts: Vec<Script<'m>>,
}

impl<'m> Start<'m> {
    fn of(stage: Stage<'m>) -> Self {
        Start {
            stage,
            found: RuntimeData {
                processes: Vec::new(),
                unfollowed: Vec::new(),
                of_base: None,
            },
            scripts: Vec::new(),
        }
    }

    fn step(&mut self, step: Step<'m>, all: &[Step<'m>]) {
        if step.has_opaque_text() {
            self.open(
                format!(
                    "what the {} starts, whose text is not understood",
                    step.name()
                ),
                "say it in exec form",
            );
            return;
        }
        if step.is(StepKind::Cmd) {
            self.found.of_base = self.program_of_base();
            if self.found.of_base.is_some() {
                return;
            }
            if Self::waiting(all).is_some() {
                return self.text_of_cmd(step);
            }
            // The words of a CMD are arguments where an ENTRYPOINT names the program.
            let entrypoint = all.iter().find(|s| s.is(StepKind::Entrypoint));
            if entrypoint.is_some_and(|s| {
                s.commands()
                    .any(|c| !c.name().is_empty() && !self.hands_on(c))
            }) {
                return;
            }
        }
        if step.commands().len() == 0 && step.words().len() > 0 {
            self.open(
                format!("what the {} starts", step.name()),
                "name a program that dfix knows",
            );
        }
        for command in step.commands() {
            self.command(command, None);
        }
    }

    /// What the project's files start containers with.
    fn launches(&mut self, own: &[Step<'m>]) {
        let waiting = Self::waiting(own);
        for start in launches::starts(self.stage) {
            if let Some(entrypoint) = waiting.filter(|_| !start.is_whole) {
                self.text_of_launch(&start, entrypoint);
                continue;
            }
            let mut entrypoint = own.iter().filter(|step| step.is(StepKind::Entrypoint));
            let is_for_the_entrypoint = !start.is_whole
                && entrypoint.any(|step| !step.commands().any(|command| self.hands_on(command)));
            match start.script {
                // Words that an entry point is given are no program.
                Some(_) if is_for_the_entrypoint => {}
                Some(script) => {
                    for command in script.commands() {
                        self.command(command, Some(script));
                    }
                }
                None => self.open(format!("what {} starts", start.launch.said()), "look there"),
            }
        }
        let open = launches::open(self.stage);
        self.found.unfollowed.extend(open);
    }

    fn program_of_base(&self) -> Option<&'static str> {
        if self.stage.entry().entrypoint != StartCommand::BaseImage {
            return None;
        }
        let program = self.stage.base_facts().entrypoint()?.next()?;
        let name = program_name(program);
        let known = programs::find(name)?;
        (known.privileges() == programs::Privileges::None && !known.is_helper()).then_some(name)
    }

    /// Whether the command of an entry point is a script that ends by starting its own arguments, or a
    /// mere parent.
    fn hands_on(&self, command: Command<'m>) -> bool {
        let Some(program) = command.program().and_then(Word::value) else {
            return false;
        };
        if let Some(known) = command.known()
            && (known.is(Mark::HandsOn)
                || (programs::is_shell(command.name()) && command.args().len() == 0))
        {
            return true;
        }
        match scripts::script_at_start(self.stage, program, command.step()) {
            ScriptAt::Shell(script) => scripts::may_start_its_words(script),
            ScriptAt::Other { text, .. } => text.contains("argv"),
            // What is not seen is named by its ending.
            ScriptAt::Unread(_) | ScriptAt::Elsewhere | ScriptAt::NotText => {
                has_ending(program, ".sh")
            }
        }
    }

    fn command(&mut self, command: Command<'m>, script: Option<Script<'m>>) {
        let at = self.found.processes.len();
        self.found.processes.push(ProcessData {
            step: command.step().index(),
            script: script.map(|s| s.key().into()),
            index: command.index,
            leads: Leads::Nowhere,
        });
        // `sh -c "…"`: the commands of its text are commands of the step, too.
        if command.has_inner() || script.is_some_and(|s| s.defines(command.name())) {
            return;
        }
        let leads = self.lead(command);
        self.found.processes[at].leads = leads;
        if leads == Leads::Script {
            self.handed_on(command);
        }
    }

    /// Follows what a script starts of the words behind it: `wait-for-it.sh db:5432 -- python app.py`.
    fn handed_on(&mut self, command: Command<'m>) {
        let Some((path, words)) = scripts::script_and_words(command) else {
            return;
        };
        let ScriptAt::Shell(script) = scripts::script_at_start(self.stage, path, command.step())
        else {
            return;
        };
        match scripts::handed_on(script, words.into_iter()) {
            HandedOn::Nothing => {}
            HandedOn::Text(text) => {
                match scripts::script_of_text(&text, command.step()) {
                    Some(script) => self.script(&text, script),
                    None => self.unread(&text),
                };
            }
            HandedOn::Unknown => self.open(
                format!("what `{path}` starts, which is told by its words"),
                "write them out",
            ),
        }
    }

    /// Follows what a command starts.
    fn lead(&mut self, command: Command<'m>) -> Leads {
        if let Some(package) = PackageCommand::of(command)
            && let Some(name) = package.script()
        {
            return self.package_script(&package, name);
        }
        if programs::is_shell(command.name()) || command.is_one_of(&[".", "source"]) {
            return self.given_to_shell(command);
        }
        if command.is("deno") && command.arg(0).is_some_and(|word| word.is("task")) {
            return self.unread("deno task");
        }
        if command.is_one_of(&["pm2-runtime", "pm2-docker"])
            && let Some(leads) = self.told_pm2(command)
        {
            return leads;
        }
        self.texts(command);
        let Some(program) = command.program().and_then(Word::value) else {
            return Leads::Nowhere;
        };
        // `uv run app.py` gives the file to Python (docs.astral.sh/uv/guides/scripts).
        if has_ending(program, ".py") && command.wrappers().any(|it| it.name == "uv") {
            return Leads::Interpreter;
        }
        let is_script = has_ending(program, ".sh") || has_ending(program, ".bash");
        if is_script
            && !program.contains('/')
            && let Some(place) = self.on_path(program)
        {
            return self.script_at(&place, command.step(), true);
        }
        let is_path = program.contains('/') || is_script;
        if command.known().is_some() && !is_path {
            return Leads::Nowhere;
        }
        if is_path {
            let own = self.stage.base_facts().entrypoint();
            let is_of_base = own.is_some_and(|mut words| {
                words
                    .next()
                    .is_some_and(|own| program_name(own) == program_name(program))
            });
            return if command.known().is_some() || is_of_base || is_made_here(self.stage, program) {
                self.script_at(program, command.step(), false)
            } else {
                self.script_at(program, command.step(), true)
            };
        }
        match self.on_path(program) {
            Some(place) => self.script_at(&place, command.step(), false),
            None => Leads::Nowhere,
        }
    }

    /// `pm2-runtime start npm -- start`, `pm2-runtime ecosystem.config.js`: a program by its name, with the words behind
    /// `--`; or a file that says what starts, which has to be seen. None of a file for an interpreter.
    fn told_pm2(&mut self, command: Command<'m>) -> Option<Leads> {
        const SETTINGS: [&str; 6] = [
            ".json",
            ".yml",
            ".yaml",
            ".config.js",
            ".config.cjs",
            ".config.mjs",
        ];
        let mut words = command.args().filter(|word| !word.is("start"));
        let first = words.next().filter(|word| !word.starts_with("-"))?;
        let name = first.value()?;
        if SETTINGS.iter().any(|ending| has_ending(name, ending)) {
            let is_seen = matches!(self.stage.read_final(name), Answer::Found(_));
            return (!is_seen).then(|| self.unread(name));
        }
        if name.contains('/') || interpreter_by_ending(name).is_some() {
            return None;
        }
        let told = command.args().skip_while(|word| !word.is("--")).skip(1);
        let words: Vec<&str> = std::iter::once(first)
            .chain(told)
            .map(Word::source_text)
            .collect();
        let text = words.join(" ");
        Some(match scripts::script_of_text(&text, command.step()) {
            Some(script) => self.script(&text, script),
            None => self.unread(&text),
        })
    }

    /// `concurrently "node a.js" "node b.js"`: each of its words that is a command.
    fn texts(&mut self, command: Command<'m>) {
        for text in scripts::texts_given_to(command).filter(|text| text.contains(' ')) {
            match scripts::script_of_text(text, command.step()) {
                Some(script) => self.script(text, script),
                None => self.unread(text),
            };
        }
    }

    /// Where a program of this name, which the build context holds, is found through `PATH`.
    fn on_path(&self, name: &str) -> Option<String> {
        let folders = self.stage.path_at(self.stage.last_step());
        folders
            .into_iter()
            .flatten()
            .map(|folder| format!("{folder}/{name}"))
            .find(|path| matches!(self.stage.read_final(path), Answer::Found(_)))
    }

    /// `bash start.sh`, `sh -x start.sh`, `. ./env.sh`
    fn given_to_shell(&mut self, shell: Command<'m>) -> Leads {
        let word = match shell.shell_source() {
            Some(ShellSource::File(word) | ShellSource::Script(word)) => Some(shell.word_at(word)),
            // The commands of what it is given are processes, too.
            Some(ShellSource::Awaited) => return Leads::Script,
            Some(ShellSource::Input | ShellSource::Nothing) => None,
            // `. ./env.sh`
            None => shell.args().find(|word| !word.starts_with("-")),
        };
        let Some(word) = word else {
            return Leads::Nowhere;
        };
        match word.value() {
            Some(path) => match self.script_at(path, shell.step(), true) {
                // Its `#!` names another interpreter, which does not count here.
                Leads::Interpreter | Leads::Nowhere => self.unread(path),
                leads => leads,
            },
            None => {
                self.open(
                    format!("which script `{}` starts", shell.name()),
                    "name the script plainly",
                );
                Leads::Unread
            }
        }
    }

    /// Follows the script at a path of the image. `is_asked`: whether something of the build context must be
    /// there.
    fn script_at(&mut self, path: &str, step: Step<'m>, is_asked: bool) -> Leads {
        match scripts::script_at_start(self.stage, path, step) {
            ScriptAt::Shell(script) => self.script(path, script),
            ScriptAt::Other { .. } => Leads::Interpreter,
            ScriptAt::NotText | ScriptAt::Elsewhere if !is_asked => Leads::Nowhere,
            ScriptAt::NotText => Leads::Nowhere,
            // What a compiler wrote there is no file of the build context, whatever folders of it were copied.
            ScriptAt::Unread(_) if is_compiled(self.stage, path) => Leads::Nowhere,
            ScriptAt::Unread(_) => {
                self.open(
                    format!(
                        "what `{path}` does when it starts, which is not in the build context that dfix sees"
                    ),
                    "run dfix where the script is beside the Dockerfile",
                );
                Leads::Unread
            }
            // Of the base image, of a RUN: no other folder has it.
            ScriptAt::Elsewhere => {
                self.open(
                    format!(
                        "what `{path}` does when it starts, which comes from no file of the build context"
                    ),
                    "look at it in the image, and at what it starts",
                );
                Leads::Unread
            }
        }
    }

    fn script(&mut self, path: &str, script: Script<'m>) -> Leads {
        if self.scripts.contains(&script) {
            return Leads::Script;
        }
        if script.has_opaque_text() || self.scripts.len() >= DEEPEST {
            return self.unread(path);
        }
        self.scripts.push(script);
        for command in script.commands() {
            self.command(command, Some(script));
        }
        self.scripts.pop();
        Leads::Script
    }

    fn unread(&mut self, path: &str) -> Leads {
        self.open(
            format!("what `{path}` does when it starts, which dfix cannot read"),
            "look at what it starts, and how",
        );
        Leads::Unread
    }

    /// `npm run start`: the text that `package.json` has for it.
    fn package_script(&mut self, package: &PackageCommand<'m>, name: &str) -> Leads {
        let subcommand = Some(package.subcommand_text()).filter(|it| !it.is_empty());
        let words = [package.program_name(), subcommand.unwrap_or("--run")];
        let said = words.join(" ");
        match scripts::script_of_package(self.stage, package, name) {
            Ok(Some(script)) => self.script(&said, script),
            Ok(None) => match package.program_instead() {
                Some(text) => match scripts::script_of_text(&text, package.step()) {
                    Some(script) => self.script(&text, script),
                    None => self.unread(&text),
                },
                None => Leads::Nowhere,
            },
            Err(why) => {
                self.open(
                    format!("what `{said}` runs: {why}"),
                    "run dfix where package.json is beside the Dockerfile",
                );
                Leads::Unread
            }
        }
    }

    fn open(&mut self, condition: String, remedy: &str) {
        if !self
            .found
            .unfollowed
            .iter()
            .any(|o| o.condition == condition)
        {
            self.found
                .unfollowed
                .push(OpenCondition::new(condition, remedy));
        }
    }
}

/// Whether a path ends so; on Linux the letters' case counts.
fn has_ending(path: &str, ending: &str) -> bool {
    path.ends_with(ending)
}
