//! What a container of the final stage starts, and whether that needs root.

// The names of files in an image are case-sensitive.
#![allow(clippy::case_sensitive_file_extension_comparisons)]

use dfix_catalogue::programs::{self, Mark};
use dfix_catalogue::{FolderMark, folder_above};
use dfix_engine::OpenCondition;
use dfix_model::StepKind;
use dfix_model::{Command, Stage, StartCommand, Step, Word};
use dfix_syntax::ast::{AstNode, ShellScript};
use dfix_syntax::{Enclosure, parse_embedded_shell};

use super::ports;
use super::settings::{self, Shows};
use super::tools;
use crate::programs::{Rights, rights};

const ONLY_ROOT_LISTENS: &str = "only root may listen below 1024; let the application listen on a port above, and map it when the container is started";

/// What starting the container asks of its user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Needs {
    /// The file says nothing of a start.
    NothingStarts,
    /// A shell or an interpreter that waits for what a person types.
    Prompt(String),
    /// Nothing that is known; what is not known is said beside it.
    Nobody,
    /// Root at the start: the program, and what for.
    Root { program: String, why: String },
    /// Root at the start, which it gives up by itself: the program.
    Drops(String),
}

/// The start of a container.
#[derive(Debug, Clone)]
pub(crate) struct Start {
    /// What it asks for.
    pub(crate) needs: Needs,
    /// What was established.
    pub(crate) evidence: Vec<String>,
    /// What could not be established.
    pub(crate) open: Vec<OpenCondition>,
}

/// Looks at what the stage's container starts: `ENTRYPOINT` and `CMD`, the health check, and the
/// scripts of the build context that these run.
pub(crate) fn of(stage: Stage<'_>) -> Start {
    let mut inquiry = Inquiry {
        stage,
        needs: Needs::Nobody,
        known: Vec::new(),
        open: Vec::new(),
        depth: 0,
    };
    let steps = stage.entry().steps().collect::<Vec<_>>();
    if steps.is_empty() {
        inquiry.needs = Needs::NothingStarts;
    }
    for step in &steps {
        inquiry.step(*step, &steps);
    }
    if let Some(port) = ports::low(stage) {
        inquiry.root(format!("port {port}"), ONLY_ROOT_LISTENS.to_owned());
    }
    if inquiry.needs == Needs::Nobody && inquiry.known.is_empty() && inquiry.open.is_empty() {
        let program = stage.entry().process().map_or("", Command::name);
        inquiry.needs = Needs::Prompt(program.to_owned());
    }
    inquiry.finish()
}

struct Inquiry<'m> {
    stage: Stage<'m>,
    needs: Needs,
    known: Vec<String>,
    open: Vec<OpenCondition>,
    depth: u8,
}

impl<'m> Inquiry<'m> {
    fn finish(mut self) -> Start {
        self.known.dedup();
        let evidence = if self.known.is_empty() {
            Vec::new()
        } else {
            vec![format!(
                "{} runs without root's rights",
                self.known.join(", ")
            )]
        };
        Start {
            needs: self.needs,
            evidence,
            open: self.open,
        }
    }

    fn root(&mut self, program: String, why: String) {
        if !matches!(self.needs, Needs::Drops(_)) {
            self.needs = Needs::Root { program, why };
        }
    }

    fn open(&mut self, condition: String, remedy: &str) {
        if !self.open.iter().any(|o| o.condition == condition) {
            self.open.push(OpenCondition {
                condition,
                remedy: remedy.to_owned(),
            });
        }
    }

    fn ask(&mut self, question: Option<OpenCondition>) {
        if let Some(question) = question {
            self.open(question.condition, &question.remedy);
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
        if step.is(StepKind::Cmd) && self.takes_arguments_of_base() {
            return;
        }
        // The words of a CMD are arguments where an ENTRYPOINT names the program.
        let is_arguments = step.is(StepKind::Cmd)
            && all.iter().any(|s| {
                s.is(StepKind::Entrypoint)
                    && s.commands()
                        .any(|c| !c.name().is_empty() && !self.hands_on(c))
            });
        if is_arguments {
            return;
        }
        let commands: Vec<Command<'m>> = step.commands().collect();
        if commands.is_empty() && step.is(StepKind::Cmd) && step.words().len() > 0 {
            self.open(
                format!("what the {} starts", step.name()),
                "name a program that dfix knows",
            );
        }
        for command in commands {
            self.command(command);
        }
    }

    /// Whether the base image's own entry point is a program that the words of `CMD` are arguments of:
    /// `python3` in distroless images. It is then known.
    fn takes_arguments_of_base(&mut self) -> bool {
        if self.stage.entry().entrypoint != StartCommand::BaseImage {
            return false;
        }
        let program = crate::base::facts(self.stage).and_then(|f| f.entrypoint()?.next());
        let name = program.and_then(|p| p.rsplit('/').next());
        match name {
            Some(name)
                if rights(name) == Rights::Anybody && !crate::programs::is_plumbing(name) =>
            {
                self.known.push(name.to_owned());
                true
            }
            _ => false,
        }
    }

    /// Whether the command is a script that ends by starting its own arguments, or a mere parent.
    fn hands_on(&self, command: Command<'m>) -> bool {
        let Some(program) = command.program().and_then(Word::value) else {
            return false;
        };
        command.is_one_of(&["sh", "bash", "ash", "dash"]) && command.args().len() == 0
            || command.is_one_of(&[
                "tini",
                "dumb-init",
                "docker-entrypoint.sh",
                "env",
                "dockerize",
                "exec",
            ])
            || program.ends_with(".sh")
            || self
                .script(program)
                .is_some_and(|text| text.contains("\"$@\"") || text.contains("$*"))
    }

    /// The text of the script of the build context that stands at this path of the container.
    fn script(&self, path: &str) -> Option<std::sync::Arc<str>> {
        self.stage.read_final(path).found()
    }

    fn command(&mut self, command: Command<'m>) {
        if command.wrappers().any(|w| rights(w.name) == Rights::Drops) {
            let name = command
                .wrappers()
                .find(|w| rights(w.name) == Rights::Drops)
                .map_or("", |w| w.name);
            self.needs = Needs::Drops(name.to_owned());
            return;
        }
        let name = command.name();
        if rights(name) == Rights::Drops {
            self.needs = Needs::Drops(name.to_owned());
            return;
        }
        if name.is_empty() || command.has_inner() {
            return;
        }
        if let Some(place) = writes_to_roots_place(command) {
            self.root(format!("`{name}`"), format!("writes to {place}, which is root's; let it write below the working directory or to its standard output"));
            return;
        }
        let words: Vec<String> = command
            .args()
            .filter_map(|w| w.value().map(str::to_owned))
            .collect();
        let is_told = name == "uwsgi" && self.stage.final_env("UWSGI_UID").is_set();
        if is_told || gives_up_root(name, &words) {
            self.needs = Needs::Drops(name.to_owned());
            return;
        }
        if is_file_tool(name) && !words.iter().any(|w| is_roots_place(w)) {
            return;
        }
        if !self.configured(name, &words) {
            return;
        }
        self.ask(tools::question(self.stage, name, &words));
        self.ask(tools::given_nothing(self.stage, command));
        match rights(name) {
            Rights::Drops => self.needs = Needs::Drops(name.to_owned()),
            Rights::Root(why) => self.root(format!("`{name}`"), why.to_owned()),
            Rights::Anybody => {
                self.interpreted(command);
                if is_interpreter(name) {
                    self.source(&words);
                }
                let is_prompt = command.args().len() == 0
                    && self.stage.entry().steps().count() == 1
                    && (crate::programs::is_python(name) || crate::programs::is_prompt(name));
                if !crate::programs::is_plumbing(name) && !is_prompt {
                    self.known.push(name.to_owned());
                }
            }
            Rights::Unknown => self.unknown(command),
        }
    }

    /// Looks into the settings file of a server; whether the inquiry goes on.
    fn configured(&mut self, name: &str, words: &[String]) -> bool {
        let file = settings::file_of(name, words);
        let path = match (name, file) {
            (_, Some(path)) => path,
            ("gunicorn", None) if self.script("gunicorn.conf.py").is_some() => {
                "gunicorn.conf.py".to_owned()
            }
            _ => return true,
        };
        let shows = settings::of_file(self.stage, &path);
        self.shown(&path, shows)
    }

    fn shown(&mut self, path: &str, shows: Shows) -> bool {
        match shows {
            Shows::Nothing => return true,
            Shows::Drops => self.needs = Needs::Drops(path.to_owned()),
            Shows::LowPort(port) => {
                self.root(format!("port {port} in `{path}`"), ONLY_ROOT_LISTENS.to_owned());
            }
            Shows::Writes(place) => self.open(
                format!("whether the application writes to {place}, which `{path}` names and which is root's"),
                "let it write below the working directory",
            ),
            // The settings of gunicorn and puma seldom speak of users; those of uwsgi and unicorn do as a habit.
            Shows::Unread if !speaks_of_users(path) => return true,
            Shows::Unread => {
                self.open(
                    format!("what `{path}` says of users, ports and logs, which is not in the build context that dfix sees"),
                    "run dfix where the file is beside the Dockerfile",
                );
                return true;
            }
        }
        matches!(self.needs, Needs::Nobody)
    }

    /// The source of what Python or Node is given to run, where it can be read.
    fn source(&mut self, words: &[String]) {
        let Some(path) = words
            .iter()
            .find(|w| !w.starts_with('-') && [".py", ".js", ".mjs"].iter().any(|e| w.ends_with(e)))
        else {
            return;
        };
        if let Some(text) = self.script(path) {
            self.shown(path, settings::of_source(&text));
        }
    }

    /// `bash start.sh`, `sh -x start.sh`: the script counts.
    fn interpreted(&mut self, command: Command<'m>) {
        if !command.is_one_of(&["sh", "bash", "ash", "dash", ".", "source"]) {
            return;
        }
        if let Some(script) = command.args().find(|w| !w.starts_with("-")) {
            match script.value() {
                Some(path) => self.script_at(path),
                None => self.open(
                    format!("which script `{}` starts", command.name()),
                    "name the script plainly",
                ),
            }
        }
    }

    fn unknown(&mut self, command: Command<'m>) {
        if crate::programs::is_prompt(command.name()) && command.args().len() == 0 {
            return;
        }
        let Some(program) = command.program().and_then(Word::value) else {
            self.open(
                "which program starts".to_owned(),
                "name the program plainly",
            );
            return;
        };
        if is_built_here(self.stage, program) {
            self.known
                .push(format!("{}, built by this file,", command.name()));
            return;
        }
        if is_installed_by_pip(self.stage, command.name()) {
            self.known.push(command.name().to_owned());
            self.ask(tools::without_files(self.stage, command.name()));
            return;
        }
        if program.contains('/') || has_extension(program, &["sh", "bash"]) {
            self.script_at(program);
            return;
        }
        self.open(
            format!("whether `{program}` runs without root's rights"),
            "start it once as another user, then set USER by hand",
        );
    }

    fn script_at(&mut self, path: &str) {
        let Some(text) = self.script(path) else {
            self.open(
                format!("what `{path}` does when it starts, which is not in the build context that dfix sees"),
                "run dfix where the script is beside the Dockerfile",
            );
            return;
        };
        self.script_text(path, &text);
    }

    fn script_text(&mut self, path: &str, text: &str) {
        let interpreter = text
            .lines()
            .next()
            .filter(|l| l.starts_with("#!"))
            .unwrap_or("#!/bin/sh");
        if interpreter.contains("python")
            || interpreter.contains("node")
            || interpreter.contains("ruby")
        {
            self.known.push(path.to_owned());
            return;
        }
        let is_shell = ["/sh", "/bash", "/ash", "/dash", " sh", " bash"]
            .iter()
            .any(|s| interpreter.contains(s));
        let script = parse_embedded_shell(text, None, Enclosure::Plain).and_then(ShellScript::cast);
        let Some(script) = script.filter(|s| is_shell && !s.has_opaque() && self.depth < 3) else {
            self.open(
                format!("what `{path}` does when it starts, which dfix cannot read"),
                "start it once as another user, then set USER by hand",
            );
            return;
        };
        self.depth += 1;
        let functions: Vec<String> = script
            .syntax()
            .descendants()
            .filter_map(dfix_syntax::ast::Function::cast)
            .filter_map(|f| f.name())
            .collect();
        for line in script.commands() {
            let words: Vec<Option<String>> = line.words().map(|w| w.value().into_known()).collect();
            let write = line.redirects().any(|r| {
                r.operator().is_some_and(|o| o.text().contains('>'))
                    && r.target()
                        .and_then(|t| t.value().into_known())
                        .is_some_and(|t| is_roots_place(&t))
            });
            if write {
                self.root(
                    format!("`{path}`"),
                    "writes to a place that is root's".to_owned(),
                );
            }
            self.words_of_script(path, &words, &functions);
        }
        self.depth -= 1;
        self.known.push(path.to_owned());
    }

    fn words_of_script(&mut self, path: &str, words: &[Option<String>], functions: &[String]) {
        let mut words = words.iter().skip_while(|w| {
            w.as_deref()
                .is_some_and(|w| matches!(w, "exec" | "time" | "nohup" | "command" | "env" | "--"))
        });
        let Some(first) = words.next() else {
            return;
        };
        // `exec "$@"`: what CMD says, which is looked at itself.
        let Some(program) = first else {
            return;
        };
        if functions.iter().any(|f| f == program) {
            return;
        }
        let name = program.rsplit('/').next().unwrap_or(program);
        let known: Vec<String> = words.clone().flatten().cloned().collect();
        if let Some(port) = ports::of_words(&known).filter(|port| (1..1024).contains(port))
            && crate::programs::is_pythons(name)
        {
            self.root(
                format!("port {port} in `{path}`"),
                ONLY_ROOT_LISTENS.to_owned(),
            );
            return;
        }
        if gives_up_root(name, &known) {
            self.needs = Needs::Drops(name.to_owned());
            return;
        }
        let writes = programs::is(name, Mark::ChangesFiles)
            && words.clone().flatten().any(|w| is_roots_place(w));
        if writes {
            self.root(
                format!("`{path}`"),
                format!("changes a place that is root's (`{name}`)"),
            );
            return;
        }
        if !self.configured(name, &known) {
            return;
        }
        self.ask(tools::question(self.stage, name, &known));
        match rights(name) {
            Rights::Drops => self.needs = Needs::Drops(name.to_owned()),
            Rights::Root(why) => self.root(format!("`{name}` in `{path}`"), why.to_owned()),
            Rights::Anybody if matches!(name, "." | "source" | "sh" | "bash" | "ash" | "dash") => {
                match words.find(|w| !w.as_deref().is_some_and(|w| w.starts_with('-'))) {
                    Some(Some(script)) => match self.script(script) {
                        Some(text) if self.depth < 3 => self.script_text(script, &text),
                        _ => self.open(
                            format!("what `{script}` does when it starts"),
                            "run dfix where the script is beside the Dockerfile",
                        ),
                    },
                    _ => self.open(
                        format!("what `{name}` in `{path}` runs"),
                        "start it once as another user, then set USER by hand",
                    ),
                }
            }
            Rights::Anybody if is_interpreter(name) => self.source(&known),
            Rights::Anybody => {}
            Rights::Unknown if is_file_tool(name) => {}
            Rights::Unknown if is_installed_by_pip(self.stage, name) => {}
            Rights::Unknown => self.open(
                format!("whether `{program}` in `{path}` runs without root's rights"),
                "start it once as another user, then set USER by hand",
            ),
        }
    }
}

/// Whether it runs a source file that can be looked into.
fn is_interpreter(name: &str) -> bool {
    crate::programs::is_python(name) || matches!(name, "node" | "nodejs")
}

/// Whether the program is told to change to another user: `gunicorn --user www-data`.
fn gives_up_root(name: &str, words: &[String]) -> bool {
    programs::find(name).is_some_and(|program| {
        program
            .user_options()
            .any(|option| words.iter().any(|w| w.split('=').next() == Some(option)))
    })
}

fn speaks_of_users(path: &str) -> bool {
    has_extension(path, &["ini", "json", "xml", "yaml", "yml"])
        || (has_extension(path, &["rb"]) && path.contains("unicorn"))
}

/// What changes files, and may do so among those of the application.
fn is_file_tool(name: &str) -> bool {
    programs::is(name, Mark::ChangesFiles)
}

fn has_extension(path: &str, extensions: &[&str]) -> bool {
    path.rsplit_once('.')
        .is_some_and(|(_, e)| extensions.contains(&e))
}

/// Whether the program's file is one that another stage of this file made.
fn is_built_here(stage: Stage<'_>, program: &str) -> bool {
    let name = program.rsplit('/').next().unwrap_or(program);
    stage.base_chain().flat_map(Stage::steps).any(|step| {
        let copied = step.is(StepKind::Copy)
            && step.source().and_then(|s| s.stage()).is_some()
            && step.words().any(|w| {
                w.value().is_some_and(|v| {
                    v.trim_end_matches('/').ends_with(&format!("/{name}")) || v == name
                })
            });
        let compiled = step.is_run()
            && step.commands().any(|c| {
                programs::is(c.name(), Mark::Compiles)
                    && c.args().any(|w| {
                        w.value()
                            .is_some_and(|v| v.rsplit('/').next() == Some(name))
                    })
            });
        copied || compiled
    })
}

/// Whether pip installs a package of this name, whose script this is.
fn is_installed_by_pip(stage: Stage<'_>, name: &str) -> bool {
    stage.python_packages().has(&name.to_ascii_lowercase())
}

/// The place of root's that the command writes to, as far as its words tell.
fn writes_to_roots_place(command: Command<'_>) -> Option<String> {
    let redirected = command
        .redirects()
        .filter(|r| r.writes())
        .filter_map(|r| r.target()?.value().map(str::to_owned))
        .find(|t| is_roots_place(t));
    redirected.or_else(|| {
        let is_server = matches!(rights(command.name()), Rights::Anybody)
            && !crate::programs::is_plumbing(command.name());
        let words: Vec<&str> = command.args().filter_map(Word::value).collect();
        words
            .iter()
            .enumerate()
            .filter(|_| is_server)
            .filter_map(|(i, word)| {
                let (name, value) = word
                    .split_once('=')
                    .map_or((*word, words.get(i + 1).copied()), |(n, v)| (n, Some(v)));
                let names_a_file = ["log", "pid", "sock", "uds", "bind", "-b", "-p"]
                    .iter()
                    .any(|n| name.contains(n))
                    && name.starts_with('-');
                value
                    .filter(|_| names_a_file)
                    .map(|v| v.trim_start_matches("unix:").to_owned())
            })
            .find(|v| is_roots_place(v))
    })
}

/// Whether only root may write there in almost every image.
fn is_roots_place(path: &str) -> bool {
    folder_above(path, FolderMark::Root).is_some()
}
