//! Every command that a stage runs, wherever it is written: in its instructions, in the scripts of the build context
//! that these start, in package.json; which programs they call; and what of it could not be read.

use std::collections::{BTreeMap, BTreeSet};

use crate::collect::command::Operator;
use crate::collect::instruction::StepKind;
use crate::collect::wrappers::ShellSource;
use crate::facts::call_site::CallSite;
use crate::facts::compiled::is_compiled;
use crate::facts::interpreted::{Door, Interpreted, Reading};
use crate::facts::launches;
use crate::facts::scripts::{
    HandedOn, Script, ScriptAt, handed_on, script_and_words, script_of_text, texts_given_to,
};
use crate::handles::{Command, Pair, Stage, Step, Word};
use crate::packages::{PackageCommand, PackageManager};
use crate::path::{has_ending, program_name};
use dfix_catalogue::programs::{self, Kind, Mark, Program};
use dfix_catalogue::{
    InstallScript, LibraryNeed, install_script, is_harmless_file, need_of_started_module,
    started_by,
};
use dfix_syntax::TextRange;

pub use unread::{NotRead, UnreadKind};
use usual_path::{is_of_the_system, is_on_usual_path};

mod application;
mod arguments;
mod copied;
mod on_path;
mod package_json;
mod sources;
mod unread;
mod usual_path;

/// How deep scripts may call scripts.
const MAX_DEPTH: u8 = 6;

/// A command that a stage runs.
#[derive(Debug, Clone)]
pub struct Call<'m> {
    /// The command; of a script, it has no place in the file.
    pub command: Command<'m>,
    /// The command as a package manager's, if it is one's.
    pub package: Option<PackageCommand<'m>>,
    /// Where in the file it is called.
    pub site: CallSite<'m>,
    /// Whether a script calls it, and not the file itself.
    pub is_of_script: bool,
}

impl<'m> Call<'m> {
    /// The command as one of apt-get, if it is.
    pub fn apt(&self) -> Option<&PackageCommand<'m>> {
        let package = self.package.as_ref();
        package.filter(|package| package.manager == PackageManager::Apt)
    }
}

/// A program that a stage calls by its name.
#[derive(Debug, Clone)]
pub struct ProgramUse<'m> {
    /// Its name.
    pub name: String,
    /// Where in the file it is called.
    pub site: CallSite<'m>,
    /// Whether it is a script that compiles a source which no instruction puts there: `./configure`.
    pub is_build_script: bool,
    /// The source of the application that names it, where it is not a command: `` `app.py` ``. Whether that is a call,
    /// nobody can tell for certain.
    pub named_by: Option<String>,
}

/// What a stage calls.
#[derive(Debug, Clone, Default)]
pub struct Calls<'m> {
    /// Its commands.
    pub commands: Vec<Call<'m>>,
    /// The programs that it calls.
    pub programs: Vec<ProgramUse<'m>>,
    /// What its sources need of the system by modules and names of Python, and which source that is.
    pub library_needs: Vec<(LibraryNeed, String, CallSite<'m>)>,
    /// What was not read.
    pub unread: Vec<NotRead>,
    /// The scripts that were read, by their paths in the image.
    pub scripts: Vec<String>,
}

impl<'m> Calls<'m> {
    /// What a stage itself calls when it is built and when a container of it runs; not what the stages call that it is
    /// based on.
    pub fn of(stage: Stage<'m>) -> Self {
        let mut walk = Walk {
            stage,
            calls: Calls::default(),
            seen: BTreeSet::new(),
            known: BTreeSet::new(),
            on_path: BTreeMap::new(),
            usual_folders: None,
            copies: stage
                .base_chain()
                .any(|stage| !stage.data().copies.is_empty()),
        };
        for step in stage.steps() {
            walk.step(step);
        }
        walk.texts_of_interpreters();
        walk.launches();
        walk.application();
        walk.calls
    }
}

struct Walk<'m> {
    stage: Stage<'m>,
    calls: Calls<'m>,
    /// Scripts, programs and conditions that were met.
    seen: BTreeSet<String>,
    /// The places of commands that run a script which is known by its address.
    known: BTreeSet<(usize, usize)>,
    /// At how many copied steps a name was last looked for on `PATH`.
    on_path: BTreeMap<String, usize>,
    /// Whether anything is copied into the image.
    copies: bool,
    /// The folders of `PATH` at a step.
    usual_folders: Option<(usize, Vec<String>)>,
}

impl<'m> Walk<'m> {
    fn step(&mut self, step: Step<'m>) {
        let site = CallSite::of_step(step);
        if step.is(StepKind::Env) {
            // `ENV EDITOR=…`: a program that others start.
            for value in step.pairs().filter_map(Pair::value).filter_map(Word::value) {
                self.uses(value, &site);
            }
        }
        if step.mounts().any(|m| m.kind() == "ssh") {
            self.uses("ssh", &site);
        }
        self.copied_files(step);
        for command in step.commands() {
            self.command(command, &CallSite::of(command), 0);
        }
    }

    /// What the project's files start containers with.
    fn launches(&mut self) {
        let site = CallSite::of_step(self.stage.last_step());
        let starts = launches::starts(self.stage).into_iter();
        let starts = starts.chain(launches::works(self.stage));
        let starts = starts.chain(launches::shown_starts(self.stage));
        for start in starts.chain(launches::checks(self.stage)) {
            match start.script {
                Some(script) => self.commands_of(script.path(), script, &site, 0),
                None => {
                    let condition = format!("what {} starts", start.launch.said());
                    self.unread(UnreadKind::Text, condition, LOOK);
                }
            }
        }
        for open in launches::open(self.stage) {
            self.not_read(UnreadKind::Text, open);
        }
    }

    /// What was not read of the texts that reach interpreters.
    fn texts_of_interpreters(&mut self) {
        for text in Interpreted::of(self.stage).texts() {
            match text.reading() {
                Reading::Unread(unread) if self.is_known(unread.place) => {}
                // Files are followed here, with those that other doors name.
                Reading::Unread(unread) if matches!(unread.door, Door::File | Door::Program) => {}
                Reading::Unread(unread) => {
                    self.not_read(UnreadKind::Text, unread.open.clone());
                }
                Reading::Foreign(name) if matches!(text.door(), Door::Document | Door::Pipe) => {
                    let condition = format!(
                        "what the text for `{name}` in {} starts",
                        text.step().label()
                    );
                    self.unread(UnreadKind::Text, condition, LOOK);
                }
                // Nothing but its input names the file to the shell: `sh < x`, `cat x | sh`.
                Reading::Script(script) if matches!(text.door(), Door::Input | Door::Pipe) => {
                    if self.seen.insert(script.path().to_owned()) {
                        let site = CallSite::of_step(text.step());
                        self.script(script.path(), script, &site, 0);
                    }
                }
                Reading::Foreign(_) | Reading::Here | Reading::Script(_) => {}
            }
        }
    }

    fn is_known(&self, place: TextRange) -> bool {
        let place = (place.start().into(), place.end().into());
        self.known.contains(&place)
    }

    /// A program is called by this name.
    fn uses(&mut self, name: &str, site: &CallSite<'m>) {
        self.calls.programs.push(ProgramUse {
            name: name.to_owned(),
            site: *site,
            is_build_script: false,
            named_by: None,
        });
    }

    fn command(&mut self, command: Command<'m>, site: &CallSite<'m>, depth: u8) {
        let Some(program) = command.program() else {
            return;
        };
        let call = Call {
            command,
            package: PackageCommand::of(command),
            site: *site,
            is_of_script: depth > 0,
        };
        for wrapper in command.wrappers() {
            self.uses(wrapper.name, site);
            if fetches_programs(wrapper.name) {
                self.fetched_program(wrapper.name, command.name(), site);
            }
        }
        if let Some(path) = self.text(program, command) {
            self.program(&call, &path, depth);
        } else {
            self.unknown_program(command, program, site, depth);
        }
        self.calls.commands.push(call);
    }

    fn program(&mut self, call: &Call<'m>, path: &str, depth: u8) {
        let (command, site) = (call.command, &call.site);
        let name = program_name(path);
        let known = match command.known() {
            None if command.name().is_empty() => programs::find(name),
            known => known,
        };
        let is = |mark| known.is_some_and(|program: Program| program.is(mark));
        for started in started_by(name) {
            self.uses(started, site);
        }
        self.managers(command, name, site);
        let is_shell = known.is_some_and(|program| program.kind() == Kind::Shell);
        self.texts(command, name, is_shell, site, depth);
        self.handed_on(command, site, depth);
        self.arguments(command, name, site, depth);
        if is(Mark::StartsOthers) {
            self.starts_others(command, name);
        }
        if known.is_none() && call.package.is_none() && command.step().is_run() {
            self.of_a_package(name, site);
        }
        self.subcommand_of_a_variable(call, name);
        if let Some(package) = &call.package {
            self.package_json(package, site, depth);
        }
        if known.is_some_and(|program| matches!(program.name(), "python" | "pypy" | "node")) {
            self.sources(command, site);
        } else {
            // `python -m http.server` is `http.server`.
            let name = command.name();
            if let Some(need) = need_of_started_module(name) {
                self.needs(Some(need), &format!("`-m {name}`"), site);
            }
        }
        if is(Mark::Module) {
            let words: Vec<&str> = command.args().filter_map(Word::value).collect();
            self.served(name, &words, site);
        }
        if path.contains('/') {
            self.path(path, site, depth);
            if !is_on_usual_path(path) {
                return;
            }
        } else if self.copies && !known.is_some_and(is_of_the_system) {
            self.script_on_path(name, site, depth);
        }
        self.uses(name, site);
    }

    fn text(&self, word: Word<'m>, command: Command<'m>) -> Option<String> {
        match word.value() {
            Some(value) => Some(value.to_owned()),
            None => self.stage.expand_text(word, command),
        }
    }

    fn unknown_program(
        &mut self,
        command: Command<'m>,
        program: Word<'m>,
        site: &CallSite<'m>,
        depth: u8,
    ) {
        let written = program.source_text().trim_matches('"');
        // `sh -c "$(curl …)"`: what is printed is text for the shell, which another door tells.
        if command.outer().is_some() && is_printed(written) {
            return;
        }
        // A comment between backticks is the way to write one among the lines of a command: it is nothing.
        if written.starts_with("`#") {
            return;
        }
        // An entry script that starts what it is given: that is read as the CMD.
        let is_given = matches!(written, "$@" | "$*" | "${@}" | "${*}" | "$1" | "${1}");
        if !(is_given && depth > 0) {
            let condition = format!("which command `{written}` is in {}", site.step.label());
            self.unread(UnreadKind::Program, condition, LOOK);
        }
    }

    /// Shell text that a command is given: by the name of a file, as its input, in its words.
    fn texts(
        &mut self,
        command: Command<'m>,
        name: &str,
        is_shell: bool,
        site: &CallSite<'m>,
        depth: u8,
    ) {
        if matches!(name, "." | "source") {
            if let Some(word) = command.arg(0) {
                self.script_word(word, command, site, depth);
            }
        } else if is_shell && !command.has_inner() && !command.has_option("-c") {
            self.shell(command, site, depth);
        } else {
            for text in texts_given_to(command) {
                self.shell_text(&format!("what `{name}` starts"), text, site, depth);
            }
        }
    }

    /// A shell with a script, or with one that is known by the address it is fetched from.
    fn shell(&mut self, command: Command<'m>, site: &CallSite<'m>, depth: u8) {
        if let Some(ShellSource::File(word)) = command.shell_source() {
            let word = command.word_at(word);
            if word.value() != Some("/dev/stdin") {
                return self.script_word(word, command, site, depth);
            }
        }
        let script = fetched_from(command).and_then(install_script);
        if let Some(tools) = script.and_then(InstallScript::programs) {
            tools.for_each(|tool| self.uses(tool, site));
            let place = site.command.unwrap_or(command).range();
            self.known
                .insert((place.start().into(), place.end().into()));
        }
    }

    fn script_word(
        &mut self,
        word: Word<'m>,
        command: Command<'m>,
        site: &CallSite<'m>,
        depth: u8,
    ) {
        let written = word.source_text().trim_end_matches('"');
        match self.text(word, command) {
            Some(path) => self.path(&path, site, depth),
            // What a command prints is another door.
            None if is_printed(written) || is_harmless_file(written) => {}
            None => {
                let condition = format!("which script `{written}` is in {}", site.step.label());
                self.unread(UnreadKind::Text, condition, "name the script plainly");
            }
        }
    }

    /// A file of the image is run.
    fn path(&mut self, path: &str, site: &CallSite<'m>, depth: u8) {
        if is_harmless_file(path) || !self.seen.insert(path.to_owned()) {
            return;
        }
        match script_at(site, path) {
            ScriptAt::Shell(script) => self.script(path, script, site, depth),
            ScriptAt::Other { interpreter, .. } => {
                self.uses(interpreter, site);
                self.source_at(path, site);
            }
            ScriptAt::Elsewhere if is_on_usual_path(path) => {}
            // The script of a source that was fetched.
            ScriptAt::Elsewhere if builds_native_parts(program_name(path)) => {
                self.calls.programs.push(ProgramUse {
                    name: program_name(path).to_owned(),
                    site: *site,
                    is_build_script: true,
                    named_by: None,
                });
            }
            ScriptAt::Elsewhere => self.unread_file(
                path,
                UnreadKind::Program,
                format!("what `{path}` needs, which is no script that was read"),
                LOOK,
            ),
            ScriptAt::NotText => self.unread_file(
                path,
                UnreadKind::Program,
                format!("what `{path}` needs, which is a program and no script"),
                LOOK,
            ),
            // What a compiler wrote there is no file of the build context, whatever folders of it were copied.
            ScriptAt::Unread(_) if is_made_by_compiler(site, path) => self.unread_file(
                path,
                UnreadKind::Program,
                format!("what `{path}` needs, which a compiler of the file made"),
                LOOK,
            ),
            ScriptAt::Unread(why) => self.unread_file(
                path,
                UnreadKind::Text,
                format!("which commands the script `{path}` calls: {why}"),
                "run dfix where the build context is, or look into the script",
            ),
        }
    }

    /// A script of the build context.
    fn script(&mut self, path: &str, script: Script<'m>, site: &CallSite<'m>, depth: u8) {
        self.commands_of(&format!("the script `{path}`"), script, site, depth);
        self.calls.scripts.push(path.to_owned());
    }

    /// What a script starts of the words behind it: `wait-for-it.sh db:5432 -- git pull`.
    fn handed_on(&mut self, command: Command<'m>, site: &CallSite<'m>, depth: u8) {
        let given = script_and_words(command).filter(|(path, words)| {
            !words.is_empty() && (path.contains('/') || has_ending(path, ".sh"))
        });
        let Some((path, words)) = given else {
            return;
        };
        let ScriptAt::Shell(script) = script_at(site, path) else {
            return;
        };
        match handed_on(script, words.into_iter()) {
            HandedOn::Nothing => {}
            HandedOn::Text(text) => self.shell_text("the start", &text, site, depth),
            HandedOn::Unknown => self.unread_file(
                path,
                UnreadKind::Program,
                format!("what `{path}` starts, which is told by its words"),
                LOOK,
            ),
        }
    }

    /// Shell text that stands in no file of its own.
    fn shell_text(&mut self, label: &str, text: &str, site: &CallSite<'m>, depth: u8) {
        if let Some(script) = script_of_text(text, site.step) {
            self.commands_of(label, script, site, depth);
        }
    }

    fn commands_of(&mut self, label: &str, script: Script<'m>, site: &CallSite<'m>, depth: u8) {
        if depth >= MAX_DEPTH {
            return;
        }
        if script.has_opaque_text() {
            self.unread(
                UnreadKind::Text,
                format!("what some of {label} calls"),
                LOOK,
            );
        }
        for command in script.commands().filter(|c| !script.defines(c.name())) {
            self.command(command, site, depth + 1);
        }
    }

    /// What the words of a command tell of other programs.
    fn arguments(&mut self, command: Command<'m>, name: &str, site: &CallSite<'m>, depth: u8) {
        // It is looked for, so something is done where it is not found.
        for tool in command.looked_for().chain(command.programs_of_tar()) {
            self.uses(tool, site);
        }
        match name {
            "git" if mentions(command, &["git@", "ssh://"]) => self.uses("ssh", site),
            // `ansible-galaxy collection install git+https://…`
            _ if mentions(command, &["git+"]) && PackageCommand::of(command).is_none() => {
                self.uses("git", site);
            }
            // `chmod +x run.sh`: somebody runs it, seen or not.
            "chmod" => {
                for path in command.args().skip(1).filter_map(Word::value) {
                    if has_ending(path, ".sh") && !path.contains(['*', '?']) {
                        self.path(path, site, depth);
                    }
                }
            }
            _ if fetches_programs(name) => {
                let told = command.args().filter_map(Word::value);
                if let Some(told) = told.into_iter().find(|word| !word.starts_with('-')) {
                    self.fetched_program(name, told, site);
                }
            }
            _ => {}
        }
        if site.is_run_time() && !command.has_inner() {
            self.scripts_in_words(command, site, depth);
        }
    }

    /// A program that starts others, which only its settings name.
    fn starts_others(&mut self, command: Command<'m>, name: &str) {
        if name != "service" || mentions(command, &["cron", "xinetd", "supervisor"]) {
            let condition = format!("what `{name}` starts");
            self.unread(UnreadKind::Program, condition, "look into its settings");
        }
    }
}

/// Whether a program fetches a package of npm and runs it: `npx`.
fn fetches_programs(name: &str) -> bool {
    matches!(name, "npx" | "bunx" | "pnpx")
}

/// Whether a word is, in part, what a command prints.
fn is_printed(written: &str) -> bool {
    ["$(", "<(", "`"].iter().any(|sign| written.contains(sign))
}

const LOOK: &str = "look at what it calls and loads";

/// Whether a script of this name prepares or does the compiling of a source: `configure`.
fn builds_native_parts(name: &str) -> bool {
    programs::is(name, Mark::BuildScript) && programs::is(name, Mark::BuildsNative)
}

fn script_at<'m>(site: &CallSite<'m>, path: &str) -> ScriptAt<'m> {
    let (Some(path), Some(stage)) = (site.path(path), site.stage()) else {
        return ScriptAt::Unread("the working directory is not known");
    };
    if site.is_run_time() {
        stage.script_at_start(path.as_str(), site.step)
    } else {
        let script = stage.script_at(path.as_str(), site.step);
        // What a copied file calls, it may call once all is there.
        match script {
            ScriptAt::Elsewhere if site.command.is_none() => {
                stage.script_at_start(path.as_str(), site.step)
            }
            script => script,
        }
    }
}

fn is_made_by_compiler(site: &CallSite<'_>, path: &str) -> bool {
    let place = site.stage().zip(site.path(path));
    place.is_some_and(|(stage, path)| is_compiled(stage, path.as_str()))
}

/// The address that the commands piped into this one name.
fn fetched_from(command: Command<'_>) -> Option<&str> {
    std::iter::successors(command.previous(), |before| {
        let is_joined = before
            .before()
            .is_some_and(|connector| connector.operator == Operator::Pipe);
        before.previous().filter(|_| is_joined)
    })
    .flat_map(Command::args)
    .map(Word::literal_prefix)
    .find(|text| install_script(text).is_some())
}

/// Whether a word of the command holds one of these.
fn mentions(command: Command<'_>, parts: &[&str]) -> bool {
    command.args().any(|word| {
        parts
            .iter()
            .any(|part| word.literal_prefix().contains(part))
    })
}
